"""`scores.csv` and `held_out.csv` of a run, and the scores of another tool's predictions."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.errors import InputError
from auva.records.table import read_table, real, text, whole, write_table
from auva.units import SETS

if TYPE_CHECKING:
    import pandas as pd

_NAMES = {"metric": text(), "target": text()}
SCORES = {
    "iteration": whole(),
    "set": text(*SETS),
    **_NAMES,
    "value": real(empty=True),
    "note": text(empty=True),
}
"""Columns of `scores.csv`; where a value is undefined, its cell is empty and `note` says why."""

HELD_OUT = {
    "iteration": whole(),
    **_NAMES,
    "value": real(empty=True),
    "low": real(empty=True),
    "high": real(empty=True),
    "note": text(empty=True),
}
"""Columns of `held_out.csv`; `low` and `high` are the interval, where there is one."""

AS_GIVEN, TUNED = "as_given", "tuned"
WITHOUT = "faces_without_prediction"
"""Metric of a run or another tool: the number of faces without a prediction, in the note too."""

PEER = {
    "thresholds": text(AS_GIVEN, TUNED),
    **{k: v for k, v in HELD_OUT.items() if k != "iteration"},
}
"""Columns of the scores of another tool: its own thresholds, and tuned on the validation people."""

BY_PERSON = {
    "person": text(),
    "faces": whole(1),
    "units": text(empty=True),
    "f1_mean": real(empty=True),
    "floor_mean": real(empty=True),
    "auc_mean": real(empty=True),
    "ccc_valence": real(empty=True),
    "ccc_arousal": real(empty=True),
    "mse_valence": real(empty=True),
    "mse_arousal": real(empty=True),
}
"""Columns of the scores of each person; `units` are the Action Units that the person shows."""


def write_scores(path: str | Path, table: "pd.DataFrame") -> None:
    """Write the scores of all checkpoints."""
    write_table(path, tuple(SCORES), table)


def write_held_out(path: str | Path, table: "pd.DataFrame") -> None:
    """Write the held-out numbers of one checkpoint."""
    # Ten digits: a rounded threshold could change a decision.
    write_table(path, tuple(HELD_OUT), table, "%.10g")


def read_scores(path: str | Path) -> "pd.DataFrame":
    """Read the scores of all checkpoints: `SCORES`, value NaN where undefined.

    Raises
    ------
    InputError
        If the file is missing, damaged or no table of scores.
    """
    _check_evaluated(path)
    table = read_table(path, "table of scores", SCORES)
    _check(table, ["iteration", "set", "metric", "target"], path)
    return table


def read_held_out(path: str | Path) -> "pd.DataFrame":
    """Read the held-out numbers of a run: `HELD_OUT`, all of one iteration.

    Raises
    ------
    InputError
        If the file is missing, damaged or no table of held-out scores.
    """
    _check_evaluated(path)
    table = read_table(path, "table of held-out scores", HELD_OUT)
    _check(table, ["metric", "target"], path)
    if table["iteration"].nunique() > 1:
        raise InputError("holds the scores of two checkpoints", path)
    return table


def write_peer(path: str | Path, table: "pd.DataFrame") -> None:
    """Write the scores of another tool."""
    write_table(path, tuple(PEER), table, "%.10g")


def read_peer(path: str | Path) -> "pd.DataFrame":
    """Read the scores of another tool: `PEER`, value NaN where undefined.

    Raises
    ------
    InputError
        If the file is missing, damaged or no such table.
    """
    table = read_table(path, "table of another tool's scores", PEER)
    _check(table, ["thresholds", "metric", "target"], path)
    return table


def write_people(path: str | Path, table: "pd.DataFrame") -> None:
    """Write the scores of each person."""
    write_table(path, tuple(BY_PERSON), table)


def _check_evaluated(path: str | Path) -> None:
    if not Path(path).is_file():
        raise InputError("no such file: evaluate the run first", path)


def _check(table: "pd.DataFrame", names: list[str], path: str | Path) -> None:
    """Refuse a table without a row, a score that is there twice, a gap that nothing explains."""
    if table.empty:
        raise InputError("holds no score", path)
    twice = table.duplicated(names).to_numpy(bool)
    if twice.any():
        raise InputError("duplicate score", path, int(np.argmax(twice)) + 2)
    gap = (table["value"].isna() & (table["note"] == "")).to_numpy(bool)
    if gap.any():
        raise InputError("the value is missing and no note says why", path, int(np.argmax(gap)) + 2)
