"""A checkpoint of a supervised network as a function from faces to predictions."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.models.cnn.network import FaceNetwork, as_input, split_outputs
from auva.models.predictions import Predictions, Predictor
from auva.records.checkpoints import checkpoint_name
from auva.records.run import read_run
from auva.records.tensors import read_tensors


def load_network(network: nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Give a network the weights of a file; an `InputError` where they are of another network."""
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        cause = str(error).splitlines()[-1].strip()
        raise InputError(f"weights of another network ({cause})", path) from None


def load(folder: Path, iteration: int, mirrored: bool, batch_size: int) -> Predictor:
    """Return a checkpoint as a predictor.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    iteration : int
        Of the checkpoint.
    mirrored : bool
        Whether a prediction is the mean of a face and its mirror image.
    batch_size : int
        Faces in one forward pass.
    """
    run = read_run(folder)
    network = FaceNetwork(run)
    path = folder / checkpoint_name(iteration)
    load_network(network, read_tensors(path)[0], path)
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @torch.inference_mode()
    def logits(pixels: Tensor) -> Tensor:
        images = as_input(pixels)
        found = network(images)
        return (found + network(images.flip(3))) / 2 if mirrored else found

    def predict(faces: FaceSet) -> Predictions:
        pieces = torch.from_numpy(faces.image).split(batch_size)
        parts = [logits(piece) for piece in pieces] or [torch.zeros(0, network.head.out_features)]
        return named(torch.cat(parts), run.tasks)

    return predict


def named(logits: Tensor, tasks: Sequence[str]) -> Predictions:
    """Return logits [n, outputs] as probabilities of Action Units and values of affect, float64."""
    parts = split_outputs(logits.double(), tasks)
    found: dict[str, np.ndarray] = {}
    if "au" in parts:
        found["au"] = parts["au"].sigmoid().numpy()
    if "va" in parts:
        found["va"] = parts["va"].numpy()
    return Predictions(**found)
