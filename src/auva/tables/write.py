"""Writing tables: CSV for programs, Markdown and HTML for readers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.tables.layouts import LAYOUTS
from auva.tables.page import write_page

Paths = Sequence[str | Path]


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
        The runs of its experiment, as `auva.models.run.Run.as_dict` gives them.
    scores, chosen, held_out : sequence of path
        Their scores.csv, chosen.json and held_out.csv, in the same order.
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
    from auva.tables.build import score_table
    from auva.tables.caption import caption
    from auva.tables.render import page
    from auva.tables.results import published, results

    if name not in LAYOUTS:
        raise InputError(f"unknown table '{name}'{suggest(name, LAYOUTS)}")
    layout = LAYOUTS[name]
    ours = results(runs, scores, chosen, held_out)
    table = score_table(layout, ours, published(published_csv, layout.experiment))
    write_page(table, page(layout, table, caption(layout, ours)), csv, markdown, html)


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
    """Write every held-out number of all runs, per AU ("au") or per affect dimension ("va").

    Parameters
    ----------
    kind : {"au", "va"}
        What the rows are; runs without such outputs are left out.
    runs, scores, chosen, held_out
        As for `write_table`, of any experiments.
    csv, markdown, html : path
        Written.
    """
    from auva.tables.details import detail_page, detail_table
    from auva.tables.results import results

    if kind not in ("au", "va"):
        raise InputError(f"unknown table of details '{kind}': au or va")
    table = detail_table(results(runs, scores, chosen, held_out), kind)
    write_page(table, detail_page(table, kind), csv, markdown, html)


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
    from auva.tables.categories import category_page, category_table
    from auva.tables.results import results

    table = category_table(results(runs, scores, chosen, held_out))
    write_page(table, category_page(table), csv, markdown, html)


def write_leakage(
    runs: Sequence[Mapping[str, Any]],
    identity: tuple[Paths, Paths, Paths],
    random_frames: tuple[Paths, Paths, Paths],
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write what a random split of frames is worth.

    Parameters
    ----------
    runs : sequence of mapping
        Settings of runs that were trained twice.
    identity, random_frames : tuple of three sequences of path
        Their scores.csv, chosen.json and held_out.csv on the identity split and on the random
        split of frames, in the same order.
    csv, markdown, html : path
        Written.
    """
    from auva.tables.leakage import leakage_page, leakage_table
    from auva.tables.results import results

    honest = results(runs, *identity)
    leaking = results(runs, *random_frames)
    table = leakage_table(honest, leaking)
    write_page(table, leakage_page(table, honest), csv, markdown, html)
