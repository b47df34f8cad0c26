"""Histograms of oriented gradients: 32 features per cell of an 8-bit picture.

Felzenszwalb's features: 18 contrast-sensitive and 9 contrast-insensitive orientations, 4 texture
energies, and one feature that is 1 in the padding. All work is done for a rectangle of cells, so
that a small region gives bit for bit what the whole level gives.
"""

import math

import numpy as np

from auva.dpm.jit import kernel
from auva.dpm.model import FEATURES
from auva.dpm.pyramid import PADDING, cell_count

BINS = 18
CLIP = np.float32(0.2)
TEXTURE = np.float32(0.2357)
EPSILON = np.float32(np.finfo(np.float32).eps)

MIRROR = np.array(
    [*range(9, -1, -1), *range(17, 9, -1), 18, *range(26, 18, -1), 28, 27, 30, 29, 31], np.int64
)
"""The feature that each feature becomes in the mirror image of a cell."""

_HALF_TURN = np.float32(9)  # in bins
_TO_BINS = np.float32(9 / math.pi)
# atan(r) = r * polynomial(r^2) on [0, 1], error below 2e-8: Abramowitz and Stegun, 4.4.49.
_ATAN = tuple(
    np.float32(c * 9 / math.pi)
    for c in (
        1.0, -0.3333314528, 0.1999355085, -0.1420889944, 0.1065626393,
        -0.0752896400, 0.0429096138, -0.0161657367, 0.0028662257,
    )
)  # fmt: skip
A0, A1, A2, A3, A4, A5, A6, A7, A8 = _ATAN


def hog(picture: np.ndarray, cell: int) -> np.ndarray:
    """Return the padded features of a whole picture.

    Parameters
    ----------
    picture : uint8 [channels, height, width]
    cell : int
        Side of a cell in pixels, 4 or 8.

    Returns
    -------
    float32 [rows + 12, columns + 12, 64]
        Features of `(height + cell / 2) // cell` rows of cells and 6 cells of padding around them;
        32 features of each cell and from 32 on those of its mirror image.
    """
    _, height, width = picture.shape
    rows, columns = cell_count(height, cell), cell_count(width, cell)
    features = np.empty((rows + 2 * PADDING, columns + 2 * PADDING, 2 * FEATURES), np.float32)
    pad(features, rows, columns)
    inner = features[PADDING : PADDING + rows, PADDING : PADDING + columns]
    hog_rectangle(picture, 0, 0, height, width, cell, 0, 0, inner)
    return features


def pad(features: np.ndarray, rows: int, columns: int) -> None:
    """Fill the padding around `rows` x `columns` cells: all features 0, the last one of the 32 is 1."""
    for border in (
        features[:PADDING],
        features[PADDING + rows :],
        features[:, :PADDING],
        features[:, PADDING + columns :],
    ):
        border[...] = 0
        border[..., FEATURES - 1 :: FEATURES] = 1


