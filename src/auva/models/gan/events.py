"""TensorBoard events of a training: losses, generated images, histograms of gradients."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from torch import nn

FOLDER = "tensorboard"


class Events:
    """The TensorBoard events of one run, in `tensorboard/` of its folder.

    Parameters
    ----------
    run_dir : Path
        Folder of the run.
    enabled : bool
        False writes nothing and does not load TensorBoard.
    start : int
        Iteration from which a run continues. Events of later iterations, from a killed run, are
        hidden.
    """

    def __init__(self, run_dir: Path, enabled: bool, start: int = 0) -> None:
        self._writer = None
        if enabled:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(run_dir / FOLDER), purge_step=start)

    def scalars(self, group: str, values: Mapping[str, float], iteration: int) -> None:
        """Write numbers below `group`, such as the losses of a row of history.csv."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, iteration)

    def image(self, name: str, image: np.ndarray, iteration: int) -> None:
        """Write RGB bytes [h, w, 3]."""
        if self._writer is not None:
            self._writer.add_image(name, image, iteration, dataformats="HWC")

    def gradients(self, name: str, network: nn.Module, iteration: int) -> None:
        """Write a histogram of each gradient of the network's last update, after clipping.

        The gradients are finite, because a loss that is not finite stops the run first.
        """
        if self._writer is None:
            return
        for label, parameter in network.named_parameters():
            if parameter.grad is not None and bool(parameter.grad.isfinite().all()):
                self._writer.add_histogram(f"{name}/{label}", parameter.grad, iteration)

    def close(self) -> None:
        """Write buffered events."""
        if self._writer is not None:
            self._writer.close()
