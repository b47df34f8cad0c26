"""The table of predictions of one video: one row per frame, whether a face was kept or not."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from auva.records.table import (
    Column,
    check_numbered,
    read_table,
    real,
    text,
    whole,
    write_table,
)
from auva.records.track import FACE, NONE
from auva.units import THESIS_NAMES, VA_NAMES, number_of

if TYPE_CHECKING:
    import pandas as pd


def decision(name: str) -> str:
    """Return the column that holds whether an Action Unit is decided to be present."""
    return f"{name}_present"


def units_in(names: Iterable[object]) -> tuple[str, ...]:
    """Return the Action Units among the names of columns, in their order."""
    return tuple(str(name) for name in names if number_of(name))


def prediction_columns(names: Iterable[object]) -> dict[str, Column]:
    """Return the columns of `predictions/{video}.csv`; `names` may be its header.

    The Action Units are those that are named, in that order, or the thesis' where there are none.
    """
    units = units_in(names) or THESIS_NAMES
    return {
        "frame": whole(1),
        "time": real(0),
        **dict.fromkeys((*units, *map(decision, units)), real(0, 1, empty=True)),
        **dict.fromkeys(VA_NAMES, real(-1, 1, empty=True)),
        "fake": real(0, 1, empty=True),
        "status": text(FACE, NONE),
        "reason": text(),
    }


def write_predictions(path: str | Path, table: "pd.DataFrame") -> None:
    """Write a table with its `prediction_columns`, NaN where nothing is predicted."""
    write_table(path, tuple(prediction_columns(table.columns)), table)


def read_predictions(path: str | Path) -> "pd.DataFrame":
    """Read a table of predictions.

    Raises
    ------
    InputError
        If it is missing, damaged or no such table.
    """
    table = read_table(path, "table of predictions", prediction_columns)
    check_numbered(table["frame"].to_numpy(), path)
    return table
