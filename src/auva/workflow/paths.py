"""One spelling for each path, because Snakemake compares paths as text."""

from functools import cache
from pathlib import Path


def collapsed(path: str | Path) -> str:
    """Return a path without `.`, doubled slashes and `..` in its middle.

    `..` after a linked folder leads to the parent of the link's target, as when a file is opened.
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

    All spellings of a path (`./x`, `y/../x`, absolute) give the same text.
    """
    folder, slash, name = str(path).rpartition("/")
    return _folder(folder + slash, Path.cwd()) + name


def beside_log(log: str | Path, folder: str, suffix: str) -> Path:
    """Return the path of a job's file in another folder: `logs/x/y.log` -> `folder/x/y.suffix`."""
    place = _logs(log)
    parts = Path(log).parts
    return Path(*parts[:place], folder, *parts[place + 1 :]).with_suffix(suffix)


def results_of(log: str | Path) -> Path:
    """Return the results folder of a job's log: `x/logs/y.log` -> `x`."""
    return Path(*Path(log).parts[: _logs(log)])


def _logs(log: str | Path) -> int:
    """Return the index of the folder `logs` in a path."""
    parts = Path(log).parts
    return len(parts) - 1 - parts[::-1].index("logs")


@cache
def _folder(path: str, here: Path) -> str:
    """Return the normalised folder with a final slash, or ""; cached, as many files share one."""
    whole = Path(collapsed(here / path))
    if whole.is_relative_to(here):
        whole = whole.relative_to(here)
    return "" if whole == Path() else f"{whole}/".replace("//", "/")
