"""A checkpoint of a linear model as a function from faces to predictions."""

from pathlib import Path

import numpy as np

from auva.dataset.read import FaceSet
from auva.models.linear.features import features_of
from auva.models.linear.settings import NETWORK
from auva.models.predictions import Predictions, Predictor
from auva.records.checkpoints import checkpoint_name
from auva.records.run import read_run
from auva.records.tensors import read_tensors
from auva.units import VA_NAMES


def load(folder: Path, iteration: int, mirrored: bool, batch_size: int) -> Predictor:
    """Return a checkpoint as a predictor.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    iteration : int
        Iteration of the checkpoint.
    mirrored : bool
        Whether a prediction is the mean of a face and its mirror image.
    batch_size : int
        Faces whose features are in memory together.

    Raises
    ------
    InputError
        The checkpoint is damaged, or the runtime of the landmark network is not installed.
    """
    run = read_run(folder)
    tensors, _ = read_tensors(folder / checkpoint_name(iteration))
    weights, bias = tensors["weights"].numpy(), tensors["bias"].numpy()
    network = tensors[NETWORK].numpy().tobytes() if NETWORK in tensors else None
    features = features_of(run.settings, network)
    affect = len(VA_NAMES) if "va" in run.tasks else 0

    def scores(images: np.ndarray) -> np.ndarray:
        return features(images, mirrored).mean(0) @ weights + bias

    def predict(faces: FaceSet) -> Predictions:
        starts = range(0, len(faces), batch_size)
        parts = [scores(faces.image[start : start + batch_size]) for start in starts]
        nodes = np.concatenate(parts or [np.empty((0, len(bias)))]).astype(np.float64)
        return Predictions(
            au=1 / (1 + np.exp(-nodes[:, affect:])) if "au" in run.tasks else None,
            va=nodes[:, :affect] if affect else None,
        )

    return predict
