"""Searching a picture: the score's local maxima, with and without pruning, and the final boxes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from auva.dpm.boxes import Detection, Peak, box_of, find_peaks, suppress
from auva.dpm.exact import exact_scores, valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.near import Area, areas_near, merged
from auva.dpm.pruned import Scout, Steps, pruned_scores
from auva.dpm.pyramid import INTERVAL
from auva.dpm.weights import Weights

WINDOW = 2
"""Cells around a face of one level in which it lies on the levels beside it."""


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
        Thresholds of the pruning; nothing is pruned without them. Scores are exact either way.
    areas : iterable of (int, Rectangle), optional
        Levels and root positions to search; everywhere by default. What lies on the edge of an
        area, unless the level ends there too, is not known to be a local maximum and left out.
    """
    if areas is not None:
        faces = _found(weights, levels, areas, threshold, steps and steps.sums)
    elif steps is None or steps.scout is None:
        everywhere = _everywhere(levels, range(INTERVAL, levels.count))
        faces = _found(weights, levels, everywhere, threshold, steps and steps.sums)
    else:
        faces = _scouted(weights, levels, threshold, steps.sums, steps.scout)
    return _suppressed(faces, overlap)


def _scouted(
    weights: Weights, levels: Levels, threshold: float, sums: np.ndarray, scout: Scout
) -> list[Face]:
    """Return the faces of every second level, and of the others near what these show."""
    every_second = list(range(INTERVAL + 1, levels.count, 2)) or range(INTERVAL, levels.count)
    everywhere = _everywhere(levels, every_second)
    seen = _found(weights, levels, everywhere, scout.threshold, scout.sums)
    near = [area for face in seen for area in areas_near(levels, face.peak, WINDOW)]
    between = merged([area for area in near if area[0] not in every_second])
    faces = [face for face in seen if face.box.score > threshold]
    return faces + _found(weights, levels, between, threshold, sums)


def _found(
    weights: Weights,
    levels: Levels,
    areas: Iterable[Area],
    threshold: float,
    sums: np.ndarray | None,
) -> list[Face]:
    """Return the score's local maxima in areas, with pruning or (`sums` is None) without."""
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
    """Return the positions of an area all of whose neighbours with a score lie in it too."""
    top, left = area.row + (area.row > valid.row), area.column + (area.column > valid.column)
    bottom, right = area.row + area.rows, area.column + area.columns
    bottom -= bottom < valid.row + valid.rows
    right -= right < valid.column + valid.columns
    return Rectangle(top, left, bottom - top, right - left)


def contains(area: Rectangle, peak: Peak) -> bool:
    """Tell whether a peak lies in an area of its level."""
    return 0 <= peak.row - area.row < area.rows and 0 <= peak.column - area.column < area.columns


def _everywhere(levels: Levels, chosen: Iterable[int]) -> Iterator[Area]:
    for level in chosen:
        levels.whole(level)
        yield level, valid_positions(levels, level)


def _suppressed(faces: list[Face], overlap: float) -> list[Face]:
    peaks = {face.box: face.peak for face in faces}
    return [Face(box, peaks[box]) for box in suppress(peaks, overlap)]
