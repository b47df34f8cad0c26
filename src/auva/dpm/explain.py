"""Components of a score: mixture, root response, and the place of each part."""

from dataclasses import dataclass

import numpy as np

from auva.dpm.boxes import Peak
from auva.dpm.exact import part_places, windows
from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import MIXTURES, PART, PARTS, ROOT
from auva.dpm.pyramid import INTERVAL, PADDING
from auva.dpm.weights import Weights


@dataclass(frozen=True)
class Explanation:
    """The best mixture of a root position.

    Attributes
    ----------
    mixture : int
    root : float
        Response of the root filter.
    parts : float64 [8]
        Response of each part at its place minus its deformation.
    places : int64 [8, 2]
        Row and column of each part in padded cells of the level one octave finer.
    score : float
        Root, parts and bias.
    """

    mixture: int
    root: float
    parts: np.ndarray
    places: np.ndarray
    score: float


def explain(weights: Weights, levels: Levels, peak: Peak) -> Explanation:
    """Return the components of the score at a peak, without pruning."""
    here = Rectangle(peak.row, peak.column, 1, 1)
    coarse = levels.rectangle(peak.level, windows(here, ROOT))
    roots = correlate(coarse, weights.roots, *here)[:, 0, 0].astype(np.float64)
    area = part_places(levels, peak.level, here)
    fine = levels.rectangle(peak.level - INTERVAL, windows(area, PART))
    responses = correlate(fine, weights.parts, *area).astype(np.float64)
    responses = responses.reshape(MIXTURES, PARTS, area.rows, area.columns)
    values = np.empty((MIXTURES, PARTS))
    places = np.empty((MIXTURES, PARTS, 2), np.int64)
    for mixture, part in np.ndindex(values.shape):
        row, column = weights.anchors[mixture, part] + (2 * peak.row, 2 * peak.column) - PADDING
        d0, d1, d2, d3 = weights.deformations[mixture, part].astype(np.float64)
        dy = row - area.row - np.arange(area.rows)[:, None]
        dx = column - area.column - np.arange(area.columns)
        placed = responses[mixture, part] + d0 * dx**2 + d1 * dx + d2 * dy**2 + d3 * dy
        best = np.unravel_index(np.argmax(placed), placed.shape)
        values[mixture, part] = placed[best]
        places[mixture, part] = best[0] + area.row, best[1] + area.column
    scores = roots + values.sum(axis=1) + weights.biases
    best = int(np.argmax(scores))
    return Explanation(best, float(roots[best]), values[best], places[best], float(scores[best]))
