"""Scores of promising positions only: seeds, pruning part by part, ascent to a local maximum.

A hypothesis is a mixture at a root position. Seeds are the hypotheses whose root response is a
local maximum of their mixture. A seed is rejected when its sum of root and parts falls below the
threshold of a step. From each remaining seed, the full scores are computed on the way up to the
nearest local maximum. The thresholds are calibrated (`auva calibrate`), not proven.
"""

from dataclasses import dataclass

import numpy as np

from auva.dpm.cascade import add_parts, collect, mark_seeds
from auva.dpm.exact import MARGIN, windows
from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import PARTS, ROOT
from auva.dpm.placing import climb
from auva.dpm.pyramid import INTERVAL
from auva.dpm.weights import Weights

SEED_REACH = 2
"""Largest displacement of a seed's part in cells."""


@dataclass(frozen=True)
class Scout:
    """Thresholds for a first search of every second level, for faces on it or the next levels.

    Attributes
    ----------
    threshold : float
        Around scores above it, the neighbouring levels are searched too.
    sums : float32 [9]
        As in `Steps`, for this threshold.
    """

    threshold: float
    sums: np.ndarray


@dataclass(frozen=True)
class Steps:
    """Thresholds of the pruning.

    Attributes
    ----------
    sums : float32 [9]
        On a seed's root response and on the sum after each of the eight parts.
    scout : Scout or None
        None if all levels are searched in the same way.
    """

    sums: np.ndarray
    scout: Scout | None = None


def pruned_scores(
    weights: Weights, levels: Levels, level: int, sums: np.ndarray, area: Rectangle
) -> np.ndarray | None:
    """Return the scores of positions that pass all steps, -inf elsewhere; None if none passes.

    Parameters
    ----------
    weights : Weights
    levels : Levels
    level : int
        Level of the roots, at least 5.
    sums : float32 [9]
        As in `Steps`.
    area : Rectangle
        Valid root positions.

    Returns
    -------
    float32 [rows, columns] or None
        Scores of the local maxima and their neighbours, with parts at most `MARGIN` cells from
        their anchors.
    """
    roots = correlate(levels.rectangle(level, windows(area, ROOT)), weights.roots, *area)
    fine = level - INTERVAL
    hypotheses = _seeds(weights, sums, area, roots, levels, fine)
    if not len(hypotheses):
        return None
    scores = np.full((area.rows, area.columns), -np.inf, np.float32)
    done = np.zeros(roots.shape, np.bool_)
    while len(hypotheses):
        # The neighbours of a root position are two part cells away.
        cells = levels.around(fine, weights, hypotheses, (0, PARTS), MARGIN + 2)
        moved = climb(
            cells, roots, area.row, area.column, hypotheses, weights.part_filters, weights.anchors,
            weights.deformations, weights.biases, MARGIN, done, scores,
        )  # fmt: skip
        hypotheses = hypotheses[:moved]
    return scores


def _seeds(
    weights: Weights,
    sums: np.ndarray,
    area: Rectangle,
    roots: np.ndarray,
    levels: Levels,
    fine: int,
) -> np.ndarray:
    """Return the seeds that pass all steps: int32 [n, 3], mixture, row and column."""
    chosen = np.empty(roots.shape, np.bool_)
    mark_seeds(roots, sums[0], chosen)
    count = np.count_nonzero(chosen)
    hypotheses, totals = np.empty((count, 3), np.int32), np.empty(count, np.float32)
    collect(roots, chosen, area.row, area.column, hypotheses, totals)
    # The first part rejects most seeds, so the cells of the other parts are computed after it.
    for part in ((0, 1), (1, PARTS)):
        if not count:
            break
        hypotheses, totals = hypotheses[:count], totals[:count]
        cells = levels.around(fine, weights, hypotheses, part, SEED_REACH)
        count = add_parts(
            cells, hypotheses, totals, *part, weights.part_filters, weights.anchors,
            weights.deformations, weights.order, sums, SEED_REACH,
        )  # fmt: skip
    return hypotheses[:count]