@kernel
def hog_rectangle(picture, top, left, height, width, cell, row0, column0, features):  # noqa: ANN001, ANN201
    """Fill `features` [rows, columns, 64] with the cells from (row0, column0) on.

    `picture` holds the pixels from (top, left) on of a picture of `height` x `width`, at least
    those within 1.5 cells and one pixel around the cells and their neighbours.
    """
    rows, columns = features.shape[:2]
    x0 = cell * (column0 - 1) - cell // 2
    span = cell * (columns + 3)
    ramp = np.empty(cell, np.float32)
    for i in range(cell):
        ramp[i] = np.float32((i + 0.5) / cell)
    magnitude = np.zeros((cell, span), np.float32)
    angle = np.zeros((cell, span), np.float32)
    above = np.zeros((BINS, span), np.float32)
    below = np.zeros((BINS, span), np.float32)
    # Three rows of histograms in a ring: normalisation needs the row above and the one below.
    cells = np.zeros((3, columns + 2, FEATURES), np.float32)
    energy = np.zeros((3, columns + 2), np.float32)
    for v in range(row0 - 2, row0 + rows + 1):
        # Pixels between the centres of cell rows v and v + 1 count for both of them.
        _gradients(picture, top, left, height, width, cell * v + cell // 2, x0, magnitude, angle)
        _accumulate(magnitude, angle, ramp, above, below)
        # `above` now holds cell row v whole, `below` the first half of row v + 1.
        if v >= row0 - 1:
            slot = (v - row0 + 1) % 3
            _cells(above, ramp, cells[slot], energy[slot])
        if v >= row0 + 1:
            r = v - row0 - 1
            _normalise(
                cells[(r + 1) % 3],
                energy[r % 3],
                energy[(r + 1) % 3],
                energy[(r + 2) % 3],
                features[r],
            )
        above, below = below, above


@kernel
def _gradients(picture, top, left, height, width, y0, x0, magnitude, angle):  # noqa: ANN001, ANN202
    """Magnitude (0 outside the picture) and signed angle in bins of the pixels from (y0, x0) on."""
    rows, span = magnitude.shape
    first, last = max(x0, 0), min(x0 + span, width)
    for i in range(rows):
        y = y0 + i
        if y < 0 or y >= height:
            for x in range(span):
                magnitude[i, x] = np.float32(0)
            continue
        # The slots hold dx and dy until they are turned into magnitude and angle.
        dx, dy = magnitude[i], angle[i]
        for c in range(picture.shape[0]):
            upper = picture[c, max(y - 1, 0) - top]
            line = picture[c, y - top]
            lower = picture[c, min(y + 1, height - 1) - top]
            inner_first, inner_last = max(first, 1), min(last, width - 1)
            shift = inner_first - x0
            n = max(inner_last - inner_first, 0)
            right = line[inner_first + 1 - left :]
            west = line[inner_first - 1 - left :]
            north = upper[inner_first - left :]
            south = lower[inner_first - left :]
            _differences(right, west, south, north, dx[shift:], dy[shift:], n, c == 0)
            if first == 0 and last > 0:
                one = min(1, width - 1)
                _differences(line[one:], line, lower, upper, dx[-x0:], dy[-x0:], 1, c == 0)
            if last == width and width > 1:
                x = width - 1 - left
                _differences(
                    line[x:], line[x - 1 :], lower[x:], upper[x:],
                    dx[width - 1 - x0 :], dy[width - 1 - x0 :], 1, c == 0,
                )  # fmt: skip
        for x in range(first - x0):
            dx[x] = np.float32(0)
            dy[x] = np.float32(0)
        for x in range(last - x0, span):
            dx[x] = np.float32(0)
            dy[x] = np.float32(0)
        _polar(dx, dy)


@kernel
def _differences(east, west, south, north, dx, dy, n, replace):  # noqa: ANN001, ANN202
    """Centred differences of `n` pixels; later channels win only with a larger gradient."""
    if replace:
        for x in range(n):
            dx[x] = np.float32(np.int32(east[x]) - np.int32(west[x]))
            dy[x] = np.float32(np.int32(south[x]) - np.int32(north[x]))
    else:
        for x in range(n):
            gx = np.float32(np.int32(east[x]) - np.int32(west[x]))
            gy = np.float32(np.int32(south[x]) - np.int32(north[x]))
            larger = gx * gx + gy * gy > dx[x] * dx[x] + dy[x] * dy[x]
            dx[x] = gx if larger else dx[x]
            dy[x] = gy if larger else dy[x]


@kernel
def _polar(dx, dy):  # noqa: ANN001, ANN202
    """Turn differences, in place, into magnitude / 255 and angle in bins of 20 degrees."""
    for x in range(dx.shape[0]):
        gx, gy = dx[x], dy[x]
        ax, ay = abs(gx), abs(gy)
        long = ax if ax > ay else ay
        short = ay if ax > ay else ax
        r = short / (long + np.float32(1e-20))
        s = r * r
        a = A7 + s * A8
        a = A6 + s * a
        a = A5 + s * a
        a = A4 + s * a
        a = A3 + s * a
        a = A2 + s * a
        a = A1 + s * a
        a = (A0 + s * a) * r
        a = np.float32(4.5) - a if ay > ax else a
        a = np.float32(9) - a if gx < np.float32(0) else a
        a = np.float32(18) - a if gy < np.float32(0) else a
        dx[x] = math.sqrt(gx * gx + gy * gy) * np.float32(1 / 255)
        dy[x] = a


@kernel
def _accumulate(magnitude, angle, ramp, above, below):  # noqa: ANN001, ANN202
    """Add the falling share of each pixel to `above`, set `below` to the rising share, per bin."""
    rows, span = magnitude.shape
    one, zero = np.float32(1), np.float32(0)
    for b in range(BINS):
        place = np.float32(b)
        high, low = above[b], below[b]
        for x in range(span):
            low[x] = zero
        for i in range(rows):
            rise = ramp[i]
            fall = one - rise
            strength, turn = magnitude[i], angle[i]
            for x in range(span):
                # Bins are nodes on a circle: a tent of width one around each.
                near = one - abs(turn[x] - place)
                if b == 0:
                    wrapped = turn[x] - np.float32(17)
                    near = wrapped if wrapped > near else near
                near = near if near > zero else zero
                share = near * strength[x]
                high[x] += share * fall
                low[x] += share * rise


@kernel
def _cells(columns, ramp, cells, energy):  # noqa: ANN001, ANN202
    """Sum pixel columns into cells: signed bins, then unsigned bins, and the cells' energies."""
    cell = ramp.shape[0]
    for u in range(cells.shape[0]):
        first = cell * u
        for b in range(BINS):
            line = columns[b]
            total = np.float32(0)
            for i in range(cell):
                total += ramp[i] * (line[first + i] + line[first + 2 * cell - 1 - i])
            cells[u, b] = total
        sum_of_squares = np.float32(0)
        for b in range(9):
            both = cells[u, b] + cells[u, b + 9]
            cells[u, BINS + b] = both
            sum_of_squares += both * both
        energy[u] = sum_of_squares


@kernel
def _normalise(cells, up, here, down, features):  # noqa: ANN001, ANN202
    """Fill one row of features from its cells and the energies of three rows."""
    half, one = np.float32(0.5), np.float32(1)
    for u in range(features.shape[0]):
        nw = up[u] + up[u + 1] + here[u] + here[u + 1]
        ne = up[u + 1] + up[u + 2] + here[u + 1] + here[u + 2]
        sw = here[u] + here[u + 1] + down[u] + down[u + 1]
        se = here[u + 1] + here[u + 2] + down[u + 1] + down[u + 2]
        n0 = one / math.sqrt(nw + EPSILON)
        n1 = one / math.sqrt(ne + EPSILON)
        n2 = one / math.sqrt(sw + EPSILON)
        n3 = one / math.sqrt(se + EPSILON)
        t0 = t1 = t2 = t3 = np.float32(0)
        cell, row = cells[u + 1], features[u]
        for i in range(FEATURES):
            g = cell[i]
            q0, q1, q2, q3 = g * n0, g * n1, g * n2, g * n3
            q0 = q0 if q0 < CLIP else CLIP
            q1 = q1 if q1 < CLIP else CLIP
            q2 = q2 if q2 < CLIP else CLIP
            q3 = q3 if q3 < CLIP else CLIP
            signed = one if i < BINS else np.float32(0)
            t0 += signed * q0
            t1 += signed * q1
            t2 += signed * q2
            t3 += signed * q3
            row[i] = half * (q0 + q1 + q2 + q3)
        row[27] = TEXTURE * t0
        row[28] = TEXTURE * t1
        row[29] = TEXTURE * t2
        row[30] = TEXTURE * t3
        row[31] = np.float32(0)
        for i in range(FEATURES):
            row[FEATURES + i] = row[MIRROR[i]]
