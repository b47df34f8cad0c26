"""What a linear model sees of a face: gradients as the detector computes them, or landmarks."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

Features = Callable[[NDArray[np.uint8], bool], Float]
"""From faces uint8 [n, side, side, 3] to float32 [1, n, features], or with `mirror` [2, n,
features] with those of the mirror images too. A row is NaN where a face has none."""

_USED = 31
"""Features of a cell; the last of the 32 marks padding."""

_RIGHT_EYE, _LEFT_EYE = 33, 263
"""The landmarks of the outer corners of the eyes."""


def features_of(settings: Mapping[str, Any], network: bytes | None) -> Features:
    """Return the features that the settings name.

    Parameters
    ----------
    settings : mapping
        Of a run: `features`, `cell`.
    network : bytes or None
        The landmark network, where the features are landmarks.
    """
    if network is None:
        return partial(gradients, cell=settings["cell"])
    return partial(landmarks, network=network)


def gradients(images: NDArray[np.uint8], mirror: bool, cell: int) -> Float:
    """Return histograms of oriented gradients of cells of `cell` pixels (see `Features`)."""
    from auva.dpm.hog import hog_rectangle

    n, side = images.shape[:2]
    cells = side // cell
    found = np.empty((1 + mirror, n, cells, cells, _USED), np.float32)
    content = np.empty((2, cells, cells, _USED + 1), np.float32)
    for number, image in enumerate(images):
        picture = np.ascontiguousarray(image.transpose(2, 0, 1))
        hog_rectangle(picture, 0, 0, side, side, cell, 0, 0, content)
        found[:, number] = content[: 1 + mirror, ..., :_USED]
    found[1:] = found[1:, :, :, ::-1]
    return found.reshape(1 + mirror, n, -1)


def landmarks(images: NDArray[np.uint8], mirror: bool, network: bytes) -> Float:
    """Return the shape that the landmarks of a face have (see `Features` and `shapes`).

    The mirror image is shown to the network too: landmarks of one face and of its mirror image
    differ by what the network errs.
    """
    from auva.landmarks.network import landmarker

    find = landmarker(network)
    seen = (images, images[:, :, ::-1]) if mirror else (images,)
    return np.stack([shapes(find(each)) for each in seen])


def shapes(points: Float) -> Float:
    """Return landmarks without place, size and in-plane rotation of the face.

    Parameters
    ----------
    points : float32 array [n, points, 3]

    Returns
    -------
    float32 array [n, points * 2]
        x and y: the mean is 0, the root mean square distance to it 1, and the outer corners of the
        eyes are level. Depth is left out: a network guesses it from one picture.
    """
    flat = points[..., :2].astype(np.float64)
    flat -= flat.mean(axis=1, keepdims=True)
    x, y = np.moveaxis(flat[:, _LEFT_EYE] - flat[:, _RIGHT_EYE], -1, 0)
    cosine, sine = np.stack([x, y]) / np.maximum(np.hypot(x, y), 1e-12)
    level = np.stack([np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], -2)
    flat = flat @ level
    size = np.sqrt((flat**2).sum(axis=2).mean(axis=1))
    flat /= np.maximum(size, 1e-12)[:, None, None]
    return flat.reshape(len(points), -1).astype(np.float32)
