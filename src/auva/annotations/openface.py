"""The CSV file of OpenFace: a row per source frame, or per face and frame, AUs among its columns.

Columns as OpenFace documents them (Baltrusaitis et al., OpenFace 2.0, FG 2018): `frame` counts from
1; `success` is 1 where the face was tracked and `confidence` in [0, 1] says how surely;
`AU01_c` … are presence (0, 1) and `AU01_r` … intensity (0 to 5). Older versions write a blank after
each comma. Rows without success are not labelled. All other columns are left alone.

FeatureExtraction writes every frame of one face. FaceLandmarkVidMulti writes the faces that it
found, told apart by `face_id`: the sheet's `subject` chooses one, and a frame without a row of that
face is not labelled.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from auva.annotations.columns import Columns, header_names, listed, read_columns
from auva.annotations.context import Context
from auva.annotations.format import Format, only_file
from auva.annotations.frames import check_counting, sparse_frames, up_to_the_end
from auva.annotations.tables import MAX_INTENSITY, ActionUnits
from auva.annotations.text import Text, first_true, row_error
from auva.errors import InputError
from auva.files import write_text

_FEATURE = re.compile(r"AU\d\d_[cr]", re.ASCII)
_ROW = ("frame", "confidence", "success")
_FACE = "face_id"


def is_openface(text: Text) -> bool:
    """Return whether the first line looks like the header of an OpenFace file."""
    names = header_names(text, ",")
    return "frame" in names and any(_FEATURE.fullmatch(name) for name in names)


def read(path: Path, context: Context | None = None) -> ActionUnits:
    """Read the Action Units of one face of an OpenFace file.

    A unit without a presence column is not labelled; one without an intensity column has its
    presence as intensity.

    Parameters
    ----------
    path : Path
        The file.
    context : Context, optional
        Its `subject` is the face_id that is meant, where the file has several.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line; also if it has several faces and none is
        chosen.
    """
    context = context or Context()
    units = context.units
    columns = _columns(path, units)
    text = columns.text
    numbers = columns.numbers((*_ROW, _FACE, *presence_names(units), *intensity_names(units)))
    mine, left_out = _face(text, numbers, context.subject)
    whole = left_out is None
    rows = np.flatnonzero(mine)
    frame = numbers["frame"][rows]
    frame = check_counting(text, 1, frame) if whole else sparse_frames(text, rows + 1, frame, 1)
    tracked = numbers["success"]
    _check(text, (tracked == 0) | (tracked == 1), tracked, "success is {}, neither 0 nor 1")
    sure = numbers.get("confidence", tracked)
    # A face that was lost may have no number for its confidence.
    fine = ((sure >= 0) & (sure <= 1)) | (np.isnan(sure) & (tracked == 0))
    _check(text, fine, sure, "confidence {} is outside [0, 1]")
    presence = _units(numbers, presence_names(units), len(mine))
    wrong = ~(np.isnan(presence) | (presence == 0) | (presence == 1))
    _refuse(text, units, wrong, presence, "presence of {} is {}, neither 0 nor 1")
    intensity = _units(numbers, intensity_names(units), len(mine))
    wrong = ~(np.isnan(intensity) | ((intensity >= 0) & (intensity <= MAX_INTENSITY)))
    _refuse(text, units, wrong, intensity, "intensity of {} is {}, outside [0, 5]")
    mask = ~np.isnan(presence) & (tracked == 1)[:, None]
    stated = ~np.isnan(intensity)
    intensity = np.where(stated, intensity, presence)
    table = ActionUnits(
        frame,
        np.where(mask, presence, 0)[rows],
        mask[rows],
        intensity[rows],
        "original",
        (*(left_out or ()), *_other_units(columns, units)),
        units=units,
        stated=stated[rows],
    )
    return table if whole else up_to_the_end(table, context.timeline.original)


def others(path: Path, units: Sequence[int]) -> list[str]:
    """Return the columns that `read` leaves out."""
    known = (*_ROW, *presence_names(units), *intensity_names(units))
    return [name for name in _columns(path, units).names if name not in known]


def write(path: str | Path, table: ActionUnits) -> None:
    """Write an OpenFace file with the columns that a table fills, whole or not at all.

    A frame without any label has no success; nan means a single unit that is not labelled.
    """
    tracked = table.mask.any(axis=1).astype(int)
    presence = np.where(table.mask, table.presence.astype(object), "nan")
    cells = np.hstack([table.intensity.astype(str), presence])
    names = (*_ROW, *intensity_names(table.units), *presence_names(table.units))
    rows = zip(table.frame.tolist(), tracked.tolist(), cells.tolist(), strict=True)
    lines = [f"{frame},{known},{known},{','.join(map(str, row))}" for frame, known, row in rows]
    write_text(path, "\n".join([",".join(names), *lines, ""]))


def presence_names(units: Iterable[int]) -> list[str]:
    """Return the names of the columns of presence."""
    return [f"AU{number:02d}_c" for number in units]


def intensity_names(units: Iterable[int]) -> list[str]:
    """Return the names of the columns of intensity."""
    return [f"AU{number:02d}_r" for number in units]


def _columns(path: Path, units: Sequence[int]) -> Columns:
    columns = read_columns(path)
    columns.need("frame", "success")
    known = presence_names(units)
    if not set(columns.names) & set(known):
        raise InputError(f"the header names none of {', '.join(known)}", path, 1)
    return columns


def _face(
    text: Text, numbers: dict[str, np.ndarray], subject: str
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return which rows are of the face that is meant, and what is left out.

    Nothing (None) is left out of a file of one face, which must then have every frame.
    """
    faces = numbers.get(_FACE, np.zeros(len(numbers["frame"])))
    _check(text, np.isfinite(faces), faces, "face_id is {}")
    names = [f"{face:.15g}" for face in np.unique(faces)]
    if len(names) == 1 and not (_FACE in numbers and _is_number(subject)):
        return np.ones(len(faces), bool), None
    known = f"face_id {', '.join(names)}"
    if not subject:
        row = int(np.argmax(faces != faces[0]))
        cause = f"a second face ({known}); the column subject of the sheet says which one is meant"
        raise row_error(text, 1, row, cause)
    if subject not in names:
        raise InputError(f"no face_id {subject} (subject of the sheet); it has {known}", text.path)
    mine = faces == float(subject)
    left_out = [
        f"face_id {name} ({int(np.sum(faces == float(name)))} rows)"
        for name in names
        if name != subject
    ]
    return mine, tuple(left_out)


