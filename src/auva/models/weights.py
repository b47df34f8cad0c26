"""Named tensors of networks and optimizers in checkpoints and states."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from auva.errors import InputError


def network_tensors(prefix: str, network: nn.Module) -> dict[str, Tensor]:
    """Return a network's weights and statistics, with names that start with `prefix`."""
    return {f"{prefix}.{name}": value for name, value in network.state_dict().items()}


def load_network(
    network: nn.Module, prefix: str, tensors: Mapping[str, Tensor], path: Path
) -> None:
    """Copy tensors below `prefix` into a network; `InputError` if they do not fit."""
    for name, value in network.state_dict().items():
        load_tensor(value, f"{prefix}.{name}", tensors, path)


@torch.no_grad()
def load_tensor(value: Tensor, name: str, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Copy a stored tensor into `value`.

    Raises
    ------
    InputError
        If it is missing, has another shape or type, or contains NaN or infinite values.
    """
    stored = tensors.get(name)
    if stored is None or stored.shape != value.shape or stored.dtype != value.dtype:
        raise InputError(f"has no tensor '{name}' of shape {list(value.shape)}", path)
    if not stored.isfinite().all():
        raise InputError(f"the tensor '{name}' contains NaN or infinite values", path)
    value.copy_(stored)


def channels_of(notes: Mapping[str, Any], path: Path) -> int:
    """Return the number of colours of a checkpoint's images."""
    channels = notes.get("channels")
    if type(channels) is not int or channels not in (1, 3):
        raise InputError(f"is a checkpoint for images of {channels} colours", path)
    return channels


def adam_tensors(prefix: str, network: nn.Module, adam: torch.optim.Adam) -> dict[str, Tensor]:
    """Return an optimizer's moments and step counts by the names of the network's weights."""
    tensors: dict[str, Tensor] = {}
    for name, parameter in network.named_parameters():
        for key, value in adam.state.get(parameter, {}).items():
            tensors[f"{prefix}.{key}.{name}"] = value
    return tensors


def load_adam(
    prefix: str,
    network: nn.Module,
    adam: torch.optim.Adam,
    tensors: Mapping[str, Tensor],
    path: Path,
) -> None:
    """Restore the moments from `adam_tensors`, in the memory order of the weights.

    Raises
    ------
    InputError
        If a part is missing or does not fit.
    """
    if not any(name.startswith(f"{prefix}.") for name in tensors):
        return  # there are no moments before the first step
    for name, parameter in network.named_parameters():
        state: dict[str, Tensor] = {
            "step": torch.zeros((), device=parameter.device),
            "exp_avg": torch.empty_like(parameter, requires_grad=False),
            "exp_avg_sq": torch.empty_like(parameter, requires_grad=False),
        }
        for key, value in state.items():
            load_tensor(value, f"{prefix}.{key}.{name}", tensors, path)
        adam.state[parameter] = state


def load_random(
    source: torch.Generator, name: str, tensors: Mapping[str, Tensor], path: Path
) -> None:
    """Restore the state of a random number generator; `InputError` if it is not one."""
    like = source.get_state()
    load_tensor(like, name, tensors, path)
    try:
        source.set_state(like)
    except RuntimeError as error:
        raise InputError(
            f"'{name}' is not a state of a random number generator ({error})", path
        ) from error


def whole_note(notes: Mapping[str, Any], name: str, path: Path) -> int:
    """Return a whole number of at least 0 from the notes."""
    value = notes.get(name)
    if type(value) is not int or value < 0:
        raise InputError(f"its {name} is {value!r}, not a whole number from 0 up", path)
    return value
