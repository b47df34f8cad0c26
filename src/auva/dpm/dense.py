"""The full search that prunes nothing."""

import numpy as np

from auva.dpm.boxes import Peak, find_peaks
from auva.dpm.filters import correlate
from auva.dpm.hog import hog
from auva.dpm.matching import score_rectangle
from auva.dpm.model import PART, ROOT
from auva.dpm.pyramid import INTERVAL, PADDING, last_level, level_source, scaled_pictures
from auva.dpm.weights import Weights

FIRST = PADDING // 2
"""First root row and column whose parts all lie inside the padded level."""


def dense_search(weights: Weights, picture: np.ndarray, threshold: float) -> list[Peak]:
    """Return all local maxima of the score above `threshold`.

    Parameters
    ----------
    weights : Weights
    picture : uint8 [channels, height, width]
    threshold : float
    """
    peaks: list[Peak] = []
    for level, scores in dense_scores(weights, picture).items():
        for peak in find_peaks(scores, level, threshold):
            peaks.append(Peak(peak.score, level, peak.row + FIRST, peak.column + FIRST))
    return peaks


def dense_scores(weights: Weights, picture: np.ndarray) -> dict[int, np.ndarray]:
    """Return, per root level, the scores of all valid root positions (from `FIRST` on)."""
    pictures = scaled_pictures(picture)
    features = []
    for level in range(last_level(*picture.shape[1:]) + 1):
        source = level_source(level)
        features.append(hog(pictures[source.scale, source.halvings], source.cell))
    scores = {}
    for level in range(INTERVAL, len(features)):
        rows, columns = valid_positions(features[level].shape, features[level - INTERVAL].shape)
        if rows > 0 and columns > 0:
            scores[level] = _level_scores(
                weights, features[level], features[level - INTERVAL], rows, columns
            )
    return scores


def valid_positions(coarse: tuple[int, ...], fine: tuple[int, ...]) -> tuple[int, int]:
    """Return how many root rows and columns have a score, from the shapes of the two levels.

    All anchors of a mixture together span 0 to 12 part cells.
    """
    rows, columns = (
        min((fine_side - PART + 1 - 7) // 2 + 1, side - ROOT + 1) - FIRST
        for side, fine_side in zip(coarse[:2], fine[:2], strict=True)
    )
    return rows, columns


def _level_scores(
    weights: Weights, coarse: np.ndarray, fine: np.ndarray, rows: int, columns: int
) -> np.ndarray:
    roots = correlate(coarse, weights.roots, FIRST, FIRST, rows, columns)
    fine_rows, fine_columns = fine.shape[0] - PART + 1, fine.shape[1] - PART + 1
    parts = correlate(fine, weights.parts, 0, 0, fine_rows, fine_columns)
    scores = np.empty((rows, columns), np.float32)
    score_rectangle(
        roots, parts, 0, 0, weights.anchors, weights.deformations, weights.biases,
        FIRST, FIRST, scores, -1,
    )  # fmt: skip
    return scores
