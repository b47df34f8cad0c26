"""Which names of files a sample sheet can hold, and Snakemake after it."""

import re

from auva.pairs import CELL_PAIR

ANNOTATORS = ";"
"""Separates the files (or weights) of several annotators in one cell."""

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""Characters that no cell may hold."""

_WILDCARD = re.compile(r"[{}<>]")


def unfit(path: str, annotation: bool = False) -> str | None:
    """Return why a sheet cannot name a file by this path, or None where it can.

    Parameters
    ----------
    path : str
        The path, relative to the sheet or absolute.
    annotation : bool
        Whether it is a file of an annotation; a cell may list several.
    """
    if CONTROL.search(path):
        return "a tab, a line end or another control character"
    if _WILDCARD.search(path):
        return "one of the characters { } < >, which Snakemake reads itself"
    if annotation and (CELL_PAIR in path or ANNOTATORS in path):
        return f"'{CELL_PAIR}' or '{ANNOTATORS}', which separate files in a sample sheet"
    if path != path.strip():
        return "a blank at its beginning or end"
    try:
        path.encode()
    except UnicodeEncodeError:
        return "bytes that are not UTF-8"
    return None
