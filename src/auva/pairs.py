"""One annotation in several files: how their paths are joined into one and taken apart."""

from collections.abc import Iterable
from pathlib import Path

PAIR = "|"
"""Separates Aff-Wild's valence file from its arousal file: together they are one annotation."""


FOLDER_SUFFIXES = (".txt", ".csv", ".tsv")
"""How the names of the files end that a folder is read for."""


def annotation_files(folder: Path) -> list[Path]:
    """Return the text files in a folder that is one annotation, by name."""
    return text_files(path for path in folder.iterdir() if path.is_file())


def text_files(files: Iterable[Path]) -> list[Path]:
    """Return those of a folder's files that an annotation consists of, by name."""
    shown = (path for path in files if path.name[0] != ".")
    return sorted(path for path in shown if path.suffix.lower() in FOLDER_SUFFIXES)


def split_pair(path: str | Path) -> tuple[Path, ...]:
    """Return the files of one annotation: (valence, arousal) of a pair, else the path alone."""
    return tuple(Path(part) for part in str(path).split(PAIR))
