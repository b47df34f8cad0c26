"""One annotation in several files: how their paths are joined into one and taken apart."""

from pathlib import Path

PAIR = "|"
"""Separates Aff-Wild's valence file from its arousal file: together they are one annotation."""


def split_pair(path: str | Path) -> tuple[Path, ...]:
    """Return the files of one annotation: (valence, arousal) of a pair, else the path alone."""
    return tuple(Path(part) for part in str(path).split(PAIR))