def _is_number(subject: str) -> bool:
    return subject.isascii() and subject.isdigit()


def _other_units(columns: Columns, units: Sequence[int]) -> list[str]:
    """Return in words which Action Units of the file the table lacks."""
    used = {name for name in presence_names(units) if name in columns.names}
    used |= {f"{name[:-1]}r" for name in used}
    names = [name for name in columns.names if _FEATURE.fullmatch(name) and name not in used]
    return [f"columns {listed(names)}"] if names else []


def _units(columns: dict[str, np.ndarray], names: Sequence[str], rows: int) -> np.ndarray:
    """Return float64 [rows, u]; NaN throughout where a column is missing."""
    table = np.full((rows, len(names)), np.nan)
    for unit, name in enumerate(names):
        if name in columns:
            table[:, unit] = columns[name]
    return table


def _check(text: Text, fine: np.ndarray, values: np.ndarray, cause: str) -> None:
    if not fine.all():
        row = int(np.argmin(fine))
        raise row_error(text, 1, row, cause.format(f"{values[row]:.6g}"))


def _refuse(
    text: Text, units: Sequence[int], wrong: np.ndarray, values: np.ndarray, cause: str
) -> None:
    if wrong.any():
        row, unit = first_true(wrong)
        raise row_error(text, 1, row, cause.format(f"AU{units[unit]}", f"{values[row, unit]:.6g}"))


FORMATS = (
    Format(
        name="openface",
        kind="au",
        recognise=lambda content: is_openface(content.text),
        read=lambda files, context: read(only_file(files, "openface"), context),
        write=lambda files, table, context: write(only_file(files, "openface"), table),
        content="the CSV of FeatureExtraction: `frame`, `confidence`, `success`, presence "
        "`AU01_c` …, intensity `AU01_r` …; rows without success are unlabelled. Of "
        "FaceLandmarkVidMulti, with several `face_id`, `subject` chooses one",
        frames="of the original video, from 1, without gaps; with several faces, frames without a "
        "row are unlabelled",
        frames_of="original",
        others=others,
        intensities=True,
    ),
)
