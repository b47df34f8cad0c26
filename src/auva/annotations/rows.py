"""The rows of a table whose layout the user states: times or frames, and named values."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auva.annotations.columns import listed
from auva.annotations.context import Context
from auva.annotations.frames import sparse_frames
from auva.annotations.layout import Layout
from auva.annotations.media import the_video
from auva.annotations.spans import MAX_SECONDS
from auva.annotations.subjects import chosen_subject, folded
from auva.annotations.text import (
    Text,
    check_last_line,
    parse_number,
    read_text,
    row_error,
    shown,
    split_fields,
)
from auva.errors import InputError, suggest

_CLOCK = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]?\d(?:\.\d*)?)", re.ASCII)


@dataclass(frozen=True)
class Rows:
    """The rows of one video and person.

    Attributes
    ----------
    text : Text
        The file.
    before : int array [n]
        How many lines come before each row.
    at : float64 array [n]
        Ascending seconds, or int64 1-based frames.
    values : dict of str to float64 array [n]
        By the names of the layout ("valence", "AU12"); NaN where nothing is labelled.
    left_out : tuple of str
        Columns and rows that are left out, in words.
    """

    text: Text
    before: np.ndarray
    at: np.ndarray
    values: dict[str, np.ndarray]
    left_out: tuple[str, ...]

    def error(self, wrong: np.ndarray, cause: Callable[[int], str]) -> None:
        """Raise an `InputError` for the first row that is wrong, if there is one."""
        if wrong.any():
            row = int(np.argmax(wrong))
            raise row_error(self.text, int(self.before[row]), 0, cause(row))


def read_rows(path: Path, layout: Layout, names: Sequence[str], context: Context) -> Rows:
    """Read some columns of labels of a file.

    Parameters
    ----------
    path : Path
        The file.
    layout : Layout
        Its layout.
    names : sequence of str
        Which columns of labels, by the names of the layout.
    context : Context
        Its `medium` and `subject` choose the rows where the layout names such columns.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line.
    """
    text = read_text(path)
    mentioned = [layout.time, layout.subject, layout.video, *(layout.columns[n] for n in names)]
    table = _Table(text, layout, [column for column in mentioned if column])
    kept, left_out = _chosen(table, layout, context)
    before = layout.header + kept
    values = {name: table.values(layout.columns[name], kept) for name in names}
    at = _places(table, layout, kept)
    used = {layout.time, layout.subject, layout.video, *layout.columns.values()}
    others = [name for name in table.names if name not in used]
    if others and layout.header:
        left_out = (*left_out, f"columns {listed(others)}")
    rows = Rows(text, before, at, values, left_out)
    return rows if table.counts_frames else _without_repeats(rows)


class _Table:
    """The cells of the columns that a layout names."""

    def __init__(self, text: Text, layout: Layout, wanted: Iterable[str]) -> None:
        self.text = text
        self.layout = layout
        self.counts_frames = layout.unit in ("frames", "converted_frames")
        if layout.header >= len(text.lines):
            raise InputError(f"no rows follow the header (line {layout.header})", text.path)
        first = text.lines[max(layout.header, 1) - 1]
        self.separator = layout.separator or _separator(text, layout, first)
        cells = self._split(max(layout.header, 1), first)
        numbered = [str(number) for number in range(1, len(cells) + 1)]
        self.names = cells if layout.header else numbered
        places = {name: self._place(name) for name in wanted}
        self.columns: dict[str, list[str]] = {name: [] for name in places}
        lines = text.lines[layout.header :]
        for number, line in enumerate(lines, start=layout.header + 1):
            row = self._row(number, line)
            for name, place in places.items():
                self.columns[name].append(row[place])
        self.rows = len(lines)
        if not text.ended:
            pointed = [line.replace(layout.decimal, ".") for line in lines]
            check_last_line(text, pointed, None if self.separator == " " else self.separator)

    def _place(self, name: str) -> int:
        if self.names.count(name) != 1:
            cause = "occurs twice" if name in self.names else "is missing"
            hint = suggest(name, self.names) or f" (columns: {listed(self.names)})"
            line = self.layout.header or None
            raise InputError(f"column '{name}' of the layout {cause}{hint}", self.text.path, line)
        return self.names.index(name)

    def values(self, name: str, kept: np.ndarray) -> np.ndarray:
        """Return the numbers of a column of labels in the kept rows; NaN: not labelled."""
        cells = self.columns[name]
        known: dict[str, float] = {}
        result = np.empty(len(kept))
        for place, row in enumerate(kept.tolist()):
            cell = cells[row]
            if cell not in known:
                known[cell] = self._value(row, cell)
            result[place] = known[cell]
        return result

    def number(self, row: int, cell: str) -> float:
        """Return a cell as a number."""
        line, decimal = self.layout.header + row + 1, self.layout.decimal
        if decimal == "," and "." in cell:
            cause = f"{shown(cell)} has a point where the layout says a decimal comma"
            raise InputError(cause, self.text.path, line)
        if decimal == "." and re.fullmatch(r"[+-]?\d+,\d+", cell):
            cause = f"{shown(cell)} has a decimal comma (decimal: comma in the layout)"
            raise InputError(cause, self.text.path, line)
        return parse_number(self.text.path, line, cell.replace(decimal, "."), empty=True)

    def _value(self, row: int, cell: str) -> float:
        if cell in self.layout.words:
            return self.layout.words[cell]
        if cell in self.layout.missing:
            return np.nan
        value = self.number(row, cell)
        # A code as -5 means the same number however it is written (-5.0).
        return np.nan if any(_same(value, code) for code in self.layout.missing) else value

    def _split(self, number: int, line: str) -> list[str]:
        if self.separator == " ":
            return line.split()
        fields = split_fields(self.text.path, number, line, self.separator)
        return [field.strip() for field in fields]

    def _row(self, number: int, line: str) -> list[str]:
        if not line.strip():
            raise InputError("a blank line between the rows", self.text.path, number)
        cells = self._split(number, line)
        if len(cells) != len(self.names):
            cause = f"{len(cells)} fields where {len(self.names)} are expected"
            raise InputError(cause, self.text.path, number)
        return cells


def _separator(text: Text, layout: Layout, line: str) -> str:
    """Return the one separator that a line has, where only one can be meant."""
    found = [each for each in ("\t", ";", ",") if each in line]
    if layout.decimal == "," and not layout.header and "," in found:
        found.remove(",")
    if len(found) > 1:
        known = "the layout must say its separator (comma, semicolon, tab or space)"
        number = max(layout.header, 1)
        raise InputError(f"several characters can separate columns; {known}", text.path, number)
    # Of one column alone nothing is separated.
    return found[0] if found else ","


def _chosen(table: _Table, layout: Layout, context: Context) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the rows (from 0) of the sheet's video and person, and who else is left out."""
    kept = list(range(table.rows))
    left_out: list[str] = []
    if layout.video:
        cells = table.columns[layout.video]
        files = list(dict.fromkeys(cells))
        meant = video_rows(table.text.path, layout.video, files, context.medium)
        kept = [row for row in kept if cells[row] in meant]
        left_out += [f"{layout.video} {name}" for name in files if name not in meant]
    if layout.subject:
        cells = table.columns[layout.subject]
        people = list(dict.fromkeys(cells[row] for row in kept))
        person = chosen_subject(table.text.path, people, context.subject)
        kept = [row for row in kept if folded(cells[row]) == person]
        left_out += [f"{layout.subject} {name}" for name in people if folded(name) != person]
    return np.array(kept, int), tuple(left_out)


