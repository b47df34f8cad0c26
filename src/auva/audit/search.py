"""Search for people who are in two sets of a packed dataset, by name and by their faces.

A split can separate only the people that the sample sheet distinguishes. If one person has two
names, the faces show it: near-identical pictures in two sets. Two videos are as similar as their
most similar faces.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.audit.likeness import NUMBERS, describe
from auva.audit.settings import AuditSettings
from auva.dataset.read import Faces
from auva.dataset.schema import UNLABELLED
from auva.progress import progress
from auva.units import SETS

PAIRS = 12
"""Pairs of videos that are listed even if they are not suspicious, the most similar first."""

_BLOCK = 4096


@dataclass(frozen=True)
class Pair:
    """Two faces of two videos in different sets, under different names."""

    similarity: float
    set_a: str
    video_a: str
    identity_a: str
    frame_a: int
    set_b: str
    video_b: str
    identity_b: str
    frame_b: int
    suspicious: bool


@dataclass(frozen=True)
class Audit:
    """What was found in a packed file.

    Attributes
    ----------
    people, videos : tuple of str
        Names that are in two sets.
    pairs : tuple of Pair
        The most similar videos of different sets and names, the most similar first.
    faces : dict of (set, video, frame) to uint8 array [size, size, 3]
        The pictures of these pairs.
    looked_at : int
        Pairs of videos that were compared.
    """

    people: tuple[str, ...]
    videos: tuple[str, ...]
    pairs: tuple[Pair, ...]
    faces: dict[tuple[str, str, int], NDArray[np.uint8]]
    looked_at: int

    @property
    def suspicious(self) -> tuple[Pair, ...]:
        """The pairs above the threshold."""
        return tuple(pair for pair in self.pairs if pair.suspicious)

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.people or self.videos or self.suspicious)


@dataclass(frozen=True)
class _Side:
    """Described faces of one set: v videos, m faces in all, those of a video together."""

    name: str
    video: tuple[str, ...]
    identity: NDArray[np.str_]
    first: NDArray[np.int64]
    owner: NDArray[np.int64]
    row: NDArray[np.int64]
    frame: NDArray[np.int64]
    description: NDArray[np.float32]


def audit(packed: str | Path, cfg: Mapping[str, Any] | None = None, pairs: int = PAIRS) -> Audit:
    """Search a packed file for people in two sets.

    Parameters
    ----------
    packed : path
        A file written by `auva.dataset.pack.pack`, of any size of face.
    cfg : mapping, optional
        The `audit` section of the configuration.
    pairs : int
        Least number of pairs that are listed.

    Raises
    ------
    InputError
        For an unknown or impossible setting, or a file that is not a packed dataset.
    """
    settings = AuditSettings.read(cfg)
    with Faces(packed, SETS[0]) as file:
        groups = file.facts.groups
    sides = [_describe_set(packed, name, settings.faces) for name in groups]
    found: list[Pair] = []
    both = _against_each_other(sides)
    for a, b in progress(both, len(both), "compare faces of two sets", "pair"):
        found = _most_similar([*found, *_across(a, b, settings.threshold, pairs)], pairs)
    pictures = {}
    for side in sides:
        with Faces(packed, side.name) as file:
            for pair in found:
                for name, video, frame in _ends(pair):
                    if name == side.name:
                        place = side.video.index(video)
                        rows = side.row[(side.owner == place) & (side.frame == frame)]
                        pictures[name, video, frame] = file.images(rows[:1])[0]
    people = {name for a, b in both for name in set(a.identity.tolist()) & set(b.identity.tolist())}
    videos = {name for a, b in both for name in set(a.video) & set(b.video)}
    looked = sum(len(a.video) * len(b.video) for a, b in both)
    return Audit(tuple(sorted(people)), tuple(sorted(videos)), tuple(found), pictures, looked)


def _describe_set(packed: str | Path, name: str, faces: int) -> _Side:
    """Describe some faces of each video of a set."""
    rows, owner, frames, described = [], [], [], [np.empty((0, NUMBERS), np.float32)]
    with Faces(packed, name) as file:
        videos = file.videos()
        for place, (_, _, start, stop) in enumerate(
            progress(videos, len(videos), f"describe faces of {name}", "video")
        ):
            chosen = np.unique(np.linspace(start, stop - 1, faces).round().astype(np.int64))
            part = file.read(chosen)
            rows.append(chosen)
            owner.append(np.full(len(chosen), place))
            frames.append(part.frame)
            described.append(describe(part.image))
    empty = np.empty(0, np.int64)
    owners = np.concatenate([empty, *owner])
    return _Side(
        name,
        tuple(video for video, *_ in videos),
        np.array([person for _, person, *_ in videos], dtype=str),
        np.searchsorted(owners, np.arange(len(videos))),
        owners,
        np.concatenate([empty, *rows]),
        np.concatenate([empty, *frames]),
        np.concatenate(described),
    )


def _across(a: _Side, b: _Side, threshold: float, pairs: int) -> Iterator[Pair]:
    """Yield the suspicious and the most similar pairs of videos of two sets."""
    if not (len(a.video) and len(b.video)):
        return
    ends = [*a.first[1:], len(a.owner)]
    start = 0
    while start < len(a.video):
        # As many whole videos as fit into a block: memory does not grow with their number.
        stop = start + 1
        while stop < len(a.video) and ends[stop] - a.first[start] <= _BLOCK:
            stop += 1
        low, high = int(a.first[start]), int(ends[stop - 1])
        alike = a.description[low:high] @ b.description.T
        best = np.maximum.reduceat(alike, a.first[start:stop] - low, axis=0)
        best = np.maximum.reduceat(best, b.first, axis=1)
        best[a.identity[start:stop, None] == b.identity[None, :]] = -2
        order = np.argsort(-best, axis=None, kind="stable")
        values = best.ravel()[order]
        wanted = (values > -2) & ((values > threshold) | (np.arange(len(values)) < pairs))
        for place in order[wanted]:
            row, column = divmod(int(place), len(b.video))
            own = slice(int(a.first[start + row]) - low, int(ends[start + row]) - low)
            last = b.first[column + 1] if column + 1 < len(b.video) else len(b.owner)
            part = alike[own, int(b.first[column]) : int(last)]
            i, j = divmod(int(part.argmax()), part.shape[1])
            yield Pair(
                round(float(part.max()), 6),
                *(a.name, a.video[start + row], str(a.identity[start + row])),
                int(a.frame[a.first[start + row] + i]),
                *(b.name, b.video[column], str(b.identity[column])),
                int(b.frame[b.first[column] + j]),
                bool(part.max() > threshold),
            )
        start = stop


def _most_similar(found: Sequence[Pair], pairs: int) -> list[Pair]:
    """Return all suspicious pairs and so many others that there are `pairs`, in order."""
    ordered = sorted(found, key=lambda p: (-p.similarity, p.set_a, p.video_a, p.set_b, p.video_b))
    return [pair for place, pair in enumerate(ordered) if pair.suspicious or place < pairs]


def _ends(pair: Pair) -> tuple[tuple[str, str, int], tuple[str, str, int]]:
    return (pair.set_a, pair.video_a, pair.frame_a), (pair.set_b, pair.video_b, pair.frame_b)


def _against_each_other(sides: Sequence[_Side]) -> list[tuple[_Side, _Side]]:
    """Return the pairs of groups that must not share a person.

    Faces without labels are learnt from, as those of the training set are.
    """
    learnt = {SETS[0], UNLABELLED}
    return [(a, b) for a, b in combinations(sides, 2) if not {a.name, b.name} <= learnt]
