"""Features of a face for a linear model: the detector's gradients, landmarks, or both."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]

Features = Callable[[NDArray[np.uint8], bool], Float]
"""From faces uint8 [n, side, side, 3] to float32 [1, n, features], or with `mirror` [2, n,
features] with those of the mirror images too. The row of a face without features is NaN."""

_USED = 31
"""Features of a cell; the last of the 32 marks padding."""

_RIGHT_EYE, _LEFT_EYE = 33, 263
"""The landmarks of the outer corners of the eyes."""

_CENTRE, _SIZE = (0.5, 0.51), 0.287
"""Mean landmark of a registered face, and the root mean square distance to it, in sides of the
image: rounded means of 315 faces in boxes of the detector."""


def features_of(settings: Mapping[str, Any], network: bytes | None) -> Features:
    """Return the features that the settings name.

    Parameters
    ----------
    settings : mapping
        Settings of a run: `features`, `cell`.
    network : bytes or None
        The landmark network, if the features need it.
    """
    if network is None:
        return partial(gradients, cell=settings["cell"])
    if settings["features"] == "landmarks":
        return partial(landmarks, network=network)
    return partial(registered_gradients, cell=settings["cell"], network=network)


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
    """Return the shape of the landmarks of a face (see `Features` and `shapes`).

    The network is also applied to the mirror image, because its errors differ between a face and
    the mirror image.
    """
    from auva.landmarks.network import landmarker

    find = landmarker(network)
    seen = (images, images[:, :, ::-1]) if mirror else (images,)
    return np.stack([shapes(find(each)) for each in seen])


def registered_gradients(
    images: NDArray[np.uint8], mirror: bool, cell: int, network: bytes
) -> Float:
    """Return `gradients` of the faces after `register`; NaN where there are no landmarks."""
    from auva.landmarks.network import landmarker

    points = landmarker(network)(images)
    without = np.isnan(points.reshape(len(points), -1)).any(axis=1)
    found = gradients(register(images, np.nan_to_num(points)), mirror, cell)
    found[:, without] = np.nan
    return found


def register(images: NDArray[np.uint8], points: Float) -> NDArray[np.uint8]:
    """Return faces whose landmarks have the same mean, size and eye line in every image.

    Parameters
    ----------
    images : uint8 array [n, side, side, 3]
    points : float32 array [n, points, 3]
        In sides of the image.

    Returns
    -------
    uint8 array [n, side, side, 3]
        Bicubic interpolation; pixels outside the image repeat its edge.
    """
    from PIL import Image

    side = images.shape[1]
    centre = np.array(_CENTRE) * side
    made = np.empty_like(images)
    for number, (image, mean, level, size) in enumerate(zip(images, *pose(points), strict=True)):
        # Maps a position in the new image to one in the padded old image.
        turn = level * max(size / _SIZE, 1e-3)
        shift = mean * side - turn @ centre + side
        wide = Image.fromarray(np.pad(image, ((side, side), (side, side), (0, 0)), mode="edge"))
        places = (*turn[0], shift[0], *turn[1], shift[1])
        placed = wide.transform(
            (side, side), Image.Transform.AFFINE, places, Image.Resampling.BICUBIC
        )
        made[number] = np.asarray(placed)
    return made


def pose(points: Float) -> tuple[NDArray, NDArray, NDArray]:
    """Return position, rotation and size of landmarks [n, points, 3] in the image.

    Returns
    -------
    tuple of float64 arrays
        The mean [n, 2]; the rotation matrix [n, 2, 2] from level eyes to the eyes of the face, for
        column vectors (x, y); the root mean square distance to the mean [n].
    """
    flat = points[..., :2].astype(np.float64)
    mean = flat.mean(axis=1)
    x, y = np.moveaxis(flat[:, _LEFT_EYE] - flat[:, _RIGHT_EYE], -1, 0)
    cosine, sine = np.stack([x, y]) / np.maximum(np.hypot(x, y), 1e-12)
    level = np.stack([np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], -2)
    size = np.sqrt(((flat - mean[:, None]) ** 2).sum(axis=2).mean(axis=1))
    return mean, level, np.maximum(size, 1e-12)


def shapes(points: Float) -> Float:
    """Return landmarks normalised for position, size and in-plane rotation of the face.

    Parameters
    ----------
    points : float32 array [n, points, 3]

    Returns
    -------
    float32 array [n, points * 2]
        x and y: the mean is 0, the root mean square distance to it is 1, and the outer corners of
        the eyes are level. Depth is left out, because it is only an estimate from one picture.
    """
    mean, level, size = pose(points)
    flat = (points[..., :2] - mean[:, None]) @ level / size[:, None, None]
    return flat.reshape(len(points), -1).astype(np.float32)
