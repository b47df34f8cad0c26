"""Write one table of the thesis as CSV, Markdown and HTML."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.tables.build import score_table
from auva.tables.caption import caption
from auva.tables.layouts import LAYOUTS, shared_units
from auva.tables.page import write_page
from auva.tables.render import page
from auva.tables.results import Paths, published, results


def write_table(
    name: str,
    runs: Sequence[Mapping[str, Any]],
    scores: Paths,
    chosen: Paths,
    held_out: Paths,
    published_csv: str | Path,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write one table of the thesis, best values in bold.

    Parameters
    ----------
    name : str
        A key of `LAYOUTS`, such as "au_f1".
    runs : sequence of mapping
        The runs of its experiment, as results of `auva.models.run.Run.as_dict`.
    scores, chosen, held_out : sequence of path
        Their scores.csv, chosen.json and held_out.csv, in the same order.
    published_csv : path
        The thesis' own scores, resources/published/published_scores.csv.
    csv, markdown, html : path
        Written.

    Raises
    ------
    InputError
        For an unknown table, a missing or unreadable file, runs of another experiment, with
        different Action Units or scored on different test sets.
    """
    if name not in LAYOUTS:
        raise InputError(f"unknown table '{name}'{suggest(name, LAYOUTS)}")
    ours = results(runs, scores, chosen, held_out)
    units = shared_units([each.run for each in ours])
    layout = LAYOUTS[name].with_units(units)
    compared = layout.has_thesis(units)
    thesis = published(published_csv, layout.experiment) if compared else {}
    table = score_table(layout, ours, thesis)
    write_page(table, page(layout, table, caption(layout, ours, compared)), csv, markdown, html)
