"""Reading tables of numbers from unchecked text.

Every reader goes through `read_text` and `parse_numbers`. Well-formed files take a vectorised way;
a file that is not takes a slow one, which finds the line that is wrong.
"""

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auva import reading
from auva.errors import InputError

MAX_BYTES = reading.MAX_BYTES

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NAN = re.compile(
    # "-nan(ind)" and "1.#QNAN" are what C and C++ on Windows print, NA is R's.
    r"[+-]?nan(\(\w*\))?|[+-]?1\.#(IND|[QS]NAN)0*|NA|N/A",
    re.ASCII | re.IGNORECASE,
)
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks and their encodings (UTF-32 first: its mark begins with UTF-16's)."""

_UNFINISHED = re.compile(r".*[.eE+-]")
_ZIP = b"PK\x03\x04"
_FEW_LINES = 10
_SHOWN = 40


@dataclass(frozen=True)
class Text:
    """The lines of a text file, without line ends and without blank lines at its end.

    Attributes
    ----------
    path : Path
        The file.
    lines : list of str
        Its lines; line k of the file is `lines[k - 1]`.
    ended : bool
        Whether the last line has a line end; a file that was cut off mostly has none.
    """

    path: Path
    lines: list[str]
    ended: bool


def read_bytes(path: str | Path, limit: int = MAX_BYTES) -> bytes:
    """Return the content of a file, or raise an `InputError` that says why it cannot be read."""
    return reading.read_bytes(path, "annotation file", limit)


def read_text(path: str | Path) -> Text:
    """Read a text file.

    Raises
    ------
    InputError
        If the file is missing, empty, not UTF-8 (or UTF-16 or UTF-32 with its byte order mark) or
        has characters that text does not have.
    """
    path = Path(path)
    text = _decoded(path, read_bytes(path))
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise InputError("not a text file in UTF-8 (it has control characters)", path, line)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ended = not lines[-1].strip()
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise InputError("the annotation file is empty", path)
    return Text(path, lines, ended)


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith(_ZIP):
        raise InputError("an Excel workbook or another zip archive; export it as CSV", path)
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        cause = f"not a text file in {encoding.upper().removesuffix('-SIG')}; save it as UTF-8"
        raise InputError(cause, path, data.count(b"\n", 0, error.start) + 1) from None


def parse_numbers(
    text: Text, skip: int, columns: int, delimiter: str | None, empty: bool = False
) -> np.ndarray:
    """Parse the lines after the first `skip` as a table of numbers.

    Parameters
    ----------
    text : Text
        The file.
    skip : int
        How many lines to pass over.
    columns : int
        How many fields each line must have.
    delimiter : str or None
        What separates fields; None: blanks and tabs.
    empty : bool
        Whether an empty field means NaN.

    Returns
    -------
    float64 array [lines, columns]
        Row k is line `skip + k + 1` of the file. NaN where the file says nan.

    Raises
    ------
    InputError
        For the first line with another number of fields or a field that is not a number.
    """
    lines = text.lines[skip:]
    if not lines:
        raise InputError("no frames follow the header", text.path)
    table = _parse_fast(lines, columns, delimiter)
    if table is None:
        table = _parse_slowly(text.path, skip, lines, columns, delimiter, empty)
    if not text.ended:
        check_last_line(text, lines, delimiter)
    return table


def pick_fields(text: Text, columns: int, delimiter: str, wanted: Sequence[int]) -> Text:
    """Return the text with some fields of each line alone; what the others hold is not looked at.

    Raises
    ------
    InputError
        For the first line with another number of fields than `columns`.
    """
    picked = []
    for number, line in enumerate(text.lines, start=1):
        fields = split_fields(text.path, number, line, delimiter)
        if len(fields) != columns:
            cause = f"{len(fields)} fields where {columns} are expected"
            raise InputError(cause, text.path, number)
        picked.append(delimiter.join([fields[column] for column in wanted]))
    # A line that was cut off lacks fields, unless its last field is wanted itself.
    return Text(text.path, picked, text.ended or columns - 1 not in wanted)


def split_fields(path: Path, number: int, line: str, delimiter: str) -> list[str]:
    """Return the fields of line `number`; quotes around a field, as R writes them, are taken off.

    Raises
    ------
    InputError
        For a quote that is not closed within the line.
    """
    if '"' not in line:
        return line.split(delimiter)
    try:
        reader = csv.reader([line], delimiter=delimiter, skipinitialspace=True, strict=True)
        return next(reader)
    except csv.Error as error:
        raise InputError(f"quotes that do not fit together: {error}", path, number) from None


def unquoted(text: Text, delimiter: str) -> Text:
    """Return a text without the quotes around its fields; itself if it has none."""
    if not any('"' in line for line in text.lines):
        return text
    lines = [
        delimiter.join(split_fields(text.path, number, line, delimiter))
        for number, line in enumerate(text.lines, start=1)
    ]
    return Text(text.path, lines, text.ended)


def row_error(text: Text, skip: int, row: int, cause: str) -> InputError:
    """Return the error for row `row` of the table that follows the first `skip` lines."""
    return InputError(cause, text.path, skip + row + 1)


def first_true(wrong: np.ndarray) -> tuple[int, int]:
    """Return (row, column) of the first true entry, rows first."""
    row, column = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    return int(row), int(column)


def shown(field: str) -> str:
    """Return a field as it is quoted in a message: short and printable."""
    short = field if len(field) <= _SHOWN else f"{field[:_SHOWN]}…"
    return "'" + "".join(char if char.isprintable() else "?" for char in short) + "'"


def _parse_fast(lines: Sequence[str], columns: int, delimiter: str | None) -> np.ndarray | None:
    """Return the table, or None if anything about the lines is unusual."""
    try:
        table = np.loadtxt(lines, np.float64, comments=None, delimiter=delimiter, ndmin=2)
    except ValueError:
        return None
    fits = table.shape == (len(lines), columns) and not np.isinf(table).any()
    return table if fits else None


def _parse_slowly(
    path: Path, skip: int, lines: Sequence[str], columns: int, delimiter: str | None, empty: bool
) -> np.ndarray:
    table = np.empty((len(lines), columns))
    for row, line in enumerate(lines):
        number = skip + row + 1
        if not line.strip():
            raise InputError("a blank line between the frames", path, number)
        fields = line.split(delimiter)
        if len(fields) != columns:
            cause = f"{len(fields)} fields where {columns} are expected"
            raise InputError(cause, path, number)
        table[row] = [parse_number(path, number, field, empty) for field in fields]
    return table


def is_number(field: str) -> bool:
    """Return whether a field is a number or says nan."""
    word = field.strip()
    return bool(_NUMBER.fullmatch(word) or _NAN.fullmatch(word))


def parse_number(path: Path, line: int, field: str, empty: bool = False) -> float:
    """Return a field as a number, NaN where it says nan (or is empty and may be)."""
    word = field.strip(" \t")
    if (empty and not word) or _NAN.fullmatch(word):
        return np.nan
    if not _NUMBER.fullmatch(word):
        raise InputError(f"{shown(word)} is not a number", path, line)
    value = float(word)
    if np.isinf(value):
        raise InputError(f"{shown(word)} is too large a number", path, line)
    return value


def check_last_line(text: Text, lines: Sequence[str], delimiter: str | None) -> None:
    """Refuse a last line without a line end whose last number was visibly cut off.

    A number may look whole and yet be the first part of a longer one. Where every other line ends
    in a number with the same count of decimals, fewer of them in the last line give that away.
    """
    last = lines[-1].split(delimiter)[-1].strip()
    fewer = len(lines) > _FEW_LINES and _decimals(last) < _common_decimals(lines[:-1], delimiter)
    if _UNFINISHED.fullmatch(last) or fewer:
        cause = "the file ends within this line (it was cut off)"
        raise InputError(cause, text.path, len(text.lines))


def _decimals(field: str) -> int:
    return len(field.strip().partition(".")[2])


def _common_decimals(lines: Sequence[str], delimiter: str | None) -> int:
    """Return the decimals of the last fields if all have as many, else 0."""
    counts = {_decimals(line.split(delimiter)[-1]) for line in lines}
    return counts.pop() if len(counts) == 1 else 0
