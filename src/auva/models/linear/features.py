"""Histograms of oriented gradients of faces, as the detector computes them."""

import numpy as np
from numpy.typing import NDArray

from auva.dpm.hog import hog_rectangle

_USED = 31
"""Features of a cell; the last of the 32 tells padding."""


def gradients(images: NDArray[np.uint8], cell: int) -> NDArray[np.float32]:
    """Return the features of faces and of their mirror images.

    Parameters
    ----------
    images : uint8 array [n, side, side, 3]
        RGB.
    cell : int
        Pixels of a cell's side.

    Returns
    -------
    float32 array [2, n, features]
        Of the faces, and of their mirror images.
    """
    n, side = images.shape[:2]
    cells = side // cell
    found = np.empty((2, n, cells, cells, _USED), np.float32)
    content = np.empty((2, cells, cells, _USED + 1), np.float32)
    for number, image in enumerate(images):
        picture = np.ascontiguousarray(image.transpose(2, 0, 1))
        hog_rectangle(picture, 0, 0, side, side, cell, 0, 0, content)
        found[:, number] = content[..., :_USED]
    found[1] = found[1, :, :, ::-1]
    return found.reshape(2, n, -1)
