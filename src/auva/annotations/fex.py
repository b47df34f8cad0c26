"""The Fex table of py-feat: a row per face and frame, the Action Units as probabilities.

Columns as py-feat writes them (Cheong et al., Py-Feat, Affective Science 2023): `frame` counts from
0 and may skip frames; `FaceScore` and `FaceRectX` … tell the face, `Identity` whose it is; `AU01` …
are probabilities in [0, 1], or 0 and 1 of models that decide themselves; a frame without a face has
empty cells. A frame without a row is not labelled.

A probability is not a label: a unit is present from a threshold on, 0.5 unless the layout gives
another one. The table notes the threshold (`read_as`).
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auva.annotations.columns import Columns, header_names, listed, read_columns
from auva.annotations.context import Context
from auva.annotations.format import Format, only_file
from auva.annotations.frames import sparse_frames, up_to_the_end
from auva.annotations.layout import threshold_of
from auva.annotations.rows import video_rows
from auva.annotations.subjects import chosen_subject, folded
from auva.annotations.tables import ActionUnits
from auva.annotations.text import Text, first_true, row_error
from auva.errors import InputError

THRESHOLD = 0.5
"""The probability from which a unit is present, where the layout says no other."""

_UNIT = re.compile(r"AU\d\d", re.ASCII)
_FRAME = "frame"
_VIDEO = "input"
_FACES = ("Identity", "face", "face_id")
_SIGNS = frozenset(("FaceScore", "FaceRectX"))
"""Columns that only py-feat writes."""


def is_fex(text: Text) -> bool:
    """Return whether the first line looks like the header of a Fex table."""
    names = set(header_names(text, ","))
    return bool(names & _SIGNS) and any(_UNIT.fullmatch(name) for name in names)


def read(path: Path, context: Context, graded: bool = False) -> ActionUnits:
    """Read the Action Units of one face of a Fex table.

    Parameters
    ----------
    path : Path
        The file.
    context : Context
        Its `subject` is the face that is meant (`Identity`), its layout may say the `threshold`.
    graded : bool
        Keep the probabilities as intensities: for scores of the tool, not for labels.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line; for several faces in a frame, if the
        table does not distinguish them or none is chosen.
    """
    columns = read_columns(path)
    columns.need(_FRAME)
    known = [f"AU{number:02d}" for number in context.units]
    used = [name for name in known if name in columns.names]
    if not used:
        raise InputError(f"the header names none of {', '.join(known)}", path, 1)
    numbers = columns.numbers((_FRAME, *used))
    text = columns.text
    values = np.full((len(numbers[_FRAME]), len(known)), np.nan)
    for name in used:
        values[:, known.index(name)] = numbers[name]
    wrong = ~(np.isnan(values) | ((values >= 0) & (values <= 1)))
    if wrong.any():
        row, unit = first_true(wrong)
        cause = f"AU{context.units[unit]} is {values[row, unit]:.6g}, not a probability in [0, 1]"
        raise row_error(text, 1, row, cause)
    rows, left_out = _face(columns, numbers[_FRAME], context)
    frame = sparse_frames(text, rows + 1, numbers[_FRAME][rows], 0, context.timeline.original)
    threshold, default = threshold_of(context.layout, THRESHOLD)
    mask = ~np.isnan(values[rows])
    table = ActionUnits(
        frame,
        values[rows] >= threshold,
        mask,
        values[rows] if graded else None,  # type: ignore[arg-type]
        frames_of="original",
        left_out=(*left_out, *_other_units(columns, known)),
        read_as=(f"present from a probability of {threshold:g} on{default}",),
        units=context.units,
    )
    return up_to_the_end(table, context.timeline.original)


def _face(
    columns: Columns, frame: np.ndarray, context: Context
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the rows (from 0) of the video and face that are meant, and what is left out."""
    path, rows, left_out = columns.text.path, np.arange(len(frame)), []
    if _VIDEO in columns.names:
        videos = columns.words(_VIDEO)
        files = list(dict.fromkeys(videos))
        if len(files) > 1:
            meant = video_rows(path, _VIDEO, files, context.medium)
            rows = rows[[name in meant for name in videos]]
            left_out += [f"{_VIDEO} {name}" for name in files if name not in meant]
    column = next((name for name in _FACES if name in columns.names), None)
    if column:
        faces = columns.words(column)
        known = list(dict.fromkeys(faces[row] for row in rows.tolist() if faces[row]))
        person = chosen_subject(path, known, context.subject)
        # A row without a face: no face was found in its frame.
        rows = rows[[folded(faces[row]) in (person, "") for row in rows.tolist()]]
        others = (name for name in known if folded(name) != person)
        left_out += [f"{column} {name} ({faces.count(name)} rows)" for name in others]
    again = np.diff(frame[rows]) == 0
    if again.any():
        row = int(rows[int(np.argmax(again)) + 1])
        cause = f"a second face in frame {frame[row]:.15g}, and no column distinguishes the faces"
        raise row_error(columns.text, 1, row, f"{cause} ({', '.join(_FACES)})")
    return rows, tuple(left_out)


def _other_units(columns: Columns, known: Sequence[str]) -> tuple[str, ...]:
    names = [name for name in columns.names if _UNIT.fullmatch(name) and name not in known]
    return (f"columns {listed(names)}",) if names else ()


FORMATS = (
    Format(
        name="fex",
        kind="au",
        recognise=lambda content: is_fex(content.text),
        read=lambda files, context: read(only_file(files, "fex"), context),
        write=None,
        content="the CSV of py-feat: `frame`, `AU01` … as probabilities; a unit is present from "
        "0.5 on, or from the `threshold` of the layout; `subject` chooses one of several "
        "`Identity`",
        frames="of the original video, from 0; frames without a row are unlabelled",
        frames_of="original",
        layout=frozenset(("threshold",)),
    ),
)
