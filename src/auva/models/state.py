"""The saved states of a training that may be stopped: the newest one and the previous one."""

import hashlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from auva.digest import code_digest
from auva.errors import InputError
from auva.files import move, sha256
from auva.models.meter import carry, spent
from auva.models.run import Run
from auva.models.weights import whole_note
from auva.records.hdf5 import digest
from auva.records.tensors import read_tensors, write_tensors

STATE = "state.safetensors"
STATE_BEFORE = "state.before.safetensors"
_ANEW = "training starts again from the beginning"
_LOG = logging.getLogger("auva")


def state_digest(
    run: Run,
    dataset_h5: Path,
    module: str,
    cosmetic: Collection[str] = (),
    files: Iterable[str | Path] = (),
) -> str:
    """Return a digest of settings, dataset and code, which a run and its state must share.

    Parameters
    ----------
    run : Run
    dataset_h5 : Path
        The dataset of the training.
    module : str
        The module that trains it.
    cosmetic : collection of str
        Settings that may differ.
    files : iterable of path
        Other files that the training begins with.
    """
    kept = {k: v for k, v in run.settings.items() if k not in cosmetic}
    text = json.dumps({**run.as_dict(), "settings": kept}, sort_keys=True)
    code = code_digest(module)
    contents = "".join([digest(dataset_h5), *map(sha256, files)])
    return hashlib.sha256(f"{text}{contents}{code}".encode()).hexdigest()[:16]


def write_state(folder: Path, tensors: Mapping[str, Tensor], notes: Mapping[str, Any]) -> None:
    """Write the state and keep the previous one, in case this one is damaged.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    tensors, notes : mapping
        The values that the training needs to continue. `notes["digest"]` identifies settings,
        dataset and code, `notes["step"]` is the number of steps. The CPU seconds so far are added.
    """
    if (folder / STATE).exists():
        move(folder / STATE, folder / STATE_BEFORE)
    write_tensors(folder / STATE, tensors, {**notes, "cpu_seconds": spent()})


def load_state(
    path: Path, digest: str, last_step: int
) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Return tensors and notes of a state, None if the state belongs to another training.

    A state with another `digest` belongs to other settings, data or code; a state beyond
    `last_step` belongs to a longer training.

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
    """Continue from the newest valid state; return whether there was one.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    digest, last_step
        As for `load_state`.
    take : callable
        Restores tensors and notes of a state, with its path for messages; raises an `InputError` if
        they do not fit.
    begin : callable
        Initialises the training again after a state that was restored only in part.
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
            path.unlink()  # otherwise it could replace a valid state
            begin()
            continue
        seconds = found[1].get("cpu_seconds")
        carry(seconds if isinstance(seconds, float) else 0.0)
        return True
    if states:
        _LOG.warning("%s: no valid state: %s", folder, _ANEW)
    return False


def clear_state(folder: Path, keep_last: bool = False) -> None:
    """Remove the states of a finished training."""
    (folder / STATE_BEFORE).unlink(missing_ok=True)
    if not keep_last:
        (folder / STATE).unlink(missing_ok=True)
