"""The pyramid of scaled 8-bit pictures.

A level z shows the picture at 2^(-z/5) of the model's part resolution: a cell of level z covers
4 * 2^(z/5) pixels of the picture. The pictures of one octave are scaled from the original, those of
the next octaves are halved step by step, rounded to 8 bits every time. Pictures are planar:
uint8 [channels, height, width].
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from auva.dpm.jit import kernel

INTERVAL = 5
"""Levels per octave."""

PADDING = 6
"""Cells of padding around each level."""


@dataclass(frozen=True)
class Level:
    """Source of a level: picture S(scale, halvings) and the side of its cells in pixels."""

    scale: int
    halvings: int
    cell: int


@lru_cache
def level_source(level: int) -> Level:
    """Return the picture and the cell size of a level."""
    if level < INTERVAL:
        return Level(level, 0, 4)
    return Level(level % INTERVAL, level // INTERVAL - 1, 8)


def cell_side(level: int) -> float:
    """Return how many pixels of the picture a cell of a level covers."""
    return 4 * 2 ** (level / INTERVAL)


def last_level(height: int, width: int) -> int:
    """Return the number of the coarsest level, or -1 if the picture is too small to search."""
    octaves = math.ceil(math.log2(min(height, width) / 40) * INTERVAL)
    return octaves if octaves >= INTERVAL else -1


def scaled_size(height: int, width: int, scale: int, halvings: int) -> tuple[int, int]:
    """Return height and width of S(scale, halvings)."""
    factor = 2 ** (-scale / INTERVAL)
    height, width = math.ceil(height * factor), math.ceil(width * factor)
    for _ in range(halvings):
        height, width = (height + 1) // 2, (width + 1) // 2
    return height, width


def cell_count(size: int, cell: int) -> int:
    """Return the number of cells of `cell` pixels in `size` pixels (rounded)."""
    return (size + cell // 2) // cell


def rescale(picture: np.ndarray, scale: int) -> np.ndarray:
    """Return `picture` at 2^(-scale/5) of its size by two-tap bilinear interpolation."""
    if scale == 0:
        return picture
    channels, height, width = picture.shape
    rows, columns = scaled_size(height, width, scale, 0)
    result = np.empty((channels, rows, columns), np.uint8)
    factor = 2 ** (-scale / INTERVAL)
    rescale_rectangle(
        picture, result, *taps(height, 0, rows, factor), *taps(width, 0, columns, factor)
    )
    return result


@lru_cache(maxsize=256)
def taps(size: int, first: int, last: int, factor: float) -> tuple[np.ndarray, np.ndarray]:
    """Return, for output places first..last, the lower source index and the upper one's weight."""
    place = np.clip((np.arange(first, last) + 0.5) / factor - 0.5, 0, size - 1)
    lower = place.astype(np.int64)
    upper = place - lower
    for array in (lower, upper):
        array.flags.writeable = False  # shared by all callers
    return lower, upper


@kernel
def rescale_rectangle(
    picture: np.ndarray,
    result: np.ndarray,
    rows: np.ndarray,
    row_weights: np.ndarray,
    columns: np.ndarray,
    column_weights: np.ndarray,
) -> None:
    """Fill `result` with the interpolated picture; rows and columns as given by `taps`."""
    channels, height, width = picture.shape
    line = np.empty(width + 1, np.float64)
    for c in range(channels):
        for y in range(rows.shape[0]):
            upper = picture[c, rows[y]]
            lower = picture[c, min(rows[y] + 1, height - 1)]
            weight = row_weights[y]
            for x in range(width):
                line[x] = upper[x] * (1.0 - weight) + lower[x] * weight
            line[width] = line[width - 1]
            for x in range(columns.shape[0]):
                left = line[columns[x]]
                right = line[columns[x] + 1]
                value = left * (1.0 - column_weights[x]) + right * column_weights[x]
                result[c, y, x] = np.uint8(value + 0.5)


def halve(picture: np.ndarray) -> np.ndarray:
    """Return `picture` at half its size: rounded means of 2x2 pixels, the last ones repeated."""
    channels, height, width = picture.shape
    result = np.empty((channels, (height + 1) // 2, (width + 1) // 2), np.uint8)
    halve_rectangle(picture, result)
    return result


@kernel
def halve_rectangle(picture: np.ndarray, result: np.ndarray) -> None:
    """Fill `result` with rounded means of 2x2 pixels."""
    channels, rows, columns = result.shape
    height, width = picture.shape[1:]
    for c in range(channels):
        for y in range(rows):
            upper = picture[c, 2 * y]
            lower = picture[c, min(2 * y + 1, height - 1)]
            for x in range(width // 2):
                total = np.uint16(upper[2 * x]) + np.uint16(upper[2 * x + 1])
                total += np.uint16(lower[2 * x]) + np.uint16(lower[2 * x + 1])
                result[c, y, x] = np.uint8((total + np.uint16(2)) >> np.uint16(2))
            if width % 2:
                total = 2 * np.uint16(upper[width - 1]) + 2 * np.uint16(lower[width - 1])
                result[c, y, columns - 1] = np.uint8((total + 2) >> 2)
