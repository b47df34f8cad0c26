"""The result tables of the thesis, its numbers and ours beside each other.

>>> from auva.tables import LAYOUTS, write_table
>>> sorted(LAYOUTS)[:2]
['au_f1', 'au_mean']
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.tables.layouts import LAYOUTS, Layout, tables_of

__all__ = ["LAYOUTS", "Layout", "tables_of", "write_table"]


def write_table(
    name: str,
    runs: Sequence[Mapping[str, Any]],
    scores: Sequence[str | Path],
    held_out: Sequence[str | Path],
    published_csv: str | Path,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write one table of the thesis: CSV, and rendered with best values in bold.

    Parameters
    ----------
    name : str
        A key of `LAYOUTS`, such as "au_f1".
    runs : sequence of mapping
        Settings of the runs of its experiment, as `auva.gan.expand` gives them.
    scores, held_out : sequence of path
        Their scores.csv and held_out.csv, in the same order.
    published_csv : path
        The thesis' own scores, resources/published/published_scores.csv.
    csv, markdown, html : path
        Written.

    Raises
    ------
    InputError
        For an unknown table, a missing or unreadable file, runs of another experiment or scored on
        different test sets.
    """
    from auva.files import write_csv, write_text
    from auva.tables import render
    from auva.tables.build import score_table
    from auva.tables.caption import caption
    from auva.tables.results import published, results

    if name not in LAYOUTS:
        raise InputError(f"unknown table '{name}'{suggest(name, LAYOUTS)}")
    layout = LAYOUTS[name]
    ours = results(runs, scores, held_out)
    table = score_table(layout, ours, published(published_csv, layout.experiment))
    text = caption(layout, ours)
    write_csv(csv, table)
    if markdown is not None:
        write_text(markdown, render.markdown(layout, table, text))
    if html is not None:
        write_text(html, render.html(layout, table, text))
