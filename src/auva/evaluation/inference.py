"""From bytes of faces to predictions: batched forward passes of one discriminator."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from auva.evaluation.predictions import Predictions, named
from auva.gan.nodes import Outputs

if TYPE_CHECKING:
    from torch import Tensor, nn

_LUMA = (0.299, 0.587, 0.114)


def raw_nodes(
    forward: "Callable[[Tensor], Tensor]",
    images: NDArray[np.uint8],
    image_range: str,
    batch_size: int,
) -> NDArray[np.float32]:
    """Return the last layer's values (n, k) for n images.

    Parameters
    ----------
    forward : callable
        From float images [b, c, s, s] to nodes [b, k].
    images : ndarray of uint8, shape (n, s, s, c)
        They are turned into floats batch by batch, colours innermost (channels_last), so that
        nothing larger than one batch is held as floats.
    image_range : str
        "signed" for [-1, 1] or "unit" for [0, 1].
    batch_size : int
        Images in one pass.
    """
    import torch

    from auva.gan.data import as_input

    parts: list[Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(images), batch_size):
            pixels = torch.from_numpy(np.ascontiguousarray(images[start : start + batch_size]))
            parts.append(forward(as_input(pixels, image_range)))
        return torch.cat(parts).numpy()


def grey(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return colour images (n, s, s, 3) as grey ones (n, s, s, 1) (luma of ITU-R BT.601)."""
    return np.rint(images @ np.array(_LUMA)).astype(np.uint8)[..., None]


def calibrated(
    network: "nn.Module", images: NDArray[np.uint8], image_range: str
) -> "Callable[[Tensor], Tensor]":
    """Set the batch norms to the statistics of real training faces and return the network.

    Scoring with the running statistics of the training costs F1: they mix real and generated
    batches, and lag behind.
    """
    import torch

    from auva.gan.data import as_input

    network.eval()
    network.calibrate(as_input(torch.from_numpy(images), image_range))  # type: ignore[operator]
    return network
