"""ABAW's lists of pictures: multi-task annotations, and the files that competitors submit.

As published with the competitions (Kollias, ABAW, CVPR and ECCV Workshops from 2022 on): a header
with `image` (annotations) or `image_location` (submissions), then `valence`, `arousal`,
`expression`, and the units as `aus` (one name for twelve columns) or by their own names; a row per
picture, `VIDEO/00001.jpg`, whose number is the frame of the original video, from 1. Codes are those
of ABAW's other files: -5 and -1 are unlabelled. One file has the pictures of many videos: those in
the folder named after the sheet's video are read, or after its `subject` (`VIDEO_left`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from auva.annotations.abaw import (
    TWELVE,
    check_some,
    coded_affect,
    coded_units,
    left_out_columns,
    unit_number,
)
from auva.annotations.columns import header_names, listed
from auva.annotations.context import Context
from auva.annotations.format import Format, only_file
from auva.annotations.frames import sparse_frames, up_to_the_end
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.annotations.text import (
    Text,
    check_last_line,
    parse_number,
    read_text,
    shown,
    split_fields,
)
from auva.errors import InputError, suggest
from auva.units import VA_NAMES

_KEYS = ("image", "image_location")
_ALL_UNITS = "aus"
_EXPRESSIONS = ("expression", "neutral", "anger", "disgust", "fear", "happiness", "sadness")
_OTHERS = (*_EXPRESSIONS, "surprise", "other")
_PICTURE = re.compile(r"(\d+)\.(?:jpe?g|png|bmp)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class _List:
    """The rows of one video: how many lines come before each, their frames, their columns."""

    text: Text
    before: np.ndarray
    frame: np.ndarray
    names: list[str]
    values: np.ndarray
    left_out: tuple[str, ...]


def names_of(text: Text) -> list[str]:
    """Return the columns' names in lower case, with `aus` spelt out as its twelve units."""
    spelt: list[str] = []
    for name in header_names(text, ","):
        units = [f"au{number}" for number in TWELVE]
        spelt += units if name.lower() == _ALL_UNITS else [name.lower()]
    return spelt


def is_list(text: Text, kind: str) -> bool:
    """Return whether the first line names pictures and labels of `kind` ("au" or "va")."""
    names = names_of(text)
    labels = [name in VA_NAMES if kind == "va" else bool(unit_number(name)) for name in names]
    return names[0] in _KEYS and any(labels)


def read_action_units(path: Path, context: Context) -> ActionUnits:
    """Read the Action Units of one video of a list of pictures.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line; if no folder is the sheet's video.
    """
    found = _read(path, context)
    numbers = {unit_number(name): place for place, name in enumerate(found.names)}
    units = [number for number in numbers if number]
    asked = context.units
    check_some(units, asked, path)
    codes = found.values[:, [numbers[number] for number in units]]
    presence, mask = coded_units(found.text, units, codes, asked, found.before)
    left_out = (*found.left_out, *left_out_columns(units, asked))
    table = ActionUnits(
        found.frame, presence, mask, frames_of="original", left_out=left_out, units=asked
    )
    return up_to_the_end(table, context.timeline.original)


def read_valence_arousal(path: Path, context: Context) -> ValenceArousal:
    """Read valence and arousal of one video of a list of pictures; errors as for the units."""
    found = _read(path, context)
    for name in VA_NAMES:
        if name not in found.names:
            cause = f"column '{name}' is missing{suggest(name, found.names)}"
            raise InputError(cause, path, 1)
    values = found.values[:, [found.names.index(name) for name in VA_NAMES]]
    affect = coded_affect(found.text, values, found.before)
    table = ValenceArousal(affect, frame=found.frame, frames_of="original", left_out=found.left_out)
    return up_to_the_end(table, context.timeline.original)


def _read(path: Path, context: Context) -> _List:
    text = read_text(path)
    names = names_of(text)
    if names[0] not in _KEYS:
        raise InputError(f"the first column is not {' or '.join(_KEYS)}", path, 1)
    _check_names(path, names)
    pictures = [_picture(path, number, line) for number, line in _lines(text)]
    folder, others = _folder(path, [place for place, _ in pictures], context)
    rows = np.array([k for k, (place, _) in enumerate(pictures) if place == folder], int)
    before = rows + 1
    frame = np.array([pictures[row][1] for row in rows.tolist()], float)
    values = _values(text, before, len(names) - 1)
    left_out = (f"pictures of {listed(others)}",) if others else ()
    return _List(text, before, sparse_frames(text, before, frame, 1), names[1:], values, left_out)


