"""The scores of every checkpoint of a run on the validation and the test set."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import Faces, FaceSet
from auva.evaluation.after import apply
from auva.evaluation.protocol import Choice, held_out, rate
from auva.evaluation.scores import score
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions, Predictor, predict_blocks
from auva.progress import progress
from auva.records.bootstrap import Samples
from auva.records.chosen import Chosen, Counts
from auva.records.scores import SCORES

SCORED_SETS = ("validation", "test")

STRETCH = 64
"""Faces of one video that a subsample takes together, so that a model sees them in order."""

_BLOCK = 2048
"""Number of faces whose images are read together, rounded down to whole batches."""

_KEPT_BYTES = 400_000_000
"""Maximum size in bytes of the images of a set that stays in memory for all checkpoints."""


class Evaluation(NamedTuple):
    """What the evaluation of a run says.

    `scores` and `held_out` have the columns `SCORES` and `HELD_OUT` of `auva.records.scores`.
    """

    scores: pd.DataFrame
    chosen: Chosen
    held_out: pd.DataFrame
    samples: Samples


@dataclass(frozen=True)
class _Part:
    """One set: the labels of all its faces, and the images of the scored ones, read in blocks.

    Attributes
    ----------
    labels : FaceSet
        All faces, without images.
    rows : int64 array
        The scored faces.
    read : callable
        Returns faces with images for some rows.
    block : int
        Number of faces of a block, a multiple of the batch size, so that batches stay the same.
    """

    labels: FaceSet
    rows: NDArray[np.int64]
    read: Callable[[NDArray[np.int64]], FaceSet]
    block: int

    @classmethod
    def of(cls, faces: Faces | FaceSet, settings: Settings) -> "_Part":
        """Return the part of a set on which the checkpoints are scored."""
        labels = faces.without_images()
        rows = subset(labels.video, settings.subsample, settings.seed)
        read = faces.take if isinstance(faces, FaceSet) else faces.read
        return cls(labels, rows, read, settings.batch_size * max(_BLOCK // settings.batch_size, 1))

    def whole(self) -> "_Part":
        """Return the same set with all faces scored."""
        return replace(self, rows=np.arange(len(self.labels)))

    @property
    def is_whole(self) -> bool:
        """Whether all faces are scored."""
        return len(self.rows) == len(self.labels)

    @cached_property
    def scored(self) -> FaceSet:
        """The labels of the scored faces."""
        return self.labels if self.is_whole else self.labels.take(self.rows)

    @property
    def blocks(self) -> int:
        """Number of blocks of the scored faces."""
        return -(-len(self.rows) // self.block)

    def predictions(self, predict: Predictor, ticks: Iterator[int]) -> Predictions:
        """Return the predictions for the scored faces; each block takes one item of `ticks`."""
        return predict_blocks(predict, _counted(self._kept or self._blocks(), ticks))

    def _blocks(self) -> Iterator[FaceSet]:
        for start in range(0, len(self.rows), self.block):
            yield self.read(self.rows[start : start + self.block])

    @cached_property
    def _kept(self) -> list[FaceSet]:
        """The blocks of a small set, kept for the next checkpoint; none of a large set."""
        needed = self.read(self.rows[:1]).image.nbytes * len(self.rows)
        return list(self._blocks()) if needed <= _KEPT_BYTES else []


class _Candidate(NamedTuple):
    """The best checkpoint so far, with its predictions for the scored faces of each set."""

    iteration: int
    choice: Choice | None
    predict: Predictor
    found: dict[str, Predictions]

    @property
    def criterion(self) -> float:
        """Its rating, NaN without one."""
        return np.nan if self.choice is None else self.choice.criterion


def evaluate_checkpoints(
    checkpoints: Iterable[tuple[int, Predictor]],
    sets: Mapping[str, Faces | FaceSet],
    settings: Settings,
    label: str = "score",
    count: int = 0,
) -> Evaluation:
    """Score checkpoints and apply the held-out protocol.

    Parameters
    ----------
    checkpoints : iterable of (int, callable)
        Iteration and predictor, in order.
    sets : mapping
        Faces of "validation" and "test"; an empty validation set leaves nothing to choose by.
    settings : Settings
    label : str
        Name of the run in the progress.
    count : int
        Number of checkpoints; without it no progress is shown.

    Returns
    -------
    Evaluation
        `scores` of each checkpoint, set, metric and target; what the validation people `chosen`;
        `held_out` and `samples` of the test set, read once (see `auva.evaluation.protocol`).
    """
    rows: list[tuple[int, str, str, str, float, str]] = []
    best: _Candidate | None = None
    parts = {name: _Part.of(sets[name], settings) for name in SCORED_SETS}
    test = parts["test"]
    ticks = _ticks(parts, label, count)
    for iteration, predict in checkpoints:
        found = {
            name: part.predictions(predict, ticks) for name, part in parts.items() if len(part.rows)
        }
        for name, predictions in found.items():
            rows += [
                (iteration, name, row.metric, row.target, row.value, row.note)
                for row in score(predictions, parts[name].scored, settings.threshold)
            ]
        choice = None
        if "validation" in found:
            choice = rate(found["validation"], parts["validation"].scored, settings)
        candidate = _Candidate(iteration, choice, predict, found)
        # Unrated checkpoints (NaN) give way to each other: the last one stays.
        if best is None or not candidate.criterion <= best.criterion:
            best = candidate
    if best is None:
        raise ValueError("no checkpoint to evaluate")
    whole = best.found["test"] if test.is_whole else test.whole().predictions(best.predict, ticks)
    next(ticks, None)
    after, choice = _choose_after(best, parts["validation"].scored, settings)
    whole = apply(after, whole, test.labels.video, test.labels.frame)
    chosen, found = held_out(best.iteration, choice, whole, test.labels, settings)
    scores = pd.DataFrame(rows, columns=list(SCORES))
    counts = Counts(
        checkpoints=scores["iteration"].nunique(),
        validation_faces=len(parts["validation"].rows),
        test_faces=len(test.rows),
        faces=len(test.labels),
        people=len(np.unique(test.labels.identity)),
    )
    chosen = replace(chosen, counts=counts, after=after)
    return Evaluation(scores, chosen, found.table, found.samples)


def _counted(blocks: Iterable[FaceSet], ticks: Iterator[int]) -> Iterator[FaceSet]:
    for block in blocks:
        next(ticks, None)
        yield block


def _ticks(parts: Mapping[str, _Part], label: str, count: int) -> Iterator[int]:
    """Return an iterator with an item for each block of all checkpoints; it shows the progress."""
    if not count:
        return iter(())
    again = 0 if parts["test"].is_whole else parts["test"].whole().blocks
    total = count * sum(part.blocks for part in parts.values()) + again
    return progress(range(total), total, label, "block")


def _choose_after(
    best: _Candidate, labels: FaceSet, settings: Settings
) -> tuple[str, Choice | None]:
    """Return the way of `settings.after` that the validation people rate highest, and its choice.

    The first one that is listed where several are as good or nothing can be rated.
    """
    if best.choice is None:
        return settings.after[0], None
    rated: dict[str, Choice | None] = {}
    for way in settings.after:
        found = apply(way, best.found["validation"], labels.video, labels.frame)
        rated[way] = rate(found, labels, settings)
    criteria = {way: -np.inf if c is None else c.criterion for way, c in rated.items()}
    after = max(criteria, key=lambda way: np.nan_to_num(criteria[way], nan=-np.inf))
    return after, rated[after]


def subset(video: NDArray[np.str_], size: int | None, seed: int) -> NDArray[np.int64]:
    """Return the rows of a fixed random subset of at most `size` faces, or all rows if fewer.

    Faces are drawn in stretches of up to `STRETCH` that follow each other in one video. The same
    set, size and seed give the same faces, whatever run or checkpoint is scored.

    Parameters
    ----------
    video : str array [n]
        The video of each face of the set.
    size : int or None
        None: all faces.
    seed : int

    Returns
    -------
    int64 array [at most size]
        Rising.
    """
    if size is None or size >= len(video):
        return np.arange(len(video))
    starts = _stretches(video)
    ends = np.append(starts[1:], len(video))
    rows: list[NDArray[np.int64]] = []
    left = size
    for number in np.random.default_rng(seed).permutation(len(starts)):
        part = np.arange(int(starts[number]), int(ends[number]))[:left]
        rows.append(part)
        left -= len(part)
        if not left:
            break
    return np.sort(np.concatenate(rows))


def _stretches(video: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the first row of each stretch: each video, cut after every `STRETCH` faces."""
    begins = np.flatnonzero(np.append(True, video[1:] != video[:-1]))
    lengths = np.diff(np.append(begins, len(video)))
    pieces = [
        np.arange(begin, begin + length, STRETCH)
        for begin, length in zip(begins, lengths, strict=True)
    ]
    return np.concatenate(pieces)
