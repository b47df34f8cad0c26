"""Placement of the parts around single root positions."""

import numpy as np

from auva.dpm.jit import inner, kernel
from auva.dpm.model import FEATURES, PART
from auva.dpm.pyramid import PADDING

_ROW = PART * FEATURES


@inner
def placing_buffer(rows: int) -> np.ndarray:
    """Return the buffer that `respond` needs for a number of rows of places."""
    return np.empty((rows + PART) * _ROW, np.float32)


@inner
def place_part(
    features: np.ndarray,
    row: int,
    column: int,
    weights: np.ndarray,
    deformation: np.ndarray,
    reach: int,
    buffer: np.ndarray,
    responses: np.ndarray,
) -> np.float32:
    """Return the best response minus deformation of a part within `reach` cells of its anchor."""
    _, rows, columns, _ = features.shape
    top, bottom = max(row - reach, 0), min(row + reach, rows - PART)
    left, right = max(column - reach, 0), min(column + reach, columns - PART)
    respond(features, top, bottom, left, right, weights, buffer, responses)
    return _best(responses, top, bottom, left, right, row, column, deformation, reach)


@inner
def score_square(
    features: np.ndarray,
    row: int,
    column: int,
    filters: np.ndarray,
    anchors: np.ndarray,
    deformations: np.ndarray,
    reach: int,
    buffer: np.ndarray,
    responses: np.ndarray,
    sums: np.ndarray,
) -> None:
    """Fill `sums` [3, 3] with the sum of all parts at a root position and its neighbours.

    Each response is computed once; `filters` [8, 1152], `anchors` and `deformations` are those of
    one mixture, parts are placed at most `reach` cells from their anchors.
    """
    _, rows, columns, _ = features.shape
    sums[:] = np.float32(0)
    for j in range(anchors.shape[0]):
        # The anchors of neighbouring root positions are two cells apart.
        v, u = 2 * row - PADDING + anchors[j, 0], 2 * column - PADDING + anchors[j, 1]
        top, bottom = max(v - 2 - reach, 0), min(v + 2 + reach, rows - PART)
        left, right = max(u - 2 - reach, 0), min(u + 2 + reach, columns - PART)
        respond(features, top, bottom, left, right, filters[j], buffer, responses)
        for y in range(3):
            for x in range(3):
                sums[y, x] += _best(
                    responses, top, bottom, left, right,
                    v + 2 * y - 2, u + 2 * x - 2, deformations[j], reach,
                )  # fmt: skip


@inner
def _best(
    responses: np.ndarray,
    top: int,
    bottom: int,
    left: int,
    right: int,
    row: int,
    column: int,
    deformation: np.ndarray,
    reach: int,
) -> np.float32:
    """Return the best of the responses in rows top..bottom and columns left..right for an anchor.

    It is -inf if the anchor lies outside.
    """
    d0, d1, d2, d3 = deformation
    best = np.float32(-np.inf)
    if row < top or row > bottom or column < left or column > right:
        return best
    for v in range(max(top, row - reach), min(bottom, row + reach) + 1):
        dy = np.float32(row - v)
        here = d2 * dy * dy + d3 * dy
        line = responses[v - top]
        for u in range(max(left, column - reach), min(right, column + reach) + 1):
            dx = np.float32(column - u)
            score = line[u - left] + here + d0 * dx * dx + d1 * dx
            best = score if score > best else best
    return best


@inner
def respond(
    features: np.ndarray,
    top: int,
    bottom: int,
    left: int,
    right: int,
    weights: np.ndarray,
    buffer: np.ndarray,
    responses: np.ndarray,
) -> None:
    """Fill `responses` with one filter's responses at rows top..bottom, columns left..right."""
    _, rows, columns, _ = features.shape
    lines = features[0].reshape(rows, columns * FEATURES)
    six = np.empty(6, np.float32)
    for u in range(left, right + 1):
        # The columns under the windows, row by row, so that each window is a contiguous piece.
        for y in range(top, bottom + PART):
            line, to = lines[y, u * FEATURES :], buffer[(y - top) * _ROW :]
            for k in range(_ROW):
                to[k] = line[k]
        for v in range(top, bottom + 1, 6):
            _six_dots(buffer[(v - top) * _ROW :], bottom - v, weights, six)
            for i in range(min(6, bottom + 1 - v)):
                responses[v - top + i, u - left] = six[i]


@inner
def _six_dots(line: np.ndarray, last: int, weights: np.ndarray, six: np.ndarray) -> None:
    """Products of the windows in rows 0 to 5 (at most `last`) of `line` with one filter."""
    a0, a1, a2 = line, line[min(1, last) * _ROW :], line[min(2, last) * _ROW :]
    a3, a4 = line[min(3, last) * _ROW :], line[min(4, last) * _ROW :]
    a5 = line[min(5, last) * _ROW :]
    s0 = s1 = s2 = s3 = s4 = s5 = np.float32(0)
    for k in range(np.uintp(weights.shape[0])):
        weight = weights[k]
        s0 += a0[k] * weight
        s1 += a1[k] * weight
        s2 += a2[k] * weight
        s3 += a3[k] * weight
        s4 += a4[k] * weight
        s5 += a5[k] * weight
    six[0], six[1], six[2], six[3], six[4], six[5] = s0, s1, s2, s3, s4, s5


@kernel
def climb(
    features: np.ndarray,
    roots: np.ndarray,
    row0: int,
    column0: int,
    hypotheses: np.ndarray,
    filters: np.ndarray,
    anchors: np.ndarray,
    deformations: np.ndarray,
    biases: np.ndarray,
    reach: int,
    done: np.ndarray,
    scores: np.ndarray,
) -> int:
    """Raise `scores` to those of hypotheses and their neighbours, and step to the best of these.

    `roots` and `done` (bool) [6, rows, columns] and `scores` [rows, columns] lie from
    (row0, column0) on. A hypothesis that is better than its neighbours, or whose square is done, is
    removed. The others are replaced by their best neighbours and moved to the front of the array.
    Returns the number of those that remain.
    """
    size = 2 * reach + 5
    buffer, responses = placing_buffer(size), np.empty((size, size), np.float32)
    sums = np.empty((3, 3), np.float32)
    _, rows, columns = roots.shape
    moved = 0
    for h in range(hypotheses.shape[0]):
        m, row, column = hypotheses[h]
        y, x = row - row0, column - column0
        if done[m, y, x]:
            continue
        done[m, y, x] = True
        score_square(
            features, row, column, filters[m], anchors[m], deformations[m], reach, buffer,
            responses, sums,
        )  # fmt: skip
        best, v, u = roots[m, y, x] + sums[1, 1], y, x
        for i in range(max(y - 1, 0), min(y + 2, rows)):
            for k in range(max(x - 1, 0), min(x + 2, columns)):
                total = roots[m, i, k] + sums[i - y + 1, k - x + 1]
                scores[i, k] = max(scores[i, k], np.float32(total + biases[m]))
                if total > best:
                    best, v, u = total, i, k
        if v != y or u != x:
            hypotheses[moved, 0], hypotheses[moved, 1], hypotheses[moved, 2] = (
                m,
                row0 + v,
                column0 + u,
            )
            moved += 1
    return moved
