"""Scores without pruning, for all valid positions of a level or for a rectangle of them."""

from functools import lru_cache

import numpy as np

from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.matching import score_rectangle
from auva.dpm.model import PART, ROOT
from auva.dpm.pyramid import INTERVAL, PADDING
from auva.dpm.weights import Weights

FIRST = PADDING // 2
"""First root row and column whose parts all lie inside the padded level."""

MARGIN = 6
"""Cells around the outermost anchors in which parts are placed when a rectangle is scored."""

_SPAN = 12  # part cells from the first to the last anchor of a mixture


def valid_positions(levels: Levels, level: int) -> Rectangle:
    """Return the root positions of a level that have a score."""
    return _valid(levels.shape(level), levels.shape(level - INTERVAL))


@lru_cache(maxsize=256)
def _valid(coarse: tuple[int, int], fine: tuple[int, int]) -> Rectangle:
    sides = (
        min((parts - PART - _SPAN) // 2 + FIRST + 1, roots - ROOT + 1) - FIRST
        for roots, parts in zip(coarse, fine, strict=True)
    )
    rows, columns = (max(side, 0) for side in sides)
    return Rectangle(FIRST, FIRST, rows, columns)


def clip(area: Rectangle, valid: Rectangle) -> Rectangle:
    """Return the part of `area` inside `valid`."""
    row, column = max(area.row, valid.row), max(area.column, valid.column)
    bottom = min(area.row + area.rows, valid.row + valid.rows)
    right = min(area.column + area.columns, valid.column + valid.columns)
    return Rectangle(row, column, max(bottom - row, 0), max(right - column, 0))


def exact_scores(weights: Weights, levels: Levels, level: int, area: Rectangle) -> np.ndarray:
    """Return the scores of root positions, float32 [rows, columns].

    Parameters
    ----------
    weights : Weights
    levels : Levels
    level : int
        Level of the roots, at least 5.
    area : Rectangle
        Valid root positions. Parts are placed anywhere if these are all of the level's, otherwise
        up to `MARGIN` cells around the outermost anchors of the area (see `part_places`).
    """
    coarse = levels.rectangle(level, windows(area, ROOT))
    roots = correlate(coarse, weights.roots, *area)
    places = part_places(levels, level, area)
    fine = levels.rectangle(level - INTERVAL, windows(places, PART))
    parts = correlate(fine, weights.parts, *places)
    scores = np.empty((area.rows, area.columns), np.float32)
    score_rectangle(
        roots, parts, places.row, places.column, weights.anchors, weights.deformations,
        weights.biases, area.row, area.column, -1, scores,
    )  # fmt: skip
    return scores


def part_places(levels: Levels, level: int, area: Rectangle) -> Rectangle:
    """Return where the parts of root positions are placed.

    Everywhere if these are all valid positions, otherwise around the outermost anchors.
    """
    rows, columns = levels.shape(level - INTERVAL)
    everywhere = Rectangle(0, 0, rows - PART + 1, columns - PART + 1)
    if area == valid_positions(levels, level):
        return everywhere
    around = Rectangle(
        2 * area.row - PADDING - MARGIN,
        2 * area.column - PADDING - MARGIN,
        2 * area.rows - 1 + _SPAN + 2 * MARGIN,
        2 * area.columns - 1 + _SPAN + 2 * MARGIN,
    )
    return clip(around, everywhere)


def windows(area: Rectangle, side: int) -> Rectangle:
    """Return the cells under the windows, `side` cells wide, of a rectangle of positions."""
    return area._replace(rows=area.rows + side - 1, columns=area.columns + side - 1)
