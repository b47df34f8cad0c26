"""The discriminator of a run as it was held out: its checkpoint and its thresholds."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.errors import InputError
from auva.evaluation.checkpoints import read_checkpoints, verify
from auva.evaluation.predictions import Predictions
from auva.evaluation.run import Predictor, image_size, predictor
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
    """

    predict: Predictor
    thresholds: NDArray[np.float64]
    size: int
    iteration: int

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
    statistics, batch_size
        As in the evaluation's settings.

    Raises
    ------
    InputError
        If the run is not trained or not evaluated, or its checkpoint is damaged.
    """
    path = Path(run_dir) / "held_out.csv" if held_out_csv is None else Path(held_out_csv)
    size = image_size(run_dir)
    table = _read(path)
    iteration = int(table["iteration"].iloc[0])
    verify(run_dir, read_checkpoints(run_dir), iteration)
    return HeldOutModel(
        predictor(run_dir, iteration, statistics, batch_size), _thresholds(table), size, iteration
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except OSError:
        cause = "no such file: evaluate the run first, so that its checkpoint is chosen"
        raise InputError(cause, path) from None
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"not a table of held-out scores ({error})", path) from None
    if table.empty or not {"iteration", "metric", "target", "value"} <= set(table.columns):
        raise InputError("not a table of held-out scores", path)
    return table


def _thresholds(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return the threshold of each AU, NaN where the run has no AUs."""
    rows = table[table["metric"] == "threshold"]
    known: dict[Any, Any] = dict(zip(rows["target"], rows["value"], strict=True))
    return np.array([float(known.get(au, np.nan)) for au in AU_NAMES])
