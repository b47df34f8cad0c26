"""DISFA's Action Units: a file per unit, a line `frame,intensity` per frame.

As published (Mavadati et al., DISFA, IEEE Transactions on Affective Computing 2013): files called
`SN001_au12.txt`, frames from 1, intensities 0 (absent) and 1 to 5 (FACS A to E), every frame coded.
A unit is present from intensity 1 on, FACS' A; studies that count from 2 say so by the `threshold`
of the layout.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auva.annotations.context import Context
from auva.annotations.format import Content, Files, Format
from auva.annotations.frames import check_counting
from auva.annotations.layout import threshold_of
from auva.annotations.tables import MAX_INTENSITY, ActionUnits
from auva.annotations.text import parse_numbers, read_text, row_error
from auva.errors import InputError
from auva.units import names_of

THRESHOLD = 1.0
"""The intensity from which a unit is present, where the layout says no other."""

_NAME = re.compile(r".*?(?<![a-z])au[_ -]?0*(\d{1,2})", re.ASCII | re.IGNORECASE)
_ROW = re.compile(r"\s*\d+\s*,\s*\d+(\.0*)?\s*", re.ASCII)


def unit_of_file(path: Path) -> int | None:
    """Return the FACS number in a file's name (`SN001_au12.txt`), or None."""
    match = _NAME.fullmatch(path.stem)
    return int(match[1]) if match else None


def read(files: Files, context: Context) -> ActionUnits:
    """Read the files of one video; units without a file are not labelled.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its file and line: a file whose name has no unit,
        two of one unit, files of different lengths, an intensity beyond 0 to 5.
    """
    asked = context.units
    units = _by_unit(files, asked)
    threshold, default = threshold_of(context.layout, THRESHOLD)
    columns = {number: _read_one(path) for number, path in units.items()}
    first = next(iter(units))
    rows = len(columns[first])
    for number, path in units.items():
        if len(columns[number]) != rows:
            cause = f"{len(columns[number])} frames, but {units[first]} has {rows}"
            raise InputError(cause, path)
    intensity = np.full((rows, len(asked)), np.nan)
    for number in set(columns) & set(asked):
        intensity[:, asked.index(number)] = columns[number]
    others = [path.name for number, path in units.items() if number not in asked]
    return ActionUnits(
        np.arange(1, rows + 1),
        intensity >= threshold,
        ~np.isnan(intensity),
        intensity,
        "original",
        left_out=tuple(others),
        read_as=(f"present from intensity {threshold:g} on{default}",),
        units=asked,
        stated=~np.isnan(intensity),
    )


def _by_unit(files: Files, asked: Sequence[int]) -> dict[int, Path]:
    units: dict[int, Path] = {}
    for path in files:
        number = unit_of_file(path)
        if number is None:
            raise InputError("DISFA's file names tell the unit (as SN001_au12.txt)", path)
        if number in units:
            raise InputError(f"a second file of AU{number}: {units[number]}", path)
        units[number] = path
    if not set(units) & set(asked):
        cause = f"none of the files is of one of {', '.join(names_of(asked))}"
        raise InputError(cause, files[0])
    return units


def _read_one(path: Path) -> np.ndarray:
    text = read_text(path)
    table = parse_numbers(text, 0, 2, ",")
    check_counting(text, 0, table[:, 0])
    wrong = ~((table[:, 1] >= 0) & (table[:, 1] <= MAX_INTENSITY) & (table[:, 1] % 1 == 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise row_error(text, 0, row, f"intensity {table[row, 1]:.6g} is not one of 0 to 5")
    return table[:, 1]


def _recognise(content: Content) -> bool:
    return unit_of_file(content.files[0]) is not None and bool(_ROW.fullmatch(content.first))


FORMATS = (
    Format(
        name="disfa",
        kind="au",
        recognise=_recognise,
        read=read,
        write=None,
        content="DISFA: a file per unit (`SN001_au12.txt`), named one by one (separated by `\\|`) "
        "or by their folder; lines `frame,intensity`; a unit is present from intensity 1 on, or "
        "from the `threshold` of the layout",
        frames="of the original video, from 1, without gaps",
        frames_of="original",
        masks=False,
        intensities=True,
        layout=frozenset(("threshold",)),
    ),
)
