"""One annotation in several files: joining their paths into one, and splitting it again."""

from collections.abc import Iterable
from pathlib import Path

CELL_PAIR = "|"
"""Joins files to one annotation in a cell of the sample sheet: Aff-Wild's valence and arousal."""

_JOINT = "\0"
"""Joins them in a path: no name of a file or folder can have it."""


FOLDER_SUFFIXES = (".txt", ".csv", ".tsv")
"""How the names of the files end that a folder is read for."""


def annotation_files(folder: Path) -> list[Path]:
    """Return the text files in a folder that is one annotation, by name."""
    return text_files(path for path in folder.iterdir() if path.is_file())


def text_files(files: Iterable[Path]) -> list[Path]:
    """Return those of a folder's files that an annotation consists of, by name."""
    shown = (path for path in files if path.name[0] != ".")
    return sorted(path for path in shown if path.suffix.lower() in FOLDER_SUFFIXES)


def join_pair(files: Iterable[str | Path]) -> Path:
    """Return one path for the files of one annotation; `split_pair` splits it again."""
    return Path(_JOINT.join(map(str, files)))


def split_pair(path: str | Path) -> tuple[Path, ...]:
    """Return the files of one annotation: (valence, arousal) of a pair, else the path alone."""
    return tuple(Path(part) for part in str(path).split(_JOINT))
