"""Files of tensors: checkpoints and states, as safetensors: data only, never code."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.errors import InputError
from auva.files import atomic_path

if TYPE_CHECKING:
    from torch import Tensor

SCHEMA = 2
"""Version of the layout of checkpoints and states."""

_ZEROS = 64 * "0"


def write_tensors(path: Path, tensors: Mapping[str, "Tensor"], notes: Mapping[str, Any]) -> None:
    """Write tensors by name with a JSON header, whole or not at all.

    The header carries the SHA-256 of the file, taken with zeros in its own place.
    """
    from safetensors.torch import save

    header = json.dumps({"schema": SCHEMA, "sha256": _ZEROS, **notes}, sort_keys=True)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    # In memory: the library writes to a full disk in its own way.
    data = save(plain, metadata={"auva": header})
    with atomic_path(path) as temporary:
        temporary.write_bytes(data.replace(_ZEROS.encode(), _checksum(data).encode(), 1))


def read_tensors(path: Path) -> tuple[dict[str, "Tensor"], dict[str, Any]]:
    """Return the tensors and the header of a file of `write_tensors`.

    Raises
    ------
    InputError
        No such file, a damaged file, another layout.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such checkpoint", path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from error
    notes: dict[str, Any] = {}
    tensors: dict[str, Tensor] = {}
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
