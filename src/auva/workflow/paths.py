"""One text for each path: Snakemake compares paths as they are written."""

from functools import cache
from pathlib import Path


def collapsed(path: str | Path) -> str:
    """Return a path without `.`, doubled slashes and `..` in its middle.

    `..` behind a linked folder leads to the folder above the link's target, as when a file is
    opened.
    """
    kept = Path()
    for part in Path(path).parts:
        if part == ".." and kept.name not in ("", ".."):
            kept = (kept.resolve() if kept.is_symlink() else kept).parent
        else:
            kept /= part
    return str(kept)


def normalised(path: str | Path) -> str:
    """Return a file's path relative to the working directory if it lies in it, else absolute.

    However a path is spelled (`./x`, `y/../x`, absolute), it has one text.
    """
    folder, slash, name = str(path).rpartition("/")
    return _folder(folder + slash, Path.cwd()) + name


def beside_log(log: str | Path, folder: str, suffix: str) -> Path:
    """Return a job's file in another folder than its log: `logs/x/y.log` -> `folder/x/y.suffix`."""
    place = _logs(log)
    parts = Path(log).parts
    return Path(*parts[:place], folder, *parts[place + 1 :]).with_suffix(suffix)


def results_of(log: str | Path) -> Path:
    """Return the results folder of a job's log: `x/logs/y.log` -> `x`."""
    return Path(*Path(log).parts[: _logs(log)])


def _logs(log: str | Path) -> int:
    """Return the place of the folder `logs` in a path."""
    parts = Path(log).parts
    return len(parts) - 1 - parts[::-1].index("logs")


@cache
def _folder(path: str, here: Path) -> str:
    """Return the normalised folder with a slash at its end, or ""; many files lie in one."""
    whole = Path(collapsed(here / path))
    if whole.is_relative_to(here):
        whole = whole.relative_to(here)
    return "" if whole == Path() else f"{whole}/".replace("//", "/")
