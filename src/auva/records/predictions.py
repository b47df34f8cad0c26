"""The table of predictions of one video: one row per frame, whether a face was kept or not."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.records.table import check_numbered, read_table, real, text, whole, write_table
from auva.records.track import FACE, NONE
from auva.units import AU_NAMES, VA_NAMES

if TYPE_CHECKING:
    import pandas as pd

DECISIONS = tuple(f"{au}_present" for au in AU_NAMES)
PREDICTIONS = {
    "frame": whole(1),
    "time": real(0),
    **dict.fromkeys((*AU_NAMES, *DECISIONS), real(0, 1, empty=True)),
    **dict.fromkeys(VA_NAMES, real(-1, 1, empty=True)),
    "fake": real(0, 1, empty=True),
    "status": text(FACE, NONE),
    "reason": text(),
}
"""Columns of `predictions/{video}.csv`."""


def write_predictions(path: str | Path, table: "pd.DataFrame") -> None:
    """Write a table with the columns of `PREDICTIONS`, NaN where nothing is predicted."""
    write_table(path, tuple(PREDICTIONS), table)


def read_predictions(path: str | Path) -> "pd.DataFrame":
    """Read a table of predictions.

    Raises
    ------
    InputError
        If it is missing, damaged or no such table.
    """
    table = read_table(path, "table of predictions", PREDICTIONS)
    check_numbered(table["frame"].to_numpy(), path)
    return table
