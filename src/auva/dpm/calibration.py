"""Thresholds of the pruned search, from the sums that true detections reach after each step.

A detection's root response and its sums after each part are recorded by a search that prunes
nothing. For a detection threshold t, the pruning thresholds are the lowest values among all
detections that score at least t, minus a margin for faces unlike those of the calibration pictures.
A face also responds on the neighbouring levels, with a lower score. This score is recorded too, so
that every second level can be searched first.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from auva.dpm.boxes import Peak
from auva.dpm.cascade import mark_seeds
from auva.dpm.exact import clip, valid_positions, windows
from auva.dpm.explain import explain
from auva.dpm.filters import correlate
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import PARTS, ROOT
from auva.dpm.near import areas_near
from auva.dpm.placing import place_part, placing_buffer
from auva.dpm.pruned import SEED_REACH, Scout, Steps
from auva.dpm.pyramid import INTERVAL, PADDING
from auva.dpm.search import WINDOW, contains, find_faces, inner
from auva.dpm.weights import Weights
from auva.errors import InputError
from auva.reading import read_json

SCORES = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)
"""Detection thresholds for which the pruning is calibrated."""

MARGIN = 0.25
"""Subtracted from the lowest sums that detections reach. On pictures that were not used for the
calibration, 0.1 lost two of 330 detections above 4.0 and 0.25 lost none."""

SCOUT_FROM = 1.5
"""Lowest calibrated threshold at which every second level is searched first; below it, little is
pruned."""

COLUMNS = 2 + 1 + PARTS
"""Columns of a record: score, neighbour, root response, and the sum after each part."""

FEWEST = 50
"""Minimum number of detections for the calibration of a threshold."""


def read_calibration(path: str | Path | None = None) -> dict[str, Any]:
    """Return a calibration that `auva calibrate` wrote, by default the shipped one.

    Raises
    ------
    InputError
        If the file cannot be read, is not a calibration or has no threshold.
    """
    if path is None:
        return _shipped()
    calibration = read_json(path, "calibration")
    try:
        sound = all(_is_sound(row) for row in calibration["thresholds"])
    except (ValueError, KeyError, TypeError):
        sound = False
    if not sound:
        raise InputError("is not a calibration of `auva calibrate`", path)
    if not calibration["thresholds"]:
        raise InputError("the calibration has no threshold", path)
    return calibration


def _is_sound(row: Mapping[str, Any]) -> bool:
    numbers = np.array([row["score"], row["neighbour"] or 0, *row["sums"]], np.float64)
    return numbers.shape == (COLUMNS,) and bool(np.isfinite(numbers).all())


def steps_for(calibration: Mapping[str, Any], threshold: float) -> Steps | None:
    """Return the pruning of a calibration for a detection threshold.

    The next lower calibrated threshold is used. None: there is none, and nothing can be pruned.
    """
    usable = [row for row in calibration["thresholds"] if row["score"] <= threshold]
    if not usable:
        return None
    row = max(usable, key=_score)
    neighbour = row["neighbour"]
    lower = [r for r in usable if SCOUT_FROM <= r["score"] <= (neighbour or -np.inf)]
    return Steps(_sums(row), Scout(neighbour, _sums(max(lower, key=_score))) if lower else None)


def _score(row: Mapping[str, Any]) -> float:
    return row["score"]


def _sums(row: Mapping[str, Any]) -> np.ndarray:
    return np.array(row["sums"], np.float32)


@cache
def _shipped() -> dict[str, Any]:
    return json.loads((files("auva.dpm") / "calibration.json").read_text("utf-8"))


def record(weights: Weights, picture: np.ndarray) -> np.ndarray:
    """Return score, neighbour and sums of each detection: float64 [detections, 11].

    Parameters
    ----------
    weights : Weights
    picture : uint8 [channels, height, width]
        Detections above the lowest of `SCORES` are recorded. The neighbour is the best score of the
        face on the level below or above. The sums (root response, then with each part) are those of
        the best seed of the detection's mixture at the detection or next to it, because the ascent
        from that seed reaches the detection. They are -inf without a seed.
    """
    levels = Levels(*picture.shape[1:])
    levels.show(picture)
    rows = []
    for face in find_faces(weights, levels, SCORES[0], 0.3):
        mixture = explain(weights, levels, face.peak).mixture
        neighbour = _neighbour(weights, levels, face.peak)
        sums = _seed_sums(weights, levels, face.peak, mixture)
        rows.append([face.box.score, neighbour, *sums])
    return np.array(rows).reshape(-1, COLUMNS)


def _neighbour(weights: Weights, levels: Levels, peak: Peak) -> float:
    """Return the best score on the neighbouring levels whose surroundings contain the peak."""
    areas = [area for area in areas_near(levels, peak, 2 * WINDOW) if area[0] != peak.level]
    if not areas:
        return peak.score  # there is one level only, and it is searched
    beside = find_faces(weights, levels, -np.inf, np.inf, areas=areas)
    near = [face.peak.score for face in beside if _leads_to(levels, face.peak, peak)]
    return max(near, default=-np.inf)


def _leads_to(levels: Levels, start: Peak, peak: Peak) -> bool:
    """Return whether a search around `start` sees that `peak` is a local maximum."""
    return any(
        level == peak.level and contains(inner(area, valid_positions(levels, level)), peak)
        for level, area in areas_near(levels, start, WINDOW)
    )


def _seed_sums(weights: Weights, levels: Levels, peak: Peak, mixture: int) -> np.ndarray:
    """Return the sums of a mixture's best seed at a peak or beside it, -inf without one."""
    valid = valid_positions(levels, peak.level)
    area = clip(Rectangle(peak.row - 2, peak.column - 2, 5, 5), valid)
    roots = correlate(levels.rectangle(peak.level, windows(area, ROOT)), weights.roots, *area)
    seeds = np.empty(roots.shape, np.bool_)
    mark_seeds(roots, 0, seeds)
    found = [np.full(1 + PARTS, -np.inf)]
    for y, x in np.argwhere(seeds[mixture]).tolist():
        row, column = area.row + y, area.column + x
        if max(abs(row - peak.row), abs(column - peak.column)) <= 1:
            parts = _parts(weights, levels, mixture, peak.level, row, column)
            found.append(np.cumsum([roots[mixture, y, x], *parts]))
    return max(found, key=lambda sums: sums[-1])