def video_rows(path: Path, column: str, files: Sequence[str], medium: str) -> set[str]:
    """Return which names in a column of videos are the sheet's video.

    Raises
    ------
    InputError
        If none is, or if there are several and the sheet's video is not known.
    """
    if len(files) == 1 and not medium:
        return set(files)
    meant = {files[place] for place in the_video(medium, files)}
    if not meant:
        asked = f"none is {shown(medium)}" if medium else "the video that is meant is not known"
        raise InputError(f"column '{column}' has {listed(files)}; {asked}", path)
    return meant


def _places(table: _Table, layout: Layout, kept: np.ndarray) -> np.ndarray:
    """Return the seconds or the 1-based frames of the kept rows."""
    if layout.time is None:
        return np.arange(1, len(kept) + 1)
    cells = table.columns[layout.time]
    read = _seconds if layout.unit == "clock" else table.number
    found = np.array([read(row, cells[row]) for row in kept.tolist()], float)
    before = layout.header + kept
    if not np.isfinite(found).all():
        row = int(np.argmin(np.isfinite(found)))
        raise row_error(table.text, int(before[row]), 0, f"no time in column '{layout.time}'")
    if table.counts_frames:
        return sparse_frames(table.text, before, found + layout.offset, layout.first or 0)
    time = (found + layout.offset) / (1000 if layout.unit == "ms" else 1)
    far = np.abs(time) > MAX_SECONDS
    if far.any():
        row = int(np.argmax(far))
        cause = f"the time {time[row]:.6g} s is not in a video (is the unit right?)"
        raise row_error(table.text, int(before[row]), 0, cause)
    return time


def _seconds(row: int, cell: str) -> float:
    match = _CLOCK.fullmatch(cell.replace(",", "."))
    return int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3]) if match else np.nan


def _without_repeats(rows: Rows) -> Rows:
    """Return rows whose times ascend; one that says again what the row above says is no second."""
    falls = np.diff(rows.at, prepend=-np.inf) < 0
    rows.error(falls, lambda row: f"the time {rows.at[row]:.9g} s comes after a later one")
    again = np.diff(rows.at, prepend=-np.inf) == 0
    for name, values in rows.values.items():
        other = again & ~np.isclose(values, np.roll(values, 1), rtol=0, atol=0, equal_nan=True)
        rows.error(other, lambda row, name=name: f"{name} has two values at {rows.at[row]:.9g} s")
    once = ~again
    values = {name: column[once] for name, column in rows.values.items()}
    left_out = rows.left_out
    if again.any():
        left_out = (*left_out, f"{int(again.sum())} rows that repeat a time and its values")
    return Rows(rows.text, rows.before[once], rows.at[once], values, left_out)


def _same(value: float, code: str) -> bool:
    try:
        return float(code) == value
    except ValueError:
        return False
