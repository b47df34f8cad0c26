"""Areas of root positions: near a face on its level and beside it, and over part of a picture."""

from auva.dpm.boxes import Peak
from auva.dpm.change import Region
from auva.dpm.exact import clip, valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import ROOT
from auva.dpm.pyramid import INTERVAL, PADDING

Area = tuple[int, Rectangle]
"""A level and root positions on it."""


def areas_near(levels: Levels, peak: Peak, window: int) -> list[Area]:
    """Return the root positions within `window` cells of a peak on its level and the next ones.

    The areas hold these positions' neighbours too, which tell whether they are local maxima.
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


def areas_over(levels: Levels, region: Region) -> list[Area]:
    """Return, for every level, the root positions whose faces would cover a part of a region."""
    areas = []
    for level in range(INTERVAL, levels.count):
        scale = 4 * 2 ** (level / INTERVAL)
        # One more to each side: the neighbours tell which positions are local maxima.
        row, column = (int(side / scale) + PADDING - ROOT - 1 for side in region[:2])
        bottom, right = (int(side / scale) + PADDING + 2 for side in region[2:])
        over = Rectangle(row, column, bottom - row, right - column)
        area = clip(over, valid_positions(levels, level))
        areas.append((level, area))
    return areas


def merged(areas: list[Area]) -> list[Area]:
    """Return areas that cover the same positions and more, no two of which overlap."""
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
