"""The model as the fast searches need it: filters folded, everything contiguous."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from auva.dpm.filters import Bank, part_bank, root_bank
from auva.dpm.model import Model, read_model


@dataclass(frozen=True)
class Weights:
    """Filter banks, anchors [6, 8, 2], deformations [6, 8, 4] and biases [6] of a model."""

    roots: Bank
    parts: Bank
    anchors: np.ndarray
    deformations: np.ndarray
    biases: np.ndarray


def prepare(model: Model) -> Weights:
    """Return the weights of a model, ready for searching."""
    return Weights(
        root_bank(model), part_bank(model), model.anchors, model.deformations, model.biases
    )


@lru_cache(maxsize=2)
def read_weights(path: str | Path) -> Weights:
    """Read the model file and prepare it."""
    return prepare(read_model(path))
