"""`quality.csv`: how near the generated images of a run's checkpoints are to real ones."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.errors import InputError
from auva.records.table import check_rising, read_table, real, whole, write_table

if TYPE_CHECKING:
    import pandas as pd

QUALITY = {
    "iteration": whole(),
    "kid": real(),
    "kid_std": real(0),
    "floor": real(),
    "floor_std": real(0),
    "diversity": real(0),
    "collapsed": whole(0, 1),
    "images": whole(1),
}
"""Columns of `quality.csv`."""


def write_quality(path: str | Path, table: "pd.DataFrame") -> None:
    """Write a row per measured checkpoint."""
    write_table(path, tuple(QUALITY), table)


def read_quality(path: str | Path) -> "pd.DataFrame":
    """Read what was measured.

    Raises
    ------
    InputError
        If the file is missing, damaged, empty or no such table.
    """
    table = read_table(path, "table of image quality", QUALITY)
    if table.empty:
        raise InputError("holds no checkpoint", path)
    check_rising(table["iteration"].to_numpy(), "iteration", path)
    return table
