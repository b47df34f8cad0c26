"""The predictions of a model for faces. Every part is optional."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from auva.dataset.read import FaceSet

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """Predictions for n faces; a part that a model does not have is None.

    A face without a prediction has NaN in every part.

    Attributes
    ----------
    au : float64 (n, units) or None
        Probability of each Action Unit, in the order of the run's `action_units`.
    va : float64 (n, 2) or None
        Valence and arousal from the model, not clipped.
    classes : float64 (n, categories) or None
        Probability of each exclusive category.
    fake : float64 (n,) or None
        Probability of being generated, for models that distinguish real and generated images.

    Raises
    ------
    ValueError
        No part at all, or parts of different lengths.
    """

    au: Float | None = None
    va: Float | None = None
    classes: Float | None = None
    fake: Float | None = None

    def __post_init__(self) -> None:
        lengths = {len(part) for part in self._parts().values() if part is not None}
        if len(lengths) != 1:
            raise ValueError(f"predictions with parts of the lengths {sorted(lengths)}")

    def __len__(self) -> int:
        return next(len(part) for part in self._parts().values() if part is not None)

    @classmethod
    def concatenate(cls, pieces: "Sequence[Predictions]") -> "Predictions":
        """Return the predictions of several groups of faces, one after the other."""
        names = [field.name for field in fields(cls) if getattr(pieces[0], field.name) is not None]
        return cls(
            **{name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in names}
        )

    def take(self, rows: NDArray) -> "Predictions":
        """Return the predictions for some of the faces."""
        return Predictions(
            **{k: None if part is None else part[rows] for k, part in self._parts().items()}
        )

    def _parts(self) -> dict[str, Float | None]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


Predictor = Callable[[FaceSet], Predictions]
"""Maps n faces, with their video, identity and frame, to their predictions in the same order.

Labels of the faces may be masked and must not be read. Faces of one video are in the order of
their frames. A predictor that carries a state from block to block of a video also has the method
`over_blocks` of `BlockPredictor`."""


@runtime_checkable
class BlockPredictor(Protocol):
    """A predictor whose prediction for a face depends on the faces before it."""

    def over_blocks(self, blocks: Iterable[FaceSet]) -> Predictions:
        """Return the predictions for blocks of faces, equal to those for all faces at once."""
        ...


def predict_blocks(predict: Predictor, blocks: Iterable[FaceSet]) -> Predictions:
    """Return the predictions for one or more blocks of faces; the size of a block has no influence.

    Parameters
    ----------
    predict : Predictor
    blocks : iterable of FaceSet
        Consecutive faces; a block may end within a video.
    """
    if isinstance(predict, BlockPredictor):
        return predict.over_blocks(blocks)
    return Predictions.concatenate([predict(block) for block in blocks])