def _parts(
    weights: Weights, levels: Levels, mixture: int, level: int, row: int, column: int
) -> list[float]:
    """Return what each part of a seed adds, as the pruned search places it."""
    fine = levels.whole(level - INTERVAL)
    side = 2 * SEED_REACH + 1
    buffer, responses = placing_buffer(side), np.empty((side, side), np.float32)
    return [
        place_part(
            fine,
            *(weights.anchors[mixture, part] + (2 * row - PADDING, 2 * column - PADDING)),
            weights.part_filters[mixture, part],
            weights.deformations[mixture, part],
            SEED_REACH,
            buffer,
            responses,
        )
        for part in weights.order[mixture]
    ]


def calibrate(records: Iterable[np.ndarray], data: Sequence[str]) -> dict[str, Any]:
    """Return a calibration.

    Parameters
    ----------
    records : iterable of float64 [detections, 11]
        Score, neighbour and sums of detections, from `record`.
    data : sequence of str
        Names of the pictures' sources, kept in the calibration.
    """
    arrays = list(records)
    table = np.concatenate([np.empty((0, COLUMNS)), *arrays])
    thresholds = []
    for score in SCORES:
        chosen = table[table[:, 0] >= score]
        if len(chosen) < FEWEST:
            continue
        lowest = chosen[:, 1:].min(axis=0) - MARGIN
        if np.isfinite(lowest[1:]).all():  # otherwise a detection without a seed would be lost
            # Rounded down, so that rounding never raises a threshold.
            neighbour, *sums = (np.floor(lowest * 1000) / 1000).tolist()
            row = {"score": score, "detections": len(chosen), "sums": sums}
            thresholds.append({**row, "neighbour": neighbour if np.isfinite(neighbour) else None})
    return {
        "data": list(data),
        "pictures": len(arrays),
        "detections": len(table),
        "margin": MARGIN,
        "thresholds": thresholds,
    }
