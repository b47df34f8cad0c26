"""Paths of a sample sheet's row, replaced by the paths of a job's inputs."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from auva.sheet import join_pair, split_pair
from auva.sheet.layouts import is_layout
from auva.workflow.store import from_environment

_ANNOTATIONS = ("au", "va")
_LAYOUTS = ("au_layouts", "va_layouts")
_CONSENSUS = ("au_consensus", "va_consensus")


def as_seen(row: Mapping[str, Any], inputs: Iterable[str | Path]) -> dict[str, Any]:
    """Return a row of `Corpus.annotation_row` with the paths of the job's inputs.

    On a shared disk they are the same. With a store, the inputs are local copies.

    Parameters
    ----------
    row : mapping
        The row, which tells which annotations and layouts belong together.
    inputs : iterable of path
        The job's inputs.

    Raises
    ------
    ValueError
        For a file that is not an input of the job, because Snakemake would not track it.
    """
    store, there = from_environment(), {str(path) for path in inputs}
    folders = {str(parent) for path in there for parent in Path(path).parents}

    def seen(name: str) -> str:
        path = str(store.root / name.lstrip("/")) if store else name
        if path not in there and path not in folders:
            raise ValueError(f"{name} is not an input of this job")
        return path

    def whole(name: str) -> str:
        return str(join_pair(seen(str(part)) for part in split_pair(name)))

    found = dict(row)
    for key in _ANNOTATIONS:
        found[key] = [whole(name) for name in row[key]]
    for key in _LAYOUTS:
        found[key] = [cell if not cell or is_layout(cell) else seen(cell) for cell in row[key]]
    for key in _CONSENSUS:
        if row.get(key):
            found[key] = seen(row[key])
    return found
