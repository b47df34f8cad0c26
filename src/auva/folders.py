"""A sample sheet from a folder of videos and annotations, as Aff-Wild or Aff-Wild2 are published.

Aff-Wild has `videos/…/NAME.mp4` and, distinguished by folder, `annotations/…/valence/NAME.txt`
and `annotations/…/arousal/NAME.txt`. Aff-Wild2 has videos in any folders and one text file per task
(`VA_Set`, `AU_Detection_Challenge`, …) and video; where a video shows two people, the files of one
are called `NAME_left.txt` or `NAME_right.txt`. Folder names differ between the editions, so that
what a file is comes from its content, and which video it belongs to from its name; a file may hold
both kinds of labels, as ELAN's do. Nothing is left out silently: what has no partner is listed with
the reason.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auva.annotations import (
    SUFFIXES,
    Context,
    Timeline,
    formats_of,
    left_out,
    read_action_units,
    read_valence_arousal,
    recognise_action_units,
    recognise_valence_arousal,
)
from auva.annotations.format import AnyFormat, Content, Kind
from auva.errors import InputError
from auva.progress import progress
from auva.sheet import Video, join_pair, split_pair
from auva.sheet.names import unfit
from auva.units import THESIS_UNITS, number_of

VIDEO_SUFFIXES = frozenset(
    (".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".webm", ".wmv")
)
SIDES = ("_left", "_right")
"""What Aff-Wild2 adds to a video's name for one of two people in it."""

_HALVES = ("valence", "arousal")
_RECOGNISE: dict[Kind, Callable[[Path], str]] = {
    "au": recognise_action_units,
    "va": recognise_valence_arousal,
}


@dataclass
class Found:
    """The videos and annotations found in a folder.

    Attributes
    ----------
    videos : list of Video
        Rows for the sample sheet, by id.
    sides : list of str
        Ids of the rows whose video also shows other people.
    problems : list of (str, str)
        Files that could not be matched: path and reason.
    others : list of str
        Text files that are not annotations of AUs, valence or arousal.
    beyond : Counter of int
        Action Units that are not read -> how many annotation files have them.
    """

    videos: list[Video] = field(default_factory=list)
    sides: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    beyond: Counter[int] = field(default_factory=Counter)


def search(
    folder: str | Path, units: Sequence[int] = THESIS_UNITS, sheet: Path | None = None
) -> Found:
    """Match the videos and the annotations of a folder by their names.

    Every row gets its own identity, because the databases do not say who is who; sex is unknown.

    Parameters
    ----------
    folder : str or Path
        It is searched with its subfolders.
    units : sequence of int
        The Action Units that are read; others are counted in `Found.beyond`.
    sheet : Path, optional
        The sample sheet that the result replaces: it is not an annotation.

    Raises
    ------
    InputError
        If the folder does not exist or nothing in it matches.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError("no such folder", folder)
    found = Found()
    clips, texts = _files(folder, found)
    if sheet is not None and sheet.exists():
        texts = [path for path in texts if not path.samefile(sheet)]
    videos = _single(clips, "video", found)
    annotations = _annotations(texts, found, tuple(units))
    rows = _rows(videos, annotations, found)
    if not rows:
        told = (f" ({path}: {reason})" for path, reason in sorted(found.problems))
        raise InputError(f"no video with an annotation of its name{next(told, '')}", folder)
    used = {path for video in rows for path in (video.path, *video.au_files, *video.va_files)}
    _report_unused(videos, annotations, used, found)
    found.videos = rows
    return found


def _files(folder: Path, found: Found) -> tuple[list[Path], list[Path]]:
    """Return the videos and the texts below a folder, in the order of their paths."""
    clips: list[Path] = []
    texts: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if name.startswith("."):
                continue
            suffix = path.suffix.lower()
            kind = clips if suffix in VIDEO_SUFFIXES else texts if suffix in SUFFIXES else None
            if kind is None:
                continue
            reason = unfit(path.relative_to(folder).as_posix(), annotation=kind is texts)
            if reason:
                found.problems.append((str(path), f"its path has {reason}"))
            elif not path.is_file():
                found.problems.append((str(path), "it is not a file"))
            else:
                kind.append(path)
    return clips, texts


def _single(paths: Iterable[Path], kind: str, found: Found) -> dict[str, Path]:
    """Return paths by name; of several with one name, none unless they are all the same file."""
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(path.stem, []).append(path)
    single = {}
    for name, group in groups.items():
        if len(group) == 1 or len({_digest(path) for path in group}) == 1:
            single[name] = group[0]
            continue
        for path in group:
            other = next(each for each in group if each != path)
            found.problems.append((str(path), f"another {kind} of this name differs: {other}"))
    return single


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _annotations(
    texts: Sequence[Path], found: Found, units: tuple[int, ...]
) -> dict[str, dict[str, Path]]:
    """Return the annotations by kind ("au", "va") and name; Aff-Wild's pairs as one path."""
    groups: dict[str, list[Path]] = {"au": [], "va": [], "valence": [], "arousal": []}
    for path in progress(texts, len(texts), "recognise annotations", "file"):
        kinds = _kinds(path)
        for kind in kinds:
            groups[kind].append(path)
        if not kinds:
            found.others.append(str(path))
    single = {
        kind: _single(paths, f"{kind.upper() if len(kind) == 2 else kind} file", found)
        for kind, paths in groups.items()
    }
    pairs = _pairs(single["valence"], single["arousal"], found)
    for name in pairs.keys() & single["va"].keys():
        other, *_ = split_pair(pairs.pop(name))
        found.problems.append((str(single["va"][name]), f"another VA file is {other}"))
        del single["va"][name]
    return {
        "au": _readable(single["au"], "au", found, units),
        "va": _readable(single["va"] | pairs, "va", found, units),
    }


