"""CSV tables for people: what a spreadsheet would run as a formula stays text."""

import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from auva.files import write_csv

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?%?", re.ASCII)
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r\n]")


def neutral(text: str) -> str:
    """Return a cell's text so that spreadsheets show it and run nothing.

    They take a cell that begins with `=`, `+`, `-` or `@` (of any width) for a formula, also after
    blanks; a single quote before it makes it text. Numbers with a sign stay numbers.
    """
    if _NUMBER.fullmatch(text) or not _FORMULA.match(unicodedata.normalize("NFKC", text)):
        return text
    return f"'{text}"


def write_spreadsheet(path: str | Path, table: "pd.DataFrame", float_format: str = "%.6g") -> None:
    """Write a table as CSV for people, whole or not at all; text cells and headings are `neutral`.

    Tables that a program reads back are written by `auva.files.write_csv`.
    """
    shown = table.rename(columns=lambda name: neutral(str(name)))
    for place, kind in enumerate(shown.dtypes):
        if kind.kind == "O":  # text, also in pandas' own types
            column = shown.iloc[:, place].astype(object)
            cells = column.map(lambda cell: neutral(cell) if isinstance(cell, str) else cell)
            shown.isetitem(place, cells.to_numpy())
    write_csv(path, shown, float_format)
