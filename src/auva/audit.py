"""Search for people who are in two sets of a packed dataset, by name and by their faces.

A split can only keep apart the people that the sample sheet tells apart. Where one person has two
names, the faces say so: near-identical pictures in two sets. Each face is described by the low
frequencies of its grey picture after local contrast normalisation (as in perceptual hashing, see
Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010, but kept as
numbers instead of bits); two videos are as similar as their most similar faces.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import Faces
from auva.dataset.schema import UNLABELLED
from auva.progress import progress
from auva.spreadsheet import write_spreadsheet
from auva.units import SETS

THRESHOLD = 0.9
"""Faces more alike than this are suspicious. In the Animated London Set the most similar faces of
two videos of one person reach 0.92 to 0.97, those of different people at most 0.88."""

FACES = 16
"""Faces that are looked at in each video, evenly over its frames."""

PAIRS = 12
"""Pairs of videos that are listed even if they are not suspicious, the most similar first."""

_SIDE = 32
_BORDER = 4
"""Pixels at each side that are left out: background and hair."""

_BLUR = 4.0
_FLOOR = 4.0
"""Contrast (grey levels) below which a region is not amplified."""

_FREQUENCIES = 12
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
        Names that stand in two sets.
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


def audit(
    packed: str | Path, threshold: float = THRESHOLD, faces: int = FACES, pairs: int = PAIRS
) -> Audit:
    """Search a packed file for people in two sets.

    Parameters
    ----------
    packed : path
        A file written by `auva.dataset.pack.pack`, of any size of face.
    threshold : float
        Similarity in [-1, 1] above which a pair is suspicious.
    faces : int
        Faces looked at in each video.
    pairs : int
        Least number of pairs that are listed.

    Raises
    ------
    InputError
        If the file is no packed dataset.
    """
    with Faces(packed, SETS[0]) as file:
        groups = file.facts.groups
    sides = [_describe_set(packed, name, faces) for name in groups]
    found: list[Pair] = []
    for a, b in _against_each_other(sides):
        found = _most_similar([*found, *_across(a, b, threshold, pairs)], pairs)
    pictures = {}
    for side in sides:
        with Faces(packed, side.name) as file:
            for pair in found:
                for name, video, frame in _ends(pair):
                    if name == side.name:
                        place = side.video.index(video)
                        rows = side.row[(side.owner == place) & (side.frame == frame)]
                        pictures[name, video, frame] = file.images(rows[:1])[0]
    both = _against_each_other(sides)
    people = {name for a, b in both for name in set(a.identity.tolist()) & set(b.identity.tolist())}
    videos = {name for a, b in both for name in set(a.video) & set(b.video)}
    looked = sum(len(a.video) * len(b.video) for a, b in both)
    return Audit(tuple(sorted(people)), tuple(sorted(videos)), tuple(found), pictures, looked)


def write_audit(found: Audit, csv: str | Path) -> None:
    """Write the pairs as a table: the fields of `Pair`; `suspicious` is 1 or 0.

    Names that stand in two sets come first, with similarity 1 and both ends the same.
    """
    names = [("person", name) for name in found.people] + [("video", v) for v in found.videos]
    rows = [
        {"finding": f"{kind} in two sets", f"{'identity' if kind == 'person' else 'video'}_a": name}
        for kind, name in names
    ]
    for pair in found.pairs:
        finding = "near-identical faces" if pair.suspicious else "below the threshold"
        rows.append({"finding": finding, **asdict(pair)})
    columns = ["finding", *Pair.__dataclass_fields__]
    table = pd.DataFrame(rows, columns=columns).drop(columns="suspicious")
    whole = {"frame_a": "Int64", "frame_b": "Int64"}
    write_spreadsheet(csv, table.astype(whole), float_format="%.4f")


def report(found: Audit) -> Iterator[str]:
    """Yield what was found as lines for a reader."""
    for name in found.people:
        yield f"person '{name}' is in two sets"
    for name in found.videos:
        yield f"video '{name}' is in two sets"
    for pair in found.suspicious:
        yield (
            f"near-identical faces ({pair.similarity:.3f}): '{pair.identity_a}' in {pair.set_a} "
            f"({pair.video_a}, frame {pair.frame_a}) and '{pair.identity_b}' in {pair.set_b} "
            f"({pair.video_b}, frame {pair.frame_b}): one person under two names?"
        )
    if found.clean:
        nearest = f"; the most similar faces reach {found.pairs[0].similarity:.3f}"
        yield (
            f"no person is in two sets, by name or by face ({found.looked_at:,} pairs of videos "
            f"compared{nearest if found.pairs else ''})"
        )


def describe(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe faces [n, size, size, 3] by unit vectors float32 [n, 143].

    Their inner product is the similarity, in [-1, 1]; brightness, contrast and light from one side
    matter little.
    """
    from PIL import Image
    from scipy.fft import dctn
    from scipy.ndimage import gaussian_filter

    inside = slice(_BORDER, _SIDE - _BORDER)
    way = Image.Resampling.BOX if images.shape[1] >= 2 * _SIDE else Image.Resampling.BICUBIC
    small = [
        np.asarray(Image.fromarray(image).convert("L").resize((_SIDE, _SIDE), way), np.float64)
        for image in images
    ]
    grey = np.stack(small)[:, inside, inside]
    blur = (0, _BLUR, _BLUR)
    grey -= gaussian_filter(grey, blur)
    grey /= np.sqrt(gaussian_filter(grey**2, blur)) + _FLOOR
    low = np.asarray(dctn(grey, axes=(1, 2), norm="ortho"))[:, :_FREQUENCIES, :_FREQUENCIES]
    vector = low.reshape(len(images), -1)[:, 1:]
    length = np.linalg.norm(vector, axis=1, keepdims=True)
    return (vector / np.maximum(length, 1e-9)).astype(np.float32)


def _describe_set(packed: str | Path, name: str, faces: int) -> _Side:
    """Describe some faces of each video of a set."""
    size = _FREQUENCIES**2 - 1
    rows, owner, frames, described = [], [], [], [np.empty((0, size), np.float32)]
    with Faces(packed, name) as file:
        videos = file.videos()
        for place, (_, _, start, stop) in enumerate(progress(videos, len(videos), name, "video")):
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
    """Return the pairs of groups that may share nobody.

    Faces without labels are learnt from, as those of the training set are.
    """
    learnt = {SETS[0], UNLABELLED}
    return [(a, b) for a, b in combinations(sides, 2) if not {a.name, b.name} <= learnt]
