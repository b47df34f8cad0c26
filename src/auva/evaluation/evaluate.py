"""Score every checkpoint of a run on the validation and the test set, and hold one out."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.faces import subset
from auva.evaluation.held_out import Choice, as_table, held_out, rate
from auva.evaluation.predictions import Predictions
from auva.evaluation.scores import Score, score
from auva.evaluation.settings import Settings

SCORE_COLUMNS = ("iteration", "set", "metric", "target", "value", "note")
SCORED_SETS = ("validation", "test")
Predictor = Callable[[NDArray[np.uint8]], Predictions]


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
        Columns `SCORE_COLUMNS`; one row per checkpoint, set, metric and target.
    held_out : DataFrame
        See `auva.evaluation.held_out.held_out`; and what thinning and subsample left to the
        scores: scored_checkpoints, scored_validation_frames, scored_test_frames.
    """
    rows: list[tuple[int, str, str, str, float, str]] = []
    chosen: tuple[int, Choice | None, Predictor] | None = None
    scored = {name: subset(sets[name], settings.subsample, settings.seed) for name in SCORED_SETS}
    for iteration, predict in checkpoints:
        for name, faces in scored.items():
            if not len(faces):
                continue
            predictions = predict(faces.image)
            found = score(predictions, faces, settings.threshold)
            rows += [
                (iteration, name, row.metric, row.target, row.value, row.note) for row in found
            ]
            if name == "validation":
                choice = rate(predictions, faces, settings)
                if chosen is None or _criterion(choice) > _criterion(chosen[1]):
                    chosen = (iteration, choice, predict)
        if not len(scored["validation"]):
            chosen = (iteration, None, predict)
    if chosen is None:
        raise ValueError("no checkpoint to evaluate")
    iteration, choice, predict = chosen
    test = sets["test"]
    table = held_out(iteration, choice, predict(test.image), test, settings)
    scores = pd.DataFrame(rows, columns=list(SCORE_COLUMNS))
    scope = [
        Score("scored_checkpoints", "all", float(scores["iteration"].nunique())),
        *(Score(f"scored_{name}_frames", "all", len(scored[name])) for name in SCORED_SETS),
    ]
    return scores, pd.concat([table, as_table(iteration, scope, {})], ignore_index=True)


def _criterion(choice: Choice | None) -> float:
    return -np.inf if choice is None or np.isnan(choice.criterion) else choice.criterion
