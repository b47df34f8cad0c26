"""Faces of which a model or a tool says nothing: they count as absent, and are counted.

Leaving them out would let it choose the faces that it is scored on.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from auva.models.predictions import Predictions

Float = NDArray[np.float64]

ABSENT = -1.0
"""Score of an Action Unit of such a face: lower than any that is predicted."""

NEUTRAL = 0.0
"""Valence and arousal of such a face."""


def filled(predictions: Predictions) -> Predictions:
    """Return predictions with `ABSENT` and `NEUTRAL` where they are NaN."""
    au, va = predictions.au, predictions.va
    return replace(
        predictions,
        au=None if au is None else np.where(np.isnan(au), ABSENT, au),
        va=None if va is None else np.where(np.isnan(va), NEUTRAL, va),
    )


def without(predictions: Predictions) -> NDArray[np.bool_]:
    """Return whether each of n faces lacks a part of what is predicted of the others, bool [n]."""
    parts = [part for part in (predictions.au, predictions.va) if part is not None]
    return np.any([np.isnan(part).any(axis=1) for part in parts] or [[False]], axis=0)
