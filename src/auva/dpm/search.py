"""Searching a picture: the score's local maxima, with and without pruning, and the final boxes."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from auva.dpm.boxes import Detection, Peak, box_of, covered, find_peaks
from auva.dpm.cascade import add_parts, best_of_positions, survivors
from auva.dpm.exact import clip, exact_scores, valid_positions
from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import PARTS, ROOT
from auva.dpm.pyramid import INTERVAL
from auva.dpm.weights import Weights

SLACK = 0.1
"""How far below the threshold a pruned score may lie for its position to be scored exactly."""


@dataclass(frozen=True)
class Steps:
    """Thresholds of the pruning.

    Attributes
    ----------
    sums : float32 [9]
        On the root response and on the sum after each of the eight parts.
    reach : int
        Largest displacement of a part in cells.
    """

    sums: np.ndarray
    reach: int = 4


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
    areas: Sequence[tuple[int, Rectangle]] | None = None,
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
        Thresholds of the pruning; nothing is pruned without them. The scores of faces are exact
        either way: a box that is kept is scored again without pruning, with its neighbours.
    areas : sequence of (int, Rectangle), optional
        Levels and root positions to search; everywhere by default.
    """
    peaks: list[Peak] = []
    for level, area in _everywhere(levels) if areas is None else areas:
        if not area.rows or not area.columns:
            continue
        if steps is None:
            scores = exact_scores(weights, levels, level, area)
        else:
            scores = _pruned_scores(weights, levels, level, steps, area)
        if scores is not None:
            lowest = threshold if steps is None else threshold - SLACK
            peaks.extend(find_peaks(scores, level, lowest, area.row, area.column))
    sure = steps is None and areas is None
    return _suppressed(weights, levels, peaks, threshold, overlap, sure)


def _everywhere(levels: Levels) -> Iterator[tuple[int, Rectangle]]:
    for level in range(INTERVAL, levels.count):
        levels.whole(level)
        yield level, valid_positions(levels, level)


def _pruned_scores(
    weights: Weights, levels: Levels, level: int, steps: Steps, area: Rectangle
) -> np.ndarray | None:
    """Return the scores of the hypotheses of an area that pass all steps, -inf elsewhere."""
    windows = area._replace(rows=area.rows + ROOT - 1, columns=area.columns + ROOT - 1)
    roots = correlate(levels.rectangle(level, windows), weights.roots, *area)
    hypotheses = np.empty((roots.size, 3), np.int32)
    totals = np.empty(roots.size, np.float32)
    count = survivors(roots, area.row, area.column, steps.sums[0], hypotheses, totals)
    # The first part rejects most hypotheses, so the other parts' cells are computed after it.
    for part in ((0, 1), (1, PARTS)):
        if not count:
            return None
        hypotheses, totals = hypotheses[:count], totals[:count]
        fine = levels.around(level - INTERVAL, weights, hypotheses, part, steps.reach)
        count = add_parts(
            fine, hypotheses, totals, *part, weights.part_filters, weights.anchors,
            weights.deformations, weights.order, steps.sums, steps.reach,
        )  # fmt: skip
    if not count:
        return None
    scores = np.full((area.rows, area.columns), -np.inf, np.float32)
    best_of_positions(
        hypotheses[:count], totals[:count], weights.biases, area.row, area.column, scores
    )
    return scores


def _suppressed(
    weights: Weights,
    levels: Levels,
    peaks: list[Peak],
    threshold: float,
    overlap: float,
    sure: bool,
) -> list[Face]:
    """Suppress covered peaks; if not `sure`, score each one that is to be kept exactly first."""
    waiting = [(-face.box.score, face.box[1:], sure, face) for face in _faces(peaks, levels)]
    heapq.heapify(waiting)
    kept: list[Face] = []
    seen: set[Peak] = set()
    while waiting:
        _, _, exact, face = heapq.heappop(waiting)
        if any(covered(face.box, better.box) >= overlap for better in kept):
            continue
        if exact:
            kept.append(face)
            continue
        peak = _climb(weights, levels, face.peak)
        if peak.score > threshold and peak not in seen:
            seen.add(peak)
            for better in _faces([peak], levels):
                heapq.heappush(waiting, (-better.box.score, better.box[1:], True, better))
    return kept


def _climb(weights: Weights, levels: Levels, peak: Peak) -> Peak:
    """Return the local maximum of the exact score that is reached from a peak."""
    valid = valid_positions(levels, peak.level)
    while True:
        area = clip(Rectangle(peak.row - 1, peak.column - 1, 3, 3), valid)
        scores = exact_scores(weights, levels, peak.level, area)
        here = scores[peak.row - area.row, peak.column - area.column]
        row, column = np.unravel_index(np.argmax(scores), scores.shape)
        if scores[row, column] <= here:
            return Peak(float(here), peak.level, peak.row, peak.column)
        peak = Peak(
            float(scores[row, column]), peak.level, area.row + int(row), area.column + int(column)
        )


def _faces(peaks: list[Peak], levels: Levels) -> list[Face]:
    faces = ((box_of(peak, levels.height, levels.width), peak) for peak in peaks)
    return [Face(box, peak) for box, peak in faces if box is not None]
