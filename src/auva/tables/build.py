"""A table of scores with the protocols thesis, best_on_test and held_out."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from auva.errors import InputError
from auva.models.run import Run
from auva.tables.layouts import Column, Layout, thesis_family
from auva.tables.results import Best, Point, Result, scientific

THESIS, BEST_ON_TEST, HELD_OUT = "thesis", "best_on_test", "held_out"
BASE_RATE, FLOOR = "base_rate", "floor"
RUN_COLUMNS = (
    "table",
    "experiment",
    "run",
    "learning_rate",
    "update_rate",
    "alpha",
    "weighted",
    "protocol",
)
_NOT_THERE = Best(np.nan, np.nan, note="not in the thesis")

PARTS = ("", "_iteration", "_low", "_high", "_optimism")
"""Columns of each score: value, iteration, interval, and best_on_test minus held_out."""


def score_table(
    layout: Layout, runs: Sequence[Result], thesis: Mapping[Point, Mapping[str, Best]]
) -> pd.DataFrame:
    """Return one table of the thesis with our runs beside it.

    Parameters
    ----------
    layout : Layout
        The table.
    runs : sequence of Result
        Our runs with its outputs and loss, with any name.
    thesis : mapping
        The thesis' scores of that experiment (`auva.tables.results.published`).

    Returns
    -------
    DataFrame
        `RUN_COLUMNS`, then for each score the columns of `PARTS`, then `note`. Rows by point of
        the grid, the published points first: protocol "thesis" (the thesis' own numbers),
        "best_on_test" (our best over all checkpoints on the test set, separately for each score)
        and "held_out" (our checkpoint and thresholds chosen on validation people). The last rows
        are "base_rate" and "floor" of our test set: the share of positives, and the score of always
        answering "present" (F1), always the more frequent answer (accuracy) or each video's mean
        (CCC, MSE). Several runs at one point (with other data or another name) have separate rows.

    Raises
    ------
    InputError
        If a run has other outputs or another loss, or runs were scored on different test sets.
    """
    for run in runs:
        family = thesis_family(run.run)
        if family != layout.experiment:
            raise InputError(
                f"table {layout.name} holds runs of '{layout.experiment}', not of '{family}'",
                run.scores_csv,
            )
    ours = [run.point for run in runs]
    points = [*thesis, *dict.fromkeys(point for point in ours if point not in thesis)]
    rows: list[dict[str, Any]] = []
    for point in points:
        if point in thesis:
            found = {c.name: thesis[point].get(c.published, _NOT_THERE) for c in layout.columns}
            rows.append(_row(layout, point, None, THESIS, found))
        for run in runs:
            if run.point == point:
                rows += _own_rows(layout, run)
    rows += _reference_rows(layout, runs)
    columns = [f"{c.name}{part}" for c in layout.columns for part in PARTS]
    table = pd.DataFrame(rows, columns=[*RUN_COLUMNS, *columns, "note"])
    counted = [name for name in columns if name.endswith("_iteration")]
    return table.astype(dict.fromkeys(["update_rate", "weighted", *counted], "Int64"))


def _own_rows(layout: Layout, run: Result) -> list[dict[str, Any]]:
    best = {c.name: run.best_on_test(c) for c in layout.columns}
    held = {c.name: run.held_out_score(c.metric, c.target) for c in layout.columns}
    rows = [
        _row(layout, run.point, run.run, BEST_ON_TEST, best),
        _row(layout, run.point, run.run, HELD_OUT, held),
    ]
    for column in layout.columns:
        gain = best[column.name].value - held[column.name].value
        rows[1][f"{column.name}_optimism"] = 0.0 - gain if column.lowest else gain
    rows[1]["note"] = "; ".join(filter(None, [rows[1]["note"], *_remarks(layout, run)]))
    return rows


def _remarks(layout: Layout, run: Result) -> list[str]:
    """Return notes on the limits of the held-out protocol: no choice possible, AUs not tuned."""
    remarks = [run.chosen.note]
    untuned: dict[str, list[str]] = {}
    for column in layout.columns:
        note = run.chosen.remarks.get(column.target)
        if note and note not in remarks:
            untuned.setdefault(note, []).append(column.target)
    said = [f"{', '.join(names)}: {why}" for why, names in untuned.items()]
    return [*remarks, *said, run.chosen.training_note]


def _row(
    layout: Layout,
    point: Point,
    run: Run | None,
    protocol: str,
    found: Mapping[str, Best],
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "table": layout.number,
        "experiment": run.experiment if run else layout.experiment,
        "run": run.name if run else "",
        "learning_rate": scientific(point.learning_rate),
        "update_rate": point.update_rate,
        "alpha": f"{point.alpha:g}",
        "weighted": int(point.weighted),
        "protocol": protocol,
        "note": "",
    }
    notes: dict[str, list[str]] = {}
    for name, best in found.items():
        row[name] = best.value
        row[f"{name}_iteration"] = whole(best.iteration)
        row[f"{name}_low"], row[f"{name}_high"] = best.low, best.high
        note = best.note or ("undefined on this test set" if np.isnan(best.value) else "")
        if note:
            notes.setdefault(note, []).append(name)
    row["note"] = "; ".join(f"{', '.join(names)}: {why}" for why, names in notes.items())
    return row


def _reference_rows(layout: Layout, runs: Sequence[Result]) -> list[dict[str, Any]]:
    """Return base rate and floor of the test set, which all runs share."""
    if not runs:
        return []
    rows = []
    for protocol in (BASE_RATE, FLOOR):
        row: dict[str, Any] = {
            "table": layout.number,
            "experiment": layout.experiment,
            "protocol": protocol,
            "note": "",
        }
        for column in layout.columns:
            place = _reference(column, protocol)
            if place is not None:
                row[column.name] = _shared(runs, *place)
        if any(name in row and not np.isnan(row[name]) for name in _names(layout)):
            rows.append(row)
    return rows


def _names(layout: Layout) -> list[str]:
    return [column.name for column in layout.columns]


def _reference(column: Column, protocol: str) -> tuple[str, str] | None:
    if protocol == FLOOR:
        return column.floor
    return ("base_rate", column.target) if column.metric == "f1" else None


def _shared(runs: Sequence[Result], metric: str, target: str) -> float:
    """Return a property of the test set, after checking that it is the same in all runs."""
    values = [run.held_out_score(metric, target).value for run in runs]
    for run, value in zip(runs, values, strict=True):
        if not np.isclose(value, values[0], rtol=1e-6, equal_nan=True):
            raise InputError(
                f"{metric} {target} is {value:.4g}, but {values[0]:.4g} in "
                f"{runs[0].held_out_csv}: the runs were scored on different test sets",
                run.held_out_csv,
            )
    return values[0]


def whole(number: float) -> int | None:
    """Return an iteration as an integer, None if there is none."""
    return None if np.isnan(number) else round(number)
