"""Accuracy of the categorical GAN on ten exclusive categories (thesis, section 3.2.2)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from auva.tables.build import BEST_ON_TEST, HELD_OUT, whole
from auva.tables.layouts import Column
from auva.tables.page import Cell, Page, Row, write_page
from auva.tables.render import number
from auva.tables.results import Paths, Result, results

_COLUMNS = (
    Column("class_accuracy", "class_accuracy", "all", "", "accuracy"),
    Column("real_as_real", "real_as_real", "all", "", "real as real"),
)
_NAMES = ("experiment", "run", "dataset", "protocol")


def write_categories(
    runs: Sequence[Mapping[str, Any]],
    scores: Paths,
    chosen: Paths,
    held_out: Paths,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write the accuracy of runs on pictures of ten categories (experiment `categorical`).

    Parameters
    ----------
    runs, scores, chosen, held_out
        As for `write_table`.
    csv, markdown, html : path
        Written.
    """
    table = category_table(results(runs, scores, chosen, held_out))
    write_page(table, category_page(table), csv, markdown, html)


def category_table(runs: Sequence[Result]) -> pd.DataFrame:
    """Return the accuracy of runs on pictures: the best over checkpoints, and of the last one.

    Returns
    -------
    DataFrame
        experiment, run, dataset, protocol ("best_on_test": best over all checkpoints on the test
        pictures; "held_out": the last checkpoint, without any choice), class_accuracy and
        real_as_real with the iteration of each.
    """
    rows = []
    for run in runs:
        for protocol in (BEST_ON_TEST, HELD_OUT):
            row: dict[str, object] = {
                "experiment": run.run.experiment,
                "run": run.run.name,
                "dataset": run.run.dataset,
                "protocol": protocol,
            }
            for column in _COLUMNS:
                best = (
                    run.best_on_test(column)
                    if protocol == BEST_ON_TEST
                    else run.held_out_score(column.metric, column.target)
                )
                row[column.name] = best.value
                row[f"{column.name}_iteration"] = whole(best.iteration)
            rows.append(row)
    wide = [name for c in _COLUMNS for name in (c.name, f"{c.name}_iteration")]
    table = pd.DataFrame(rows, columns=[*_NAMES, *wide])
    return table.astype({name: "Int64" for name in wide if name.endswith("_iteration")})


def category_page(table: pd.DataFrame) -> Page:
    """Return the table as a page."""
    rows = [
        Row(
            (f"{row['experiment']} {row['run']}", str(row["protocol"])),
            [_cell(row, column) for column in _COLUMNS],
            str(row["protocol"]),
        )
        for _, row in table.iterrows()
    ]
    caption = (
        "Accuracy of the categorical GAN on ten exclusive categories. best_on_test: best over all "
        "scored checkpoints on the test pictures; held_out: the last checkpoint (nothing was "
        "chosen). In parentheses: the iteration."
    )
    heads = [column.heading for column in _COLUMNS]
    return Page("Accuracy of the categorical GAN", caption, ("run", "protocol"), heads, rows)


def _cell(row: pd.Series, column: Column) -> Cell:
    iteration = row[f"{column.name}_iteration"]
    small = () if pd.isna(iteration) else (f"({int(iteration):,})",)
    return Cell(number(row[column.name]), small)
