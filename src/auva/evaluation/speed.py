"""How many faces a run scores in a CPU second: a measurement, which varies."""

import time
from pathlib import Path

import numpy as np

from auva.dataset.read import Faces
from auva.evaluation.stage import predictor
from auva.records.chosen import Chosen

FACES = 256
"""Most faces that are measured."""

_SECONDS = 0.25
"""Passes are repeated until they took this long together."""


def faces_per_second(run_dir: str | Path, chosen: Chosen, faces_h5: str | Path) -> float:
    """Return the faces of the test set that a run scores in a CPU second of one core.

    Parameters
    ----------
    run_dir : path
        Folder of an evaluated run.
    chosen : Chosen
        What its evaluation chose.
    faces_h5 : path
        Packed faces of the run's size; its first `FACES` test faces are read.

    Returns
    -------
    float
        NaN where the test set has no face.
    """
    import torch
    from threadpoolctl import threadpool_limits

    predict = predictor(run_dir, chosen.iteration, chosen.scoring, FACES)
    with Faces(faces_h5, "test") as faces:
        pictures = faces.read(slice(0, FACES))
    if not len(pictures):
        return float("nan")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            # The first call prepares what later ones use again.
            predict(pictures.take(np.arange(1)))
            begun, passes = time.process_time(), 0
            while (spent := time.process_time() - begun) < _SECONDS or not passes:
                predict(pictures)
                passes += 1
    finally:
        torch.set_num_threads(before)
    return passes * len(pictures) / spent
