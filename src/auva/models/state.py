"""The state of a training that may be stopped: the newest one and the one before it."""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from auva.digest import code_digest
from auva.errors import InputError
from auva.files import move
from auva.models.meter import carry, spent
from auva.models.run import Run
from auva.models.weights import whole_note
from auva.records.hdf5 import digest
from auva.records.tensors import read_tensors, write_tensors

STATE = "state.safetensors"
STATE_BEFORE = "state.before.safetensors"
_ANEW = "training starts again from the beginning"
_LOG = logging.getLogger("auva")


def state_digest(run: Run, dataset_h5: Path, module: str, cosmetic: Collection[str] = ()) -> str:
    """Return what a stopped run and its state must agree on: settings, dataset and code.

    Parameters
    ----------
    run : Run
    dataset_h5 : Path
        What it is trained on.
    module : str
        The module that trains it.
    cosmetic : collection of str
        Settings that may differ.
    """
    kept = {k: v for k, v in run.settings.items() if k not in cosmetic}
    text = json.dumps({**run.as_dict(), "settings": kept}, sort_keys=True)
    code = code_digest(module)
    return hashlib.sha256(f"{text}{digest(dataset_h5)}{code}".encode()).hexdigest()[:16]


def write_state(folder: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
    """Write the state; the one before stays, so that there is a good one if this is damaged.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    tensors, notes : mapping
        What the training needs to continue; `notes["digest"]` tells what it belongs to, and
        `notes["step"]` how many steps were done. The CPU seconds so far are added.
    """
    if (folder / STATE).exists():
        move(folder / STATE, folder / STATE_BEFORE)
    write_tensors(folder / STATE, tensors, {**notes, "cpu_seconds": spent()})


def load_state(
    path: Path, digest: str, last_step: int
) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Return tensors and notes of a state, None where it belongs to something else.

    A state whose `digest` is another one belongs to other settings, data or code; one beyond
    `last_step` is of a longer training.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    tensors, notes = read_tensors(path)
    if notes.get("digest") != digest or whole_note(notes, "step", path) > last_step:
        return None
    return tensors, notes


def resume(
    folder: Path,
    digest: str,
    last_step: int,
    take: Callable[[dict[str, Tensor], dict[str, Any], Path], None],
    begin: Callable[[], None],
) -> bool:
    """Continue from the newest good state; return whether there was one.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    digest, last_step
        As for `load_state`.
    take : callable
        Puts tensors, notes and path of a state into the training; an `InputError` where they hold
        something else.
    begin : callable
        Makes the training as it was at its beginning, after a state that was taken in part.
    """
    states = [path for path in (folder / STATE, folder / STATE_BEFORE) if path.exists()]
    for path in states:
        try:
            found = load_state(path, digest, last_step)
            if found is None:
                _LOG.info("%s belongs to other settings, data or code: %s", path, _ANEW)
                return False
            take(*found, path)
        except InputError as error:
            _LOG.warning("%s", error)
            path.unlink()  # lest it takes the place of a good one
            begin()
            continue
        seconds = found[1].get("cpu_seconds")
        carry(seconds if isinstance(seconds, float) else 0.0)
        return True
    if states:
        _LOG.warning("%s: no state is whole: %s", folder, _ANEW)
    return False


def clear_state(folder: Path, keep_last: bool = False) -> None:
    """Remove the states of a finished training."""
    (folder / STATE_BEFORE).unlink(missing_ok=True)
    if not keep_last:
        (folder / STATE).unlink(missing_ok=True)
