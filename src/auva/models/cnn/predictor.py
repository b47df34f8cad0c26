"""A checkpoint of a supervised network as a function from faces to predictions."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.models.cnn.network import (
    SequenceNetwork,
    as_input,
    build_network,
    places_of,
    split_outputs,
)
from auva.models.predictions import Predictions, Predictor
from auva.models.run import Run
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
    network = build_network(run)
    path = folder / checkpoint_name(iteration)
    load_network(network, read_tensors(path)[0], path)
    network.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def features(pixels: Tensor) -> tuple[Tensor, ...]:
        images = as_input(pixels)
        views = (images, images.flip(3)) if mirrored else (images,)
        return tuple(network.backbone(view) for view in views)

    def outputs(view: Tensor, faces: FaceSet) -> Tensor:
        if isinstance(network, SequenceNetwork):
            return network.over_time(view, places_of(faces))
        return network.head(view)

    @torch.inference_mode()
    def predict(faces: FaceSet) -> Predictions:
        if not len(faces):
            return named(torch.zeros(0, network.head.out_features), run)
        parts = [features(piece) for piece in torch.from_numpy(faces.image).split(batch_size)]
        views = [torch.cat(view) for view in zip(*parts, strict=True)]
        logits = torch.stack([outputs(view, faces) for view in views]).mean(0)
        return named(logits, run)

    return predict


def named(logits: Tensor, run: Run) -> Predictions:
    """Return logits [n, outputs] as probabilities of Action Units and values of affect, float64."""
    parts = split_outputs(logits.double(), run)
    found: dict[str, np.ndarray] = {}
    if "au" in parts:
        found["au"] = parts["au"].sigmoid().numpy()
    if "va" in parts:
        found["va"] = parts["va"].numpy()
    return Predictions(**found)
