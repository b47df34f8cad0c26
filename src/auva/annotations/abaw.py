"""The text files of Aff-Wild2 and the ABAW competitions: a header, then one row per source frame.

Facts as published with the database (Kollias and Zafeiriou, Aff-Wild2) and seen in the competitors'
readers: fields are separated by commas; valence and arousal lie in [-1, 1] and are -5 where a frame
is not labelled; Action Units are 0 or 1, and -1 where not labelled; competitions of 2020 name the
eight Action Units of the thesis, later ones twelve, among which AU20 is missing.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from auva.annotations.columns import header_names, listed
from auva.annotations.context import Context
from auva.annotations.format import Format, only_file
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.annotations.text import (
    Text,
    first_true,
    parse_numbers,
    read_text,
    row_error,
    shown,
    unquoted,
)
from auva.errors import InputError, suggest
from auva.files import write_text
from auva.units import DESCRIPTIONS, VA_NAMES, names_of

TWELVE = (1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26)
"""The units of the later competitions' files."""

UNLABELLED_AU = -1
UNLABELLED_VA = -5
_ROW_NAMES = frozenset(("frame", "time", "timestamp", "image", "image_location", "input"))
"""Columns that say which frame a row is of; files of this format have none."""

_AU_NAME = re.compile(r"AU0*(\d{1,2})", re.ASCII | re.IGNORECASE)


def read_action_units(path: str | Path, context: Context | None = None) -> ActionUnits:
    """Read an ABAW Action Unit file; AUs that are not asked for are checked and left out.

    An AU that the file does not name is masked throughout. An empty field and nan are unlabelled
    like -1 and -5.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line.
    """
    text, asked = read_text(path), (context or Context()).units
    numbers = _au_header(text, asked)
    table = parse_numbers(unquoted(text, ","), 1, len(numbers), ",", empty=True)
    presence, mask = coded_units(text, numbers, table, asked)
    left_out = left_out_columns(numbers, asked)
    frame = np.arange(1, len(table) + 1)
    return ActionUnits(frame, presence, mask, frames_of="original", left_out=left_out, units=asked)


def read_valence_arousal(path: str | Path) -> ValenceArousal:
    """Read an ABAW valence and arousal file; -5, an empty field and nan are unlabelled.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line.
    """
    text = read_text(path)
    names = _va_header(text)
    table = parse_numbers(unquoted(text, ","), 1, len(names), ",", empty=True)
    return ValenceArousal(coded_affect(text, table[:, [names.index(name) for name in VA_NAMES]]))


