"""What a discriminator says about faces, by name and as probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.gan.nodes import Outputs

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Predictions:
    """Named predictions for n images; a part that the run does not have is None.

    Attributes
    ----------
    au : float64 (n, 8) or None
        Probability of each Action Unit, in the order of `auva.units.AU_NAMES`.
    va : float64 (n, 2) or None
        Valence and arousal as the nodes give them, not clipped.
    classes : float64 (n, 10) or None
        Probability of each exclusive category.
    fake : float64 (n,)
        Probability of being generated.
    """

    au: Float | None
    va: Float | None
    classes: Float | None
    fake: Float

    def __len__(self) -> int:
        return len(self.fake)

    def take(self, rows: NDArray) -> "Predictions":
        """Return the predictions of some images."""
        parts = (self.au, self.va, self.classes)
        return Predictions(
            *(None if part is None else part[rows] for part in parts), fake=self.fake[rows]
        )


def named(nodes: NDArray, outputs: Outputs) -> Predictions:
    """Give the nodes of a discriminator their names and turn logits into probabilities.

    Parameters
    ----------
    nodes : ndarray of float, shape (n, k)
        Values of the last layer before any sigmoid or softmax.
    outputs : Outputs
        What the k nodes mean (`auva.gan.nodes`).

    Returns
    -------
    Predictions
        Sigmoid for AUs and real/fake, softmax over all nodes where the categories exclude each
        other, valence and arousal as they are; in float64, so that sure answers do not tie.

    Raises
    ------
    ValueError
        If there are not as many nodes as names.
    """
    if nodes.ndim != 2 or nodes.shape[1] != outputs.size:
        raise ValueError(f"nodes of shape {nodes.shape} for {outputs.size} names")
    nodes = nodes.astype(np.float64)
    if outputs.kind == "categorical":
        shares = np.exp(nodes - nodes.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return Predictions(None, None, shares[:, outputs.classes], shares[:, outputs.real_fake])
    real_fake = sigmoid(nodes[:, outputs.real_fake])
    au, va = nodes[:, outputs.au], nodes[:, outputs.va]
    return Predictions(
        au=sigmoid(au) if au.shape[1] else None,
        va=va if va.shape[1] else None,
        classes=None,
        # The vanilla GAN alone labels real images with 1 (thesis 3.2.1).
        fake=1 - real_fake if outputs.kind == "vanilla" else real_fake,
    )


def sigmoid(logits: Float) -> Float:
    """Return 1 / (1 + exp(-x)) without overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1.0, small) / (1.0 + small)
