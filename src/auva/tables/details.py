"""All scores of the held-out protocol: one row per run and AU, or per run and affect dimension."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auva.errors import InputError
from auva.evaluation.catalogue import METRICS, metrics_of
from auva.tables.page import Cell, Page, Row, write_page
from auva.tables.render import bracket, number
from auva.tables.results import Best, Paths, Result, results
from auva.units import VA_NAMES

ACTION_UNIT_COLUMNS = (
    "threshold",
    "base_rate",
    *(
        name
        for metric in metrics_of("au")
        for name in (metric.floor, metric.name)
        if name is not None
    ),
)
AFFECT_COLUMNS = (
    *(
        name
        for metric in metrics_of("va")
        for name in (metric.name, metric.floor)
        if name is not None
    ),
    "ccc_per_video",
)
_NAMES = ("experiment", "run", "target", "iteration")
_ONE_PER_AU = "one per AU"


def write_details(
    kind: str,
    runs: Sequence[Mapping[str, Any]],
    scores: Paths,
    chosen: Paths,
    held_out: Paths,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write every held-out score of all runs, per AU ("au") or per affect dimension ("va").

    Parameters
    ----------
    kind : {"au", "va"}
        Kind of the rows; runs without such outputs are left out.
    runs, scores, chosen, held_out
        As for `write_table`, from any experiments.
    csv, markdown, html : path
        Written.
    """
    if kind not in ("au", "va"):
        raise InputError(f"unknown table of details '{kind}': au or va")
    table = detail_table(results(runs, scores, chosen, held_out), kind)
    write_page(table, detail_page(table, kind), csv, markdown, html)


def detail_table(runs: Sequence[Result], kind: str) -> pd.DataFrame:
    """Return the held-out scores of all runs that have them.

    Parameters
    ----------
    runs : sequence of Result
        Runs of any experiment.
    kind : str
        "au": a row per AU and one of the means; "va": a row per affect dimension.

    Returns
    -------
    DataFrame
        experiment, run, target, iteration, the metrics with `_low` and `_high` if some run has an
        interval, and `note` (why a cell is empty).
    """
    columns = ACTION_UNIT_COLUMNS if kind == "au" else AFFECT_COLUMNS
    rows = []
    for run in runs:
        if kind not in run.run.tasks:
            continue
        targets = (*run.run.action_units, "mean") if kind == "au" else VA_NAMES
        for target in targets:
            row: dict[str, object] = {
                "experiment": run.run.experiment,
                "run": run.run.name,
                "target": target,
            }
            notes: dict[str, list[str]] = {}
            for column in columns:
                best = _number(run, column, target)
                if not np.isnan(best.iteration):
                    row["iteration"] = int(best.iteration)
                row[column], row[f"{column}_low"], row[f"{column}_high"] = (
                    best.value,
                    best.low,
                    best.high,
                )
                if best.note:
                    notes.setdefault(best.note, []).append(column)
            if target == "mean":
                notes[_ONE_PER_AU] = ["threshold"]
            row["note"] = "; ".join(f"{', '.join(names)}: {why}" for why, names in notes.items())
            rows.append(row)
    wide = [f"{column}{part}" for column in columns for part in ("", "_low", "_high")]
    table = pd.DataFrame(rows, columns=[*_NAMES, *wide, "note"])
    known = [
        name for name in wide if not name.endswith(("_low", "_high")) or table[name].notna().any()
    ]
    return table[[*_NAMES, *known, "note"]]


def _number(run: Result, column: str, target: str) -> Best:
    """Return one number of a row: a score, or the chosen threshold."""
    if target == "mean":
        return run.held_out_score(f"{column}_mean", "all")
    if column != "threshold":
        return run.held_out_score(column, target)
    chosen = run.chosen
    value = chosen.thresholds.get(target, np.nan)
    return Best(value, chosen.iteration, note=chosen.remarks.get(target, ""))


def detail_page(table: pd.DataFrame, kind: str) -> Page:
    """Return the table as a page; a score better than its floor is bold."""
    columns = ACTION_UNIT_COLUMNS if kind == "au" else AFFECT_COLUMNS
    rows = [
        Row(
            (f"{row['experiment']} {row['run']}", str(row["target"])),
            [_cell(row, column) for column in columns],
        )
        for _, row in table.iterrows()
    ]
    said = table[~table["note"].isin(["", f"threshold: {_ONE_PER_AU}"])]
    notes = [f"{row['run']}, {row['target']}: {row['note']}" for _, row in said.iterrows()]
    title = "Held-out scores of each Action Unit" if kind == "au" else "Held-out scores of affect"
    return Page(title, f"{title}. {_CAPTIONS[kind]}", ("run", "target"), columns, rows, notes)


_CAPTIONS = {
    "au": (
        "One checkpoint per run and its thresholds, chosen on the validation people; the test set "
        "was read once. floor: F1 of always answering 'present'; accuracy_floor: accuracy of "
        "always giving the more frequent answer. Bold: above its floor. In brackets: interval by "
        "bootstrap over the people of the test set."
    ),
    "va": (
        "One checkpoint per run, chosen on the validation people; the test set was read once. ccc: "
        "over all faces; ccc_per_video: mean of the CCC inside each video. ccc_video_mean and "
        "mse_video_mean: the scores of predicting each video's own mean, which uses the labels. "
        "Bold: better than that. In brackets: interval by bootstrap over the people of the test "
        "set."
    ),
}


def _cell(row: pd.Series, column: str) -> Cell:
    low, high = row.get(f"{column}_low", np.nan), row.get(f"{column}_high", np.nan)
    better = _beats_floor(row, column)
    small = tuple(filter(None, [bracket(low, high)]))
    return Cell(number(row[column]), small, better)


def _beats_floor(row: pd.Series, column: str) -> bool:
    """Return whether a score is better than its floor."""
    for metric in METRICS:
        if metric.name == column and metric.floor is not None:
            gain = row.get(column, np.nan) - row.get(metric.floor, np.nan)
            return bool(gain < 0 if metric.lowest_is_best else gain > 0)
    return False
