"""Labelled faces as the evaluation needs them, and fixed subsets of them."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Labels(Protocol):
    """The labels of n faces: the attributes of what `auva.dataset.load` returns.

    au uint8 (n, 8) with au_mask, va float (n, 2) with va_mask (masks are True where labelled),
    video and identity (n,) of any comparable kind.
    """

    @property
    def au(self) -> NDArray[Any]:
        """Presence of each AU."""
        ...

    @property
    def au_mask(self) -> NDArray[Any]:
        """Where it is labelled."""
        ...

    @property
    def va(self) -> NDArray[Any]:
        """Valence and arousal."""
        ...

    @property
    def va_mask(self) -> NDArray[Any]:
        """Where they are labelled."""
        ...

    @property
    def video(self) -> NDArray[Any]:
        """Video of each face."""
        ...

    @property
    def identity(self) -> NDArray[Any]:
        """Person of each face."""
        ...


class Faces(Labels, Protocol):
    """Labelled faces in memory; image is uint8 (n, s, s, 3)."""

    @property
    def image(self) -> NDArray[Any]:
        """The faces."""
        ...


@dataclass(frozen=True)
class Subset:
    """Some faces of a set; the attributes of `Faces`."""

    image: NDArray[Any]
    au: NDArray[Any]
    au_mask: NDArray[Any]
    va: NDArray[Any]
    va_mask: NDArray[Any]
    video: NDArray[Any]
    identity: NDArray[Any]


def subset(faces: Faces, size: int | None, seed: int) -> Faces:
    """Return a fixed random subset of `size` faces in their order, or all if there are fewer.

    The same set, size and seed give the same faces, whatever run or checkpoint is scored.
    """
    n = len(faces.identity)
    if size is None or size >= n:
        return faces
    rows = np.sort(np.random.default_rng(seed).choice(n, size, replace=False))
    names = Subset.__dataclass_fields__
    return Subset(**{name: np.asarray(getattr(faces, name))[rows] for name in names})
