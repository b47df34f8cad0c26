"""Scoring single hypotheses part by part, given up as soon as they cannot become detections.

A hypothesis is a mixture at a root position. Its parts are placed in a fixed order, strongest
filters first; after each one the sum so far must reach the step's threshold. The thresholds are
calibrated (`auva calibrate`), not proven.
"""

import numpy as np

from auva.dpm.jit import kernel
from auva.dpm.model import FEATURES, PART
from auva.dpm.pyramid import PADDING

_ROW = PART * FEATURES


@kernel
def survivors(
    roots: np.ndarray,
    row0: int,
    column0: int,
    threshold: float,
    hypotheses: np.ndarray,
    totals: np.ndarray,
) -> int:
    """Collect the root responses of at least `threshold`; return their number.

    `roots` [6, rows, columns] lie from (row0, column0) on; `hypotheses` int32 [n, 3] take mixture,
    row and column, `totals` float32 [n] the responses.
    """
    count = 0
    mixtures, rows, columns = roots.shape
    for m in range(mixtures):
        for y in range(rows):
            for x in range(columns):
                if roots[m, y, x] >= threshold:
                    hypotheses[count, 0] = m
                    hypotheses[count, 1] = row0 + y
                    hypotheses[count, 2] = column0 + x
                    totals[count] = roots[m, y, x]
                    count += 1
    return count


@kernel
def add_parts(
    features: np.ndarray,
    hypotheses: np.ndarray,
    totals: np.ndarray,
    first: int,
    last: int,
    filters: np.ndarray,
    anchors: np.ndarray,
    deformations: np.ndarray,
    order: np.ndarray,
    sums: np.ndarray,
    reach: int,
) -> int:
    """Add the parts of steps first..last to the totals; keep and count those that pass.

    `features` is the padded level one octave finer, `filters` [6, 8, 1152] the part filters,
    `order` [6, 8] the order of each mixture's parts, `sums` [9] the thresholds on the root response
    and on the sum after each part. The hypotheses that pass are moved to the front.
    """
    buffer = np.empty((2 * reach + PART) * _ROW, np.float32)
    kept = 0
    for h in range(hypotheses.shape[0]):
        m, row, column = hypotheses[h]
        total = totals[h]
        for step in range(first, last):
            j = order[m, step]
            v = 2 * row - PADDING + anchors[m, j, 0]
            u = 2 * column - PADDING + anchors[m, j, 1]
            total += place_part(features, v, u, filters[m, j], deformations[m, j], reach, buffer)
            if total < sums[step + 1]:
                break
        if total >= sums[last]:
            hypotheses[kept] = hypotheses[h]
            totals[kept] = total
            kept += 1
    return kept


@kernel
def place_part(
    features: np.ndarray,
    row: int,
    column: int,
    weights: np.ndarray,
    deformation: np.ndarray,
    reach: int,
    buffer: np.ndarray,
) -> np.float32:
    """Return the best response minus deformation of a part within `reach` cells of its anchor."""
    _, rows, columns, _ = features.shape
    lines = features[0].reshape(rows, columns * FEATURES)
    top, bottom = max(row - reach, 0), min(row + reach, rows - PART)
    left, right = max(column - reach, 0), min(column + reach, columns - PART)
    d0, d1, d2, d3 = deformation
    best = np.float32(-np.inf)
    for u in range(left, right + 1):
        # The columns under the windows, row after row: each window is a contiguous piece.
        for y in range(top, bottom + PART):
            line, to = lines[y, u * FEATURES :], buffer[(y - top) * _ROW :]
            for k in range(_ROW):
                to[k] = line[k]
        sideways = d0 * (column - u) * (column - u) + d1 * (column - u)
        for v in range(top, bottom + 1, 3):
            responses = _three_dots(buffer[(v - top) * _ROW :], bottom - v, weights)
            for i in range(3):
                shift = row - min(v + i, bottom)
                score = np.float32(responses[i] + sideways + d2 * shift * shift + d3 * shift)
                best = score if score > best else best
    return best


@kernel
def _three_dots(
    line: np.ndarray, last: int, weights: np.ndarray
) -> tuple[np.float32, np.float32, np.float32]:
    """Products of the windows in rows 0, 1 and 2 (at most `last`) of `line` with one filter."""
    a0, a1, a2 = line, line[min(1, last) * _ROW :], line[min(2, last) * _ROW :]
    s0 = s1 = s2 = np.float32(0)
    for k in range(np.uintp(weights.shape[0])):
        weight = weights[k]
        s0 += a0[k] * weight
        s1 += a1[k] * weight
        s2 += a2[k] * weight
    return s0, s1, s2


@kernel
def mark_tiles(
    hypotheses: np.ndarray,
    first: int,
    last: int,
    anchors: np.ndarray,
    order: np.ndarray,
    reach: int,
    tile: int,
    rows: int,
    columns: int,
    needed: np.ndarray,
) -> None:
    """Mark the tiles of content cells (of rows x columns) that steps first..last read."""
    for h in range(hypotheses.shape[0]):
        m, row, column = hypotheses[h]
        for step in range(first, last):
            j = order[m, step]
            # Once 6 cells of padding to place the anchor, once more to count content cells.
            v = 2 * row - 2 * PADDING + anchors[m, j, 0]
            u = 2 * column - 2 * PADDING + anchors[m, j, 1]
            bottom = (min(v + reach + PART, rows) + tile - 1) // tile
            right = (min(u + reach + PART, columns) + tile - 1) // tile
            for y in range(max(v - reach, 0) // tile, bottom):
                for x in range(max(u - reach, 0) // tile, right):
                    needed[y, x] = True


@kernel
def best_of_positions(
    hypotheses: np.ndarray,
    totals: np.ndarray,
    biases: np.ndarray,
    row0: int,
    column0: int,
    scores: np.ndarray,
) -> None:
    """Raise `scores` [rows, columns] from (row0, column0) on to the hypotheses' scores."""
    for h in range(hypotheses.shape[0]):
        m, y, x = hypotheses[h, 0], hypotheses[h, 1] - row0, hypotheses[h, 2] - column0
        scores[y, x] = max(scores[y, x], totals[h] + biases[m])
