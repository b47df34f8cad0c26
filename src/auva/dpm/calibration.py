"""Thresholds of the pruned search: what true detections reach after every step.

A detection's root response and its sums after each part are recorded by a search that prunes
nothing. For a detection threshold t, the pruning may ask for the lowest values among all detections
that score at least t, less a margin for what the calibration pictures do not show.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from auva.dpm.explain import explain
from auva.dpm.levels import Levels
from auva.dpm.search import Steps, find_faces
from auva.dpm.weights import Weights

SCORES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
"""Detection thresholds for which the pruning is calibrated."""

MARGIN = 0.15
"""Subtracted from the lowest sums that detections reach."""

FEWEST = 50
"""Detections that a threshold needs to be calibrated."""


def calibrated_steps(threshold: float) -> Steps | None:
    """Return the shipped pruning for a detection threshold.

    The next lower calibrated threshold is used; None means that there is none and nothing may be
    pruned.
    """
    return steps_for(_shipped(), threshold)


def steps_for(calibration: Mapping[str, Any], threshold: float) -> Steps | None:
    """Return the pruning of a calibration for a detection threshold, None if it is below all."""
    usable = [row for row in calibration["thresholds"] if row["score"] <= threshold]
    if not usable:
        return None
    row = max(usable, key=lambda row: row["score"])
    return Steps(np.array(row["sums"], np.float32), int(calibration["reach"]))


@cache
def _shipped() -> dict[str, Any]:
    return json.loads((files("auva.dpm") / "calibration.json").read_text("utf-8"))


def record(weights: Weights, picture: np.ndarray) -> np.ndarray:
    """Return score and sums of each detection: float64 [detections, 10].

    Parameters
    ----------
    weights : Weights
    picture : uint8 [channels, height, width]
        Detections above the lowest of `SCORES` are recorded.
    """
    levels = Levels(*picture.shape[1:])
    levels.show(picture)
    rows = []
    for face in find_faces(weights, levels, SCORES[0], 0.3):
        found = explain(weights, levels, face.peak)
        steps = found.parts[weights.order[found.mixture]]
        rows.append([found.score, *np.cumsum([found.root, *steps])])
    return np.array(rows).reshape(-1, 10)


def calibrate(records: Iterable[np.ndarray], data: Sequence[str]) -> dict[str, Any]:
    """Return a calibration.

    Parameters
    ----------
    records : iterable of float64 [detections, 10]
        Score and sums of detections, from `record`.
    data : sequence of str
        Names of the pictures' sources, kept in the calibration.
    """
    arrays = list(records)
    table = np.concatenate([np.empty((0, 10)), *arrays])
    thresholds = []
    for score in SCORES:
        chosen = table[table[:, 0] >= score]
        if len(chosen) >= FEWEST:
            lowest = chosen[:, 1:].min(axis=0) - MARGIN
            # Rounded down, so that the text loses nothing.
            sums = np.floor(lowest * 1000) / 1000
            thresholds.append(
                {"score": score, "detections": len(chosen), "sums": [float(s) for s in sums]}
            )
    return {
        "data": list(data),
        "pictures": len(arrays),
        "detections": len(table),
        "margin": MARGIN,
        "reach": Steps.reach,
        "thresholds": thresholds,
    }
