"""Scores of promising positions only: seeds, parts in steps, and the way up from there.

A hypothesis is a mixture at a root position. Seeds are the hypotheses whose root response is a
local maximum of their mixture. A seed is given up when its sum of root and parts falls below a
step's threshold. Around those that are left the scores are computed in full, up to the nearest
local maximum. The thresholds are calibrated (`auva calibrate`), not proven.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from auva.dpm.cascade import add_parts, collect, mark_seeds
from auva.dpm.exact import MARGIN, part_places, valid_positions, windows
from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import PART, PARTS, ROOT
from auva.dpm.placing import climb
from auva.dpm.pyramid import INTERVAL
from auva.dpm.weights import Weights

SEED_REACH = 2
"""Largest displacement of a seed's part in cells."""


@dataclass(frozen=True)
class Steps:
    """Thresholds of the pruning.

    Attributes
    ----------
    sums : float32 [9]
        On a seed's root response and on the sum after each of the eight parts.
    """

    sums: np.ndarray


def pruned_scores(
    weights: Weights, levels: Levels, level: int, steps: Steps, area: Rectangle
) -> np.ndarray | None:
    """Return the scores of positions that pass all steps, -inf elsewhere; None where none does.

    Parameters
    ----------
    weights : Weights
    levels : Levels
    level : int
        Level of the roots, at least 5.
    steps : Steps
    area : Rectangle
        Valid root positions.

    Returns
    -------
    float32 [rows, columns] or None
        Scores of the local maxima and their neighbours, with parts at most `MARGIN` cells from
        their anchors.
    """
    roots = correlate(levels.rectangle(level, windows(area, ROOT)), weights.roots, *area)
    cells = _part_cells(weights, levels, level, area)
    hypotheses = _seeds(weights, steps, area, roots, cells)
    if not len(hypotheses):
        return None
    scores = np.full((area.rows, area.columns), -np.inf, np.float32)
    done = np.zeros(roots.shape, np.bool_)
    while len(hypotheses):
        # A root position's neighbours lie two part cells away.
        fine = cells(hypotheses, (0, PARTS), MARGIN + 2)
        moved = climb(
            fine, roots, area.row, area.column, hypotheses, weights.part_filters, weights.anchors,
            weights.deformations, weights.biases, MARGIN, done, scores,
        )  # fmt: skip
        hypotheses = hypotheses[:moved]
    return scores


Cells = Callable[[np.ndarray, tuple[int, int], int], np.ndarray]
"""Hypotheses, first and last step, reach -> the features of the level of the parts."""


def _part_cells(weights: Weights, levels: Levels, level: int, area: Rectangle) -> Cells:
    """Return how to get the features that hypotheses need: by tiles, in a small area at once."""
    fine = level - INTERVAL
    if area == valid_positions(levels, level):
        return lambda hypotheses, steps, reach: levels.around(
            fine, weights, hypotheses, steps, reach
        )
    features = levels.rectangle(fine, windows(part_places(levels, level, area), PART))
    return lambda hypotheses, steps, reach: features


def _seeds(
    weights: Weights, steps: Steps, area: Rectangle, roots: np.ndarray, cells: Cells
) -> np.ndarray:
    """Return the seeds that pass all steps: int32 [n, 3], mixture, row and column."""
    chosen = np.empty(roots.shape, np.bool_)
    mark_seeds(roots, steps.sums[0], chosen)
    count = np.count_nonzero(chosen)
    hypotheses, totals = np.empty((count, 3), np.int32), np.empty(count, np.float32)
    collect(roots, chosen, area.row, area.column, hypotheses, totals)
    # The first part rejects most seeds, so the other parts' cells are computed after it.
    for part in ((0, 1), (1, PARTS)):
        if not count:
            break
        hypotheses, totals = hypotheses[:count], totals[:count]
        fine = cells(hypotheses, part, SEED_REACH)
        count = add_parts(
            fine, hypotheses, totals, *part, weights.part_filters, weights.anchors,
            weights.deformations, weights.order, steps.sums, SEED_REACH,
        )  # fmt: skip
    return hypotheses[:count]
