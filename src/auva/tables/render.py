"""Tables of scores as Markdown and as styled HTML, best values bold, as the thesis prints them."""

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import pandas as pd

from auva.tables.build import BASE_RATE, FLOOR, HELD_OUT, PUBLISHED, THESIS
from auva.tables.layouts import Column, Layout

_PROTOCOLS = (THESIS, PUBLISHED, HELD_OUT)
_STYLE = """\
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; padding-top: 1rem; max-width: 60rem; }
th, td { padding: .3rem .7rem; text-align: right; vertical-align: top; }
th[scope=row], th.run { text-align: left; font-weight: normal; white-space: nowrap; }
thead th { border-bottom: 2px solid; vertical-align: bottom; }
tr.first > * { border-top: 1px solid #8886; }
tr.thesis { color: #777; }
tr.held_out { background: #4a90d91a; }
tr.base_rate, tr.floor { font-style: italic; }
small { display: block; white-space: nowrap; opacity: .75; }
p.note { max-width: 60rem; font-size: .9em; }"""


def markdown(layout: Layout, table: pd.DataFrame, caption: str) -> str:
    """Return a table as Markdown with its caption."""
    bold = best_cells(layout, table)
    head = ["run", "protocol", *(column.heading for column in layout.columns)]
    lines = [f"**Table {layout.number}.** {caption}", "", _line(head), _line(["---"] * len(head))]
    for place, row in table.iterrows():
        cells = []
        for column in layout.columns:
            value, *small = cell(row, column)
            strong = f"**{value}**" if (place, column.name) in bold else value
            cells.append(" ".join([strong, *small]).strip())
        lines.append(_line([_run(row), str(row["protocol"]), *cells]))
    notes = _notes(table)
    return "\n".join([*lines, *(["", *(f"- {note}" for note in notes)] if notes else []), ""])


def html(layout: Layout, table: pd.DataFrame, caption: str) -> str:
    """Return a table as a page of its own, styled, with its caption."""
    bold = best_cells(layout, table)
    heads = "".join(f"<th scope=col>{escape(c.heading)}</th>" for c in layout.columns)
    body = []
    before = None
    for place, row in table.iterrows():
        run = _run(row)
        cells = []
        for column in layout.columns:
            value, *small = (escape(text) for text in cell(row, column))
            strong = f"<b>{value}</b>" if (place, column.name) in bold else value
            cells.append(f"<td>{strong}{''.join(f'<small>{text}</small>' for text in small)}</td>")
        classes = f"{row['protocol']}{' first' if run != before else ''}"
        label = escape(run) if run != before else ""
        body.append(
            f'<tr class="{classes}"><th class=run>{label}</th>'
            f"<th scope=row>{row['protocol']}</th>{''.join(cells)}</tr>"
        )
        before = run
    notes = "".join(f"<p class=note>{escape(note)}</p>\n" for note in _notes(table))
    return (
        f"<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
        f"<title>Table {layout.number}: {escape(layout.title)}</title>\n"
        f"<style>\n{_STYLE}\n</style>\n<table>\n<caption>{escape(caption)}</caption>\n"
        f"<thead><tr><th scope=col class=run>run</th><th scope=col class=run>protocol</th>{heads}"
        "</tr></thead>\n<tbody>\n" + "\n".join(body) + f"\n</tbody>\n</table>\n{notes}</html>\n"
    )


def best_cells(layout: Layout, table: pd.DataFrame) -> set[tuple[object, str]]:
    """Return (row, column) of the best values of each protocol; all that tie as printed."""
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


def cell(row: pd.Series, column: Column) -> list[str]:
    """Return the texts of one cell: value, iteration, interval, optimism, as far as known."""
    value = row[column.name]
    if pd.isna(value):
        return [""]
    texts = [f"{value:.3f}"]
    iteration = row[f"{column.name}_iteration"]
    if not pd.isna(iteration):
        texts.append(f"({int(iteration):,})")
    low, high = row[f"{column.name}_low"], row[f"{column.name}_high"]
    if not (pd.isna(low) or pd.isna(high)):
        texts.append(f"[{low:.3f}, {high:.3f}]")
    optimism = row[f"{column.name}_optimism"]
    if not pd.isna(optimism):
        texts.append(f"optimism {np.round(optimism, 3) + 0.0:+.3f}")
    return texts


def _run(row: pd.Series) -> str:
    if row["protocol"] in (BASE_RATE, FLOOR):
        return "test set"
    weighted = ", weighted" if row["weighted"] else ""
    rates = f"learning rate {row['learning_rate']}, update rate {row['update_rate']}"
    return f"{rates}, alpha {row['alpha']}{weighted}"


def _notes(table: pd.DataFrame) -> list[str]:
    said = table[table["note"] != ""]
    return [
        f"{row['run'] or row['protocol']}, {row['protocol']}: {row['note']}"
        for _, row in said.iterrows()
    ]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
