"""A cache of the detector's compiled code for later jobs.

Numba compiles for about half a minute and stores the result beside the source if that folder is
writable. The folder is not writable in an image, and a container starts with an empty disk. There,
the code is stored in a folder of the machine for its next jobs. If there is a store, the code is
also copied to the store, for other machines with the same processor.
"""

import hashlib
import logging
import os
import platform
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import auva
from auva.archive import files_of, pack, unpack
from auva.digest import code_digest
from auva.workflow.store import Store, from_environment

_LOG = logging.getLogger("auva")

VARIABLE = "NUMBA_CACHE_DIR"
"""Environment variable with numba's folder; numba reads it when it is imported."""

FOLDER = "resources/compiled"
"""Folder of the store for compiled code."""


@contextmanager
def compiled_code() -> Iterator[None]:
    """Keep the code that a job compiles for the next job, on this machine and in the store.

    This must be entered before numba is imported. If `NUMBA_CACHE_DIR` is set, its folder is used.
    """
    folder = _folder()
    if folder is None:
        yield
        return
    os.environ[VARIABLE] = str(folder)
    store = from_environment()
    if store:
        _fetch(store, folder)
    before = set(files_of(folder))
    yield
    if store and not set(files_of(folder)) <= before:
        _send(store, folder)


def _folder() -> Path | None:
    """Return the folder of compiled code, None if numba's default is writable and sufficient."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    if os.access(Path(auva.__file__).parent, os.W_OK) and from_environment() is None:
        return None
    path = Path(tempfile.gettempdir(), f"auva-compiled-{os.getuid()}")
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
    except OSError:
        return None
    # Compiled code is executed, so nobody else may have write access.
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return path if private and found.st_uid == os.getuid() else None


def _name() -> str:
    """Return the name in the store of the code for this machine's processor."""
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    processor = f"{get_host_cpu_name()} {get_host_cpu_features().flatten()}"
    versions = f"{platform.python_version()} {version('numba')} {code_digest('auva.dpm.stream')}"
    key = hashlib.sha256(f"{processor} {versions}".encode()).hexdigest()[:16]
    return f"{FOLDER}/{key}.tar"


def _fetch(store: Store, folder: Path) -> None:
    """Copy the code from the store if this machine has none."""
    if any(files_of(folder)):
        return
    try:
        if store.version(_name()) is None:
            return
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "compiled.tar")
            store.get(_name(), path)
            unpack(path, folder)
    except Exception as error:  # any error of a plugin: the job compiles
        _LOG.warning("compiled code was not fetched (%s)", error)


def _send(store: Store, folder: Path) -> None:
    """Copy the code that this job has compiled to the store."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "compiled.tar")
            pack(folder, files_of(folder), path)
            store.put(path, _name())
    except Exception as error:  # any error of a plugin: the next job compiles
        _LOG.warning("compiled code was not stored (%s)", error)
