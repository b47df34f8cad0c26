"""Searching a picture: the score's local maxima, with and without pruning, and the final boxes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from auva.dpm.boxes import Detection, Peak, box_of, find_peaks, suppress
from auva.dpm.exact import exact_scores, valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.pruned import Steps, pruned_scores
from auva.dpm.pyramid import INTERVAL
from auva.dpm.weights import Weights


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
    areas: Iterable[tuple[int, Rectangle]] | None = None,
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
    faces: list[Face] = []
    for level, area in _everywhere(levels) if areas is None else areas:
        if not area.rows or not area.columns:
            continue
        if steps is None:
            scores = exact_scores(weights, levels, level, area)
        else:
            scores = pruned_scores(weights, levels, level, steps, area)
        if scores is not None:
            inner = _inner(area, valid_positions(levels, level))
            for peak in find_peaks(scores, level, threshold, area.row, area.column):
                box = box_of(peak, levels.height, levels.width)
                if box is not None and _contains(inner, peak):
                    faces.append(Face(box, peak))
    return _suppressed(faces, overlap)


def _inner(area: Rectangle, valid: Rectangle) -> Rectangle:
    """Return the positions of an area all of whose neighbours with a score lie in it too."""
    top, left = area.row + (area.row > valid.row), area.column + (area.column > valid.column)
    bottom, right = area.row + area.rows, area.column + area.columns
    bottom -= bottom < valid.row + valid.rows
    right -= right < valid.column + valid.columns
    return Rectangle(top, left, bottom - top, right - left)


def _contains(area: Rectangle, peak: Peak) -> bool:
    return 0 <= peak.row - area.row < area.rows and 0 <= peak.column - area.column < area.columns


def _everywhere(levels: Levels) -> Iterator[tuple[int, Rectangle]]:
    for level in range(INTERVAL, levels.count):
        levels.whole(level)
        yield level, valid_positions(levels, level)


def _suppressed(faces: list[Face], overlap: float) -> list[Face]:
    peaks = {face.box: face.peak for face in faces}
    return [Face(box, peaks[box]) for box in suppress(peaks, overlap)]
