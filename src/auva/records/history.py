"""`history.csv`: the losses of a run over its iterations."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.errors import InputError
from auva.records.table import check_rising, read_table, real, table_writer, whole

if TYPE_CHECKING:
    import pandas as pd

_ITERATION = {"iteration": whole(1)}

EXPLODED = float(-np.log(np.finfo(np.float32).tiny))
"""A mean loss above this (87.3) has exploded: as a cross entropy it means probabilities of the
right answer that single precision cannot hold, and errors of values in [-1, 1] are far below it."""


def write_history(path: Path, terms: Sequence[str], rows: Iterable[Sequence[float]]) -> None:
    """Write the losses.

    Parameters
    ----------
    path : Path
        history.csv.
    terms : sequence of str
        Names of the losses.
    rows : iterable of sequence of float
        The last iteration of each interval, from 1, and the mean of each loss in it, NaN where no
        iteration of the interval has the loss: its cell is empty.
    """
    with table_writer(path, ("iteration", *terms)) as row:
        for iteration, *values in rows:
            row(int(iteration), *("" if np.isnan(value) else f"{value:.6g}" for value in values))


def read_history(path: str | Path) -> "pd.DataFrame":
    """Read the losses: `iteration`, rising, and a column per loss, NaN where a cell is empty.

    Raises
    ------
    InputError
        If the file is missing, damaged or no history of a run.
    """
    table = read_table(path, "history of a run", _ITERATION, others=real(empty=True))
    check_rising(table["iteration"].to_numpy(), "iteration", path)
    if len(table.columns) < 2:
        raise InputError("holds no losses", path)
    return table


def exploded(history: "pd.DataFrame") -> str:
    """Return a note on losses that were finite and beyond all reason, or an empty string.

    Parameters
    ----------
    history : DataFrame
        Of `read_history`.
    """
    losses = history.drop(columns="iteration")
    beyond = losses.abs() > EXPLODED
    rows = np.flatnonzero(beyond.any(axis=1))
    if not len(rows):
        return ""
    first = int(rows[0])
    name = str(beyond.columns[int(np.argmax(beyond.iloc[first].to_numpy()))])
    value, iteration = losses[name].iloc[first], int(history["iteration"].iloc[first])
    share = f"{len(rows)} of {len(history)} intervals"
    return f"the losses exploded in {share}, first {name} = {value:.3g} at iteration {iteration}"
