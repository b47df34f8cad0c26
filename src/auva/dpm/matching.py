"""Scores of root positions: root response, best placements of the parts, bias."""

import numpy as np

from auva.dpm.jit import kernel
from auva.dpm.pyramid import PADDING


@kernel
def score_rectangle(
    roots,
    parts,
    part_row0,
    part_column0,
    anchors,
    deformations,
    biases,
    row0,
    column0,
    scores,
    reach,
):
    """Fill `scores` [rows, columns] for the root positions from (row0, column0) on.

    `roots` [6, rows, columns] are the root responses there; `parts` [48, ...] the part responses
    one octave finer from (part_row0, part_column0) on. A position with an anchor outside of `parts`
    has no score (-inf). Placements are exact within `parts` for `reach` < 0, otherwise at most
    `reach` cells away from the anchor.
    """
    mixtures, rows, columns = roots.shape
    count = anchors.shape[1]
    _, part_rows, part_columns = parts.shape
    total = np.empty((rows, columns), np.float32)
    along = np.empty((part_rows, part_columns), np.float32)
    best = np.empty(part_columns, np.float32)
    scores[:] = -np.inf
    for m in range(mixtures):
        total[:] = roots[m] + biases[m]
        for j in range(count):
            part = parts[m * count + j]
            spread = part.max() - part.min()
            d0, d1, d2, d3 = deformations[m, j]
            _best_in_rows(part, d0, d1, _reach(d0, d1, spread, part_columns, reach), along)
            up_down = _reach(d2, d3, spread, part_rows, reach)
            top = 2 * row0 - PADDING + anchors[m, j, 0] - part_row0
            left = 2 * column0 - PADDING + anchors[m, j, 1] - part_column0
            for y in range(rows):
                anchor = top + 2 * y
                if anchor < 0 or anchor >= part_rows:
                    total[y] = -np.inf
                    continue
                _best_in_column(along, anchor, d2, d3, up_down, best)
                line = total[y]
                for x in range(columns):
                    u = left + 2 * x
                    if u < 0 or u >= part_columns:
                        line[x] = -np.inf
                    else:
                        line[x] += best[u]
        for y in range(rows):
            for x in range(columns):
                scores[y, x] = max(scores[y, x], total[y, x])


@kernel
def _reach(quadratic, linear, spread, size, limit):  # noqa: ANN001, ANN202
    """Largest displacement that can pay: beyond it the deformation costs more than `spread`."""
    if limit >= 0:
        return min(limit, size - 1)
    distance = 0
    while distance < size - 1:
        step = distance + 1
        if quadratic * step * step + abs(linear) * step < -spread and (
            2 * quadratic * step + abs(linear) < 0
        ):
            break
        distance = step
    return distance


@kernel
def _best_in_rows(part, quadratic, linear, reach, best):  # noqa: ANN001, ANN202
    """Best placement along each row for every anchor of the row."""
    rows, columns = part.shape
    for y in range(rows):
        line, out = part[y], best[y]
        for x in range(columns):
            out[x] = line[x]
        for shift in range(-reach, reach + 1):
            # The shift is anchor minus placement.
            cost = np.float32(quadratic * shift * shift + linear * shift)
            first, last = max(shift, 0), columns + min(shift, 0)
            if shift >= 0:
                to, source = out[first:], line
            else:
                to, source = out, line[-shift:]
            for x in range(last - first):
                value = source[x] + cost
                to[x] = value if value > to[x] else to[x]


@kernel
def _best_in_column(along, anchor, quadratic, linear, reach, best):  # noqa: ANN001, ANN202
    """Best placement up and down of row `anchor` for every column."""
    rows, columns = along.shape
    for x in range(columns):
        best[x] = along[anchor, x]
    for shift in range(max(-reach, anchor - rows + 1), min(reach, anchor) + 1):
        cost = np.float32(quadratic * shift * shift + linear * shift)
        line = along[anchor - shift]
        for x in range(columns):
            value = line[x] + cost
            best[x] = value if value > best[x] else best[x]
