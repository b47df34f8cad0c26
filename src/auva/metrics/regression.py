"""Metrics of valence and arousal: the concordance correlation coefficient and the squared error.

Variances are population variances (divided by n) everywhere, in the losses as well.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auva.metrics.classification import mean_defined

Float = NDArray[np.float64]
ROUNDING = 1e-13
"""A variance below this share of the mean square is the rounding error of a constant series."""


class Moments(NamedTuple):
    """Sums over frames from which CCC and MSE follow; they add up over disjoint groups of frames.

    n frames, sums of truth x, prediction y, x², y², xy.
    """

    n: Float
    x: Float
    y: Float
    xx: Float
    yy: Float
    xy: Float


def moments(truth: ArrayLike, prediction: ArrayLike, mask: ArrayLike | None = None) -> Moments:
    """Sum truth, prediction and their products over the first axis where `mask` is True.

    Parameters
    ----------
    truth, prediction : array_like of float, shape (n, …)
        Masked entries may hold anything, NaN included.
    mask : array_like of bool, same shape, optional

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    x, y = np.asarray(truth, np.float64), np.asarray(prediction, np.float64)
    keep = np.ones(x.shape, bool) if mask is None else np.asarray(mask, bool)
    if not x.shape == y.shape == keep.shape:
        raise ValueError(f"shapes differ: {x.shape}, {y.shape}, mask {keep.shape}")
    x, y = np.where(keep, x, 0.0), np.where(keep, y, 0.0)
    parts = (keep.astype(np.float64), x, y, x * x, y * y, x * y)
    return Moments(*(part.sum(axis=0) for part in parts))


def ccc_of(sums: Moments) -> Float:
    """Return the concordance correlation coefficient of summed moments.

    2 cov(x, y) / (var(x) + var(y) + (mean(x) - mean(y))²), in [-1, 1] (thesis 2.4.2). A constant
    truth or prediction gives exactly 0; NaN where nothing is labelled.
    """
    n = np.where(sums.n > 0, sums.n, np.nan)
    mean_x, mean_y = sums.x / n, sums.y / n
    var_x, var_y = sums.xx / n - mean_x**2, sums.yy / n - mean_y**2
    cov = sums.xy / n - mean_x * mean_y
    whole = var_x + var_y + (mean_x - mean_y) ** 2
    constant = (var_x <= ROUNDING * sums.xx / n) | (var_y <= ROUNDING * sums.yy / n)
    score = np.where(constant, 0.0, 2 * cov / np.where(constant, 1.0, whole))
    return np.where(np.isnan(n), np.nan, np.clip(score, -1.0, 1.0))


def mse_of(sums: Moments) -> Float:
    """Return the mean squared error of summed moments, NaN where nothing is labelled."""
    n = np.where(sums.n > 0, sums.n, np.nan)
    return np.maximum((sums.xx - 2 * sums.xy + sums.yy) / n, 0.0)


def ccc(truth: ArrayLike, prediction: ArrayLike, mask: ArrayLike | None = None) -> Float:
    """Return the concordance correlation coefficient over the first axis; see `ccc_of`."""
    return ccc_of(moments(truth, prediction, mask))


def mse(truth: ArrayLike, prediction: ArrayLike, mask: ArrayLike | None = None) -> Float:
    """Return the mean squared error over the first axis; see `mse_of`."""
    return mse_of(moments(truth, prediction, mask))


def per_group_ccc(
    truth: ArrayLike,
    prediction: ArrayLike,
    mask: ArrayLike | None,
    groups: ArrayLike,
) -> float:
    """Return the mean over groups (videos) of the CCC inside each, of one affect dimension.

    Groups without a labelled frame are left out, groups with a constant truth count as 0; NaN if
    no group is left. Pooled CCC also rewards differences between videos; this one rewards only
    changes within a video that are predicted.
    """
    x, y = np.asarray(truth, np.float64), np.asarray(prediction, np.float64)
    keep = np.ones(x.shape, bool) if mask is None else np.asarray(mask, bool)
    labels = np.asarray(groups)
    members = [labels == group for group in np.unique(labels)]
    return mean_defined([float(ccc(x[inside], y[inside], keep[inside])) for inside in members])
