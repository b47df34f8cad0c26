"""The scores of one checkpoint on one set, at fixed thresholds (the rows of `scores.csv`)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auva import metrics
from auva.dataset.read import FaceSet
from auva.evaluation.predictions import Predictions
from auva.units import AU_NAMES, VA_NAMES

NO_POSITIVE = "no positive label in this set"
NO_BOTH = "only one class in this set"
NO_LABEL = "nothing labelled in this set"
NO_DECISION = "never predicted"


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
        What the discriminator says about the n faces.
    labels : FaceSet
        Their labels.
    threshold : float
        Probability from which an AU counts as present, and under which a face counts as real.

    Returns
    -------
    list of Score
        f1, f1_macro, accuracy, precision, recall, auc of each AU, and their means with target
        "all" (f1_mean, …; f1_accuracy_mean is the mean of two of them); ccc and mse of valence and
        arousal; real_as_real.
    """
    if len(predictions) != len(labels):
        raise ValueError(f"{len(predictions)} predictions for {len(labels)} faces")
    rows: list[Score] = []
    if predictions.au is not None:
        thresholds = np.full(len(AU_NAMES), threshold)
        rows += action_unit_scores(predictions.au, labels, thresholds)
    if predictions.va is not None:
        rows += affect_scores(predictions.va, labels)
    real = metrics.real_as_real(predictions.fake, threshold)
    return [*rows, defined("real_as_real", "all", real, NO_LABEL)]


def action_unit_scores(
    probability: NDArray[np.float64], labels: FaceSet, thresholds: NDArray[np.float64]
) -> list[Score]:
    """Return the AU metrics at one threshold per AU; means leave out undefined AUs."""
    counts = metrics.confusion(labels.au, probability >= thresholds, labels.au_mask)
    auc = np.array(
        [
            metrics.roc_auc(labels.au[:, i], probability[:, i], labels.au_mask[:, i])
            for i in range(len(AU_NAMES))
        ]
    )
    table = {
        "f1": (metrics.f1(counts), NO_POSITIVE),
        "f1_macro": (metrics.f1_macro(counts), NO_BOTH),
        "accuracy": (metrics.accuracy(counts), NO_LABEL),
        "precision": (metrics.precision(counts), NO_DECISION),
        "recall": (metrics.recall(counts), NO_POSITIVE),
        "auc": (auc, NO_BOTH),
    }
    rows = [
        defined(name, au, values[i], why)
        for name, (values, why) in table.items()
        for i, au in enumerate(AU_NAMES)
    ]
    f1, accuracy = (mean_score(name, *table[name]) for name in ("f1", "accuracy"))
    both = " and ".join(dict.fromkeys(filter(None, (f1.note, accuracy.note))))
    return [
        *rows,
        f1,
        accuracy,
        Score("f1_accuracy_mean", "all", (f1.value + accuracy.value) / 2, both),
        *(mean_score(name, *table[name]) for name in ("f1_macro", "precision", "recall", "auc")),
    ]


def mean_score(name: str, values: NDArray[np.float64], why: str) -> Score:
    """Return the mean over the AUs where a score is defined; the note names those left out.

    `why` is the note where it is defined for none.
    """
    known = ~np.isnan(values)
    if not known.any():
        return Score(f"{name}_mean", "all", np.nan, why)
    left = ", ".join(au for au, defined in zip(AU_NAMES, known, strict=True) if not defined)
    note = f"mean over {known.sum()} of {len(known)} AUs (without {left})" if left else ""
    return Score(f"{name}_mean", "all", float(values[known].mean()), note)


def affect_scores(values: NDArray[np.float64], labels: FaceSet) -> list[Score]:
    """Return pooled CCC and MSE of valence and arousal."""
    sums = metrics.moments(labels.va, values, labels.va_mask)
    return [
        defined(name, target, of(sums)[i], NO_LABEL)
        for name, of in (("ccc", metrics.ccc_of), ("mse", metrics.mse_of))
        for i, target in enumerate(VA_NAMES)
    ]


def defined(metric: str, target: str, value: float, why: str) -> Score:
    """Return a score with the word `why` beside it where its value is undefined."""
    return Score(metric, target, float(value), why if np.isnan(value) else "")
