"""The networks of a trained run: the discriminator as a predictor, and the generator."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.models.gan.data import as_grey, as_input
from auva.models.gan.layers import Dropout
from auva.models.gan.networks import unset
from auva.models.gan.nodes import Outputs, outputs
from auva.models.gan.samples import image_range, sample
from auva.models.gan.settings import SETTINGS
from auva.models.predictions import Predictions, Predictor
from auva.models.run import Run
from auva.models.weights import channels_of, load_network, load_tensor
from auva.records.checkpoints import checkpoint_name
from auva.records.run import read_run
from auva.records.tensors import read_tensors

_GENERATED = 64


class TrainedDiscriminator:
    """A discriminator with the batch norm statistics for scoring.

    Attributes
    ----------
    outputs : Outputs
        Named slices of the columns of `logits`.
    run : Run
    iteration : int
        Iteration of the checkpoint.
    """

    def __init__(
        self, run: Run, network: nn.Module, iteration: int, statistics: str, device: torch.device
    ) -> None:
        self.run = run
        self.outputs = outputs(run)
        self.iteration = iteration
        self.network = network
        self.device = device
        self._batch_statistics = statistics == "batch"

    @torch.inference_mode()
    def logits(self, images: np.ndarray | Tensor, batch_size: int = 256) -> np.ndarray:
        """Return the raw outputs float32 [n, outputs.size] of images uint8 [n, side, side, c]."""
        pixels = torch.as_tensor(images)
        if pixels.dim() != 4 or pixels.dtype != torch.uint8:
            raise InputError("images to be scored must be bytes [n, side, side, colours]")
        image_range = self.run.settings["image_range"]
        dropout = None
        if self._batch_statistics:
            self.network.train()
            keep = self.run.settings["keep_probability"]
            dropout = Dropout(keep, torch.Generator(self.device).manual_seed(self.iteration))
        parts = [
            self.network(as_input(piece.to(self.device), image_range), dropout).float().cpu()
            for piece in pixels.split(batch_size)
        ]
        empty = torch.empty(0, self.outputs.size)
        return (torch.cat(parts) if parts else empty).numpy()

    def predictor(self, batch_size: int = 256) -> Predictor:
        """Return the discriminator as a function from faces to named predictions."""

        def predict(faces: FaceSet) -> Predictions:
            images = as_grey(faces.image) if self.outputs.kind == "vanilla" else faces.image
            nodes = self.logits(images, batch_size)
            if self.run.settings["mean_of_mirror"]:
                nodes = (nodes + self.logits(images[:, :, ::-1].copy(), batch_size)) / 2
            return named(nodes, self.outputs)

        return predict


def named(nodes: NDArray, outputs: Outputs) -> Predictions:
    """Convert the logits of a discriminator to named predictions.

    Parameters
    ----------
    nodes : ndarray of float, shape (n, k)
        Values of the last layer before any sigmoid or softmax.
    outputs : Outputs
        Meaning of the k nodes.

    Returns
    -------
    Predictions
        Sigmoid for AUs and real/fake, softmax over all nodes for exclusive categories, unchanged
        values for valence and arousal; in float64, so that probabilities close to 1 stay distinct.

    Raises
    ------
    ValueError
        If the numbers of nodes and names differ.
    """
    if nodes.ndim != 2 or nodes.shape[1] != outputs.size:
        raise ValueError(f"nodes of shape {nodes.shape} for {outputs.size} names")
    nodes = nodes.astype(np.float64)
    if outputs.kind == "categorical":
        shares = np.exp(nodes - nodes.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return Predictions(classes=shares[:, outputs.classes], fake=shares[:, outputs.real_fake])
    real_fake = sigmoid(nodes[:, outputs.real_fake])
    au, va = nodes[:, outputs.au], nodes[:, outputs.va]
    return Predictions(
        au=sigmoid(au) if au.shape[1] else None,
        va=va if va.shape[1] else None,
        # Only the vanilla GAN labels real images with 1 (thesis 3.2.1).
        fake=1 - real_fake if outputs.kind == "vanilla" else real_fake,
    )


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-x)) without overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1.0, small) / (1.0 + small)


def load_discriminator(
    run_dir: str | Path, iteration: int, statistics: str | None = None, device: str = "cpu"
) -> TrainedDiscriminator:
    """Load the discriminator of a checkpoint.

    Parameters
    ----------
    run_dir : str or Path
        Folder of the run.
    iteration : int
        Iteration of the checkpoint.
    statistics : str, optional
        Batch norm statistics: "recalibrated", "running" or "batch"; by default the run's setting
        `statistics`.
    device : str
        Device of the network.

    Raises
    ------
    InputError
        Missing or damaged config or checkpoint.
    """
    run = read_run(run_dir)
    statistics = str(statistics or run.settings["statistics"])
    SETTINGS["statistics"].check(statistics, f"{run_dir}: statistics")
    path = Path(run_dir) / checkpoint_name(iteration)
    tensors, notes = read_tensors(path)
    discriminator = unset(run.settings, outputs(run), channels_of(notes, path))[1]
    load_network(discriminator, "discriminator", tensors, path)
    if statistics == "recalibrated":
        for name, buffer in discriminator.named_buffers():
            load_tensor(buffer, f"recalibrated.{name}", tensors, path)
    discriminator.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return TrainedDiscriminator(
        run, discriminator.eval(), iteration, statistics, torch.device(device)
    )


def load_generator(run_dir: str | Path, iteration: int, device: str = "cpu") -> nn.Module:
    """Load the generator of a checkpoint, the averaged one if the run has an average."""
    run = read_run(run_dir)
    path = Path(run_dir) / checkpoint_name(iteration)
    tensors, notes = read_tensors(path)
    generator = unset(run.settings, outputs(run), channels_of(notes, path))[0]
    averaged = any(name.startswith("average.") for name in tensors)
    load_network(generator, "average" if averaged else "generator", tensors, path)
    return generator.to(device).requires_grad_(False)


def generate(run_dir: str | Path, iteration: int, count: int, seed: int) -> NDArray[np.uint8]:
    """Return generated images [count, side, side, c], in batches of 64 as in a training.

    The batch norms of a generator use the statistics of a batch.
    """
    run = read_run(run_dir)
    generator = load_generator(run_dir, iteration)
    source = torch.Generator().manual_seed(seed)
    shape = (_GENERATED, run.settings["noise_size"])
    parts = [
        sample(generator, torch.rand(shape, generator=source) * 2 - 1, image_range(run))
        for _ in range(-(-count // _GENERATED))
    ]
    return np.concatenate(parts)[:count]
