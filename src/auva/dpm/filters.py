"""Filter responses by half the arithmetic: mirrored filters are folded into even and odd ones.

Mixtures come in exact mirror pairs: the second filter of a pair sees a window as the first one sees
its mirror image. With `p` a window and `q` its mirror image, the responses `a.p` and `a.q` follow
from two products over half the window, `(p + q)` with the even and `(p - q)` with the odd part of
the filter. Each product is a long contiguous dot product, four windows by three filters at a time.
"""

from dataclasses import dataclass

import numpy as np

from auva.dpm.hog import MIRROR
from auva.dpm.jit import kernel
from auva.dpm.model import FEATURES, Model


@dataclass(frozen=True)
class Bank:
    """Filter pairs, folded.

    Attributes
    ----------
    side : int
        Side of the filters in cells.
    even, odd : float32 [pairs, side * ceil(side / 2) * 32]
        Weights for sums and differences of a window and its mirror image.
    first, second : int64 [pairs]
        Which filter of the model a pair's first and second member is.
    """

    side: int
    even: np.ndarray
    odd: np.ndarray
    first: np.ndarray
    second: np.ndarray


def root_bank(model: Model) -> Bank:
    """Return the six root filters as three pairs."""
    return _fold(model.roots, np.arange(0, len(model.roots), 2), np.arange(1, len(model.roots), 2))


def part_bank(model: Model) -> Bank:
    """Return the 48 part filters as 24 pairs; filter 8 m + j is part j of mixture m."""
    mixtures, parts = model.parts.shape[:2]
    number = np.arange(mixtures * parts).reshape(mixtures, parts)
    filters = model.parts.reshape(-1, *model.parts.shape[2:])
    return _fold(filters, number[0::2].ravel(), number[1::2].ravel())


def _fold(filters: np.ndarray, first: np.ndarray, second: np.ndarray) -> Bank:
    side = filters.shape[1]
    half = (side + 1) // 2
    plain = filters[first].astype(np.float64)
    mirrored = plain[:, :, ::-1][..., MIRROR]
    if side % 2:
        # The middle column is its own mirror column: it must not count twice.
        plain[:, :, half - 1] /= 2
        mirrored[:, :, half - 1] = plain[:, :, half - 1][..., MIRROR]
        # Its sums p + q repeat themselves, so the weights of both sides may stay together.
    even = (plain + mirrored)[:, :, :half] / 2
    odd = (plain - mirrored)[:, :, :half] / 2
    count = len(first)
    return Bank(
        side,
        np.ascontiguousarray(even.reshape(count, -1), np.float32),
        np.ascontiguousarray(odd.reshape(count, -1), np.float32),
        first,
        second,
    )


def correlate(
    features: np.ndarray, bank: Bank, row0: int, column0: int, rows: int, columns: int
) -> np.ndarray:
    """Return the responses of all filters of `bank` at a rectangle of positions.

    Parameters
    ----------
    features : float32 [rows, columns, 64]
        Features of one level and, from 32 on, the features of each cell's mirror image.
    row0, column0, rows, columns : int
        The rectangle of top-left corners of the windows.

    Returns
    -------
    float32 [filters, rows, columns]
    """
    maps = np.empty((2 * len(bank.first), max(rows, 0), max(columns, 0)), np.float32)
    if maps.size:
        correlate_rectangle(
            features, bank.side, bank.even, bank.odd, bank.first, bank.second, row0, column0, maps
        )
    return maps


@kernel
def correlate_rectangle(features, side, even, odd, first, second, row0, column0, maps):  # noqa: ANN001, ANN201
    """Fill `maps` [filters, rows, columns] with the responses from (row0, column0) on."""
    _, rows, columns = maps.shape
    pairs, length = even.shape
    sums = np.empty((4, length), np.float32)
    differences = np.empty((4, length), np.float32)
    even_dots = np.empty((4, pairs), np.float32)
    odd_dots = np.empty((4, pairs), np.float32)
    for y in range(rows):
        for x in range(0, columns, 4):
            for i in range(4):
                place = column0 + min(x + i, columns - 1)
                fold_window(features, row0 + y, place, side, sums[i], differences[i])
            _dots(sums, even, even_dots)
            _dots(differences, odd, odd_dots)
            for i in range(min(4, columns - x)):
                for p in range(pairs):
                    maps[first[p], y, x + i] = even_dots[i, p] + odd_dots[i, p]
                    maps[second[p], y, x + i] = even_dots[i, p] - odd_dots[i, p]


@kernel
def fold_window(features, y, x, side, sums, differences):  # noqa: ANN001, ANN201
    """Write the sums and differences of a window and its mirror image, half the columns each."""
    k = np.uintp(0)
    for r in range(side):
        for c in range((side + 1) // 2):
            plain = features[y + r, x + c]
            mirrored = features[y + r, x + side - 1 - c, FEATURES:]
            even, odd = sums[k:], differences[k:]
            for f in range(FEATURES):
                even[f] = plain[f] + mirrored[f]
                odd[f] = plain[f] - mirrored[f]
            k += np.uintp(FEATURES)


@kernel
def _dots(a, b, out):  # noqa: ANN001, ANN202
    """Fill `out` [4, n] with the dot products of the rows of `a` [4, k] and `b` [n, k]; 3 | n."""
    length = np.uintp(a.shape[1])
    a0, a1, a2, a3 = a[0], a[1], a[2], a[3]
    for q in range(0, b.shape[0], 3):
        b0, b1, b2 = b[q], b[q + 1], b[q + 2]
        s00 = s01 = s02 = s10 = s11 = s12 = np.float32(0)
        s20 = s21 = s22 = s30 = s31 = s32 = np.float32(0)
        for k in range(length):
            x0, x1, x2 = b0[k], b1[k], b2[k]
            y0, y1, y2, y3 = a0[k], a1[k], a2[k], a3[k]
            s00 += y0 * x0
            s01 += y0 * x1
            s02 += y0 * x2
            s10 += y1 * x0
            s11 += y1 * x1
            s12 += y1 * x2
            s20 += y2 * x0
            s21 += y2 * x1
            s22 += y2 * x2
            s30 += y3 * x0
            s31 += y3 * x1
            s32 += y3 * x2
        out[0, q], out[0, q + 1], out[0, q + 2] = s00, s01, s02
        out[1, q], out[1, q + 1], out[1, q + 2] = s10, s11, s12
        out[2, q], out[2, q + 1], out[2, q + 2] = s20, s21, s22
        out[3, q], out[3, q + 1], out[3, q + 2] = s30, s31, s32
