"""The scores of one checkpoint on one set, at fixed thresholds (the rows of `scores.csv`)."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.catalogue import NO_LABEL, Metric, metrics_of
from auva.evaluation.gaps import filled
from auva.metrics import classification, regression
from auva.models.predictions import Predictions
from auva.units import VA_NAMES

Float = NDArray[np.float64]


class Score(NamedTuple):
    """One number: `value` is NaN where undefined, and then `note` says why."""

    metric: str
    target: str
    value: float
    note: str = ""


def score(predictions: Predictions, labels: FaceSet, threshold: float = 0.5) -> list[Score]:
    """Return all metrics of one checkpoint on one set.

    Parameters
    ----------
    predictions : Predictions
        What the model says about the n faces.
    labels : FaceSet
        Their labels.
    threshold : float
        Probability from which an AU counts as present, and under which a face counts as real.

    Returns
    -------
    list of Score
        Of the parts that the model predicts: every metric of `METRICS` for each AU, and the means
        with target "all" (f1_mean, …; f1_accuracy_mean is the mean of two of them); the metrics of
        valence and arousal; real_as_real.
    """
    if len(predictions) != len(labels):
        raise ValueError(f"{len(predictions)} predictions for {len(labels)} faces")
    predictions = filled(predictions)
    rows: list[Score] = []
    if predictions.au is not None:
        thresholds = np.full(len(labels.au_names), threshold)
        rows += action_unit_scores(predictions.au, labels, thresholds)
    if predictions.va is not None:
        rows += affect_scores(predictions.va, labels)
    return rows + real_scores(predictions, threshold)


def real_scores(predictions: Predictions, threshold: float) -> list[Score]:
    """Return real_as_real of a model that distinguishes real and generated faces."""
    if predictions.fake is None:
        return []
    real = classification.real_as_real(predictions.fake, threshold)
    return [defined("real_as_real", "all", real, NO_LABEL)]


def action_unit_scores(probability: Float, labels: FaceSet, thresholds: Float) -> list[Score]:
    """Return the AU metrics at one threshold per AU; means leave out undefined AUs."""
    counts = classification.confusion(labels.au, probability >= thresholds, labels.au_mask)
    table = {
        metric.name: (_unit_values(metric, counts, probability, labels), metric.undefined)
        for metric in metrics_of("au")
    }
    rows = [
        defined(name, au, values[i], why)
        for name, (values, why) in table.items()
        for i, au in enumerate(labels.au_names)
    ]
    means = {name: mean_score(name, labels.au_names, *column) for name, column in table.items()}
    f1, accuracy = means.pop("f1"), means.pop("accuracy")
    both = " and ".join(dict.fromkeys(filter(None, (f1.note, accuracy.note))))
    combined = Score("f1_accuracy_mean", "all", (f1.value + accuracy.value) / 2, both)
    return [*rows, f1, accuracy, combined, *means.values()]


def _unit_values(
    metric: Metric, counts: classification.Confusion, probability: Float, labels: FaceSet
) -> Float:
    """Return a metric of each Action Unit."""
    if metric.of is not None:
        return metric.of(counts)
    return np.array(
        [
            classification.roc_auc(labels.au[:, i], probability[:, i], labels.au_mask[:, i])
            for i in range(probability.shape[1])
        ]
    )


def mean_score(name: str, units: Sequence[str], values: Float, why: str) -> Score:
    """Return the mean over the AUs where a score is defined; the note names those left out.

    `units` are all AUs, `why` is the note where it is defined for none.
    """
    known = ~np.isnan(values)
    if not known.any():
        return Score(f"{name}_mean", "all", np.nan, why)
    left = ", ".join(au for au, defined in zip(units, known, strict=True) if not defined)
    note = f"mean over {known.sum()} of {len(known)} AUs (without {left})" if left else ""
    return Score(f"{name}_mean", "all", float(values[known].mean()), note)


def affect_scores(values: Float, labels: FaceSet) -> list[Score]:
    """Return the metrics of valence and arousal, over all faces together."""
    sums = regression.moments(labels.va, values, labels.va_mask)
    return [
        defined(metric.name, target, metric.of(sums)[i], metric.undefined)
        for metric in metrics_of("va")
        if metric.of is not None
        for i, target in enumerate(VA_NAMES)
    ]


def defined(metric: str, target: str, value: float, why: str) -> Score:
    """Return a score with the word `why` beside it where its value is undefined."""
    return Score(metric, target, float(value), why if np.isnan(value) else "")
