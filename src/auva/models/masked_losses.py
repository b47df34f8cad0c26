"""Losses over labelled values only, shared by all models.

Every function takes tensors of any floating type and keeps it; all are differentiable. `mask` is
True for known labels; the mean of a loss is taken over them.
"""

from collections.abc import Callable

import torch
from torch import Tensor


def masked_mean(values: Tensor, mask: Tensor | None) -> Tensor:
    """Return the mean of the values whose mask is True, 0 if there are none."""
    if mask is None:
        return values.mean()
    known = mask.to(values.dtype)
    return (values * known).sum() / known.sum().clamp_min(1)


def concordance(
    predictions: Tensor, labels: Tensor, mask: Tensor | None = None, small: float = 0.0
) -> Tensor:
    """Return the concordance correlation coefficient of each column of [n, k].

    2 covariance / (variance + variance + (difference of means)^2), with population moments
    (section 2.4.2). If both are constant and equal, the denominator is 0 and the result is 0 too,
    so that a constant series never gives NaN. `small` is added to the denominator; it limits the
    gradient for nearly constant series.
    """
    known = torch.ones_like(labels) if mask is None else mask.to(labels.dtype)
    count = known.sum(0).clamp_min(1)
    mean_p = (predictions * known).sum(0) / count
    mean_l = (labels * known).sum(0) / count
    away_p = (predictions - mean_p) * known
    away_l = (labels - mean_l) * known
    covariance = (away_p * away_l).sum(0) / count
    spread = away_p.square().sum(0) / count + away_l.square().sum(0) / count
    denominator = spread + (mean_p - mean_l).square() + small
    return 2 * covariance / denominator.clamp_min(torch.finfo(labels.dtype).tiny)


def squared_error(predictions: Tensor, labels: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return the mean squared error of each column of [n, k]."""
    squares = (predictions - labels).square()
    if mask is None:
        return squares.mean(0)
    known = mask.to(squares.dtype)
    return (squares * known).sum(0) / known.sum(0).clamp_min(1)


def lack_of_concordance(predictions: Tensor, labels: Tensor, mask: Tensor | None = None) -> Tensor:
    """Return 1 - CCC of each column of [n, k]."""
    return 1 - concordance(predictions, labels, mask)


AFFECT_LOSSES: dict[str, Callable[[Tensor, Tensor, Tensor | None], Tensor]] = {
    "mse": squared_error,
    "ccc": lack_of_concordance,
}
"""Name -> the losses of valence and of arousal [2]."""
