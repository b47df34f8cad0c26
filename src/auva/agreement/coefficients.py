"""How far annotators agree: kappas for Action Units, CCC and ICC for valence and arousal.

Labels are arrays of annotators by frames; a mask is True where an annotator labelled a frame. A
coefficient that the data cannot define is NaN, never a number: fewer than two annotators, no frame
labelled by two, or no variation at all.
"""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auva.metrics.regression import ROUNDING, ccc


def cohen_kappa(one: ArrayLike, other: ArrayLike, mask: ArrayLike | None = None) -> float:
    """Return Cohen's kappa of two annotators' presences (Cohen 1960).

    Parameters
    ----------
    one, other : array [n] of 0 and 1
        Their labels.
    mask : bool array [n], optional
        Frames that both labelled.
    """
    a, b = _known(one, other, mask)
    if not len(a):
        return float("nan")
    agreed = np.mean(a == b)
    chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    return float((agreed - chance) / (1 - chance)) if chance < 1 else float("nan")


def pabak(one: ArrayLike, other: ArrayLike, mask: ArrayLike | None = None) -> float:
    """Return the prevalence-adjusted bias-adjusted kappa, 2 p - 1 (Byrt, Bishop and Carlin 1993).

    If an Action Unit is rare, kappa is low although the annotators nearly always agree. This
    coefficient depends on the agreement only.
    """
    a, b = _known(one, other, mask)
    return float(2 * np.mean(a == b) - 1) if len(a) else float("nan")


def fleiss_kappa(labels: ArrayLike, mask: ArrayLike | None = None) -> float:
    """Return Fleiss' kappa of several annotators' presences (Fleiss 1971).

    Only frames that every annotator labelled count, as the coefficient asks for.

    Parameters
    ----------
    labels : array [annotators, n] of 0 and 1
        Their labels.
    mask : bool array [annotators, n], optional
        Where they labelled.
    """
    table = _complete(np.asarray(labels, float), mask)
    raters, frames = table.shape
    if raters < 2 or not frames:
        return float("nan")
    positive = table.sum(axis=0)
    pairs = raters * (raters - 1)
    agreed = (positive * (positive - 1) + (raters - positive) * (raters - positive - 1)) / pairs
    share = positive.sum() / (raters * frames)
    chance = share**2 + (1 - share) ** 2
    return float((agreed.mean() - chance) / (1 - chance)) if chance < 1 else float("nan")


def icc_2k(values: ArrayLike, mask: ArrayLike | None = None) -> float:
    """Return ICC(2,k): how reliable the mean of these annotators is (Shrout and Fleiss 1979).

    Two-way random effects, absolute agreement, average of the annotators; over the frames that all
    of them labelled.

    Parameters
    ----------
    values : float array [annotators, n]
        Their values.
    mask : bool array [annotators, n], optional
        Where they labelled; by default where a value is not NaN.
    """
    given = np.asarray(values, float)
    table = _complete(given, ~np.isnan(given) if mask is None else mask)
    raters, frames = table.shape
    if raters < 2 or frames < 2:
        return float("nan")
    grand = table.mean()
    between_frames = raters * ((table.mean(axis=0) - grand) ** 2).sum() / (frames - 1)
    between_raters = frames * ((table.mean(axis=1) - grand) ** 2).sum() / (raters - 1)
    residual = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + grand
    error = (residual**2).sum() / ((frames - 1) * (raters - 1))
    below = between_frames + (between_raters - error) / frames
    if below <= ROUNDING * (table**2).mean():
        return float("nan")
    # Without the last digits, so that annotators who never vary give 0 and not -1e-31.
    return round(float((between_frames - error) / below), 12) + 0.0


def unit_agreement(labels: ArrayLike, mask: ArrayLike) -> dict[str, float]:
    """Return the coefficients of one Action Unit.

    Parameters
    ----------
    labels, mask : array [annotators, n]
        Presence, and where it is labelled.

    Returns
    -------
    dict
        `cohen_kappa` and `pabak` (means over the pairs of annotators) and `fleiss_kappa`.
    """
    table, known = np.asarray(labels), np.asarray(mask, bool)
    pairs = list(combinations(range(len(table)), 2))
    both = [(table[i], table[j], known[i] & known[j]) for i, j in pairs]
    return {
        "cohen_kappa": _mean(cohen_kappa(*pair) for pair in both),
        "fleiss_kappa": fleiss_kappa(table, known),
        "pabak": _mean(pabak(*pair) for pair in both),
    }


def dimension_agreement(values: ArrayLike) -> dict[str, float]:
    """Return the coefficients of valence or arousal: `ccc` (mean over the pairs) and `icc_2k`.

    Parameters
    ----------
    values : float array [annotators, n]
        NaN where an annotator did not label.
    """
    table = np.asarray(values, float)
    pairs = combinations(range(len(table)), 2)
    return {"ccc": _mean(_pair_ccc(table[i], table[j]) for i, j in pairs), "icc_2k": icc_2k(table)}


def _known(
    one: ArrayLike, other: ArrayLike, mask: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b = np.asarray(one, float), np.asarray(other, float)
    known = np.ones(len(a), bool) if mask is None else np.asarray(mask, bool)
    return a[known], b[known]


def _complete(table: NDArray[np.float64], mask: ArrayLike | None) -> NDArray[np.float64]:
    """Return the frames that every annotator labelled."""
    return table if mask is None else table[:, np.asarray(mask, bool).all(axis=0)]


def _pair_ccc(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    known = ~np.isnan(one) & ~np.isnan(other)
    return float(ccc(one[known], other[known])) if known.any() else float("nan")


def _mean(values: Any) -> float:  # noqa: ANN401 - an iterable of floats
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")
