"""The metrics of the thesis, as pure functions of arrays with masks (thesis 2.4.2, 3.2.3, 3.2.4).

Every function reduces the first axis (frames) and keeps the others, takes a mask that is True where
a label exists, and works in float64. A metric that its data cannot define is NaN, never 0: the
docstrings name each such case. Tables print it as an empty cell with a word.
"""

from auva.metrics.bootstrap import interval, resampling_weights
from auva.metrics.classification import (
    Confusion,
    accuracy,
    always_positive_f1,
    base_rate,
    best_shared_threshold,
    best_threshold,
    confusion,
    f1,
    f1_macro,
    mean_defined,
    precision,
    real_as_real,
    recall,
    roc_auc,
)
from auva.metrics.regression import Moments, ccc, ccc_of, moments, mse, mse_of, per_group_ccc

__all__ = [
    "Confusion",
    "Moments",
    "accuracy",
    "always_positive_f1",
    "base_rate",
    "best_shared_threshold",
    "best_threshold",
    "ccc",
    "ccc_of",
    "confusion",
    "f1",
    "f1_macro",
    "interval",
    "mean_defined",
    "moments",
    "mse",
    "mse_of",
    "per_group_ccc",
    "precision",
    "real_as_real",
    "recall",
    "resampling_weights",
    "roc_auc",
]
