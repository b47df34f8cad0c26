"""Turn a folder of videos into a corpus: the workflow's files, and a row of the sheet per video."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from auva.errors import InputError
from auva.folders import VIDEO_SUFFIXES
from auva.sheet import Video, read_sample_sheet, write_sample_sheet
from auva.sheet.names import unfit

CONFIG = Path("config/config.yaml")
SHEET = Path("config/videos.tsv")
"""Paths of the files that `auva.workflow.deploy.initialise` writes."""
_SKIPPED = re.compile(r"\..*|results.*|resources|config|profiles")
"""Folders of the workflow itself."""
_LONGEST = 60


def take_in(folder: Path) -> list[str]:
    """Make a folder of videos a folder of the workflow, and add its new videos to the sheet.

    Each new row has its own identity and an unknown sex, because the people are not known yet.

    Parameters
    ----------
    folder : Path
        Contains videos, also in subfolders. The files of `auva init` are written into it once.

    Returns
    -------
    list of str
        The videos that a sheet cannot name, with the cause.

    Raises
    ------
    InputError
        If the folder holds no video or cannot be written to, or is the workflow's own.
    """
    from auva.workflow.deploy import initialise

    if (folder / "workflow" / "Snakefile").exists():
        raise InputError("is the workflow's folder: list videos in its sample sheet", folder)
    problems: list[str] = []
    found = list(_usable(folder, problems))
    if not found and not (folder / SHEET).exists():
        told = f" ({problems[0]})" if problems else ""
        raise InputError(f"no video in this folder{told}", folder)
    if not (folder / "Snakefile").exists():
        initialise(folder)
    sheet = folder / SHEET
    known = read_sample_sheet(sheet) if _has_rows(sheet) else {}
    there = {row.path.resolve() for row in known.values()}
    new = list(_rows((path for path in found if path.resolve() not in there), known))
    if new:
        write_sample_sheet(sheet, [*known.values(), *new])
    return problems


def _usable(folder: Path, problems: list[str]) -> Iterator[Path]:
    """Yield the videos of a folder that a sheet can name, in the order of their paths."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _SKIPPED.fullmatch(name))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith(".") or path.suffix.lower() not in VIDEO_SUFFIXES:
                continue
            reason = unfit(path.relative_to(folder).as_posix())
            if reason:
                problems.append(f"{path}: its name has {reason}")
            else:
                yield path


def _rows(paths: Iterable[Path], known: Iterable[str]) -> Iterator[Video]:
    taken = {name.casefold() for name in known}
    for path in paths:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.stem).strip("-")[:_LONGEST] or "video"
        names = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        yield Video(name, path, identity=name, sex="unknown")


def _has_rows(sheet: Path) -> bool:
    return sheet.exists() and len(sheet.read_text(encoding="utf-8").split("\n", 1)[-1].strip()) > 0
