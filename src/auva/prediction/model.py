"""The held-out model of a run: its chosen checkpoint and thresholds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.evaluation.settings import NONE
from auva.evaluation.stage import predictor, read_choice
from auva.models.predictions import Predictions, Predictor, predict_blocks
from auva.records.checkpoints import read_checkpoints, verify
from auva.records.run import read_run


@dataclass(frozen=True)
class HeldOutModel:
    """A checkpoint of a run and the threshold of each AU.

    Attributes
    ----------
    predict : callable
        From faces of `size` pixels to `auva.models.predictions.Predictions`.
    au_names : tuple of str
        Names of the u Action Units that the run predicts.
    thresholds : float64 (u,)
        Probability from which each AU counts as present.
    size : int
        Side of the faces in pixels.
    iteration : int
        The checkpoint.
    tasks : tuple of str
        What the run predicts: "au", "va".
    after : str
        What is done to the predictions of a whole video (`auva.evaluation.after`).
    run : str
        Experiment and name of the run.
    margin : float or None
        `crops.margin` of the faces that it was trained on, if it is known.
    """

    predict: Predictor
    au_names: tuple[str, ...]
    thresholds: NDArray[np.float64]
    size: int
    iteration: int
    tasks: tuple[str, ...]
    after: str = NONE
    run: str = ""
    margin: float | None = None

    def __call__(self, faces: FaceSet) -> Predictions:
        """Return the predictions for crops of any size from `size` up.

        Parameters
        ----------
        faces : FaceSet
            Faces of one or more videos, those of a video in the order of their frames.
        """
        return self.predict(self._resized(faces))

    def over_blocks(self, blocks: Iterable[FaceSet]) -> Predictions:
        """Return the predictions for at least one block of crops; its size has no influence."""
        return predict_blocks(self.predict, map(self._resized, blocks))

    def _resized(self, faces: FaceSet) -> FaceSet:
        from auva.dataset.resize import resize

        return replace(faces, image=resize(faces.image, self.size))


def load_model(
    run_dir: str | Path, chosen_json: str | Path | None = None, batch_size: int = 256
) -> HeldOutModel:
    """Load the held-out checkpoint of a run with its thresholds.

    Parameters
    ----------
    run_dir : path
        Folder of the run.
    chosen_json : path, optional
        What the evaluation chose; by default chosen.json in that folder.
    batch_size : int
        Faces in one forward pass.

    Raises
    ------
    InputError
        If the run is not trained or not evaluated, its checkpoint is damaged, or it predicts
        neither Action Units nor valence and arousal of faces.
    """
    run = read_run(run_dir)
    if not run.predicts_faces:
        cause = f"a run of kind {run.kind} on {run.dataset} makes no predictions for faces"
        raise InputError(cause, run_dir)
    chosen = read_choice(run, chosen_json or Path(run_dir) / "chosen.json")
    verify(run_dir, read_checkpoints(run_dir), chosen.iteration)
    return HeldOutModel(
        predictor(run_dir, chosen.iteration, chosen.scoring, batch_size),
        run.action_units,
        chosen.threshold_array(run.action_units),
        run.image_size,
        chosen.iteration,
        run.tasks,
        chosen.after,
        f"{run.experiment}/{run.name}",
        run.margin,
    )
