"""What checkpoints and states hold of networks and optimisers, by name."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from auva.errors import InputError


def network_tensors(prefix: str, network: nn.Module) -> dict[str, Tensor]:
    """Return a network's weights and statistics, their names below `prefix`."""
    return {f"{prefix}.{name}": value for name, value in network.state_dict().items()}


def load_network(
    network: nn.Module, prefix: str, tensors: Mapping[str, Tensor], path: Path
) -> None:
    """Copy tensors below `prefix` into a network; other names or shapes are an `InputError`."""
    own = network.state_dict()
    for name, value in own.items():
        stored = tensors.get(f"{prefix}.{name}")
        if stored is None or stored.shape != value.shape:
            raise InputError(f"has no tensor '{prefix}.{name}' of shape {list(value.shape)}", path)
        with torch.no_grad():
            value.copy_(stored)


def adam_tensors(prefix: str, network: nn.Module, adam: torch.optim.Adam) -> dict[str, Tensor]:
    """Return an optimizer's moments and step counts by the names of the network's weights."""
    tensors: dict[str, Tensor] = {}
    for name, parameter in network.named_parameters():
        for key, value in adam.state.get(parameter, {}).items():
            tensors[f"{prefix}.{key}.{name}"] = value
    return tensors


def load_adam(
    prefix: str, network: nn.Module, adam: torch.optim.Adam, tensors: Mapping[str, Tensor]
) -> None:
    """Put the moments of `adam_tensors` back, in the memory order of the weights."""
    for name, parameter in network.named_parameters():
        state: dict[str, Tensor] = {}
        for key in ("step", "exp_avg", "exp_avg_sq"):
            stored = tensors.get(f"{prefix}.{key}.{name}")
            if stored is None:
                continue
            if key == "step":
                state[key] = stored.to(parameter.device)
            else:
                state[key] = torch.empty_like(parameter, requires_grad=False).copy_(stored)
        if state:
            adam.state[parameter] = state
