"""Areas of root positions: around a face on its and the next levels, or over part of a picture."""

import math
from collections.abc import Iterable

from auva.dpm.boxes import Detection, Peak, face_side
from auva.dpm.change import Region
from auva.dpm.exact import clip, valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import ROOT
from auva.dpm.pyramid import INTERVAL, PADDING, cell_side

Area = tuple[int, Rectangle]
"""A level and root positions on it."""


def areas_near(levels: Levels, peak: Peak, window: int) -> list[Area]:
    """Return the root positions within `window` cells of a peak on its level and the next ones.

    The areas also contain the neighbours of these positions, which are needed to find local maxima.
    """
    areas = []
    reach = window + 1
    half = ROOT / 2 - PADDING
    for level in range(max(peak.level - 1, INTERVAL), min(peak.level + 2, levels.count)):
        ratio = 2 ** ((peak.level - level) / INTERVAL)
        row, column = (round((side + half) * ratio - half) for side in (peak.row, peak.column))
        area = Rectangle(row - reach, column - reach, 2 * reach + 1, 2 * reach + 1)
        areas.append((level, clip(area, valid_positions(levels, level))))
    return areas


def areas_over(levels: Levels, region: Region, first: int = INTERVAL) -> list[Area]:
    """Return the root positions, on level `first` and coarser, whose faces overlap a region."""
    areas = []
    for level in range(first, levels.count):
        side = ROOT * cell_side(level)
        corners = region.top - side, region.left - side, region.bottom, region.right
        areas.append((level, _with_corners(levels, level, *corners)))
    return areas


def areas_covering(
    levels: Levels, box: Detection, overlap: float, chosen: Iterable[int]
) -> list[Area]:
    """Return root positions of chosen levels whose boxes may cover a given share of another box.

    Parameters
    ----------
    levels : Levels
    box : Detection
        The other box.
    overlap : float
        The share of the other box's area.
    chosen : iterable of int
    """
    areas = []
    height, width = box.bottom - box.top, box.right - box.left
    for level in chosen:
        side = face_side(level) + 1  # corners are rounded to pixels
        shared = overlap * height * width
        if shared <= min(side, height) * min(side, width):
            rows, columns = shared / min(side, width), shared / min(side, height)
            top, left = (
                # A box past the picture's edge is shifted inside.
                corner if corner > 0 else -math.inf
                for corner in (box.top + rows - side, box.left + columns - side)
            )
            corners = top, left, box.bottom - rows + 1, box.right - columns + 1
            areas.append((level, _with_corners(levels, level, *corners)))
    return areas


def _with_corners(
    levels: Levels, level: int, top: float, left: float, bottom: float, right: float
) -> Rectangle:
    """Return the root positions with upper left corners in a range of pixels, and their neighbours.

    The neighbours are needed to find local maxima.
    """
    cell = cell_side(level)
    row, column = (math.floor(max(side / cell, -PADDING)) + PADDING - 1 for side in (top, left))
    bottom, right = (math.floor(side / cell) + PADDING + 2 for side in (bottom, right))
    around = Rectangle(row, column, bottom - row, right - column)
    return clip(around, valid_positions(levels, level))


def merged(areas: list[Area]) -> list[Area]:
    """Return areas without overlap that cover at least the same positions."""
    apart: list[Area] = []
    for level, area in areas:
        for other in [kept for kept in apart if kept[0] == level and _overlap(area, kept[1])]:
            apart.remove(other)
            area = _hull(area, other[1])
        apart.append((level, area))
    return apart if len(apart) == len(areas) else merged(apart)


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return (
        a.row < b.row + b.rows
        and b.row < a.row + a.rows
        and a.column < b.column + b.columns
        and b.column < a.column + a.columns
    )


def _hull(a: Rectangle, b: Rectangle) -> Rectangle:
    row, column = min(a.row, b.row), min(a.column, b.column)
    bottom = max(a.row + a.rows, b.row + b.rows)
    right = max(a.column + a.columns, b.column + b.columns)
    return Rectangle(row, column, bottom - row, right - column)
