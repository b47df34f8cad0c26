"""Scores of GANs that were trained on labelled pictures of ten categories, such as MNIST."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.checkpoints import Evaluation
from auva.evaluation.protocol import as_table
from auva.evaluation.scores import Score, real_scores
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions, Predictor
from auva.records.bootstrap import NO_SAMPLES
from auva.records.chosen import Chosen, Counts
from auva.records.scores import SCORES

LAST = "no validation pictures: last checkpoint"


def evaluate_pictures(
    checkpoints: Iterable[tuple[int, Predictor]],
    images: NDArray[np.uint8],
    categories: NDArray[np.uint8],
    settings: Settings,
) -> Evaluation:
    """Score checkpoints on the test pictures; the last one is the held-out one.

    Parameters
    ----------
    checkpoints : iterable of (int, callable)
        As for `auva.evaluation.checkpoints.evaluate_checkpoints`.
    images : uint8 (n, s, s, c)
        Test pictures.
    categories : uint8 (n,)
        Their categories, 0 to 9.
    settings : Settings

    Returns
    -------
    Evaluation
        In the layouts of the other experiments: class_accuracy (share of pictures whose most
        probable category is theirs, "fake" left aside, as in Table 3.12 of the thesis) and
        real_as_real, of target "all". Nothing is chosen, so the last checkpoint is held out.
    """
    rows: list[tuple[int, str, str, str, float, str]] = []
    last: tuple[int, list[Score]] | None = None
    faces = FaceSet.unlabelled(images)
    for iteration, predict in checkpoints:
        found = picture_scores(predict(faces), categories, settings.threshold)
        rows += [(iteration, "test", *score[:2], score.value, score.note) for score in found]
        last = (iteration, found)
    if last is None:
        raise ValueError("no checkpoint to evaluate")
    scores = pd.DataFrame(rows, columns=list(SCORES))
    chosen = Chosen(
        iteration=last[0],
        thresholds={},
        remarks={},
        scoring={},
        criterion=None,
        note=LAST,
        fixed_threshold=settings.threshold,
        confidence=settings.confidence,
        counts=Counts(
            checkpoints=scores["iteration"].nunique(),
            validation_faces=0,
            test_faces=len(images),
            faces=len(images),
            people=0,
        ),
    )
    return Evaluation(scores, chosen, as_table(*last, {}), NO_SAMPLES)


def picture_scores(
    predictions: Predictions, categories: NDArray[np.uint8], threshold: float
) -> list[Score]:
    """Return accuracy (where categories are predicted) and real_as_real of one checkpoint."""
    rows = []
    if predictions.classes is not None:
        hits = predictions.classes.argmax(axis=1) == categories
        rows.append(Score("class_accuracy", "all", float(hits.mean())))
    return [*rows, *real_scores(predictions, threshold)]
