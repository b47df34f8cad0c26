"""The CSV file of OpenFace's FeatureExtraction: one row per source frame, AUs among its columns.

Columns as OpenFace documents them (Baltrusaitis et al., OpenFace 2.0, FG 2018): `frame` counts from
1; `success` is 1 where the face was tracked and `confidence` in [0, 1] says how surely;
`AU01_c` … are presence (0, 1) and `AU01_r` … intensity (0 to 5). Older versions write a blank after
each comma. Rows without success are not labelled. All other columns are left alone.
"""

import re
from pathlib import Path

import numpy as np

from auva.annotations.format import Format, only_file
from auva.annotations.frames import check_counting, check_writable
from auva.annotations.tables import MAX_INTENSITY, UNITS, ActionUnits
from auva.annotations.text import Text, first_true, parse_numbers, pick_fields, read_text, row_error
from auva.errors import InputError, suggest
from auva.files import write_text
from auva.units import ACTION_UNITS, AU_NAMES

PRESENCE = tuple(f"AU{number:02d}_c" for number in ACTION_UNITS)
INTENSITY = tuple(f"AU{number:02d}_r" for number in ACTION_UNITS)
_FEATURE = re.compile(r"AU\d\d_[cr]", re.ASCII)
_ROW = ("frame", "confidence", "success")
_FACE = "face_id"


def is_openface(header: str) -> bool:
    """Return whether a first line looks like the header of an OpenFace file."""
    names = _names(header)
    return "frame" in names and any(_FEATURE.fullmatch(name) for name in names)


def read(path: str | Path) -> ActionUnits:
    """Read the Action Units of an OpenFace file.

    A unit without a presence column is not labelled; one without an intensity column has its
    presence as intensity.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line; also if it has several faces.
    """
    text = read_text(path)
    names = _header(text)
    used = [name for name in (*_ROW, _FACE, *PRESENCE, *INTENSITY) if name in names]
    picked = pick_fields(text, len(names), ",", [names.index(name) for name in used])
    numbers = parse_numbers(picked, 1, len(used), ",", empty=True)
    columns = dict(zip(used, numbers.T, strict=True))
    if _FACE in columns:
        _check(text, columns[_FACE] == columns[_FACE][0], columns[_FACE], "a second face_id, {}")
    frame = check_counting(text, 1, columns["frame"])
    tracked = columns["success"]
    _check(text, (tracked == 0) | (tracked == 1), tracked, "success is {}, neither 0 nor 1")
    sure = columns.get("confidence", tracked)
    _check(text, (sure >= 0) & (sure <= 1), sure, "confidence {} is outside [0, 1]")
    presence = _units(columns, PRESENCE, len(frame))
    wrong = ~(np.isnan(presence) | (presence == 0) | (presence == 1))
    _refuse(text, wrong, presence, "presence of {} is {}, neither 0 nor 1")
    intensity = _units(columns, INTENSITY, len(frame))
    wrong = ~(np.isnan(intensity) | ((intensity >= 0) & (intensity <= MAX_INTENSITY)))
    _refuse(text, wrong, intensity, "intensity of {} is {}, outside [0, 5]")
    mask = ~np.isnan(presence) & (tracked == 1)[:, None]
    intensity = np.where(np.isnan(intensity), presence, intensity)
    return ActionUnits(frame, np.where(mask, presence, 0), mask, intensity, "source")


def others(path: Path) -> list[str]:
    """Return the columns that `read` leaves out."""
    known = (*_ROW, *PRESENCE, *INTENSITY)
    return [name for name in _header(read_text(path)) if name not in known]


def write(path: str | Path, table: ActionUnits) -> None:
    """Write an OpenFace file with the columns that a table fills, whole or not at all.

    A frame without any label has no success; nan stands for a single unit that is not labelled.

    Raises
    ------
    InputError
        If the frames are not 1 to n of the source video.
    """
    check_writable(path, table, "source", "openface")
    tracked = table.mask.any(axis=1).astype(int)
    presence = np.where(table.mask, table.presence.astype(object), "nan")
    cells = np.hstack([table.intensity.astype(str), presence])
    rows = zip(table.frame.tolist(), tracked.tolist(), cells.tolist(), strict=True)
    lines = [f"{frame},{known},{known},{','.join(map(str, row))}" for frame, known, row in rows]
    write_text(path, "\n".join([",".join((*_ROW, *INTENSITY, *PRESENCE)), *lines, ""]))


def _names(header: str) -> list[str]:
    return [name.strip() for name in header.split(",")]


def _header(text: Text) -> list[str]:
    names = _names(text.lines[0])
    for name in ("frame", "success"):
        if name not in names:
            cause = f"column '{name}' is missing{suggest(name, names)}"
            raise InputError(cause, text.path, 1)
    for name in (*_ROW, _FACE, *PRESENCE, *INTENSITY):
        if names.count(name) > 1:
            raise InputError(f"column '{name}' is named twice", text.path, 1)
    if not set(names) & set(PRESENCE):
        raise InputError(f"the header names none of {', '.join(PRESENCE)}", text.path, 1)
    return names


def _units(columns: dict[str, np.ndarray], names: tuple[str, ...], rows: int) -> np.ndarray:
    """Return float64 [rows, 8]; NaN throughout where a column is missing."""
    table = np.full((rows, UNITS), np.nan)
    for unit, name in enumerate(names):
        if name in columns:
            table[:, unit] = columns[name]
    return table


def _check(text: Text, fine: np.ndarray, values: np.ndarray, cause: str) -> None:
    if not fine.all():
        row = int(np.argmin(fine))
        raise row_error(text, 1, row, cause.format(f"{values[row]:.6g}"))


def _refuse(text: Text, wrong: np.ndarray, values: np.ndarray, cause: str) -> None:
    if wrong.any():
        row, unit = first_true(wrong)
        raise row_error(text, 1, row, cause.format(AU_NAMES[unit], f"{values[row, unit]:.6g}"))


FORMATS = (
    Format(
        name="openface",
        kind="au",
        recognise=lambda content: is_openface(content.first),
        read=lambda files, context: read(only_file(files, "openface")),
        write=lambda files, table, context: write(only_file(files, "openface"), table),
        content="the CSV of FeatureExtraction: `frame`, `confidence`, `success`, presence "
        "`AU01_c` …, intensity `AU01_r` …; rows without success are unlabelled",
        frames="of the original video, from 1, without gaps",
        clock="source",
        others=others,
        intensities=True,
    ),
)
