"""A table of scores as a page: best values in bold, iterations below, as in the thesis."""

from collections.abc import Callable

import pandas as pd

from auva.tables.build import BASE_RATE, BEST_ON_TEST, FLOOR, HELD_OUT, THESIS
from auva.tables.layouts import Column, Layout
from auva.tables.page import Cell, Page, Row

_PROTOCOLS = (THESIS, BEST_ON_TEST, HELD_OUT)


def page(layout: Layout, table: pd.DataFrame, caption: str) -> Page:
    """Return a table of `auva.tables.build.score_table` as a page."""
    best = best_cells(layout, table)
    rows = [
        Row(
            (_run(row, layout), str(row["protocol"])),
            [cell(row, column, (place, column.name) in best) for column in layout.columns],
            str(row["protocol"]),
        )
        for place, row in table.iterrows()
    ]
    said = table[table["note"] != ""]
    notes = [f"{_run(row, layout)}, {row['protocol']}: {row['note']}" for _, row in said.iterrows()]
    heads = [column.heading for column in layout.columns]
    title = f"Table {layout.number}: {layout.title}"
    return Page(title, caption, ("run", "protocol"), heads, rows, notes)


def best_cells(layout: Layout, table: pd.DataFrame) -> set[tuple[object, str]]:
    """Return (row, column) of the best values of each protocol; all that are equal as printed."""
    best: set[tuple[object, str]] = set()
    for protocol in _PROTOCOLS:
        rows = table[table["protocol"] == protocol]
        for column in layout.columns:
            values = rows[column.name].astype(float).round(3).dropna()
            if len(values):
                choose: Callable[[pd.Series], float] = (
                    pd.Series.min if column.lowest else pd.Series.max
                )
                wanted = choose(values)
                best |= {(place, column.name) for place in values.index[values == wanted]}
    return best


def cell(row: pd.Series, column: Column, best: bool) -> Cell:
    """Return one cell: the value, and below it iteration, interval and optimism if known."""
    value = row[column.name]
    if pd.isna(value):
        return Cell("")
    small = []
    iteration = row[f"{column.name}_iteration"]
    if not pd.isna(iteration):
        small.append(f"({int(iteration):,})")
    low, high = row[f"{column.name}_low"], row[f"{column.name}_high"]
    if not (pd.isna(low) or pd.isna(high)):
        small.append(bracket(low, high))
    optimism = row[f"{column.name}_optimism"]
    if not pd.isna(optimism):
        small.append(f"optimism {signed(optimism)}")
    return Cell(number(value), tuple(small), best)


def number(value: float) -> str:
    """Return a score as text, "" if it is undefined."""
    return "" if pd.isna(value) else f"{value:.3f}"


def signed(value: float) -> str:
    """Return a difference as text, never as -0.000."""
    return "" if pd.isna(value) else f"{round(value, 3) + 0.0:+.3f}"


def bracket(low: float, high: float) -> str:
    """Return an interval as text."""
    return "" if pd.isna(low) or pd.isna(high) else f"[{low:.3f}, {high:.3f}]"


def _run(row: pd.Series, layout: Layout) -> str:
    if row["protocol"] in (BASE_RATE, FLOOR):
        return "test set"
    weighted = ", weighted" if row["weighted"] else ""
    rates = f"learning rate {row['learning_rate']}, update rate {row['update_rate']}"
    own = "" if row["experiment"] == layout.experiment else f"{row['experiment']}: "
    return f"{own}{rates}, alpha {row['alpha']}{weighted}"
