"""One run at a time in a results folder, with a lock that never outlives its processes.

A run and each of its jobs hold a lock of the operating system on the file `.running` of a folder.
The lock is released when the last of them ends, in any way. After a kill, the same command can
therefore continue, but not while a job of the killed run is still running.
"""

import fcntl
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from auva.errors import InputError
from auva.workflow.lease import Lease
from auva.workflow.paths import results_of
from auva.workflow.store import Disk, Store

SHARED = "resources"
"""Folder of files that runs with different results folders share: demo corpus, models, digits."""

_LOCK = ".running"
_RUN = "AUVA_RUN"
"""Environment variable with the name of a job's run."""


def folders_written(workflow: Any, results: str, disk: Disk) -> list[str]:  # noqa: ANN401
    """Return the folders that a run writes to: its results, and `resources` if its plan needs it.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        The workflow with its plan.
    results : str
        The results folder.
    disk : Disk
        The disk or store of its files.
    """
    jobs = workflow.dag.needrun_jobs(exclude_finished=False)
    files = (disk.name_of(file) for job in jobs for file in job.output)
    shared = any(file.startswith(f"{SHARED}/") for file in files)
    return [results, SHARED] if shared else [results]


def reserve(folder: str, disk: Disk) -> IO[bytes] | Lease:
    """Lock a folder of a disk or of a store for this run until the returned object is closed.

    Raises
    ------
    InputError
        If another run or job uses the folder, or if it cannot be written.
    """
    return Lease(disk, folder) if isinstance(disk, Store) else lock(folder)


def lock(folder: str | Path) -> IO[bytes]:
    """Lock a folder for this run until the returned file is closed or the process ends.

    The folder must not be locked by another run or by a remaining job of a killed run. The jobs of
    this run share the lock (`working`); they get the name of the run from the environment.

    Raises
    ------
    InputError
        If another run or job uses the folder, or if it cannot be written.
    """
    stream = _open(folder)
    if not _lock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB):
        stream.close()
        cause = "another run, or a job of a killed run, works in this folder"
        raise InputError(cause, folder)
    name = os.environ.setdefault(_RUN, uuid.uuid4().hex)
    with suppress(OSError):  # on a full disk the lock is enough
        stream.truncate(0)
        stream.write(name.encode())
        stream.flush()
    # Another run may have locked the folder between the two calls.
    if not _lock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB):
        stream.close()
        raise InputError("another run works in this folder", folder)
    return stream


def folders_of(log: str, outputs: Iterable[str]) -> list[str]:
    """Return the folders that a job writes to: that of its log, `{results}/logs/…`, and shared."""
    shared = any(str(path).startswith(f"{SHARED}/") for path in outputs)
    return [str(results_of(log)), SHARED] if shared else [str(results_of(log))]


@contextmanager
def working(folders: Iterable[str | Path]) -> Iterator[None]:
    """Lock folders for a job, together with its run, during a block.

    Raises
    ------
    InputError
        If the job's run has ended and another run uses a folder.
    """
    with ExitStack() as stack:
        for folder in folders:
            stream = stack.enter_context(_open(folder))
            _lock(stream, fcntl.LOCK_SH)
            stream.seek(0)
            mine, here = os.environ.get(_RUN), stream.read().decode("ascii", "replace")
            if mine and here and mine != here:
                raise InputError("the run of this job was killed; another run works here", folder)
        yield


def _open(folder: str | Path) -> IO[bytes]:
    path = Path(folder) / _LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab+")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", folder) from error


def _lock(stream: IO[bytes], how: int) -> bool:
    """Lock a file; return whether it is locked, or whether the file system has no locks."""
    try:
        fcntl.flock(stream, how)
    except BlockingIOError:
        return False
    except OSError:  # a network file system without locks
        pass
    return True
