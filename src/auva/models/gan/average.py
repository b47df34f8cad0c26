"""An optional exponential moving average of a network's weights."""

import copy
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from auva.models.weights import load_network


class MovingAverage:
    """Averaged copy of a network; does nothing at decay 0.

    Parameters
    ----------
    network : nn.Module
        The network at step 0.
    decay : float
        Weight of the old average in every update, in [0, 1).
    prefix : str
        Prefix of its tensors in a checkpoint or a state.
    """

    def __init__(self, network: nn.Module, decay: float, prefix: str = "average") -> None:
        self.decay = decay
        self.prefix = prefix
        self.copy = copy.deepcopy(network).requires_grad_(False) if decay > 0 else None

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average towards the network's weights."""
        if self.copy is None:
            return
        for mine, its in zip(self.copy.parameters(), network.parameters(), strict=True):
            mine.lerp_(its, 1 - self.decay)
        # Running statistics are averages already, so they are copied.
        for mine, its in zip(self.copy.buffers(), network.buffers(), strict=True):
            mine.copy_(its)

    def network(self, network: nn.Module) -> nn.Module:
        """Return the averaged network if there is one, otherwise `network`."""
        return network if self.copy is None else self.copy

    def tensors(self) -> dict[str, Tensor]:
        """Return the averaged weights for a checkpoint or a state."""
        if self.copy is None:
            return {}
        return {f"{self.prefix}.{name}": value for name, value in self.copy.state_dict().items()}

    def load(self, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Restore the result of `tensors`; `InputError` if it does not fit."""
        if self.copy is not None:
            load_network(self.copy, self.prefix, tensors, path)
