"""A face as numbers in which near-identical pictures are alike.

The low frequencies of the grey picture after local contrast normalisation (as in perceptual
hashing, see Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010, but
kept as numbers instead of bits).
"""

import numpy as np
from numpy.typing import NDArray

_SIDE = 32
_BORDER = 4
"""Pixels at each side that are left out: background and hair."""

_BLUR = 4.0
_FLOOR = 4.0
"""Contrast (grey levels) below which a region is not amplified."""

_FREQUENCIES = 12
NUMBERS = _FREQUENCIES**2 - 1
"""Length of a description."""


def describe(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Describe faces [n, size, size, 3] by unit vectors float32 [n, 143].

    Their inner product is the similarity, in [-1, 1]; brightness, contrast and light from one side
    matter little.
    """
    from PIL import Image
    from scipy.fft import dctn
    from scipy.ndimage import gaussian_filter

    inside = slice(_BORDER, _SIDE - _BORDER)
    way = Image.Resampling.BOX if images.shape[1] >= 2 * _SIDE else Image.Resampling.BICUBIC
    small = [
        np.asarray(Image.fromarray(image).convert("L").resize((_SIDE, _SIDE), way), np.float64)
        for image in images
    ]
    grey = np.stack(small)[:, inside, inside]
    blur = (0, _BLUR, _BLUR)
    grey -= gaussian_filter(grey, blur)
    grey /= np.sqrt(gaussian_filter(grey**2, blur)) + _FLOOR
    low = np.asarray(dctn(grey, axes=(1, 2), norm="ortho"))[:, :_FREQUENCIES, :_FREQUENCIES]
    vector = low.reshape(len(images), -1)[:, 1:]
    length = np.linalg.norm(vector, axis=1, keepdims=True)
    return (vector / np.maximum(length, 1e-9)).astype(np.float32)
