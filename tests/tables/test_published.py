"""The committed numbers of the thesis against the text of the thesis, cell by cell."""

import re
from pathlib import Path

import pandas as pd
import pytest

SCORE = re.compile(r"(?<![\d{])[01]\.\d{3}(?!\d)")
ITERATION = re.compile(r"\((\d{1,3})\b")
TABLES = ("3.15", "3.16", "3.19", "3.20", "3.21", "3.22", "3.23", "3.24", "3.25", "3.26")


def printed_runs(thesis: Path, table: str) -> list[str]:
    """Return the lines of a table, one text per run, in the order of the thesis."""
    text = re.sub(r"</?i>", "", thesis.read_text(encoding="utf-8"))
    before = text[: text.index(f"\nTable {table}: ")]
    content = before[before.rindex("\nModel\t") :]
    return re.split(r"(?m)^(?=[^\t\n]*learning rate)", content)[1:]


def cells(run: str, column: int) -> str:
    """Return everything that stands in one column of a run (0: the first number)."""
    rows = [line.split("\t")[1:] for line in run.splitlines()]
    return "\n".join(row[column] for row in rows if len(row) > column)


@pytest.mark.parametrize("table", TABLES)
def test_published_scores_equal_the_text_of_the_thesis(root, shared, table):
    # The text was read from a scan: where a number stands there in two readings, ours is one.
    scores = pd.read_csv(root / "resources/published/published_scores.csv", dtype=str)
    runs = ["learning_rate", "update_rate", "alpha", "weighted"]
    ours = scores[scores["table"] == table].groupby(runs, sort=False)
    printed = printed_runs(shared / "reference" / "thesis.txt", table)
    assert len(printed) == len(ours)
    for text, ((rate, update, *_), rows) in zip(printed, ours, strict=True):
        assert f"10^{{-{rate[-1]}}}" in text
        assert re.search(rf"update rate ?: {update}\b", text)
        for column, row in enumerate(rows.itertuples()):
            cell = cells(text, column)
            name = f"Table {table}, {rate}, {update}: {row.metric}"
            assert f"0{row.value}" in SCORE.findall(cell), name
            assert row.iteration_thousands in ITERATION.findall(cell), name
