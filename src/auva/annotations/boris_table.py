"""The rows of the tables that BORIS exports, by their columns, with their lines."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auva.annotations.text import Text
from auva.errors import InputError

OBSERVATION, SUBJECT, BEHAVIOUR = "Observation id", "Subject", "Behavior"
TYPES = ("Behavior type", "Status")
TIME, START, STOP = "Time", "Start (s)", "Stop (s)"
TIMES = (TIME, START)
"""Columns with the begin of a row."""

DURATION, TOTAL = "Media duration (s)", "Total length"
OFFSET, SOURCE = "Time offset (s)", "Source"
COMMENTS = ("Comment start", "Comment")
"""Columns of what a coder remarks on an event where it begins."""
MEDIA = ("Media file name", "Media file path", "Media file")
_USED = {OBSERVATION, SUBJECT, BEHAVIOUR, *TYPES, *TIMES, STOP, DURATION, TOTAL, OFFSET, SOURCE}

_MODIFIER = re.compile(r"modifiers?(?: ?#? ?\d+)?", re.IGNORECASE | re.ASCII)
_UNSAID = ("", "NA", "None")
_PREAMBLE = 60
"""Lines in which the header is looked for: version 7 puts the observation's variables above it."""


@dataclass(frozen=True)
class Row:
    """One row: its line, and its cells by column."""

    line: int
    cells: dict[str, str]

    @property
    def modifier(self) -> str:
        """What all modifiers say; BORIS writes None where one could be chosen and was not."""
        cells = [cell for name, cell in self.cells.items() if _MODIFIER.fullmatch(name)]
        parts = [part.strip() for cell in cells for part in cell.split("|")]
        return " ".join(part for part in parts if part not in _UNSAID)


def column(row: Row, names: Sequence[str]) -> str:
    """Return the cell of the first of some columns that the table has, else nothing."""
    return next((row.cells[name] for name in names if name in row.cells), "")


def find_header(
    lines: Sequence[str], is_header: Callable[[set[str]], bool]
) -> tuple[int, str] | None:
    """Return the 0-based line of the header and its delimiter, or None if there is none."""
    for number, line in enumerate(lines[:_PREAMBLE]):
        for delimiter in ("\t", ",", ";"):
            if is_header({name.strip().strip('"') for name in line.split(delimiter)}):
                return number, delimiter
    return None


def preamble(text: Text, skip: int, delimiter: str) -> list[list[str]]:
    """Return the cells of the lines above the header."""
    lines = csv.reader(text.lines[:skip], delimiter=delimiter)
    try:
        return [[cell.strip() for cell in cells] for cells in lines]
    except csv.Error as error:
        raise InputError(f"not a readable table: {error}", text.path, lines.line_num) from None


def joined(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a table that BORIS' own readers read: tabs, quotes where a cell needs them."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue()


def read_rows(text: Text, skip: int, delimiter: str) -> list[Row]:
    """Return the rows below the header.

    Parameters
    ----------
    text : Text
        The file.
    skip : int
        The 0-based line of the header.
    delimiter : str
        What separates the cells.

    Raises
    ------
    InputError
        For the first row that has another number of cells than the header, for a column that is
        named twice, for a table without rows.
    """
    rows = list(_rows(text, skip, delimiter))
    if not rows:
        raise InputError("no events follow the header", text.path)
    if not text.ended and [*rows[-1].cells][-1] in (*TIMES, STOP, DURATION, TOTAL):
        cause = "the file ends within this line (it was cut off)"
        raise InputError(cause, text.path, rows[-1].line)
    return rows


def _rows(text: Text, skip: int, delimiter: str) -> Iterator[Row]:
    lines = io.StringIO("\n".join(text.lines[skip:]), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    try:
        for cells in reader:
            line = skip + reader.line_num
            cells = [cell.strip() for cell in cells]
            if not header:
                header = cells
                _check_header(text.path, line, header)
                continue
            if len(cells) != len(header):
                cause = f"{len(cells)} cells where the header has {len(header)}"
                raise InputError(cause, text.path, line)
            yield Row(line, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        line = skip + reader.line_num
        raise InputError(f"not a readable table: {error}", text.path, line) from None


def _check_header(path: Path, line: int, names: Sequence[str]) -> None:
    for name in names:
        used = name in _USED or name in MEDIA or _MODIFIER.fullmatch(name)
        if used and names.count(name) > 1:
            raise InputError(f"column '{name}' is named twice", path, line)
