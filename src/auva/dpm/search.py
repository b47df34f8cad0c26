"""Search of a picture: local maxima of the score, with or without pruning, and the final boxes."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from auva.dpm.boxes import (
    Detection,
    Peak,
    box_of,
    covered,
    find_peaks,
    suppress,
)
from auva.dpm.exact import exact_scores, valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.near import Area, areas_covering, areas_near, merged
from auva.dpm.pruned import Scout, Steps, pruned_scores
from auva.dpm.pyramid import INTERVAL
from auva.dpm.weights import Weights

WINDOW = 2
"""A face found on one level lies within this number of cells on the neighbouring levels."""


class Face(NamedTuple):
    """A detection and the peak it comes from."""

    box: Detection
    peak: Peak


def find_faces(
    weights: Weights,
    levels: Levels,
    threshold: float,
    overlap: float,
    steps: Steps | None = None,
    areas: Iterable[Area] | None = None,
    first: int = INTERVAL,
) -> list[Face]:
    """Return the faces of a picture, best first.

    Parameters
    ----------
    weights : Weights
    levels : Levels
    threshold : float
        Scores are strictly above it.
    overlap : float
        A box is dropped where a better one covers at least this share of its area.
    steps : Steps, optional
        Thresholds of the pruning; without them nothing is pruned. Scores are exact in both cases.
    areas : iterable of (int, Rectangle), optional
        Levels and root positions to search; everywhere by default. A position on the edge of an
        area is left out unless the level ends there too: it may not be a local maximum.
    first : int
        The finest level that is searched if no areas are given. On this level and coarser ones the
        result equals that of a search of all levels. On finer levels, only the faces that suppress
        a larger box are found.
    """
    sums = steps and steps.sums
    if areas is not None:
        faces = _found(weights, levels, areas, threshold, sums)
    elif steps is None or steps.scout is None:
        everywhere = _everywhere(levels, range(first, levels.count))
        faces = _found(weights, levels, everywhere, threshold, sums)
    else:
        faces = _scouted(weights, levels, threshold, steps.sums, steps.scout, first)
    rivals = partial(_rivals, weights, levels, range(INTERVAL, first), sums, overlap)
    return _suppressed(faces, overlap, rivals if first > INTERVAL else _no_rivals)


def _scouted(
    weights: Weights, levels: Levels, threshold: float, sums: np.ndarray, scout: Scout, first: int
) -> list[Face]:
    """Return the faces of every second level, and those on the other levels near them."""
    every_second = range(INTERVAL + 1 + (first - INTERVAL) // 2 * 2, levels.count, 2)
    # The first level is searched on its own if none of its neighbouring levels is.
    alone = [first] if first not in every_second and (first > INTERVAL or not every_second) else []
    searched = [*every_second, *alone]
    everywhere = _everywhere(levels, every_second)
    seen = _found(weights, levels, everywhere, scout.threshold, scout.sums)
    near = [area for face in seen for area in areas_near(levels, face.peak, WINDOW)]
    between = [area for area in near if area[0] >= first and area[0] not in searched]
    faces = [face for face in seen if face.box.score > threshold]
    rest = [*_everywhere(levels, alone), *merged(between)]
    return faces + _found(weights, levels, rest, threshold, sums)


def _rivals(
    weights: Weights,
    levels: Levels,
    chosen: Iterable[int],
    sums: np.ndarray | None,
    overlap: float,
    box: Detection,
) -> list[Face]:
    """Return the faces on chosen levels that score higher than a box and cover it."""
    areas = areas_covering(levels, box, overlap, chosen)
    better = _found(weights, levels, areas, box.score, sums)
    return [face for face in better if covered(box, face.box) >= overlap]


def _no_rivals(_: Detection) -> list[Face]:
    return []


def _found(
    weights: Weights,
    levels: Levels,
    areas: Iterable[Area],
    threshold: float,
    sums: np.ndarray | None,
) -> list[Face]:
    """Return the local maxima of the score in areas; nothing is pruned if `sums` is None."""
    faces: list[Face] = []
    for level, area in areas:
        if not area.rows or not area.columns:
            continue
        if sums is None:
            scores = exact_scores(weights, levels, level, area)
        else:
            scores = pruned_scores(weights, levels, level, sums, area)
        if scores is not None:
            known = inner(area, valid_positions(levels, level))
            for peak in find_peaks(scores, level, threshold, area.row, area.column):
                box = box_of(peak, levels.height, levels.width)
                if box is not None and contains(known, peak):
                    faces.append(Face(box, peak))
    return faces


def inner(area: Rectangle, valid: Rectangle) -> Rectangle:
    """Return the positions of an area whose neighbours with a score all lie in the area."""
    top, left = area.row + (area.row > valid.row), area.column + (area.column > valid.column)
    bottom, right = area.row + area.rows, area.column + area.columns
    bottom -= bottom < valid.row + valid.rows
    right -= right < valid.column + valid.columns
    return Rectangle(top, left, bottom - top, right - left)


def contains(area: Rectangle, peak: Peak) -> bool:
    """Return whether a peak lies in an area of its level."""
    return 0 <= peak.row - area.row < area.rows and 0 <= peak.column - area.column < area.columns


def _everywhere(levels: Levels, chosen: Iterable[int]) -> Iterator[Area]:
    for level in chosen:
        levels.whole(level)
        yield level, valid_positions(levels, level)


def _suppressed(
    faces: list[Face], overlap: float, rivals: Callable[[Detection], list[Face]]
) -> list[Face]:
    peaks = {face.box: face.peak for face in faces}

    def boxes(box: Detection) -> list[Detection]:
        found = dict(rivals(box))
        peaks.update(found)
        return list(found)

    kept = suppress(list(peaks), overlap, boxes)
    return [Face(box, peaks[box]) for box in kept]
