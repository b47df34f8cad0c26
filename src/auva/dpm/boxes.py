"""From score maps to boxes: local maxima, boxes in pixels, non-maximum suppression."""

import heapq
import itertools
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from auva.dpm.jit import inner, kernel
from auva.dpm.model import ROOT
from auva.dpm.pyramid import INTERVAL, PADDING, cell_side


class Detection(NamedTuple):
    """One face: its score and its box in pixels (right and bottom are outside the box)."""

    score: float
    left: int
    top: int
    right: int
    bottom: int


class Peak(NamedTuple):
    """A local maximum of the score: its level and its root position in padded cells."""

    score: float
    level: int
    row: int
    column: int


def find_peaks(
    scores: np.ndarray, level: int, threshold: float, row0: int, column0: int
) -> list[Peak]:
    """Return the positions above `threshold` that no neighbour in the 3x3 square exceeds.

    Parameters
    ----------
    scores : float32 [rows, columns]
        Scores of one level; -inf where there is none.
    level : int
        The level's number, copied into the peaks.
    threshold : float
        Scores must be strictly above it.
    row0, column0 : int
        The root position of the first score, in padded cells.
    """
    places = np.empty((scores.size, 2), np.int32)
    count = _maxima(scores, threshold, places)
    return [
        Peak(float(scores[row, column]), level, row0 + row, column0 + column)
        for row, column in places[:count].tolist()
    ]


@kernel
def _maxima(scores: np.ndarray, threshold: float, places: np.ndarray) -> int:
    """List the places of local maxima above `threshold`; return their number."""
    rows, columns = scores.shape
    count = 0
    for y in range(rows):
        for x in range(columns):
            if scores[y, x] > threshold and is_maximum(scores, y, x):
                places[count, 0], places[count, 1] = y, x
                count += 1
    return count


@inner
def is_maximum(values: np.ndarray, y: int, x: int) -> bool:
    """Return whether no neighbour in the 3x3 square around a place exceeds it."""
    rows, columns = values.shape
    for v in range(max(y - 1, 0), min(y + 2, rows)):
        for u in range(max(x - 1, 0), min(x + 2, columns)):
            if values[v, u] > values[y, x]:
                return False
    return True


def face_side(level: int) -> int:
    """Return the side in pixels of the faces that a level shows."""
    return int(ROOT * cell_side(level) + 0.5)


def level_of(smallest: float) -> int:
    """Return the finest level whose faces have a side of at least `smallest` pixels."""
    return next(z for z in itertools.count(INTERVAL) if face_side(z) >= smallest)


def box_of(peak: Peak, height: int, width: int) -> Detection | None:
    """Return the box of a peak in an image, or None if it lies outside.

    A box past the left or top edge is shifted inside, one past the right or bottom edge is cut.
    """
    scale = cell_side(peak.level)
    left = max(0, int((peak.column - PADDING) * scale + 0.5))
    top = max(0, int((peak.row - PADDING) * scale + 0.5))
    side = face_side(peak.level)
    right, bottom = min(left + side, width), min(top + side, height)
    if right <= left or bottom <= top:
        return None
    return Detection(peak.score, left, top, right, bottom)


def suppress(
    detections: Iterable[Detection],
    overlap: float,
    rivals: Callable[[Detection], Iterable[Detection]] = lambda _: (),
) -> list[Detection]:
    """Return the detections that are not covered by a better one, best first.

    A box is dropped where its intersection with a kept box of higher score is at least `overlap`
    of its own area. Equal scores are ordered by place, so the result is deterministic.

    Parameters
    ----------
    detections : iterable of Detection
    overlap : float
    rivals : callable, optional
        Needed if `detections` are not all detections of the picture. It takes a box and returns
        the other detections with a higher score that cover at least the share `overlap` of it. The
        given detections are then suppressed as if all detections of the picture were known.
    """
    known, asked = set(detections), set[Detection]()
    waiting = [(_rank(box), box) for box in known]
    heapq.heapify(waiting)
    kept: list[Detection] = []
    while waiting:
        rank, box = waiting[0]
        if any(_rank(other) < rank and covered(box, other) >= overlap for other in kept):
            heapq.heappop(waiting)
        elif box in asked:
            kept.append(heapq.heappop(waiting)[1])
        else:
            asked.add(box)  # next time its rivals, which score higher, have been decided
            for rival in set(rivals(box)) - known:
                known.add(rival)
                heapq.heappush(waiting, (_rank(rival), rival))
    return sorted(kept, key=_rank)


def _rank(box: Detection) -> tuple:
    return -box.score, box[1:]


def covered(box: Detection, better: Detection) -> float:
    """Return which share of `box` lies in `better`."""
    width = min(box.right, better.right) - max(box.left, better.left)
    height = min(box.bottom, better.bottom) - max(box.top, better.top)
    area = (box.right - box.left) * (box.bottom - box.top)
    return max(width, 0) * max(height, 0) / area
