"""The discriminator of a run as it was held out: its checkpoint and its thresholds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.errors import InputError
from auva.evaluation.predictions import Predictions
from auva.evaluation.run import Predictor, predictor
from auva.evaluation.settings import STATISTICS
from auva.gan.nodes import FACE_KINDS, Outputs, outputs
from auva.records.checkpoints import read_checkpoints, verify
from auva.records.run import read_run
from auva.records.scores import read_held_out
from auva.units import AU_NAMES


@dataclass(frozen=True)
class HeldOutModel:
    """What predicts: a discriminator and the threshold of each AU.

    Attributes
    ----------
    predict : callable
        From uint8 faces (n, size, size, 3) to `auva.evaluation.predictions.Predictions`.
    thresholds : float64 (8,)
        Probability from which each AU counts as present.
    size : int
        Side of the faces in pixels.
    iteration : int
        The checkpoint.
    outputs : Outputs
        What the run predicts.
    """

    predict: Predictor
    thresholds: NDArray[np.float64]
    size: int
    iteration: int
    outputs: Outputs

    def __call__(self, faces: NDArray[np.uint8]) -> Predictions:
        """Return the predictions for crops of any size from `size` up."""
        from auva.dataset.resize import resize

        return self.predict(resize(faces, self.size))


def load_model(
    run_dir: str | Path,
    held_out_csv: str | Path | None = None,
    statistics: str | None = None,
    batch_size: int = 256,
) -> HeldOutModel:
    """Load the held-out checkpoint of a run with its thresholds.

    Parameters
    ----------
    run_dir : path
        Folder of the run.
    held_out_csv : path, optional
        What the evaluation chose; by default held_out.csv in that folder.
    statistics : str, optional
        Batch norm statistics; by default those that the evaluation noted, as the thresholds were
        tuned with them (a table without such a note: as the run's settings say).
    batch_size : int
        Faces in one forward pass.

    Raises
    ------
    InputError
        If the run is not trained or not evaluated, its checkpoint is damaged, or it predicts
        neither Action Units nor valence and arousal of faces.
    """
    path = Path(run_dir) / "held_out.csv" if held_out_csv is None else Path(held_out_csv)
    run = read_run(run_dir)
    if run["kind"] not in FACE_KINDS:
        cause = f"a run of kind {run['kind']} on {run['dataset']} predicts nothing about faces"
        raise InputError(cause, run_dir)
    table = read_held_out(path)
    iteration = int(table["iteration"].iloc[0])
    verify(run_dir, read_checkpoints(run_dir), iteration)
    return HeldOutModel(
        predictor(run_dir, iteration, statistics or _statistics(table, path), batch_size),
        _thresholds(table, outputs(run), path),
        run["training"]["image_size"],
        iteration,
        outputs(run),
    )


def _statistics(table: pd.DataFrame, path: Path) -> str:
    """Return the batch norm statistics of the evaluation."""
    rows = table[table["metric"] == "statistics"]
    if len(rows) != 1 or rows["target"].iloc[0] not in STATISTICS:
        raise InputError("does not tell the batch norm statistics; evaluate the run again", path)
    return str(rows["target"].iloc[0])


def _thresholds(table: pd.DataFrame, nodes: Outputs, path: Path) -> NDArray[np.float64]:
    """Return the threshold of each AU, NaN where the run has no AUs."""
    if not nodes.au.stop:
        return np.full(len(AU_NAMES), np.nan)
    rows = table[table["metric"] == "threshold"]
    known: dict[Any, Any] = dict(zip(rows["target"], rows["value"], strict=True))
    for au in AU_NAMES:
        if not 0 <= known.get(au, np.nan) <= 1:
            raise InputError(f"has no threshold of {au}; evaluate the run again", path)
    return np.array([float(known[au]) for au in AU_NAMES])
