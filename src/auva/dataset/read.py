"""Reading packed faces: all of a set in memory, or frames on demand."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auva.dataset.container import Facts, check_numbers, check_order, columns_of, read_facts
from auva.dataset.schema import GROUPS, UNLABELLED
from auva.errors import InputError, suggest
from auva.records import hdf5
from auva.records.split import refuse_overlap
from auva.units import SETS, THESIS_NAMES, VA_NAMES

_NUMBERS = ("au", "au_mask", "va", "va_mask", "intensity", "intensity_mask", "frame")
_BLOCK = 1 << 20
"""Names read at once: bounds the memory."""

_WINDOW_BYTES = 128_000_000

_RUN = 256
"""Frames that follow each other and are read together by `Faces.batches`."""


@dataclass(frozen=True)
class FaceSet:
    """n faces of size x size pixels with their labels.

    Attributes
    ----------
    image : uint8 array [n, size, size, 3]
        RGB.
    au, au_mask : uint8 and bool arrays [n, u]
        Presence of each Action Unit, and whether it is labelled.
    va, va_mask : float32 and bool arrays [n, 2]
        Valence and arousal in [-1, 1], and whether they are labelled.
    video, identity : str arrays [n]
        Video of the frame and person in it.
    frame : int32 array [n]
        1-based frame of the 30 fps video.
    au_names : tuple of str
        Names of the u Action Units.
    intensity, intensity_mask : float32 and bool arrays [n, u]
        Intensity of each Action Unit in [0, 5], and whether the annotation has it (default: none).
    """

    image: NDArray[np.uint8]
    au: NDArray[np.uint8]
    au_mask: NDArray[np.bool_]
    va: NDArray[np.float32]
    va_mask: NDArray[np.bool_]
    video: NDArray[np.str_]
    identity: NDArray[np.str_]
    frame: NDArray[np.int32]
    au_names: tuple[str, ...] = THESIS_NAMES
    intensity: NDArray[np.float32] = None  # type: ignore[assignment]
    intensity_mask: NDArray[np.bool_] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.intensity is None:
            object.__setattr__(self, "intensity", np.zeros(self.au.shape, np.float32))
            object.__setattr__(self, "intensity_mask", np.zeros(self.au.shape, bool))
        if self.au.shape[1] != len(self.au_names):
            raise ValueError(f"{self.au.shape[1]} columns for {len(self.au_names)} Action Units")

    def __len__(self) -> int:
        return len(self.frame)

    @classmethod
    def unlabelled(
        cls,
        image: NDArray[np.uint8],
        video: str = "",
        frame: NDArray[np.int64] | None = None,
        identity: str = "",
        au_names: tuple[str, ...] = THESIS_NAMES,
    ) -> "FaceSet":
        """Return faces of one video without any label.

        Parameters
        ----------
        image : uint8 array [n, size, size, c]
        video, identity : str
            The video and its person, if known.
        frame : int array [n], optional
            Their frames in ascending order; by default 1 to n.
        au_names : tuple of str
            Names of the Action Units of the masked columns.
        """
        n, units, affect = len(image), len(au_names), len(VA_NAMES)
        return cls(
            image=image,
            au=np.zeros((n, units), np.uint8),
            au_mask=np.zeros((n, units), bool),
            va=np.full((n, affect), np.nan, np.float32),
            va_mask=np.zeros((n, affect), bool),
            video=np.full(n, video),
            identity=np.full(n, identity),
            frame=np.arange(1, n + 1, dtype=np.int32) if frame is None else frame.astype(np.int32),
            au_names=au_names,
        )

    @classmethod
    def concatenate(cls, pieces: "Sequence[FaceSet]") -> "FaceSet":
        """Return the faces of several sets with the same Action Units, in the given order."""
        arrays = [piece.arrays() for piece in pieces]
        joined = {name: np.concatenate([each[name] for each in arrays]) for name in arrays[0]}
        return replace(pieces[0], **joined)

    def without_images(self) -> "FaceSet":
        """Return the faces with empty images."""
        return replace(self, image=np.empty((len(self), 0, 0, 3), np.uint8))

    def take(self, rows: NDArray[np.int64]) -> "FaceSet":
        """Return the faces of the given rows."""
        return replace(self, **{name: values[rows] for name, values in self.arrays().items()})

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name; their first axis is the face."""
        return {name: value for name, value in vars(self).items() if name != "au_names"}


