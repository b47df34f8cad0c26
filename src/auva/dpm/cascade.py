"""Score single hypotheses part by part; reject each as soon as its sum is below a threshold.

A hypothesis is a mixture at a root position. Its parts are placed in a fixed order, strongest
filters first; after each one the sum so far must reach the step's threshold. The thresholds are
calibrated (`auva calibrate`), not proven.
"""

import numpy as np

from auva.dpm.boxes import is_maximum
from auva.dpm.jit import kernel
from auva.dpm.model import PART
from auva.dpm.placing import place_part, placing_buffer
from auva.dpm.pyramid import PADDING


@kernel
def mark_seeds(roots: np.ndarray, threshold: float, chosen: np.ndarray) -> None:
    """Mark each mixture's local maxima (in squares of 3x3) of at least `threshold`.

    `roots` and `chosen` (bool) are [6, rows, columns].
    """
    mixtures, rows, columns = roots.shape
    for m in range(mixtures):
        root = roots[m]
        for y in range(rows):
            for x in range(columns):
                chosen[m, y, x] = root[y, x] >= threshold and is_maximum(root, y, x)


@kernel
def collect(
    roots: np.ndarray,
    chosen: np.ndarray,
    row0: int,
    column0: int,
    hypotheses: np.ndarray,
    totals: np.ndarray,
) -> None:
    """List the chosen hypotheses and their root responses.

    `roots` and `chosen` [6, rows, columns] lie from (row0, column0) on; `hypotheses` int32 [n, 3]
    take mixture, row and column, `totals` float32 [n] the responses.
    """
    count = 0
    mixtures, rows, columns = roots.shape
    for m in range(mixtures):
        for y in range(rows):
            for x in range(columns):
                if chosen[m, y, x]:
                    hypotheses[count, 0] = m
                    hypotheses[count, 1] = row0 + y
                    hypotheses[count, 2] = column0 + x
                    totals[count] = roots[m, y, x]
                    count += 1


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
    buffer = placing_buffer(2 * reach + 1)
    responses = np.empty((2 * reach + 1, 2 * reach + 1), np.float32)
    kept = 0
    for h in range(hypotheses.shape[0]):
        m, row, column = hypotheses[h]
        total = totals[h]
        for step in range(first, last):
            j = order[m, step]
            v = 2 * row - PADDING + anchors[m, j, 0]
            u = 2 * column - PADDING + anchors[m, j, 1]
            total += place_part(
                features, v, u, filters[m, j], deformations[m, j], reach, buffer, responses
            )
            if total < sums[step + 1]:
                break
        if total >= sums[last]:
            hypotheses[kept] = hypotheses[h]
            totals[kept] = total
            kept += 1
    return kept


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