def _check_names(path: Path, names: Sequence[str]) -> None:
    for place, name in enumerate(names[1:], start=1):
        if name in names[:place]:
            raise InputError(f"column '{name}' is named twice", path, 1)
        if not (name in VA_NAMES or name in _OTHERS or unit_number(name)):
            known = (*VA_NAMES, *_OTHERS, _ALL_UNITS, *(f"au{number}" for number in TWELVE))
            raise InputError(f"unknown column {shown(name)}{suggest(name, known)}", path, 1)


def _lines(text: Text) -> list[tuple[int, str]]:
    if len(text.lines) < 2:
        raise InputError("no pictures follow the header", text.path)
    return list(enumerate(text.lines[1:], start=2))


def _picture(path: Path, number: int, line: str) -> tuple[str, int]:
    """Return the folder and the frame of the picture that a line names."""
    if not line.strip():
        raise InputError("a blank line between the pictures", path, number)
    name = split_fields(path, number, line, ",")[0].strip()
    place = PurePosixPath(name.replace("\\", "/"))
    match = _PICTURE.fullmatch(place.name)
    if not match or len(match[1]) > 12:
        cause = f"{shown(name)} is not a picture of a frame (as VIDEO/00001.jpg)"
        raise InputError(cause, path, number)
    return place.parent.name, int(match[1])


def _folder(path: Path, places: Sequence[str], context: Context) -> tuple[str, list[str]]:
    """Return the folder of the sheet's video or subject, and the names of the others."""
    known = list(dict.fromkeys(places))
    stem = Path(context.medium).stem
    wanted = [name for name in (context.subject, stem) if name]
    folder = next((name for name in wanted if name in known), None)
    if folder is None and len(known) == 1 and (not wanted or not known[0]):
        folder = known[0]
    if folder is None:
        asked = f"none is named after {' or '.join(wanted)}" if wanted else "which one is meant?"
        cause = f"the pictures are of {listed(known)}; {asked} (the sheet's subject can name one)"
        raise InputError(cause, path)
    return folder, [name for name in known if name != folder]


def _values(text: Text, before: np.ndarray, columns: int) -> np.ndarray:
    """Return the numbers after the picture's name, float64 [rows, columns]."""
    values = np.empty((len(before), columns))
    for place, row in enumerate(before.tolist()):
        fields = split_fields(text.path, row + 1, text.lines[row], ",")
        if len(fields) != columns + 1:
            cause = f"{len(fields)} fields where {columns + 1} are expected"
            raise InputError(cause, text.path, row + 1)
        values[place] = [
            parse_number(text.path, row + 1, field, empty=True) for field in fields[1:]
        ]
    if not text.ended and before[-1] + 1 == len(text.lines):
        check_last_line(text, [text.lines[row] for row in before.tolist()], ",")
    return values


FORMATS = (
    Format(
        name="abaw_images",
        kind="au",
        recognise=lambda content: is_list(content.text, "au"),
        read=lambda files, context: read_action_units(only_file(files, "abaw_images"), context),
        write=None,
        content="ABAW's multi-task annotations and submissions: `image` or `image_location` "
        "(`VIDEO/00001.jpg`), then `aus` (twelve columns) or `AU1` …, -1 unlabelled; of the "
        "folder named after the video, or after `subject`",
        frames="of the original video, by the picture's number; frames without a picture are "
        "unlabelled",
        frames_of="original",
    ),
    Format(
        name="abaw_images",
        kind="va",
        recognise=lambda content: is_list(content.text, "va"),
        read=lambda files, context: read_valence_arousal(only_file(files, "abaw_images"), context),
        write=None,
        content="the same files: `valence` and `arousal`, -5 unlabelled",
        frames="of the original video, by the picture's number; frames without a picture are "
        "unlabelled",
        frames_of="original",
    ),
)
