"""The device of a training."""

import logging
from contextlib import AbstractContextManager, nullcontext

import torch

from auva.errors import InputError

_LOG = logging.getLogger("auva")


def choose_device(name: str) -> torch.device:
    """Return and log the device "cpu" or "cuda"; "auto" is CUDA if it is available.

    Raises
    ------
    InputError
        The device is not available.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name not in ("cpu", "cuda") or (name == "cuda" and not torch.cuda.is_available()):
        raise InputError(f"device '{name}' is not available; use cpu, cuda or auto")
    device = torch.device(name)
    gpu = name == "cuda"
    _LOG.info("training on %s", torch.cuda.get_device_name(device) if gpu else "the CPU, no GPU")
    return device


def mixed_precision(name: str, device: torch.device) -> AbstractContextManager[object]:
    """Return the context of forward passes in "float32" or "bfloat16"."""
    return nullcontext() if name == "float32" else torch.autocast(device.type, torch.bfloat16)