def _kinds(path: Path) -> list[str]:
    """Return what a text holds by its content, or by its folder if it is half of a pair.

    A damaged file, whose kinds are unknown, counts as each of them: reading it gives the cause.
    """
    half = path.parent.name.lower()
    if half in _HALVES:
        return [half]
    kinds = []
    for kind, recognise in _RECOGNISE.items():
        try:
            entry = formats_of(kind)[recognise(path)]
        except InputError:
            continue
        # One half of a pair is recognised by its folder only.
        if not entry.files and _holds(entry, path):
            kinds.append(kind)
    return kinds


def _holds(entry: AnyFormat, path: Path) -> bool:
    try:
        return entry.holds is None or entry.holds(Content((path,)))
    except InputError:
        return True


def _pairs(valence: dict[str, Path], arousal: dict[str, Path], found: Found) -> dict[str, Path]:
    for name in valence.keys() ^ arousal.keys():
        here, missing = (valence, "arousal") if name in valence else (arousal, "valence")
        found.problems.append((str(here[name]), f"there is no {missing} file of this name"))
    both = sorted(valence.keys() & arousal.keys())
    return {name: join_pair((valence[name], arousal[name])) for name in both}


def _readable(
    paths: dict[str, Path], kind: str, found: Found, units: tuple[int, ...]
) -> dict[str, Path]:
    """Leave out what cannot be read, with the reason."""
    units_read = kind == "au"
    read = read_action_units if units_read else read_valence_arousal
    fine = {}
    for name, path in progress(paths.items(), len(paths), f"read {kind.upper()} files", "file"):
        try:
            read(path, context=Context(Timeline(frames=0), name, units=units))
            others = left_out(path, kind, recognise_action_units(path), units) if units_read else []
        except InputError as error:
            line = "" if error.line is None else f"line {error.line}: "
            found.problems.append((str(error.path or path), f"{line}{error.cause}"))
        else:
            fine[name] = path
            found.beyond.update({number for other in others if (number := number_of(other))})
    return fine


def _rows(
    videos: dict[str, Path], annotations: dict[str, dict[str, Path]], found: Found
) -> list[Video]:
    """Return a row for each name that has a video and an annotation."""
    rows: dict[str, Video] = {}
    taken: dict[str, str] = {}
    people: dict[Path, list[str]] = {}
    for name in sorted(annotations["au"].keys() | annotations["va"].keys()):
        path = videos.get(name) or videos.get(_without_side(name))
        if path is None:
            continue
        key = re.sub(r"[^A-Za-z0-9_-]", "-", name)
        other = taken.setdefault(key.casefold(), key)
        if key in rows or other != key:
            first = rows[other].path
            found.problems.append((str(path), f"the id '{key}' is that of {first} too"))
            continue
        au, va = (annotations[kind].get(name) for kind in ("au", "va"))
        rows[key] = Video(
            id=key,
            path=path,
            identity=key,
            sex="unknown",
            au=(au,) if au else (),
            va=(va,) if va else (),
            au_format=recognise_action_units(au) if au else None,
            va_format=recognise_valence_arousal(va) if va else None,
            au_weights=(1.0,) if au else (),
            va_weights=(1.0,) if va else (),
        )
        people.setdefault(path, []).append(key)
    sides = {key for keys in people.values() if len(keys) > 1 for key in keys}
    sides |= {key for key in rows if key.endswith(SIDES)}
    found.sides = sorted(sides)
    return [rows[key] for key in sorted(rows)]


def _without_side(name: str) -> str:
    side = next((side for side in SIDES if name.endswith(side)), "")
    return name.removesuffix(side)


def _report_unused(
    videos: dict[str, Path],
    annotations: dict[str, dict[str, Path]],
    used: set[Path],
    found: Found,
) -> None:
    for path in videos.values():
        if path not in used:
            found.problems.append((str(path), "there is no readable annotation of this name"))
    for kind in ("au", "va"):
        for path in annotations[kind].values():
            first = split_pair(path)[0]
            if first not in used:
                found.problems.append((str(first), "there is no video of this name"))
    found.problems.sort()
