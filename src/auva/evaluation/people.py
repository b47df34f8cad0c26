"""The scores of each person alone: for whom a model works badly, which a mean does not show."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.gaps import filled
from auva.evaluation.protocol import floors
from auva.evaluation.scores import Score, action_unit_scores, affect_scores
from auva.models.predictions import Predictions
from auva.records.scores import BY_PERSON


def score_people(
    predictions: Predictions, labels: FaceSet, thresholds: NDArray[np.float64]
) -> pd.DataFrame:
    """Return the scores of each person at the same thresholds.

    Parameters
    ----------
    predictions, labels : Predictions, FaceSet
        Of n faces.
    thresholds : float64 [units]
        Probability from which each Action Unit counts as present.

    Returns
    -------
    DataFrame
        `BY_PERSON`, one row for each person, in ascending order of the mean F1, then of the names.
        Means are over the Action Units that the person shows (`units`). NaN where a score is
        undefined: the F1 of a person without any Action Unit, the CCC without labels.
    """
    predictions = filled(predictions)
    rows = []
    for person in np.unique(labels.identity):
        own = np.flatnonzero(labels.identity == person)
        faces, predicted = labels.take(own), predictions.take(own)
        scores = _scores(predicted, faces, thresholds)
        shown = (faces.au.astype(bool) & faces.au_mask).any(axis=0) & (predicted.au is not None)
        units = " ".join(np.array(faces.au_names)[shown])
        row = {_column(score): score.value for score in scores}
        rows.append({**row, "person": str(person), "faces": len(own), "units": units})
    table = pd.DataFrame(rows, columns=list(BY_PERSON))
    return table.sort_values(["f1_mean", "person"], kind="stable", ignore_index=True)


def _scores(
    predictions: Predictions, faces: FaceSet, thresholds: NDArray[np.float64]
) -> list[Score]:
    scores: list[Score] = []
    if predictions.au is not None:
        scores += floors(faces) + action_unit_scores(predictions.au, faces, thresholds)
    if predictions.va is not None:
        scores += affect_scores(predictions.va, faces)
    return scores


def _column(score: Score) -> str:
    return score.metric if score.target == "all" else f"{score.metric}_{score.target}"