class Faces(AbstractContextManager["Faces"]):
    """One set (or the unlabelled faces) of a packed file, read on demand.

    Parameters
    ----------
    path : path
        The packed file.
    set : str
        "train", "validation", "test", or "unlabelled" for faces without any label.
    size : int, optional
        The expected side of the faces in pixels.

    Raises
    ------
    InputError
        If the file is damaged, has another schema version or another size of faces, or was
        packed without unlabelled faces.
    """

    def __init__(self, path: str | Path, set: str, size: int | None = None) -> None:
        self.path = Path(path)
        self.set = set
        if set not in GROUPS:
            known = ", ".join(GROUPS)
            raise InputError(f"set is '{set}', not one of {known}{suggest(set, GROUPS)}")
        self._file = hdf5.open_file(self.path)
        try:
            self.facts = read_facts(self._file, self.path, size)
            if set not in self.facts.groups:
                cause = "was packed without dataset.keep_unlabelled_faces: no faces without a label"
                raise InputError(cause, self.path)
            self._data = columns_of(self._file, set, self.facts, self.path)
        except BaseException:
            self._file.close()
            raise

    def __len__(self) -> int:
        return len(self._data["frame"])

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, rows: ArrayLike | slice) -> FaceSet:
        """Return the faces of the given rows, in that order.

        The first call reads the labels of the whole set (14 bytes a frame and 7 for each Action
        Unit); images are read when needed.

        Parameters
        ----------
        rows : int array [m] or slice
            0-based rows of the set.
        """
        if isinstance(rows, slice):
            rows = np.arange(len(self))[rows]
        rows = np.asarray(rows, np.int64)
        if rows.size and (rows.min() < 0 or rows.max() >= len(self)):
            raise IndexError(f"rows must be in 0 to {len(self) - 1}")
        return self._labelled(self.images(rows), rows)

    def without_images(self) -> FaceSet:
        """Return the whole set with empty images (see `read` for its memory)."""
        nothing = np.empty((len(self), 0, 0, 3), np.uint8)
        return self._labelled(nothing, np.arange(len(self)))

    def _labelled(self, image: NDArray[np.uint8], rows: NDArray[np.int64]) -> FaceSet:
        labels = self._labels
        part = np.searchsorted(labels.end, rows, side="right")
        return FaceSet(
            image=image,
            video=labels.video[part],
            identity=labels.identity[part],
            **{name: values[rows] for name, values in labels.numbers.items()},
            au_names=self.facts.au_names,
        )

    def images(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the images uint8 [m, size, size, 3] of the given rows, in that order.

        Each chunk of the file is read only once, and consecutive chunks are read together.
        """
        image = self._data["image"]
        out = np.empty((len(rows), *image.shape[1:]), np.uint8)
        if len(rows) == 0:
            return out
        if len(rows) > 1 and (np.diff(rows) == 1).all():
            return hdf5.values(image, np.s_[int(rows[0]) : int(rows[-1]) + 1], self.path)
        length = image.chunks[0] if image.chunks else 1
        order = np.argsort(rows, kind="stable")
        chunk = rows[order] // length
        starts = np.flatnonzero(np.diff(chunk, prepend=-2) > 1)
        for first, last in zip(starts, [*starts[1:], len(rows)], strict=True):
            part = order[first:last]
            low, high = int(rows[part[0]]), int(rows[part[-1]])
            out[part] = hdf5.values(image, np.s_[low : high + 1], self.path)[rows[part] - low]
        return out

    def videos(self) -> list[tuple[str, str, int, int]]:
        """Return each video with its person and its rows, `(video, identity, start, stop)`."""
        labels = self._labels
        names = zip(labels.video.tolist(), labels.identity.tolist(), strict=True)
        stops = labels.end.tolist()
        return [
            (video, person, start, stop)
            for (video, person), start, stop in zip(names, [0, *stops], stops, strict=False)
        ]

    def has_labels(self, task: str) -> bool:
        """Return whether any face has a label of a task, "au" or "va"."""
        return bool(self._labels.numbers[f"{task}_mask"].any())

    def positives(self) -> NDArray[np.int64]:
        """Return the number of faces in which each Action Unit is present, int64 [u]."""
        numbers = self._labels.numbers
        present = (numbers["au"] == 1) & (numbers["au_mask"] == 1)
        return np.asarray(present.sum(0), np.int64)

    def blocks(self, rows: int = 4096) -> Iterator[FaceSet]:
        """Yield the whole set in order, `rows` faces at a time."""
        for start in range(0, len(self), rows):
            yield self.read(slice(start, start + rows))

    def batches(self, size: int, seed: int, window: int | None = None) -> Iterator[FaceSet]:
        """Yield the whole set once in random batches, with nearly sequential reads.

        Runs of consecutive frames are read in random order into a window of `window` faces, which
        is then shuffled. This is random enough for training on a set that does not fit into
        memory, at the speed of sequential reading. The last batch may be smaller.

        Parameters
        ----------
        size : int
            Faces in a batch.
        seed : int
            Random seed of the order.
        window : int, optional
            Faces held in memory; by default as many as fit into 128 MB.
        """
        window = window or _WINDOW_BYTES // (self.facts.size**2 * 3)
        rng = np.random.default_rng(seed)
        runs = [np.arange(a, min(a + _RUN, len(self))) for a in range(0, len(self), _RUN)]
        order = [runs[number] for number in rng.permutation(len(runs))]
        many = max(window // _RUN, 1)
        rest = np.empty(0, np.int64)
        for first in range(0, len(order), many):
            rows = np.concatenate([rest, *order[first : first + many]])
            faces = self.read(np.sort(rows))
            mixed = rng.permutation(len(rows))
            whole = len(rows) if first + many >= len(order) else len(rows) // size * size
            for start in range(0, whole, size):
                yield faces.take(mixed[start : min(start + size, whole)])
            rest = np.sort(rows)[mixed[whole:]]

    def windows(self, length: int, seed: int) -> NDArray[np.int64]:
        """Return windows of consecutive faces of one video; each face is in at most one window.

        A video is cut into windows from a random start, so that over several seeds every face is
        used. A video with fewer faces than a window gives none.

        Parameters
        ----------
        length : int
            Faces of a window.
        seed : int
            Random seed of the starts and of the order.

        Returns
        -------
        int64 [windows, length]
            Rows of the set, the windows in random order.
        """
        rng = np.random.default_rng(seed)
        starts = [
            np.arange(begin + rng.integers((stop - begin) % length + 1), stop - length + 1, length)
            for _, _, begin, stop in self.videos()
            if stop - begin >= length
        ]
        first = rng.permutation(np.concatenate(starts or [np.empty(0, np.int64)]))
        return first[:, None] + np.arange(length)

    @cached_property
    def _labels(self) -> "_Labels":
        """Read the labels and names of the whole set."""
        numbers = {name: self._whole(name) for name in _NUMBERS}
        check_numbers(numbers, self.set, self.path)
        end, video, identity = self._runs()
        check_order(numbers["frame"], end, video, identity, self.set, self.path)
        return _Labels(numbers, end, video, identity)

    def _runs(self) -> tuple[NDArray[np.int64], NDArray[np.str_], NDArray[np.str_]]:
        """Return the end, video and person of each run of rows with the same names."""
        starts, names = [np.empty(0, np.int64)], [np.empty((2, 0), "S1")]
        before = np.array([[b""], [b""]])
        for start in range(0, len(self), _BLOCK):
            part = slice(start, start + _BLOCK)
            both = np.stack([self._whole(name, part) for name in ("video", "identity")])
            new = (both != np.concatenate([before, both[:, :-1]], axis=1)).any(0)
            new[0] |= start == 0
            starts.append(start + np.flatnonzero(new))
            names.append(both[:, new])
            before = both[:, -1:]
        try:
            video, identity = np.char.decode(np.concatenate(names, axis=1), "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"damaged: a name in '{self.set}' ({error})", self.path) from error
        return np.append(np.concatenate(starts), len(self))[1:], video, identity

    def _whole(self, name: str, part: slice = slice(None)) -> NDArray[Any]:
        return hdf5.values(self._data[name], part, self.path)


@dataclass(frozen=True)
class _Labels:
    """Labels of a set; names once per run of equal rows that ends before `end`."""

    numbers: dict[str, NDArray[Any]]
    end: NDArray[np.int64]
    video: NDArray[np.str_]
    identity: NDArray[np.str_]


def open(path: str | Path, set: str, size: int | None = None) -> Faces:
    """Open one set of a packed file to read frames on demand; see `Faces`."""
    return Faces(path, set, size)


def load(path: str | Path, set: str, size: int | None = None) -> FaceSet:
    """Read one set of a packed file into memory.

    Raises
    ------
    InputError
        As for `Faces`, and when any part of the set is damaged.
    """
    with Faces(path, set, size) as faces:
        return faces.read(slice(None))


def check_people(path: str | Path, protocol: str = "identity") -> None:
    """Raise an `InputError` if a packed file was not divided by the given protocol.

    Parameters
    ----------
    path : path
        The packed file.
    protocol : str
        "identity": no person may be in two sets, and people who share a video file must be in the
        same set. "random_frames": the file must have been divided without regard to people; it
        serves only to measure the effect of identity leakage.

    Raises
    ------
    InputError
        Names a person and the two sets, or the protocol of the file.
    """
    videos: list[tuple[str, str]] = []
    people: list[tuple[str, str]] = []
    with Faces(path, SETS[0]) as faces:
        facts = faces.facts
    if facts.protocol != protocol:
        raise InputError(f"was divided by the protocol '{facts.protocol}', not '{protocol}'", path)
    if protocol != "identity":
        return
    for group in facts.groups:
        # People with unlabelled faces belong to the training people.
        name = SETS[0] if group == UNLABELLED else group
        with Faces(path, group) as faces:
            videos += [(video, name) for video, *_ in faces.videos()]
            people += [(person, name) for _, person, *_ in faces.videos()]
    refuse_overlap(people, facts.bound_people, path)
    refuse_overlap(videos, (), path, "video")


def facts_of(path: str | Path) -> Facts:
    """Return what the attributes of a packed file say."""
    with Faces(path, SETS[0]) as faces:
        return faces.facts


def sizes(path: str | Path) -> dict[str, int]:
    """Return the number of frames of each set, and of the group "unlabelled" if the file has it."""
    counts = {}
    for name in facts_of(path).groups:
        with Faces(path, name) as faces:
            counts[name] = len(faces)
    return counts
