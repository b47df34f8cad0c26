"""Histograms of oriented gradients: 32 features per cell of an 8-bit picture.

Felzenszwalb's features: 18 contrast-sensitive and 9 contrast-insensitive orientations, 4 texture
energies, and one feature that is 1 in the padding. Features are computed for a rectangle of cells;
they do not depend on the size of the rectangle.
"""

import math

import numpy as np

from auva.dpm.gradients import gradients
from auva.dpm.jit import inner, kernel
from auva.dpm.model import FEATURES
from auva.dpm.pyramid import PADDING

BINS = 18
SLOTS = 24  # bins of a column of pixels, incl. a second bin 0, rounded up to whole SIMD vectors
_BLOCK = 32
CLIP = np.float32(0.2)
TEXTURE = np.float32(0.2357)
EPSILON = np.float32(np.finfo(np.float32).eps)

MIRROR = np.array(
    [*range(9, -1, -1), *range(17, 9, -1), 18, *range(26, 18, -1), 28, 27, 30, 29, 31], np.int64
)
"""For each feature, the feature that it becomes in the mirror image of a cell."""


def padded_level(rows: int, columns: int, images: int = 2) -> np.ndarray:
    """Return an array for the features of a level in which only the padding is filled.

    Parameters
    ----------
    rows, columns : int
        Cells of content.
    images : int
        2 to hold the features of each cell's mirror image as well, otherwise 1.

    Returns
    -------
    float32 [images, rows + 12, columns + 12, 32]
        The features of each cell, and those of its mirror image.
    """
    shape = images, rows + 2 * PADDING, columns + 2 * PADDING, FEATURES
    features = np.empty(shape, np.float32)
    for image in features:
        _pad(image)
    return features


@kernel
def _pad(features: np.ndarray) -> None:
    """Fill the padding: all features 0, the last one of the 32 is 1."""
    rows, columns, _ = features.shape
    for y in range(rows):
        if PADDING <= y < rows - PADDING:
            _pad_cells(features[y], 0, PADDING)
            _pad_cells(features[y], columns - PADDING, columns)
        else:
            _pad_cells(features[y], 0, columns)


@inner
def _pad_cells(line: np.ndarray, first: int, last: int) -> None:
    for x in range(first, last):
        for f in range(FEATURES):
            line[x, f] = np.float32(f == FEATURES - 1)


