"""The detector's compiled code, kept where the next job finds it.

Numba compiles for about half a minute and keeps what it made beside the source, where it may write
there. An installed image cannot be written, and a container begins with an empty disk: there the
code lies in a folder of the machine, which its next jobs read, and travels by the store, if there
is one, to machines with the same processor.
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
"""The environment variable that names numba's folder; read when numba is imported."""

FOLDER = "resources/compiled"
"""Where the store keeps compiled code."""


@contextmanager
def compiled_code() -> Iterator[None]:
    """Have what a job compiles be there for the next one, on this machine and by the store.

    To be entered before numba is imported. A folder that `NUMBA_CACHE_DIR` names is used as it is.
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
    """Return the folder of compiled code, None where numba's own choice will do."""
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
    # Compiled code is trusted: nobody else may have put it there.
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return path if private and found.st_uid == os.getuid() else None


def _name() -> str:
    """Return what the store calls the code that this machine's processor runs."""
    from llvmlite.binding import get_host_cpu_features, get_host_cpu_name

    processor = f"{get_host_cpu_name()} {get_host_cpu_features().flatten()}"
    versions = f"{platform.python_version()} {version('numba')} {code_digest('auva.dpm.stream')}"
    key = hashlib.sha256(f"{processor} {versions}".encode()).hexdigest()[:16]
    return f"{FOLDER}/{key}.tar"


def _fetch(store: Store, folder: Path) -> None:
    """Bring the code of the store where this machine has none."""
    if any(files_of(folder)):
        return
    try:
        if store.version(_name()) is None:
            return
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "compiled.tar")
            store.get(_name(), path)
            unpack(path, folder)
    except Exception as error:  # a plugin's own kinds of errors: the job compiles
        _LOG.warning("compiled code was not fetched (%s)", error)


def _send(store: Store, folder: Path) -> None:
    """Send what this job has compiled."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "compiled.tar")
            pack(folder, files_of(folder), path)
            store.put(path, _name())
    except Exception as error:  # a plugin's own kinds of errors: the next job compiles
        _LOG.warning("compiled code was not stored (%s)", error)
