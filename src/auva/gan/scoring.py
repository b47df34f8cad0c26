"""A trained discriminator as a function from images to probabilities."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from auva.errors import InputError
from auva.gan.checkpoints import load_network, read_tensors
from auva.gan.data import as_input
from auva.gan.layers import Dropout
from auva.gan.networks import build
from auva.gan.nodes import outputs
from auva.records.checkpoints import checkpoint_name
from auva.records.run import read_run


class TrainedDiscriminator:
    """A discriminator with the statistics it is scored with.

    Attributes
    ----------
    outputs : Outputs
        Named slices of the columns it returns.
    run : dict
        The run's settings (its config.json).
    iteration : int
        Of the checkpoint.
    """

    def __init__(
        self, run: dict[str, Any], network: nn.Module, iteration: int, device: torch.device
    ) -> None:
        self.run = run
        self.outputs = outputs(run)
        self.iteration = iteration
        self.network = network
        self.device = device
        self._batch_statistics = run["training"]["statistics"] == "batch"

    @torch.inference_mode()
    def logits(self, images: np.ndarray | Tensor, batch_size: int = 256) -> np.ndarray:
        """Return the raw outputs float32 [n, outputs.size] of images uint8 [n, side, side, c]."""
        pixels = torch.as_tensor(images)
        if pixels.dim() != 4 or pixels.dtype != torch.uint8:
            raise InputError("images to be scored must be bytes [n, side, side, colours]")
        image_range = self.run["training"]["image_range"]
        dropout = None
        if self._batch_statistics:
            self.network.train()
            keep = self.run["training"]["keep_probability"]
            dropout = Dropout(keep, torch.Generator(self.device).manual_seed(self.iteration))
        parts = [
            self.network(as_input(piece.to(self.device), image_range), dropout).float().cpu()
            for piece in pixels.split(batch_size)
        ]
        empty = torch.empty(0, self.outputs.size)
        return (torch.cat(parts) if parts else empty).numpy()


def load_discriminator(
    run_dir: str | Path,
    iteration: int,
    device: str = "cpu",
    statistics: str | None = None,
) -> TrainedDiscriminator:
    """Load the discriminator of a checkpoint.

    Parameters
    ----------
    run_dir : str or Path
        Folder of the run.
    iteration : int
        Iteration of the checkpoint.
    device : str
        Where it shall compute.
    statistics : str, optional
        Batch norm statistics: "recalibrated", "running" or "batch"; by default what the run's
        setting `statistics` says.

    Raises
    ------
    InputError
        Missing or damaged config or checkpoint.
    """
    run = read_run(run_dir)
    if statistics is not None:
        run["training"]["statistics"] = statistics
    path = Path(run_dir) / checkpoint_name(iteration)
    tensors, notes = read_tensors(path)
    discriminator = build(run["training"], outputs(run), notes["channels"], 0)[1]
    load_network(discriminator, "discriminator", tensors, path)
    if run["training"]["statistics"] == "recalibrated":
        for name, buffer in discriminator.named_buffers():
            buffer.copy_(tensors[f"recalibrated.{name}"])
    discriminator.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return TrainedDiscriminator(run, discriminator.eval(), iteration, torch.device(device))


def load_generator(run_dir: str | Path, iteration: int, device: str = "cpu") -> nn.Module:
    """Load the generator of a checkpoint, the averaged one where the run keeps an average."""
    run = read_run(run_dir)
    path = Path(run_dir) / checkpoint_name(iteration)
    tensors, notes = read_tensors(path)
    generator = build(run["training"], outputs(run), notes["channels"], 0)[0]
    averaged = any(name.startswith("average.") for name in tensors)
    load_network(generator, "average" if averaged else "generator", tensors, path)
    return generator.to(device).requires_grad_(False)
