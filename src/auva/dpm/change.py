"""Where a picture differs from an earlier one: where a new face may have appeared."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from auva.dpm.boxes import Detection
from auva.dpm.jit import kernel

BLOCK = 16
"""Side in pixels of the squares that are compared; their means hide the noise of single pixels."""

ORDINARY = 16.0
"""Contrast (standard deviation of the means, in grey levels) below which a picture counts as dim.
The videos of real faces have 20 to 55, except for fades from black."""

FEWEST = 5
"""Minimum number of changed squares for a new face: a quarter of the smallest face, 72 x 72
pixels."""


def block_means(picture: np.ndarray) -> np.ndarray:
    """Return the mean of each square of a picture.

    Parameters
    ----------
    picture : uint8 [channels, height, width]

    Returns
    -------
    float32 [channels, ceil(height / 16), ceil(width / 16)]
        In grey levels; squares at the right and bottom edge may be smaller.
    """
    channels, height, width = picture.shape
    means = np.empty((channels, -(-height // BLOCK), -(-width // BLOCK)), np.float32)
    _fill_means(picture, means)
    return means


@kernel
def _fill_means(picture: np.ndarray, means: np.ndarray) -> None:
    _, height, width = picture.shape
    channels, rows, columns = means.shape
    line = np.empty(width, np.int32)
    for c in range(channels):
        for v in range(rows):
            bottom = min((v + 1) * BLOCK, height)
            line[:] = 0
            for y in range(v * BLOCK, bottom):
                pixels = picture[c, y]
                for x in range(width):
                    line[x] += np.int32(pixels[x])
            for u in range(columns):
                right = min((u + 1) * BLOCK, width)
                total = np.int32(0)
                for x in range(u * BLOCK, right):
                    total += line[x]
                size = (bottom - v * BLOCK) * (right - u * BLOCK)
                means[c, v, u] = np.float32(total) / np.float32(size)


def change_level(means: np.ndarray, level: float) -> float:
    """Return the threshold on changes in a picture: `level`, or less if the contrast is low.

    In a dim picture all differences are smaller, whereas the detector's features do not depend on
    the brightness.

    Parameters
    ----------
    means : float32 [channels, rows, columns]
        `block_means` of the picture.
    level : float
        Threshold in grey levels for a picture of normal contrast.
    """
    contrast = float(means.std(axis=(1, 2)).max())
    return level * min(1.0, contrast / ORDINARY)


class Region(NamedTuple):
    """A rectangle of pixels; bottom and right lie outside."""

    top: int
    left: int
    bottom: int
    right: int


def region_of_new_face(
    before: np.ndarray, now: np.ndarray, known: Iterable[Detection], level: float
) -> Region | None:
    """Return the region that changed away from the known faces, None if there is none.

    A face that was not there before changes the squares that it covers.

    Parameters
    ----------
    before, now : float32 [channels, rows, columns]
        `block_means` of two pictures of the same size.
    known : iterable of Detection
        Faces; squares within half a side of their boxes do not count.
    level : float
        Grey levels by which the mean of a changed square differs.
    """
    changed: np.ndarray = np.any(np.abs(now - before) > level, axis=0)
    for face in known:
        reach = (face.right - face.left) // 2
        top, bottom = max(face.top - reach, 0) // BLOCK, -(-(face.bottom + reach) // BLOCK)
        left, right = max(face.left - reach, 0) // BLOCK, -(-(face.right + reach) // BLOCK)
        changed[top:bottom, left:right] = False
    if np.count_nonzero(changed) < FEWEST:
        return None
    rows, columns = (np.unique(places) for places in np.nonzero(changed))
    return Region(
        int(rows[0]) * BLOCK,
        int(columns[0]) * BLOCK,
        int(rows[-1] + 1) * BLOCK,
        int(columns[-1] + 1) * BLOCK,
    )


def updated(before: np.ndarray, now: np.ndarray, region: Region) -> np.ndarray:
    """Return `before` with the squares of a region taken from `now`."""
    means = before.copy()
    rows = slice(region.top // BLOCK, region.bottom // BLOCK)
    columns = slice(region.left // BLOCK, region.right // BLOCK)
    means[:, rows, columns] = now[:, rows, columns]
    return means
