"""One run at a time in a results folder, without a lock that outlives what works there.

The operating system holds the lock of a folder, `.running`, for a run and for each of its jobs, and
lets go of it when the last of them ends, however it ends. So the same command goes on after a kill,
but not beside a job that the kill left over.
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
"""Folder of what runs with several results folders share: demo corpus, models, digits."""

_LOCK = ".running"
_RUN = "AUVA_RUN"
"""Environment variable with the name of a job's run."""


def folders_written(workflow: Any, results: str, disk: Disk) -> list[str]:  # noqa: ANN401
    """Return the folders that a run writes to: its results, and `resources` if its plan says so.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        With its plan made.
    results : str
        The results folder.
    disk : Disk
        Where its files are.
    """
    jobs = workflow.dag.needrun_jobs(exclude_finished=False)
    files = (disk.name_of(file) for job in jobs for file in job.output)
    shared = any(file.startswith(f"{SHARED}/") for file in files)
    return [results, SHARED] if shared else [results]


def reserve(folder: str, disk: Disk) -> IO[bytes] | Lease:
    """Hold a folder of a disk or of a store for this run until what is returned is closed.

    Raises
    ------
    InputError
        When something else works in the folder, or when it cannot be written.
    """
    return Lease(disk, folder) if isinstance(disk, Store) else lock(folder)


def lock(folder: str | Path) -> IO[bytes]:
    """Hold a folder for this run until the returned file is closed or the process ends.

    Nobody else may hold it: neither another run nor a job that outlived its own. Then it is shared
    with the jobs of this run (`working`), which know the run by its name in the environment.

    Raises
    ------
    InputError
        When something else works in the folder, or when it cannot be written.
    """
    stream = _open(folder)
    if not _lock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB):
        stream.close()
        cause = "another run, or a job that outlived one, works in this folder"
        raise InputError(cause, folder)
    name = os.environ.setdefault(_RUN, uuid.uuid4().hex)
    with suppress(OSError):  # on a full disk the lock alone must do
        stream.truncate(0)
        stream.write(name.encode())
        stream.flush()
    # Another run may have come between the two locks.
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
    """Hold folders for a job beside its run, for the length of a block.

    Raises
    ------
    InputError
        When the job's run has ended and another one has taken a folder over.
    """
    with ExitStack() as stack:
        for folder in folders:
            stream = stack.enter_context(_open(folder))
            _lock(stream, fcntl.LOCK_SH)
            stream.seek(0)
            mine, here = os.environ.get(_RUN), stream.read().decode("ascii", "replace")
            if mine and here and mine != here:
                raise InputError("the run of this job was killed; another one works here", folder)
        yield


def _open(folder: str | Path) -> IO[bytes]:
    path = Path(folder) / _LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab+")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", folder) from error


def _lock(stream: IO[bytes], how: int) -> bool:
    """Lock a file; return whether it is locked now, or cannot be on this file system."""
    try:
        fcntl.flock(stream, how)
    except BlockingIOError:
        return False
    except OSError:  # a network file system without locks: nothing to hold
        pass
    return True
