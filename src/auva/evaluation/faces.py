"""Fixed random subsets of a set of faces."""

from dataclasses import fields

import numpy as np

from auva.dataset.read import FaceSet


def subset(faces: FaceSet, size: int | None, seed: int) -> FaceSet:
    """Return a fixed random subset of `size` faces in their order, or all if there are fewer.

    The same set, size and seed give the same faces, whatever run or checkpoint is scored.
    """
    if size is None or size >= len(faces):
        return faces
    rows = np.sort(np.random.default_rng(seed).choice(len(faces), size, replace=False))
    return FaceSet(**{field.name: getattr(faces, field.name)[rows] for field in fields(faces)})
