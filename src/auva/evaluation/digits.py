"""Scores of GANs that were trained on labelled pictures of ten categories, such as MNIST."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva import metrics
from auva.evaluation.evaluate import Predictor
from auva.evaluation.held_out import as_table
from auva.evaluation.predictions import Predictions
from auva.evaluation.scores import Score
from auva.evaluation.settings import Settings
from auva.records.scores import SCORES

LAST = "no validation pictures: last checkpoint"


def evaluate_pictures(
    checkpoints: Iterable[tuple[int, Predictor]],
    images: NDArray[np.uint8],
    categories: NDArray[np.uint8],
    settings: Settings,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score checkpoints on the test pictures; the last one is the held-out one.

    Parameters
    ----------
    checkpoints : iterable of (int, callable)
        As for `auva.evaluation.evaluate.evaluate_checkpoints`.
    images : uint8 (n, s, s, c)
        Test pictures.
    categories : uint8 (n,)
        Their categories, 0 to 9.
    settings : Settings

    Returns
    -------
    scores, held_out : DataFrame
        In the layouts of the other experiments: class_accuracy (share of pictures whose most
        probable category is theirs, "fake" left aside, as in Table 3.12 of the thesis) and
        real_as_real, of target "all". Nothing is chosen, so the last checkpoint is held out.
    """
    rows: list[tuple[int, str, str, str, float, str]] = []
    last: tuple[int, list[Score]] | None = None
    for iteration, predict in checkpoints:
        found = picture_scores(predict(images), categories, settings.threshold)
        rows += [(iteration, "test", *score[:2], score.value, score.note) for score in found]
        last = (iteration, found)
    if last is None:
        raise ValueError("no checkpoint to evaluate")
    scores = pd.DataFrame(rows, columns=list(SCORES))
    scope = [
        Score("frames", "all", len(images)),
        Score("validation_criterion", "all", np.nan, LAST),
        Score("scored_checkpoints", "all", float(scores["iteration"].nunique())),
        Score("scored_test_frames", "all", len(images)),
    ]
    return scores, as_table(last[0], [*last[1], *scope], {})


def picture_scores(
    predictions: Predictions, categories: NDArray[np.uint8], threshold: float
) -> list[Score]:
    """Return accuracy (where categories are predicted) and real_as_real of one checkpoint."""
    rows = []
    if predictions.classes is not None:
        hits = predictions.classes.argmax(axis=1) == categories
        rows.append(Score("class_accuracy", "all", float(hits.mean())))
    real = metrics.real_as_real(predictions.fake, threshold)
    return [*rows, Score("real_as_real", "all", real)]
