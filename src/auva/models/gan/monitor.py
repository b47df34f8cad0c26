"""Monitoring of a run during its training: sample grids, their diversity, gradients."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn

from auva.models.gan.data import Images
from auva.models.gan.events import Events
from auva.models.gan.samples import (
    diversity,
    fixed_noise,
    grid,
    image_range,
    sample,
    sample_name,
    sheet_iterations,
    write_png,
    write_sheet,
)
from auva.models.run import Run

_LOG = logging.getLogger("auva")


class SampleMonitor:
    """The pictures of one run, in `samples/` and samples.png of its folder.

    Parameters
    ----------
    run : Run
    folder : Path
        Folder of the run.
    images : Images
        Training images; their diversity is the reference for that of the generated images.
    device : torch.device
        Device of the generator.
    """

    def __init__(self, run: Run, folder: Path, images: Images, device: torch.device) -> None:
        self._settings = settings = run.settings
        self._folder = folder
        self._range = image_range(run)
        self._noise = fixed_noise(
            settings["samples"], settings["noise_size"], settings["seed"], device
        )
        real = images.spread(len(self._noise)).cpu().numpy()
        self._real_diversity = max(diversity(real), 1e-9)

    def write(self, generator: nn.Module, iteration: int, events: Events) -> None:
        """Write the grid of an iteration; warn if the generator makes only one image."""
        images = sample(generator, self._noise, self._range)
        sheet = grid(images[: self._settings["samples"]])
        write_png(self._folder / "samples" / sample_name(iteration), sheet)
        events.image("samples", sheet, iteration)
        self._compare(images, iteration, events)

    def _compare(self, images: np.ndarray, iteration: int, events: Events) -> None:
        share = diversity(images) / self._real_diversity
        events.scalars("images", {"diversity": share}, iteration)
        if iteration > 0 and share < self._settings["collapse_below"]:
            _LOG.warning(
                "iteration %d: the generator has collapsed: the diversity of its images is %.3f "
                "of that of real ones",
                iteration,
                share,
            )

    def finish(self, saved: Sequence[int]) -> None:
        """Write samples.png from the grids of the saved iterations that the settings name."""
        shown = sheet_iterations(saved, self._settings["sample_iterations"])
        write_sheet(self._folder / "samples", shown, self._folder / "samples.png")
