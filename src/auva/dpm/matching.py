"""Scores of root positions: root response, best placements of the parts, bias."""

import numpy as np

from auva.dpm.jit import inner, kernel
from auva.dpm.pyramid import PADDING


@kernel
def score_rectangle(
    roots: np.ndarray,
    parts: np.ndarray,
    part_row0: int,
    part_column0: int,
    anchors: np.ndarray,
    deformations: np.ndarray,
    biases: np.ndarray,
    row0: int,
    column0: int,
    limit: int,
    scores: np.ndarray,
) -> None:
    """Fill `scores` [rows, columns] for the root positions from (row0, column0) on.

    `roots` [6, rows, columns] are the root responses there; `parts` [48, ...] the part responses
    one octave finer from (part_row0, part_column0) on. A position with an anchor outside of `parts`
    has no score (-inf). Parts are placed at most `limit` cells from their anchors, anywhere for
    `limit` < 0.
    """
    mixtures, rows, columns = roots.shape
    count = anchors.shape[1]
    _, part_rows, part_columns = parts.shape
    nowhere = np.float32(-np.inf)
    total = np.empty((rows, columns), np.float32)
    along = np.empty((part_rows, part_columns), np.float32)
    best = np.empty(part_columns, np.float32)
    scores[:] = nowhere
    for m in range(mixtures):
        total[:] = roots[m] + biases[m]
        for j in range(count):
            part = parts[m * count + j]
            spread = _spread(part)
            d0, d1, d2, d3 = deformations[m, j]
            sideways = _reach(d0, d1, spread, part_columns, limit)
            _best_in_rows(part, d0, d1, sideways, along)
            up_down = _reach(d2, d3, spread, part_rows, limit)
            top = 2 * row0 - PADDING + anchors[m, j, 0] - part_row0
            left = 2 * column0 - PADDING + anchors[m, j, 1] - part_column0
            for y in range(rows):
                anchor = top + 2 * y
                if anchor < 0 or anchor >= part_rows:
                    total[y] = nowhere
                    continue
                _best_in_column(along, anchor, d2, d3, up_down, best)
                line = total[y]
                for x in range(columns):
                    u = left + 2 * x
                    line[x] = nowhere if u < 0 or u >= part_columns else line[x] + best[u]
        for y in range(rows):
            for x in range(columns):
                scores[y, x] = max(scores[y, x], total[y, x])


@inner
def _spread(part: np.ndarray) -> np.float32:
    """Highest minus lowest response: the most that a displacement of the part can gain."""
    low = high = part[0, 0]
    for y in range(part.shape[0]):
        for x in range(part.shape[1]):
            value = part[y, x]
            low = value if value < low else low
            high = value if value > high else high
    return high - low


@inner
def _reach(quadratic: float, linear: float, spread: float, size: int, limit: int) -> int:
    """Largest useful displacement: beyond it the deformation costs more than `spread`."""
    if limit >= 0:
        return min(limit, size - 1)
    distance = 0
    while distance < size - 1:
        step = distance + 1
        falling = 2 * quadratic * step + abs(linear) < 0
        if falling and quadratic * step * step + abs(linear) * step < -spread:
            break
        distance = step
    return distance


@inner
def _best_in_rows(
    part: np.ndarray, quadratic: float, linear: float, reach: int, best: np.ndarray
) -> None:
    """Best placement along each row for every anchor of the row."""
    rows, columns = part.shape
    padded = np.full(columns + 2 * reach, np.float32(-1e30), np.float32)
    size = np.uintp(columns)
    for y in range(rows):
        out = best[y]
        for x in range(columns):
            padded[reach + x] = out[x] = part[y, x]
        for shift in range(1, reach + 1):
            # The displacement is anchor minus placement.
            left_cost = np.float32(quadratic * shift * shift + linear * shift)
            right_cost = np.float32(quadratic * shift * shift - linear * shift)
            left, right = padded[reach - shift :], padded[reach + shift :]
            for x in range(size):
                a, b, here = left[x] + left_cost, right[x] + right_cost, out[x]
                a = a if a > b else b
                out[x] = a if a > here else here


@inner
def _best_in_column(
    along: np.ndarray, anchor: int, quadratic: float, linear: float, reach: int, best: np.ndarray
) -> None:
    """Best placement up and down of row `anchor` for every column."""
    rows, columns = along.shape
    size = np.uintp(columns)
    for x in range(columns):
        best[x] = along[anchor, x]
    for shift in range(max(-reach, anchor - rows + 1), min(reach, anchor) + 1):
        cost = np.float32(quadratic * shift * shift + linear * shift)
        line = along[anchor - shift]
        for x in range(size):
            value, here = line[x] + cost, best[x]
            best[x] = value if value > here else here
