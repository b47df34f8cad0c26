"""The scores of our runs and the published scores, for the tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from auva.models.run import Run
from auva.records.chosen import Chosen, read_chosen
from auva.records.scores import read_held_out, read_scores
from auva.records.table import read_table, real, text, whole
from auva.tables.layouts import Column

Paths = Sequence[str | Path]

_PUBLISHED = {
    "table": text(),
    "experiment": text(),
    "learning_rate": real(0),
    "update_rate": whole(1),
    "alpha": real(0),
    "weighted": whole(0, 1),
    "metric": text(),
    "value": real(),
    "iteration_thousands": real(0),
}
"""Columns of `resources/published/published_scores.csv`."""


class Point(NamedTuple):
    """The parameters of a run in the thesis' grid: learning rate, update rate and alpha."""

    learning_rate: float
    update_rate: int
    alpha: float
    weighted: bool


class Best(NamedTuple):
    """A score, the iteration at which it was reached (NaN if unknown), and its interval."""

    value: float
    iteration: float
    low: float = np.nan
    high: float = np.nan
    note: str = ""


NOTHING = Best(np.nan, np.nan)


@dataclass(frozen=True)
class Result:
    """One trained and evaluated run.

    Attributes
    ----------
    run : Run
    scores_csv, chosen_json, held_out_csv : Path
        The outputs of `auva.evaluation.stage.evaluate`.
    """

    run: Run
    scores_csv: Path
    chosen_json: Path
    held_out_csv: Path

    @property
    def point(self) -> Point:
        """The run's point in the grid of the thesis; only runs of its GANs have one."""
        return point_of(self.run)

    @cached_property
    def chosen(self) -> Chosen:
        """The choices made on the validation people."""
        return read_chosen(self.chosen_json)

    @cached_property
    def scores(self) -> pd.DataFrame:
        """Rows of scores.csv."""
        return read_scores(self.scores_csv)

    @cached_property
    def held_out(self) -> dict[tuple[str, str], Best]:
        """Rows of held_out.csv, by metric and target."""
        table = read_held_out(self.held_out_csv)
        return {
            (str(row["metric"]), str(row["target"])): Best(
                *(float(row[name]) for name in ("value", "iteration", "low", "high")),
                note=str(row["note"]),
            )
            for row in table.to_dict("records")
        }

    def best_on_test(self, column: Column) -> Best:
        """Return the best test score over all checkpoints, the earliest if several share it."""
        rows = self.scores
        rows = rows[
            (rows["set"] == "test")
            & (rows["metric"] == column.metric)
            & (rows["target"] == column.target)
        ].sort_values("iteration")
        values = rows["value"].to_numpy(float)
        if not len(values) or np.isnan(values).all():
            return NOTHING
        place = int(np.nanargmin(values) if column.lowest else np.nanargmax(values))
        note = str(rows["note"].iloc[place])
        return Best(float(values[place]), float(rows["iteration"].iloc[place]), note=note)

    def held_out_score(self, metric: str, target: str) -> Best:
        """Return a score of the held-out protocol, all NaN if the run does not have it."""
        return self.held_out.get((metric, target), NOTHING)


def point_of(run: Run) -> Point:
    """Return the point of a GAN in the grid of the thesis."""
    axes = run.axes
    return Point(
        float(axes["learning_rate"]),
        int(axes["update_rate"]),
        float(axes["alpha"]),
        bool(axes.get("weighted", False)),
    )


def results(
    runs: Sequence[Mapping[str, Any]],
    scores: Sequence[str | Path],
    chosen: Sequence[str | Path],
    held_out: Sequence[str | Path],
) -> list[Result]:
    """Pair runs (`Run.as_dict`) with their scores.csv, chosen.json and held_out.csv, in order."""
    return [
        Result(Run.from_dict(run), Path(score), Path(choice), Path(table))
        for run, score, choice, table in zip(runs, scores, chosen, held_out, strict=True)
    ]


def published(path: str | Path, experiment: str) -> dict[Point, dict[str, Best]]:
    """Read the thesis' scores of one experiment, by run and by name of the score.

    Parameters
    ----------
    path : str or Path
        `resources/published/published_scores.csv`; its iterations are in thousands.
    experiment : str
        Name of the experiment, such as "vaau_mse".
    """
    table = read_table(path, "table of published scores", _PUBLISHED)
    runs: dict[Point, dict[str, Best]] = {}
    for row in table[table["experiment"] == experiment].to_dict("records"):
        point = Point(
            float(row["learning_rate"]),
            int(row["update_rate"]),
            float(row["alpha"]),
            bool(int(row["weighted"])),
        )
        best = Best(float(row["value"]), 1000 * float(row["iteration_thousands"]))
        runs.setdefault(point, {})[str(row["metric"])] = best
    return runs


def scientific(number: float) -> str:
    """Return a learning rate in the notation of the thesis: 1e-4, 2.5e-5."""
    mantissa, exponent = f"{number:.6e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"
