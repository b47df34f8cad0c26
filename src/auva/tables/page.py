"""Pages with a table, in Markdown and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auva.files import write_text
from auva.markup import plain, table_line
from auva.spreadsheet import write_spreadsheet

if TYPE_CHECKING:
    import pandas as pd

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
table.wide { font-size: 12px; line-height: 1.35; }
caption { caption-side: bottom; text-align: left; padding-top: 1rem; max-width: 60rem; }
th, td { padding: .3rem .6rem; text-align: right; vertical-align: top; }
table.wide :is(th, td) { padding: .25rem .3rem; }
tbody th { text-align: left; font-weight: normal; }
tbody th:first-child { min-width: 6rem; }
thead th { border-bottom: 2px solid; vertical-align: bottom; }
thead th.name { text-align: left; }
tr.first > * { border-top: 1px solid #8886; }
tr.thesis { color: #777; }
tr.held_out { background: #4a90d91a; }
tr.base_rate, tr.floor { font-style: italic; }
small { display: block; opacity: .75; }
table:not(.wide) small { white-space: nowrap; }
p { max-width: 60rem; font-size: .9em; }"""


_WIDE = 10
"""Tables with at least this many columns have a small font, to fit the screen of a laptop."""


class Cell(NamedTuple):
    """A cell: its text, the small text below it, and whether it is the best."""

    text: str
    small: tuple[str, ...] = ()
    best: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its names (repeated names are shown once), its cells, and its class for the style."""

    names: tuple[str, ...]
    cells: Sequence[Cell]
    kind: str = ""


@dataclass(frozen=True)
class Page:
    """A whole table.

    Attributes
    ----------
    title : str
        Title of the page.
    caption : str
        Explanation of the table.
    names, heads : sequence of str
        Headings of the columns with names and of those with cells.
    rows : sequence of Row
    notes : sequence of str
        Notes such as why cells are empty.
    """

    title: str
    caption: str
    names: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default=())


def write_page(
    table: "pd.DataFrame",
    page: Page,
    csv: str | Path,
    markdown_page: str | Path | None = None,
    html_page: str | Path | None = None,
) -> None:
    """Write a table as CSV for spreadsheets, and its page as Markdown and HTML."""
    write_spreadsheet(csv, table)
    if markdown_page is not None:
        write_text(markdown_page, markdown(page))
    if html_page is not None:
        write_text(html_page, html(page))


def markdown(page: Page) -> str:
    """Return a page as Markdown: best values bold, small print in the same cell."""
    head = [*page.names, *page.heads]
    lines = [plain(page.caption), "", table_line(head), table_line(["---"] * len(head))]
    for row in page.rows:
        cells = [
            " ".join([f"**{cell.text}**" if cell.best else cell.text, *cell.small]).strip()
            for cell in row.cells
        ]
        lines.append(table_line([*row.names, *cells]))
    notes = ["", *(f"- {plain(note)}" for note in page.notes)] if page.notes else []
    return "\n".join([*lines, *notes, ""])


def html(page: Page) -> str:
    """Return a page as self-contained HTML."""
    heads = "".join(f"<th scope=col class=name>{escape(name)}</th>" for name in page.names)
    heads += "".join(f"<th scope=col>{escape(head)}</th>" for head in page.heads)
    notes = "".join(f"<p>{escape(note)}</p>\n" for note in page.notes)
    wide = " class=wide" if len(page.names) + len(page.heads) >= _WIDE else ""
    body = []
    before: tuple[str, ...] = ()
    for row in page.rows:
        body.append(_html_row(row, before))
        before = row.names
    return (
        "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
        f"<title>{escape(page.title)}</title>\n<style>\n{_STYLE}\n</style>\n<table{wide}>\n"
        f"<caption>{escape(page.caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        + "\n".join(body)
        + f"\n</tbody>\n</table>\n{notes}</html>\n"
    )


def _html_row(row: Row, before: tuple[str, ...]) -> str:
    first = row.names[:1] != before[:1]
    classes = " ".join(filter(None, [row.kind, "first" if first else ""]))
    shown = ["" if place == 0 and not first else name for place, name in enumerate(row.names)]
    names = "".join(f"<th scope=row>{escape(name)}</th>" for name in shown)
    return f'<tr class="{classes}">{names}{"".join(_html_cell(cell) for cell in row.cells)}</tr>'


def _html_cell(cell: Cell) -> str:
    text = f"<b>{escape(cell.text)}</b>" if cell.best else escape(cell.text)
    return f"<td>{text}{''.join(f'<small>{escape(small)}</small>' for small in cell.small)}</td>"
