"""A checkpoint of a supervised network as a function from faces to predictions."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.models.cnn.network import (
    FaceNetwork,
    SequenceNetwork,
    State,
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
    """Load the weights of a file into a network; `InputError` if they belong to another network."""
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
        Iteration of the checkpoint.
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

    kind = SequencePredictor if isinstance(network, SequenceNetwork) else FacePredictor
    return kind(run, network, mirrored, batch_size)


class FacePredictor:
    """A network of single faces as a function from faces to predictions.

    Parameters
    ----------
    run : Run
    network : FaceNetwork
        The network in evaluation mode.
    mirrored, batch_size
        As for `load`.
    """

    def __init__(self, run: Run, network: FaceNetwork, mirrored: bool, batch_size: int) -> None:
        self.run = run
        self.network = network
        self._mirrored = mirrored
        self._batch_size = batch_size

    @torch.inference_mode()
    def __call__(self, faces: FaceSet) -> Predictions:
        """Return the predictions for the faces, in their order."""
        if not len(faces):
            return named(torch.zeros(0, self.network.head.out_features), self.run)
        logits = [self.network.head(view) for view in self.features(faces)]
        return named(torch.stack(logits).mean(0), self.run)

    def features(self, faces: FaceSet) -> list[Tensor]:
        """Return the features [n, features] of the faces, and of their mirror images if wanted."""
        pieces = torch.from_numpy(faces.image).split(self._batch_size)
        parts = [self._features_of_views(as_input(piece)) for piece in pieces]
        return [torch.cat(view) for view in zip(*parts, strict=True)]

    def _features_of_views(self, images: Tensor) -> list[Tensor]:
        views = [images, images.flip(3)] if self._mirrored else [images]
        return [self.network.backbone(view) for view in views]


class SequencePredictor(FacePredictor):
    """A recurrent network as a predictor, which reads each video from its first face."""

    network: SequenceNetwork

    def __call__(self, faces: FaceSet) -> Predictions:
        """Return the predictions for the faces of whole videos, in their order."""
        return self.over_blocks([faces])

    @torch.inference_mode()
    def over_blocks(self, blocks: Iterable[FaceSet]) -> Predictions:
        """Return the predictions for blocks of faces; a video may continue in the next block."""
        pieces: Iterable[_Piece] = (
            (self.features(block), block.without_images()) for block in blocks if len(block)
        )
        if self.run.settings["bidirectional"]:
            pieces = _whole_videos(pieces)
        found = [torch.zeros(0, self.network.head.out_features)]
        states: list[State | None] = [None, None]
        before = None
        for views, faces in pieces:
            places = places_of(faces, before)
            logits = []
            for number, view in enumerate(views):
                out, states[number] = self.network.over_time(view, places, states[number])
                logits.append(out)
            found.append(torch.stack(logits).mean(0))
            before = faces
        return named(torch.cat(found), self.run)


_Piece = tuple[list[Tensor], FaceSet]
"""Features of some faces, one tensor for each view, and the faces without their images."""


def _whole_videos(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Join pieces so that each ends at the end of a video."""
    held: list[_Piece] = []
    for views, faces in pieces:
        if held and held[-1][1].video[-1] != faces.video[0]:
            yield _joined(held)
            held = []
        held.append((views, faces))
    if held:
        yield _joined(held)


def _joined(pieces: list[_Piece]) -> _Piece:
    views = zip(*(views for views, _ in pieces), strict=True)
    return [torch.cat(view) for view in views], FaceSet.concatenate([each for _, each in pieces])


def named(logits: Tensor, run: Run) -> Predictions:
    """Return logits [n, outputs] as probabilities of Action Units and values of affect, float64."""
    parts = split_outputs(logits.double(), run)
    found: dict[str, np.ndarray] = {}
    if "au" in parts:
        found["au"] = parts["au"].sigmoid().numpy()
    if "va" in parts:
        found["va"] = parts["va"].numpy()
    return Predictions(**found)
