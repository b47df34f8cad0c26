"""Scores of every run on other corpora, beside its scores on its own test people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auva.records.scores import read_held_out
from auva.tables.models import MEANS
from auva.tables.page import Cell, Page, Row, write_page
from auva.tables.render import bracket, number
from auva.tables.results import Paths

COLUMNS = (
    "corpus",
    "experiment",
    "run",
    "metric",
    "target",
    "value",
    "low",
    "high",
    "floor",
    "own",
    "own_low",
    "own_high",
    "note",
)


def write_transfer(
    pairs: Sequence[tuple[str, str, str]],
    scores: Paths,
    held_out: Paths,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write the scores of every run on every other corpus.

    Parameters
    ----------
    pairs : sequence of (corpus, experiment, run)
        The rows, in order.
    scores : sequence of path
        For each pair, the output of `auva.evaluation.elsewhere.evaluate_elsewhere`.
    held_out : sequence of path
        For each pair, held_out.csv of the run.
    csv, markdown, html : path
        Written.
    """
    rows = []
    for names, there, here in zip(pairs, scores, held_out, strict=True):
        rows += _rows(names, _scores(there), _scores(here))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    write_page(table, _page(table), csv, markdown, html)


Scores = dict[tuple[str, str], dict[Any, Any]]


def _rows(names: tuple[str, str, str], there: Scores, here: Scores) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for score in MEANS:
        key = (score.metric, score.target)
        if key not in there:
            continue
        floor = 0.5 if score.floor is None else there[score.floor]["value"]
        parts = [table[key][part] for table in (there, here) for part in ("value", "low", "high")]
        rows.append((*names, *key, *parts[:3], floor, *parts[3:], there[key]["note"]))
    return rows


def _scores(path: str | Path) -> Scores:
    """Return the rows of held-out scores by metric and target."""
    rows = read_held_out(path).to_dict("records")
    return {(str(row["metric"]), str(row["target"])): row for row in rows}


def _page(table: pd.DataFrame) -> Page:
    rows = [
        Row(
            (f"{row['corpus']}", f"{row['experiment']} {row['run']}", _score(row)),
            [
                _cell(row, "value", "low", "high", row["value"] > row["floor"]),
                Cell(number(row["floor"])),
                _cell(row, "own", "own_low", "own_high", False),
            ],
        )
        for _, row in table.iterrows()
    ]
    said = table[table["note"] != ""]
    notes = [
        f"{row['corpus']}, {row['experiment']} {row['run']}, {_score(row)}: {row['note']}"
        for _, row in said.iterrows()
    ]
    caption = (
        "Runs on the people of other corpora. Checkpoint, thresholds and what is done after the "
        "model were chosen on the validation people of the run's own corpus. Every face of the "
        "other corpus was scored. floor: always 'present' (F1), any order (AUC), each "
        "video's mean (CCC). own: on the test people of the run's own corpus. Bold: above the "
        "floor. In brackets: interval by bootstrap over people."
    )
    heads = ("other corpus", "floor", "own test people")
    return Page("Models on other corpora", caption, ("corpus", "run", "score"), heads, rows, notes)


def _score(row: pd.Series) -> str:
    return next(s.heading for s in MEANS if (s.metric, s.target) == (row["metric"], row["target"]))


def _cell(row: pd.Series, value: str, low: str, high: str, best: bool) -> Cell:
    edges = bracket(row.get(low, np.nan), row.get(high, np.nan))
    return Cell(number(row[value]), tuple(filter(None, [edges])), best)
