"""Filter responses with half the arithmetic: mirrored filters are folded into even and odd ones.

Mixtures come in exact mirror pairs: the response of the second filter to a window is the response
of the first filter to the mirror image of the window. Let `p` be a window and `q` its mirror image.
The responses `a.p` and `a.q` follow from two products over half the window: `(p + q)` with the even
part of the filter and `(p - q)` with the odd part. Each product is a long contiguous dot product,
computed for four windows and three filters at a time.
"""

from dataclasses import dataclass

import numpy as np

from auva.dpm.hog import MIRROR
from auva.dpm.jit import inner, kernel
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
        Index in the model of each pair's first and second filter.
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
        # The middle column is its own mirror column and must not count twice.
        plain[:, :, half - 1] /= 2
        mirrored[:, :, half - 1] = plain[:, :, half - 1][..., MIRROR]
        # In it, p + q has each term twice, so the weights of both sides can be merged.
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
    features : float32 [2, rows, columns, 32]
        Features of one level, and the features of each cell's mirror image.
    row0, column0, rows, columns : int
        The rectangle of top-left corners of the windows.

    Returns
    -------
    float32 [filters, rows, columns]
    """
    assert len(features) == 2, "the features of the cells' mirror images are missing"
    maps = np.empty((2 * len(bank.first), max(rows, 0), max(columns, 0)), np.float32)
    if maps.size:
        correlate_rectangle(
            features, bank.side, bank.even, bank.odd, bank.first, bank.second, row0, column0, maps
        )
    return maps


@kernel
def correlate_rectangle(
    features: np.ndarray,
    side: int,
    even: np.ndarray,
    odd: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    row0: int,
    column0: int,
    maps: np.ndarray,
) -> None:
    """Fill `maps` [filters, rows, columns] with the responses from (row0, column0) on."""
    _, rows, columns = maps.shape
    pairs, length = even.shape
    stride = length // side
    # Sums of all cells that the windows of one column cover; each window is a contiguous piece.
    sums = np.empty((rows + side + 2) * stride, np.float32)
    differences = np.empty((rows + side + 2) * stride, np.float32)
    even_dots = np.empty((4, pairs), np.float32)
    odd_dots = np.empty((4, pairs), np.float32)
    for x in range(columns):
        fold_column(features, row0, rows + side - 1, column0 + x, side, sums, differences)
        for y in range(0, rows, 4):
            # Windows past the last row repeat the last one.
            _dots(sums[y * stride :], stride, rows - 1 - y, even, even_dots)
            _dots(differences[y * stride :], stride, rows - 1 - y, odd, odd_dots)
            for i in range(min(4, rows - y)):
                for p in range(pairs):
                    maps[first[p], y + i, x] = even_dots[i, p] + odd_dots[i, p]
                    maps[second[p], y + i, x] = even_dots[i, p] - odd_dots[i, p]


@inner
def fold_column(
    features: np.ndarray,
    row0: int,
    rows: int,
    column: int,
    side: int,
    sums: np.ndarray,
    differences: np.ndarray,
) -> None:
    """Write sums and differences of windows' left halves and mirrored right halves, row by row."""
    k = 0
    for y in range(row0, row0 + rows):
        for c in range((side + 1) // 2):
            plain = features[0, y, column + c]
            mirrored = features[1, y, column + side - 1 - c]
            even, odd = sums[k:], differences[k:]
            for f in range(FEATURES):
                even[f] = plain[f] + mirrored[f]
                odd[f] = plain[f] - mirrored[f]
            k += FEATURES


@inner
def _dots(line: np.ndarray, stride: int, last: int, filters: np.ndarray, out: np.ndarray) -> None:
    """Fill `out` [4, n] with the products of four windows and n filters (a multiple of 3).

    Window i starts at `stride * min(i, last)` of `line`.
    """
    length = np.uintp(filters.shape[1])
    a0, a1 = line, line[stride * min(1, last) :]
    a2, a3 = line[stride * min(2, last) :], line[stride * min(3, last) :]
    for q in range(0, filters.shape[0], 3):
        b0, b1, b2 = filters[q], filters[q + 1], filters[q + 2]
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
