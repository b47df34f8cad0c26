"""Metrics of presence: F1, accuracy, precision, recall, AUC and the threshold that maximises F1."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]


class Confusion(NamedTuple):
    """Counts of a binary decision against its labels; each field has the shape of one frame.

    The counts add up over disjoint groups of frames, so every metric made from them can be taken
    over any union of groups (which the bootstrap over people uses).
    """

    tp: Float
    fp: Float
    fn: Float
    tn: Float


def confusion(truth: ArrayLike, decision: ArrayLike, mask: ArrayLike | None = None) -> Confusion:
    """Count true and false positives and negatives over the first axis.

    Parameters
    ----------
    truth, decision : array_like of bool or {0, 1}, shape (n, …)
        Labels and decisions.
    mask : array_like of bool, same shape, optional
        True where a label exists; frames without a label are not counted.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would silently pair a label with another AU's output.
    """
    truth, decision, mask = _aligned(truth, decision, mask)
    truth, decision = truth.astype(bool), decision.astype(bool)
    return Confusion(
        tp=_count(truth & decision & mask),
        fp=_count(~truth & decision & mask),
        fn=_count(truth & ~decision & mask),
        tn=_count(~truth & ~decision & mask),
    )


def f1(counts: Confusion) -> Float:
    """Return the harmonic mean of precision and recall, 2 tp / (2 tp + fp + fn) (thesis 3.2.3).

    NaN if the labels have no positive, for any decision. 0 if there are positives and none was
    found.
    """
    score = _ratio(2 * counts.tp, 2 * counts.tp + counts.fp + counts.fn)
    return np.where(counts.tp + counts.fn > 0, score, np.nan)


def f1_macro(counts: Confusion) -> Float:
    """Return the mean of the F1 of presence and the F1 of absence.

    NaN if the labels have only one of the two.
    """
    absence = Confusion(tp=counts.tn, fp=counts.fn, fn=counts.fp, tn=counts.tp)
    return (f1(counts) + f1(absence)) / 2


def precision(counts: Confusion) -> Float:
    """Return tp / (tp + fp), NaN where nothing was decided to be present."""
    return _ratio(counts.tp, counts.tp + counts.fp)


def recall(counts: Confusion) -> Float:
    """Return tp / (tp + fn), NaN where the labels hold no positive."""
    return _ratio(counts.tp, counts.tp + counts.fn)


def accuracy(counts: Confusion) -> Float:
    """Return the share of correct decisions, NaN where nothing is labelled."""
    return _ratio(counts.tp + counts.tn, _labelled(counts))


def base_rate(counts: Confusion) -> Float:
    """Return the share of positives among the labels, NaN where nothing is labelled."""
    return _ratio(counts.tp + counts.fn, _labelled(counts))


def always_positive_f1(rate: ArrayLike) -> Float:
    """Return the F1 of always answering "present", 2 p / (1 + p), at base rate p in [0, 1].

    It is the chance level: an F1 below it is no better than this answer. NaN at p = 0, where F1 is
    undefined.
    """
    rate = np.asarray(rate, dtype=np.float64)
    return np.where(rate > 0, 2 * rate / (1 + rate), np.nan)


def mean_defined(values: ArrayLike) -> float:
    """Return the mean of the values that are not NaN, NaN if none is.

    The mean over the AUs leaves out AUs without a positive in the set. These are the same for every
    checkpoint and run, because they depend on the labels only.
    """
    values = np.asarray(values, dtype=np.float64)
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")


def roc_auc(truth: ArrayLike, score: ArrayLike, mask: ArrayLike | None = None) -> float:
    """Return the area under the ROC curve of one AU: P(positive scores above negative), ties half.

    Parameters
    ----------
    truth : array_like of {0, 1}, shape (n,)
    score : array_like of float, shape (n,)
        A larger score means a higher probability of presence.
    mask : array_like of bool, shape (n,), optional

    Returns
    -------
    float
        In [0, 1]; NaN where the labels lack positives or negatives.
    """
    truth, score, mask = _aligned(truth, score, mask)
    positive = score[mask & (truth > 0)]
    negative = np.sort(score[mask & (truth == 0)])
    if not positive.size or not negative.size:
        return float("nan")
    below = np.searchsorted(negative, positive, side="left").sum(dtype=np.float64)
    not_above = np.searchsorted(negative, positive, side="right").sum(dtype=np.float64)
    return float((below + not_above) / (2 * positive.size * negative.size))


def best_threshold(
    truth: ArrayLike, score: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, float]:
    """Return the threshold that maximises the F1 of `score >= threshold`, and that F1, of one AU.

    The threshold is halfway between two neighbouring scores, or equal to the lowest score if it is
    best to answer "present" always. Of equally good thresholds the highest is taken. A score of NaN
    is never "present". (NaN, NaN) where the labels hold no positive, (NaN, 0) where there is no
    score.
    """
    truth, score, mask = _aligned(truth, score, mask)
    positive = (truth[mask] > 0).astype(np.float64)
    scores = score[mask].astype(np.float64)
    if not positive.any():
        return float("nan"), float("nan")
    known = np.flatnonzero(~np.isnan(scores))
    if not known.size:
        return float("nan"), 0.0
    order = known[np.argsort(-scores[known], kind="stable")]
    scores, found = scores[order], np.cumsum(positive[order])
    # A cut can only fall where the score changes: equal scores are decided alike.
    ends = np.flatnonzero(np.append(np.diff(scores) != 0, True))
    scores_f1 = 2 * found[ends] / (ends + 1 + positive.sum())
    best = int(np.argmax(scores_f1))
    upper = scores[ends[best]]
    lower = scores[ends[best] + 1] if best + 1 < len(ends) else upper
    return float((upper + lower) / 2), float(scores_f1[best])


def best_shared_threshold(
    truth: ArrayLike, score: ArrayLike, mask: ArrayLike | None = None
) -> tuple[float, Float]:
    """Return the one threshold for all AUs that maximises their mean F1, and the F1 of each there.

    Parameters
    ----------
    truth, score : array_like, shape (n, k)
        As for `best_threshold`, one column per AU.
    mask : array_like of bool, shape (n, k), optional

    Returns
    -------
    threshold : float
        Halfway between two neighbouring scores of any AU, or the lowest score; of equally good ones
        the highest. NaN where no AU has a positive, or nothing has a score.
    f1 : float64 (k,)
        NaN for an AU without a positive, which has no influence.
    """
    truth, score, mask = _aligned(truth, score, mask)
    told = mask & ~np.isnan(score)
    known = np.unique(score[told].astype(np.float64))[::-1]
    positives = (mask & (truth > 0)).sum(axis=0)
    if not positives.any() or not known.size:
        return float("nan"), np.where(positives, 0.0, np.nan)
    cuts = np.append((known[:-1] + known[1:]) / 2, known[-1])
    table = np.full((truth.shape[1], len(cuts)), np.nan)
    for i in range(truth.shape[1]):
        positive, negative = (
            np.sort(score[told[:, i] & ((truth[:, i] > 0) == wanted), i])
            for wanted in (True, False)
        )
        if positives[i]:
            found = positive.size - np.searchsorted(positive, cuts, side="left")
            wrong = negative.size - np.searchsorted(negative, cuts, side="left")
            table[i] = 2 * found / (found + wrong + positives[i])
    best = int(np.argmax(np.nanmean(table, axis=0)))
    return float(cuts[best]), table[:, best]


def real_as_real(fake_probability: ArrayLike, threshold: float = 0.5) -> float:
    """Return the share of real faces whose probability of being fake is under `threshold`.

    NaN for an empty set (thesis 3.2.3, "% of real images classified as real").
    """
    probability = np.asarray(fake_probability)
    return float(np.mean(probability < threshold)) if probability.size else float("nan")


def _count(cases: NDArray[np.bool_]) -> Float:
    return np.asarray(cases.sum(axis=0), np.float64)


def _labelled(counts: Confusion) -> Float:
    return counts.tp + counts.fp + counts.fn + counts.tn


def _ratio(part: Float, whole: Float) -> Float:
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)


def _aligned(
    truth: ArrayLike, other: ArrayLike, mask: ArrayLike | None
) -> tuple[NDArray, NDArray, NDArray[np.bool_]]:
    truth, other = np.asarray(truth), np.asarray(other)
    mask = np.ones(truth.shape, bool) if mask is None else np.asarray(mask, bool)
    if not truth.shape == other.shape == mask.shape:
        raise ValueError(f"shapes differ: {truth.shape}, {other.shape}, mask {mask.shape}")
    return truth, other, mask
