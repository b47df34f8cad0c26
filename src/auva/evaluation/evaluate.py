"""Score every checkpoint of a run on the validation and the test set, and hold one out."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.faces import subset
from auva.evaluation.held_out import Choice, as_table, held_out, rate
from auva.evaluation.predictions import Predictions
from auva.evaluation.scores import Score, score
from auva.evaluation.settings import Settings
from auva.records.scores import SCORES

SCORED_SETS = ("validation", "test")
Predictor = Callable[[NDArray[np.uint8]], Predictions]


class _Candidate(NamedTuple):
    """The best checkpoint so far; `test` are its predictions for the scored test faces."""

    iteration: int
    choice: Choice | None
    predict: Predictor
    test: Predictions

    @property
    def criterion(self) -> float:
        """Its rating, NaN without one."""
        return np.nan if self.choice is None else self.choice.criterion


def evaluate_checkpoints(
    checkpoints: Iterable[tuple[int, Predictor]], sets: Mapping[str, FaceSet], settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score checkpoints and apply the held-out protocol.

    Parameters
    ----------
    checkpoints : iterable of (int, callable)
        Iteration and a function from uint8 images (n, s, s, 3) to `Predictions`, in order.
    sets : mapping
        Faces of "validation" and "test"; an empty validation set leaves nothing to choose by.
    settings : Settings

    Returns
    -------
    scores : DataFrame
        Columns `SCORES`; one row per checkpoint, set, metric and target.
    held_out : DataFrame
        See `auva.evaluation.held_out.held_out`; and what thinning and subsample left to the
        scores: scored_checkpoints, scored_validation_frames, scored_test_frames.
    """
    rows: list[tuple[int, str, str, str, float, str]] = []
    best: _Candidate | None = None
    scored = {name: subset(sets[name], settings.subsample, settings.seed) for name in SCORED_SETS}
    for iteration, predict in checkpoints:
        found = {name: predict(faces.image) for name, faces in scored.items() if len(faces)}
        for name, predictions in found.items():
            rows += [
                (iteration, name, row.metric, row.target, row.value, row.note)
                for row in score(predictions, scored[name], settings.threshold)
            ]
        choice = None
        if "validation" in found:
            choice = rate(found["validation"], scored["validation"], settings)
        candidate = _Candidate(iteration, choice, predict, found["test"])
        # Unrated checkpoints (NaN) give way to each other: the last one stays.
        if best is None or not candidate.criterion <= best.criterion:
            best = candidate
    if best is None:
        raise ValueError("no checkpoint to evaluate")
    whole = best.test if scored["test"] is sets["test"] else best.predict(sets["test"].image)
    table = held_out(best.iteration, best.choice, whole, sets["test"], settings)
    scores = pd.DataFrame(rows, columns=list(SCORES))
    scope = [
        Score("scored_checkpoints", "all", float(scores["iteration"].nunique())),
        *(Score(f"scored_{name}_frames", "all", len(scored[name])) for name in SCORED_SETS),
    ]
    return scores, pd.concat([table, as_table(best.iteration, scope, {})], ignore_index=True)
