"""The scores of every checkpoint of a run on the validation and the test set."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.after import apply
from auva.evaluation.protocol import Choice, held_out, rate
from auva.evaluation.scores import score
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions, Predictor
from auva.records.chosen import Chosen, Counts
from auva.records.scores import SCORES

SCORED_SETS = ("validation", "test")

STRETCH = 64
"""Faces of one video that a subsample takes together, so that a model sees them in order."""


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
    checkpoints: Iterable[tuple[int, Predictor]], sets: Mapping[str, FaceSet], settings: Settings
) -> tuple[pd.DataFrame, Chosen, pd.DataFrame]:
    """Score checkpoints and apply the held-out protocol.

    Parameters
    ----------
    checkpoints : iterable of (int, callable)
        Iteration and predictor, in order.
    sets : mapping
        Faces of "validation" and "test"; an empty validation set leaves nothing to choose by.
    settings : Settings

    Returns
    -------
    scores : DataFrame
        Columns `SCORES`; one row per checkpoint, set, metric and target.
    chosen : Chosen
        What the validation people decided.
    held_out : DataFrame
        The scores of the test set, read once (see `auva.evaluation.protocol.held_out`).
    """
    rows: list[tuple[int, str, str, str, float, str]] = []
    best: _Candidate | None = None
    scored = {name: subset(sets[name], settings.subsample, settings.seed) for name in SCORED_SETS}
    for iteration, predict in checkpoints:
        found = {name: predict(faces) for name, faces in scored.items() if len(faces)}
        for name, predictions in found.items():
            rows += [
                (iteration, name, row.metric, row.target, row.value, row.note)
                for row in score(predictions, scored[name], settings.threshold)
            ]
        choice = None
        if "validation" in found:
            choice = rate(found["validation"], scored["validation"], settings)
        candidate = _Candidate(iteration, choice, predict, found)
        # Unrated checkpoints (NaN) give way to each other: the last one stays.
        if best is None or not candidate.criterion <= best.criterion:
            best = candidate
    if best is None:
        raise ValueError("no checkpoint to evaluate")
    test = sets["test"]
    whole = best.found["test"] if scored["test"] is test else best.predict(test)
    after, choice = _choose_after(best, scored["validation"], settings)
    whole = apply(after, whole, test.video, test.frame)
    chosen, table = held_out(best.iteration, choice, whole, test, settings)
    scores = pd.DataFrame(rows, columns=list(SCORES))
    counts = Counts(
        checkpoints=scores["iteration"].nunique(),
        validation_faces=len(scored["validation"]),
        test_faces=len(scored["test"]),
        faces=len(sets["test"]),
        people=len(np.unique(sets["test"].identity)),
    )
    return scores, replace(chosen, counts=counts, after=after), table


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


def subset(faces: FaceSet, size: int | None, seed: int) -> FaceSet:
    """Return a fixed random subset of at most `size` faces in their order, or all if fewer.

    Faces are drawn in stretches of up to `STRETCH` that follow each other in one video. The same
    set, size and seed give the same faces, whatever run or checkpoint is scored.
    """
    if size is None or size >= len(faces):
        return faces
    starts = _stretches(faces.video)
    ends = np.append(starts[1:], len(faces))
    rows: list[NDArray[np.int64]] = []
    left = size
    for number in np.random.default_rng(seed).permutation(len(starts)):
        part = np.arange(int(starts[number]), int(ends[number]))[:left]
        rows.append(part)
        left -= len(part)
        if not left:
            break
    return faces.take(np.sort(np.concatenate(rows)))


def _stretches(video: NDArray[np.str_]) -> NDArray[np.int64]:
    """Return the first row of each stretch: each video, cut after every `STRETCH` faces."""
    begins = np.flatnonzero(np.append(True, video[1:] != video[:-1]))
    lengths = np.diff(np.append(begins, len(video)))
    pieces = [
        np.arange(begin, begin + length, STRETCH)
        for begin, length in zip(begins, lengths, strict=True)
    ]
    return np.concatenate(pieces)
