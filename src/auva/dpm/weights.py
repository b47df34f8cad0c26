"""The model prepared for the fast searches: folded filters, contiguous arrays."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from auva.dpm.filters import Bank, part_bank, root_bank
from auva.dpm.model import Model, read_model


@dataclass(frozen=True)
class Weights:
    """A prepared model.

    Attributes
    ----------
    roots, parts : Bank
        The folded filters.
    part_filters : float32 [6, 8, 1152]
        The part filters, unfolded: rows, columns, features.
    order : int64 [6, 8]
        The parts of each mixture, strongest (largest norm) first.
    anchors, deformations, biases
        As in `Model`.
    """

    roots: Bank
    parts: Bank
    part_filters: np.ndarray
    order: np.ndarray
    anchors: np.ndarray
    deformations: np.ndarray
    biases: np.ndarray


def prepare(model: Model) -> Weights:
    """Return the prepared weights of a model."""
    filters = np.ascontiguousarray(model.parts.reshape(*model.parts.shape[:2], -1))
    # Rounded, so that mirrored mixtures have the same order.
    norms = np.linalg.norm(filters.astype(np.float64), axis=-1).round(6)
    return Weights(
        roots=root_bank(model),
        parts=part_bank(model),
        part_filters=filters,
        order=np.argsort(-norms, axis=1, kind="stable"),
        anchors=model.anchors,
        deformations=model.deformations,
        biases=model.biases,
    )


@lru_cache(maxsize=2)
def read_weights(path: str | Path) -> Weights:
    """Read the model file and prepare it."""
    return prepare(read_model(path))
