"""Intervals of the metrics of one set by bootstrap over its people.

Every metric is made from sums that add up over people, so one matrix product gives the sums of all
bootstrap samples and nothing is recomputed frame by frame.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.catalogue import metrics_of
from auva.metrics import classification, regression
from auva.metrics.bootstrap import interval, resampling_weights
from auva.models.predictions import Predictions
from auva.progress import progress
from auva.units import VA_NAMES

Float = NDArray[np.float64]
Interval = tuple[float, float]
Sampled = Mapping[tuple[str, str], Float]
"""(metric, target) of the held-out protocol -> its value in each bootstrap sample."""


@dataclass(frozen=True)
class Bootstrap:
    """How people are resampled.

    Attributes
    ----------
    people : ndarray of int, shape (n,)
        Number of the person of each face, from 0.
    weights : ndarray, shape (samples, people)
        How often each sample draws each person.
    level : float
        Level of the intervals.
    """

    people: NDArray[np.int64]
    weights: Float
    level: float

    def sums(self, values: NDArray) -> Float:
        """Add `values` (n, …) up per person and weigh them: shape (samples, …)."""
        flat = values.reshape(len(values), -1).astype(np.float64)
        totals = np.zeros((self.weights.shape[1], flat.shape[1]))
        np.add.at(totals, self.people, flat)
        return (self.weights @ totals).reshape(len(self.weights), *values.shape[1:])


def bootstrap(labels: FaceSet, samples: int, level: float, seed: int) -> Bootstrap:
    """Prepare the resampling of the people of one set."""
    names, people = np.unique(labels.identity, return_inverse=True)
    weights = resampling_weights(len(names), samples, seed)
    return Bootstrap(people.astype(np.int64), weights, level)


def sample(
    predictions: Predictions, labels: FaceSet, thresholds: Float, real_below: float, draw: Bootstrap
) -> Sampled:
    """Return the scores of each bootstrap sample.

    Parameters
    ----------
    predictions, labels : Predictions, FaceSet
        Of n faces.
    thresholds : float64 [units] or [n, units]
        Probability from which each Action Unit counts as present.
    real_below : float
        Probability of being generated below which a face counts as real.
    draw : Bootstrap
    """
    values: dict[tuple[str, str], Float] = {}
    if predictions.au is not None:
        values |= _action_units(predictions.au, labels, thresholds, draw)
    if predictions.va is not None:
        values |= _affect(predictions.va, labels, draw)
    if predictions.fake is not None:
        real = draw.sums((predictions.fake < real_below).astype(np.float64))
        values["real_as_real", "all"] = real / draw.sums(np.ones(len(predictions)))
    return values


def intervals(sampled: Sampled, draw: Bootstrap) -> dict[tuple[str, str], Interval]:
    """Return (low, high) of each (metric, target) of the held-out protocol.

    Empty with fewer than two people, for whom no interval can be computed.
    """
    if draw.weights.shape[1] < 2:
        return {}
    result = {}
    for key, values in sampled.items():
        low, high = interval(values, draw.level)
        result[key] = (float(low), float(high))
    return result


def faces_digest(labels: FaceSet, draw: Bootstrap) -> str:
    """Return a digest that identifies a test set: its faces, labels and samples of people.

    The pixels have no part in it: faces of another size are the same faces.
    """
    digest = hashlib.sha256(",".join(labels.au_names).encode())
    for names in (labels.video, labels.identity):
        digest.update("\n".join(names.tolist()).encode())
    affect = np.where(labels.va_mask, labels.va, 0)
    for values in (labels.frame, labels.au, labels.au_mask, affect, labels.va_mask, draw.weights):
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:12]


def _action_units(
    probability: Float, labels: FaceSet, thresholds: Float, draw: Bootstrap
) -> dict[tuple[str, str], Float]:
    truth, mask = labels.au.astype(bool), labels.au_mask.astype(bool)
    decision = probability >= thresholds
    counts = classification.Confusion(
        tp=draw.sums(truth & decision & mask),
        fp=draw.sums(~truth & decision & mask),
        fn=draw.sums(truth & ~decision & mask),
        tn=draw.sums(~truth & ~decision & mask),
    )
    units = progress(range(truth.shape[1]), truth.shape[1], "bootstrap over people", "unit")
    auc = np.column_stack([_auc(truth[:, i], probability[:, i], mask[:, i], draw) for i in units])
    columns = {
        metric.name: auc if metric.of is None else metric.of(counts) for metric in metrics_of("au")
    }
    values = {
        (name, au): v[:, i] for name, v in columns.items() for i, au in enumerate(labels.au_names)
    }
    means = {name: _row_means(column) for name, column in columns.items()}
    values |= {(f"{name}_mean", "all"): mean for name, mean in means.items()}
    values["f1_accuracy_mean", "all"] = (means["f1"] + means["accuracy"]) / 2
    return values


def _auc(truth: NDArray, score: Float, mask: NDArray, draw: Bootstrap) -> Float:
    """Return the AUC of each bootstrap sample from the pairs of people.

    The share of rightly ordered pairs between positives of person i and negatives of person j is a
    bilinear form in how often i and j are drawn.
    """
    groups = draw.weights.shape[1]
    positive, negative = mask & truth, mask & ~truth
    order = np.argsort(score[negative], kind="stable")
    sorted_scores, owner = score[negative][order], draw.people[negative][order]
    below = np.zeros((len(owner) + 1, groups))
    below[np.arange(1, len(owner) + 1), owner] = 1
    below = np.cumsum(below, axis=0)
    left = np.searchsorted(sorted_scores, score[positive], side="left")
    right = np.searchsorted(sorted_scores, score[positive], side="right")
    wins = np.zeros((groups, groups))
    np.add.at(wins, draw.people[positive], (below[left] + below[right]) / 2)
    positives = np.bincount(draw.people[positive], minlength=groups)
    negatives = np.bincount(draw.people[negative], minlength=groups)
    w = draw.weights
    pairs = (w @ positives) * (w @ negatives)
    right_pairs = np.einsum("si,ij,sj->s", w, wins, w, optimize=True)
    return np.divide(right_pairs, pairs, out=np.full(len(w), np.nan), where=pairs > 0)


def _affect(values: Float, labels: FaceSet, draw: Bootstrap) -> dict[tuple[str, str], Float]:
    keep = labels.va_mask.astype(bool)
    x = np.where(keep, labels.va, 0.0).astype(np.float64)
    y = np.where(keep, values, 0.0)
    parts = (keep.astype(np.float64), x, y, x * x, y * y, x * y)
    sums = regression.Moments(*(draw.sums(part) for part in parts))
    scored = {m.name: m.of(sums) for m in metrics_of("va") if m.of is not None}
    return {
        (name, target): v[:, i] for name, v in scored.items() for i, target in enumerate(VA_NAMES)
    }


def _row_means(values: Float) -> Float:
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    number = known.sum(axis=1)
    return np.divide(total, number, out=np.full(len(values), np.nan), where=number > 0)
