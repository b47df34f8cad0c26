"""The columns `au_layout` and `va_layout`: the layout of a table, or its file.

A cell has `key=value` pairs or the path of a YAML file, for all annotators or one for each. Without
a cell, `NAME.yaml` beside an annotation `NAME` is its layout. `auva.annotations.layout` reads them.
"""

import re
from collections.abc import Callable
from pathlib import Path

from auva.errors import InputError
from auva.pairs import split_pair
from auva.sheet.names import ANNOTATORS

BESIDE = ".yaml"
"""Added to the name of an annotation, this is the name of its layout."""

_PAIRS = re.compile(r"[^=]+=.*")


def is_layout(cell: str) -> bool:
    """Return whether a cell is a layout itself and not the path of one."""
    return bool(_PAIRS.match(cell))


def layout_files(
    annotation: Path, cell: str, exists: Callable[[Path], bool] = Path.is_file
) -> list[Path]:
    """Return the file that the layout of an annotation (or pair) is read from, or none."""
    if is_layout(cell):
        return []
    if cell:
        return [Path(cell)]
    first = split_pair(annotation)[0]
    beside = first.with_name(first.name + BESIDE) if first.name else first
    return [beside] if exists(beside) else []


def read_layouts(path: Path, line: int, name: str, cell: str, annotators: int) -> tuple[str, ...]:
    """Return the layout of each annotator in a sheet's cell; nothing for an empty cell.

    Raises
    ------
    InputError
        For another number of layouts than annotators, and for a layout that is wrong.
    """
    entries = [entry.strip() for entry in cell.split(ANNOTATORS)]
    if not any(entries):
        return ()
    if len(entries) == 1:
        entries *= annotators
    if len(entries) != annotators:
        cause = f"{name} has {len(entries)} layouts for {annotators} annotators"
        raise InputError(cause, path, line)
    return tuple(_checked(path, line, entry) for entry in entries)


def _checked(path: Path, line: int, entry: str) -> str:
    if not is_layout(entry):
        return str(path.parent / entry) if entry else ""
    # Imported where it is needed: a sheet without layouts stays light.
    from auva.annotations.layout import parse_layout

    parse_layout(entry, path, line)
    return entry
