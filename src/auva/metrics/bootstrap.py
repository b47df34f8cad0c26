"""Uncertainty from resampling people: frames of one person are not independent of each other."""

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]


def resampling_weights(groups: int, samples: int, seed: int) -> Float:
    """Return how often each group is drawn in each bootstrap sample.

    Parameters
    ----------
    groups : int
        Number of people; each sample draws as many with replacement.
    samples : int
        Number of bootstrap samples.
    seed : int
        Seed of the draws.

    Returns
    -------
    ndarray, shape (samples, groups)
        Rows add up to `groups`. Multiplied with additive counts of each group they give the counts
        of each bootstrap sample.
    """
    if groups < 1:
        return np.zeros((samples, 0))
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(groups, np.full(groups, 1 / groups), size=samples)
    return draws.astype(np.float64)


def interval(values: Float, level: float = 0.95) -> tuple[Float, Float]:
    """Return the percentile interval over the first axis (bootstrap samples).

    Samples in which the metric is undefined are left out; (NaN, NaN) where none is defined.
    """
    values = np.asarray(values, np.float64)
    empty = np.isnan(values).all(axis=0)
    filled = np.where(empty, 0.0, values)
    edges = [(1 - level) / 2, (1 + level) / 2]
    low, high = np.nanquantile(filled, edges, axis=0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)
