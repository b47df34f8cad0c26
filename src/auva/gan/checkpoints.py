"""Checkpoints and the state of a stopped run, as safetensors: data only, never code."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from auva.digest import code_digest
from auva.errors import InputError
from auva.files import atomic_path
from auva.gan.settings import COSMETIC
from auva.records.hdf5 import digest

SCHEMA = 2
"""Version of the layout of checkpoints and states."""

_ZEROS = 64 * "0"


def state_digest(run: Mapping[str, Any], dataset_h5: Path) -> str:
    """Return what a stopped run and its state must agree on: settings, dataset and code."""
    kept = {k: v for k, v in run["training"].items() if k not in COSMETIC}
    text = json.dumps({**run, "training": kept}, sort_keys=True)
    code = code_digest("auva.gan.training")
    return hashlib.sha256(f"{text}{digest(dataset_h5)}{code}".encode()).hexdigest()[:16]


def write_tensors(path: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
    """Write tensors by name with a JSON header, whole or not at all.

    The header carries the SHA-256 of the file, taken with zeros in its own place.
    """
    header = json.dumps({"schema": SCHEMA, "sha256": _ZEROS, **notes}, sort_keys=True)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # In memory: the library writes to a full disk in its own way.
    data = save(plain, metadata={"auva": header})
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.replace(_ZEROS.encode(), _checksum(data).encode(), 1))


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return the tensors and the header of a file of `write_tensors`.

    Raises
    ------
    InputError
        No such file, a damaged file, another layout.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such checkpoint", path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from error
    try:
        length = int.from_bytes(data[:8], "little")
        notes = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["auva"])
        stated = notes.pop("sha256").encode("ascii")
        whole = _checksum(data.replace(stated, _ZEROS.encode(), 1)).encode() == stated
        tensors = load(data) if whole else {}
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        whole = False
    if not whole:
        raise InputError("damaged, or changed since it was written", path)
    if notes.get("schema") != SCHEMA:
        raise InputError(f"checkpoint of layout {notes.get('schema')}, not {SCHEMA}", path)
    return tensors, notes


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


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