def coded_units(
    text: Text,
    numbers: Sequence[int],
    table: np.ndarray,
    asked: Sequence[int],
    before: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return presence uint8 [rows, u] and mask bool [rows, u] of columns of 0, 1 and -1.

    Parameters
    ----------
    text : Text
        The file, for messages; its first line is a header.
    numbers : sequence of int
        The FACS number of each column.
    table : float64 array [rows, columns]
        The codes; -1, -5 and NaN are unlabelled.
    asked : sequence of int
        The FACS numbers of the u columns of the result.
    before : int array [rows], optional
        How many lines come before each row; by default a header and the rows above.
    """
    labelled = (table == 0) | (table == 1)
    wrong = ~(labelled | (table == UNLABELLED_AU) | (table == UNLABELLED_VA) | np.isnan(table))
    if wrong.any():
        row, column = first_true(wrong)
        cause = f"AU{numbers[column]} is {table[row, column]:.6g}, not 0, 1 or -1 (unlabelled)"
        raise row_error(text, 0, _before(before, row), cause)
    presence = np.zeros((len(table), len(asked)), np.uint8)
    mask = np.zeros((len(table), len(asked)), bool)
    for column, number in enumerate(numbers):
        if number in asked:
            unit = asked.index(number)
            presence[:, unit] = table[:, column] == 1
            mask[:, unit] = labelled[:, column]
    return presence, mask


def coded_affect(text: Text, values: np.ndarray, before: np.ndarray | None = None) -> np.ndarray:
    """Return valence and arousal, float64 [rows, 2], with NaN for -5; `before` as above."""
    mask = ~((values == UNLABELLED_VA) | np.isnan(values))
    wrong = mask & ~(np.abs(values) <= 1)
    if wrong.any():
        row, column = first_true(wrong)
        value = f"{VA_NAMES[column]} {values[row, column]:.6g} is outside [-1, 1]"
        cause = f"{value}; a table on another scale needs a va_layout"
        raise row_error(text, 0, _before(before, row), cause)
    return np.where(mask, values, np.nan)


def _before(before: np.ndarray | None, row: int) -> int:
    return row + 1 if before is None else int(before[row])


def other_units(numbers: Sequence[int], asked: Sequence[int]) -> list[str]:
    """Return the names of the units that are not asked for."""
    return [f"AU{number}" for number in numbers if number not in asked]


def left_out_columns(numbers: Sequence[int], asked: Sequence[int]) -> tuple[str, ...]:
    """Return in words which columns of units are not asked for."""
    others = other_units(numbers, asked)
    return (f"columns {listed(others)}",) if others else ()


def write_action_units(
    path: str | Path, table: ActionUnits, header: Sequence[int] | None = None
) -> None:
    """Write an ABAW Action Unit file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file.
    table : ActionUnits
        The table.
    header : sequence of int, optional
        Units of the columns, as `TWELVE`, by default those of the table; one that the table lacks
        is unlabelled.

    Raises
    ------
    InputError
        If the table has labels of a unit that the header lacks.
    """
    header = header or table.units
    codes = np.full((len(table), len(header)), UNLABELLED_AU)
    for unit, number in enumerate(table.units):
        known = table.mask[:, unit]
        if number in header:
            codes[known, header.index(number)] = table.presence[known, unit]
        elif known.any():
            raise InputError(f"this header of the format abaw has no AU{number}", path)
    write_text(path, _joined([f"AU{number}" for number in header], codes))


def write_valence_arousal(path: str | Path, table: ValenceArousal) -> None:
    """Write an ABAW valence and arousal file, whole or not at all."""
    write_text(path, _joined(VA_NAMES, np.where(table.mask, table.values, UNLABELLED_VA)))


def others(path: Path, asked: Sequence[int]) -> list[str]:
    """Return the columns of an Action Unit file that `read_action_units` leaves out."""
    return other_units(_au_header(read_text(path), asked), asked)


def unit_number(name: str) -> int | None:
    """Return the FACS number of a column's name ("AU12", "au01"), or None."""
    match = _AU_NAME.fullmatch(name)
    return int(match[1]) if match else None


def is_action_units(text: Text) -> bool:
    """Return whether the first line looks like the header of an AU file: units, no frames."""
    names = header_names(text, ",")
    return any(map(unit_number, names)) and not any(name.lower() in _ROW_NAMES for name in names)


def is_valence_arousal(text: Text) -> bool:
    """Return whether the first line looks like the header of a valence and arousal file."""
    names = [name.lower() for name in header_names(text, ",")]
    return len(names) <= len(VA_NAMES) and bool(set(names) & set(VA_NAMES))


def _au_header(text: Text, asked: Sequence[int]) -> list[int]:
    numbers = []
    for name in header_names(text, ","):
        number = unit_number(name)
        if number is None:
            cause = f"{shown(name)} is not an Action Unit{suggest(name, names_of(DESCRIPTIONS))}"
            raise InputError(cause, text.path, 1)
        if number in numbers:
            raise InputError(f"the header names AU{number} twice", text.path, 1)
        numbers.append(number)
    check_some(numbers, asked, text.path)
    return numbers


def check_some(numbers: Iterable[int], asked: Sequence[int], path: Path) -> None:
    """Raise an `InputError` if a header names none of the units that are asked for."""
    if not set(numbers) & set(asked):
        raise InputError(f"the header names none of {', '.join(names_of(asked))}", path, 1)


def _va_header(text: Text) -> list[str]:
    names = [name.lower() for name in header_names(text, ",")]
    for name in names:
        if name not in VA_NAMES:
            cause = f"{shown(name)} is neither valence nor arousal{suggest(name, VA_NAMES)}"
            raise InputError(cause, text.path, 1)
    if sorted(names) != sorted(VA_NAMES):
        raise InputError("the header must name valence and arousal once each", text.path, 1)
    return names


def _joined(names: Sequence[str], table: np.ndarray) -> str:
    """Return a header and rows; each number as the shortest text that reads back as itself."""
    rows = (",".join(map(repr, row)) for row in table.tolist())
    return "\n".join([",".join(names), *rows, ""])


FORMATS = (
    Format(
        name="abaw",
        kind="au",
        recognise=lambda content: is_action_units(content.text),
        read=lambda files, context: read_action_units(only_file(files, "abaw"), context),
        write=lambda files, table, context: write_action_units(only_file(files, "abaw"), table),
        content="Aff-Wild2: header with the 8 or 12 AU names, one row per frame, -1 unlabelled",
        frames="of the original video",
        frames_of="original",
        others=others,
    ),
    Format(
        name="abaw",
        kind="va",
        recognise=lambda content: is_valence_arousal(content.text),
        read=lambda files, context: read_valence_arousal(only_file(files, "abaw")),
        write=lambda files, table, context: write_valence_arousal(only_file(files, "abaw"), table),
        content="Aff-Wild2: header `valence,arousal`, one row per frame, -5 unlabelled",
        frames="of the original video",
        frames_of="original",
    ),
)