def _rectangle(
    picture: np.ndarray,
    top: int,
    left: int,
    height: int,
    width: int,
    cell: int,
    row0: int,
    column0: int,
    features: np.ndarray,
) -> None:
    """Fill `features` [1 or 2, rows, columns, 32] with the content cells from (row0, column0) on.

    `picture` holds the pixels from (top, left) on of a picture of `height` x `width`, at least
    those within 1.5 cells and one pixel around the cells and their neighbours.
    """
    images, rows, columns, _ = features.shape
    x0 = cell * (column0 - 1) - cell // 2
    span = (cell * (columns + 3) + _BLOCK - 1) // _BLOCK * _BLOCK
    ramp = np.empty(cell, np.float32)
    for i in range(cell):
        ramp[i] = np.float32((i + 0.5) / cell)
    magnitude = np.zeros((cell, span), np.float32)
    angle = np.zeros((cell, span), np.float32)
    above = np.zeros(span * SLOTS, np.float32)
    below = np.zeros(span * SLOTS, np.float32)
    # Three rows of histograms in a ring: normalisation needs the row above and the one below.
    cells = np.zeros((3, columns + 2, FEATURES), np.float32)
    energy = np.zeros((3, columns + 2), np.float32)
    for v in range(row0 - 2, row0 + rows + 1):
        # Pixels between the centres of cell rows v and v + 1 contribute to both of them.
        gradients(picture, top, left, height, width, cell * v + cell // 2, x0, magnitude, angle)
        _accumulate(magnitude, angle, ramp, above, below)
        # `above` now holds all of cell row v, `below` the first half of row v + 1.
        r = v - row0 - 1
        if r >= -2:
            _cells(above, ramp, cells[(r + 2) % 3], energy[(r + 2) % 3])
        if r >= 0:
            up, here, down = energy[r % 3], energy[(r + 1) % 3], energy[(r + 2) % 3]
            _normalise(cells[(r + 1) % 3], up, here, down, features[0, r])
            if images > 1:
                _mirror(features[0, r], features[1, r])
        above, below = below, above


hog_rectangle = kernel(_rectangle)
_rectangle_inside = inner(_rectangle)


@kernel
def fill_tiles(
    picture: np.ndarray,
    cell: int,
    tile: int,
    needed: np.ndarray,
    done: np.ndarray,
    features: np.ndarray,
) -> None:
    """Fill the needed tiles of content cells that are not done yet, and mark them as done."""
    _, height, width = picture.shape
    tile_rows, tile_columns = needed.shape
    for v in range(tile_rows):
        u = 0
        while u < tile_columns:
            end = u
            while end < tile_columns and needed[v, end] and not done[v, end]:
                end += 1
            if end > u:
                # Larger rectangles share more of the pixels around them.
                below = v
                while below < tile_rows and (needed[below, u:end] & ~done[below, u:end]).all():
                    done[below, u:end] = True
                    below += 1
                cells = features[:, tile * v : tile * below, tile * u : tile * end]
                _rectangle_inside(picture, 0, 0, height, width, cell, tile * v, tile * u, cells)
            u = end + 1


@inner
def _accumulate(
    magnitude: np.ndarray,
    angle: np.ndarray,
    ramp: np.ndarray,
    above: np.ndarray,
    below: np.ndarray,
) -> None:
    """Add each pixel's share for the row above to `above`, set `below` to the shares for below.

    Both hold `SLOTS` numbers for each column of pixels: slot b is bin b, slot 18 is bin 0 again. A
    pixel contributes to the two bins around its angle.
    """
    rows, span = magnitude.shape
    slots = np.uintp(SLOTS)
    for begin in range(0, span, _BLOCK):  # as many columns as fit into the L1 cache
        below[begin * SLOTS : (begin + _BLOCK) * SLOTS] = np.float32(0)
        high, low = above[begin * SLOTS :], below[begin * SLOTS :]
        for i in range(rows):
            rise = ramp[i]
            strength, turn = magnitude[i, begin : begin + _BLOCK], angle[i, begin : begin + _BLOCK]
            for x in range(np.uintp(_BLOCK)):
                lower = np.int32(turn[x])
                second = strength[x] * (turn[x] - np.float32(lower))
                first = strength[x] - second
                b = x * slots + np.uintp(lower)
                low[b] += first * rise
                low[b + np.uintp(1)] += second * rise
                high[b] += first - first * rise
                high[b + np.uintp(1)] += second - second * rise


@inner
def _cells(columns: np.ndarray, ramp: np.ndarray, cells: np.ndarray, energy: np.ndarray) -> None:
    """Sum pixel columns into cells: signed bins, then unsigned bins, and the cells' energies."""
    # Constant numbers of slots and pixels let the compiler keep the sums of all slots in registers.
    cell, slots = ramp.shape[0], np.uintp(SLOTS)
    for u in range(cells.shape[0]):
        total, part = cells[u], columns[cell * u * SLOTS :]
        if cell == 8:
            for b in range(slots):
                share = np.float32(0)
                for i in range(np.uintp(8)):
                    share += ramp[i] * (part[i * slots + b] + part[(np.uintp(15) - i) * slots + b])
                total[b] = share
        else:
            for b in range(slots):
                share = np.float32(0)
                for i in range(np.uintp(4)):
                    share += ramp[i] * (part[i * slots + b] + part[(np.uintp(7) - i) * slots + b])
                total[b] = share
        total[0] += total[BINS]
        sum_of_squares = np.float32(0)
        for b in range(9):
            both = total[b] + total[b + 9]
            total[BINS + b] = both
            sum_of_squares += both * both
        energy[u] = sum_of_squares


@inner
def _normalise(
    cells: np.ndarray,
    up: np.ndarray,
    here: np.ndarray,
    down: np.ndarray,
    features: np.ndarray,
) -> None:
    """Fill one row of features from cells and the energies of three rows."""
    half, one, zero = np.float32(0.5), np.float32(1), np.float32(0)
    for u in range(features.shape[0]):
        nw = up[u] + up[u + 1] + here[u] + here[u + 1]
        ne = up[u + 1] + up[u + 2] + here[u + 1] + here[u + 2]
        sw = here[u] + here[u + 1] + down[u] + down[u + 1]
        se = here[u + 1] + here[u + 2] + down[u + 1] + down[u + 2]
        n0 = one / math.sqrt(nw + EPSILON)
        n1 = one / math.sqrt(ne + EPSILON)
        n2 = one / math.sqrt(sw + EPSILON)
        n3 = one / math.sqrt(se + EPSILON)
        t0 = t1 = t2 = t3 = zero
        cell, row = cells[u + 1], features[u]
        for i in range(FEATURES):
            g = cell[i]
            q0, q1, q2, q3 = g * n0, g * n1, g * n2, g * n3
            q0 = q0 if q0 < CLIP else CLIP
            q1 = q1 if q1 < CLIP else CLIP
            q2 = q2 if q2 < CLIP else CLIP
            q3 = q3 if q3 < CLIP else CLIP
            signed = one if i < BINS else zero
            t0 += signed * q0
            t1 += signed * q1
            t2 += signed * q2
            t3 += signed * q3
            row[i] = half * (q0 + q1 + q2 + q3)
        row[27], row[28], row[29], row[30] = TEXTURE * t0, TEXTURE * t1, TEXTURE * t2, TEXTURE * t3
        row[31] = zero


@inner
def _mirror(features: np.ndarray, mirrored: np.ndarray) -> None:
    """Fill the features of cells' mirror images."""
    for u in range(features.shape[0]):
        for f in range(FEATURES):
            mirrored[u, f] = features[u, MIRROR[f]]
