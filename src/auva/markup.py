"""Text in Markdown pages: shown as it is, whatever signs are in it."""

from collections.abc import Sequence
from html import escape


def plain(text: str) -> str:
    """Return text that Markdown shows as it is: no tags, one line."""
    return escape(" ".join(text.split()), quote=False)


def table_line(cells: Sequence[str]) -> str:
    """Return a row of a Markdown table; a `|` in a cell ends no cell."""
    return f"| {' | '.join(plain(cell).replace('|', chr(92) + '|') for cell in cells)} |"
