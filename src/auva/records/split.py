"""`split.csv`: the set and fold of each video, and the check for people in two sets."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from auva.errors import InputError
from auva.records.table import read_table, table_writer, text, whole
from auva.units import SETS

SPLIT = {"video": text(), "identity": text(), "set": text(*SETS), "fold": whole()}
"""Columns of `dataset/split.csv`; `fold` is 0 without folds."""


class Place(NamedTuple):
    """The place of a video: its person, set and fold."""

    identity: str
    set: str
    fold: int


def write_split(path: str | Path, places: Mapping[str, Place]) -> None:
    """Write the place of each video, sorted by video."""
    with table_writer(path, tuple(SPLIT), counted=True) as row:
        for video in sorted(places):
            row(video, *places[video])


def read_split(path: str | Path, videos: Collection[str]) -> dict[str, Place]:
    """Read the place of each video.

    The file may have been edited by hand, as long as it is complete.

    Parameters
    ----------
    path : path
        The table.
    videos : collection of str
        All videos of the corpus: the file must list each of them once, and no other.

    Raises
    ------
    InputError
        For a damaged table, an unknown set, a video that is missing, unknown or there twice.
    """
    table = read_table(path, "split", SPLIT, counted=True)
    places: dict[str, Place] = {}
    for line, (video, identity, name, fold) in enumerate(table.itertuples(index=False), start=2):
        if video in places:
            raise InputError(f"duplicate video '{video}'", path, line)
        if video not in videos:
            raise InputError(f"video '{video}' is not in the sample sheet", path, line)
        places[video] = Place(identity, name, fold)
    missing = sorted(set(videos) - set(places))
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InputError(f"no set for the video '{missing[0]}'{more}", path)
    return places


def overlap(where: Iterable[tuple[str, object]]) -> dict[str, list[object]]:
    """Return the people who are in two places, and the places, from pairs (person, place)."""
    seen: dict[str, dict[object, None]] = {}
    for person, place in where:
        seen.setdefault(person, {})[place] = None
    return {person: list(seen[person]) for person in sorted(seen) if len(seen[person]) > 1}


def refuse_overlap(
    where: Iterable[tuple[str, str]],
    bound: Iterable[Collection[str]],
    path: str | Path,
    what: str = "person",
) -> None:
    """Refuse a division that shows one person on two sides.

    Parameters
    ----------
    where : iterable of (str, str)
        Identities with the sets in which they are.
    bound : iterable of collection of str
        Groups of people who share a video file: they are in the same pictures.
    path : path
        The file that says so, for the message.
    what : str
        What `where` names, for the message.

    Raises
    ------
    InputError
        Names the first person, or the first two people of a group, and both sets.
    """
    where = sorted(set(where))
    for person, sets in overlap(where).items():
        raise InputError(
            f"{what} '{person}' is in {' and in '.join(map(str, sets))}: scores on people that the "
            "training has seen are worth nothing",
            path,
        )
    sets_of = dict(where)
    for group in bound:
        known = sorted(person for person in group if person in sets_of)
        for other in known[1:]:
            if sets_of[other] != sets_of[known[0]]:
                raise InputError(
                    f"'{known[0]}' in {sets_of[known[0]]} and '{other}' in {sets_of[other]} stand "
                    "in the same pictures: their videos share a file",
                    path,
                )
