"""A table with a header: its columns by name; other columns are allowed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auva.annotations.text import Text, parse_numbers, pick_fields, read_text, split_fields
from auva.errors import InputError, suggest

_FEW = 4


@dataclass(frozen=True)
class Columns:
    """The columns of a table whose first line names them.

    Attributes
    ----------
    text : Text
        The file.
    names : list of str
        Their names, without blanks and quotes around them.
    delimiter : str
        What separates them.
    """

    text: Text
    names: list[str]
    delimiter: str = ","

    def need(self, *wanted: str) -> None:
        """Raise an `InputError` unless each of these columns is there."""
        for name in wanted:
            if name not in self.names:
                cause = f"column '{name}' is missing{suggest(name, self.names)}"
                raise InputError(cause, self.text.path, 1)

    def numbers(self, wanted: Iterable[str]) -> dict[str, np.ndarray]:
        """Return the numbers of the columns that are there, as float64 [rows]; empty is NaN.

        The content of other columns is not checked.

        Raises
        ------
        InputError
            For a column that is named twice, and for the first wrong line.
        """
        used = [name for name in wanted if name in self.names]
        places = [self._place(name) for name in used]
        picked = pick_fields(self.text, len(self.names), self.delimiter, places)
        table = parse_numbers(picked, 1, len(used), self.delimiter, empty=True)
        return dict(zip(used, table.T, strict=True))

    def words(self, name: str) -> list[str]:
        """Return what a column holds, row by row, without blanks around it."""
        place = self._place(name)
        lines = enumerate(self.text.lines[1:], start=2)
        fields = (self._fields(number, line) for number, line in lines)
        return [row[place].strip() for row in fields]

    def _fields(self, number: int, line: str) -> list[str]:
        fields = split_fields(self.text.path, number, line, self.delimiter)
        if len(fields) != len(self.names):
            cause = f"{len(fields)} fields where {len(self.names)} are expected"
            raise InputError(cause, self.text.path, number)
        return fields

    def _place(self, name: str) -> int:
        if self.names.count(name) > 1:
            raise InputError(f"column '{name}' is named twice", self.text.path, 1)
        return self.names.index(name)


def read_columns(path: Path, delimiter: str = ",") -> Columns:
    """Read a file and the names in its first line; an `InputError` where that cannot be done."""
    text = read_text(path)
    return Columns(text, header_names(text, delimiter), delimiter)


def header_names(text: Text, delimiter: str) -> list[str]:
    """Return the names that the first line has, without blanks and quotes around them."""
    return [name.strip() for name in split_fields(text.path, 1, text.lines[0], delimiter)]


def listed(names: Sequence[str]) -> str:
    """Return some names in a few words: the first ones, and how many more there are."""
    shown = ", ".join(name or "''" for name in names[:_FEW])
    return f"{shown} and {len(names) - _FEW} more" if len(names) > _FEW else shown
