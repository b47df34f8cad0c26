"""Calibrated thresholds of the pruned search."""

import json
from functools import cache
from importlib.resources import files

import numpy as np

from auva.dpm.search import Steps


@cache
def calibrated_steps(threshold: float) -> Steps | None:
    """Return the pruning for a detection threshold, None below the lowest calibrated one."""
    shipped = json.loads((files("auva.dpm") / "calibration.json").read_text("utf-8"))
    usable = [row for row in shipped["thresholds"] if row["score"] <= threshold]
    if not usable:
        return None
    row = max(usable, key=lambda row: row["score"])
    return Steps(np.array(row["sums"], np.float32), int(shipped["reach"]))
