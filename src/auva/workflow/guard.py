"""One run at a time in a results folder, without a lock that outlives a killed run."""

import fcntl
from pathlib import Path
from typing import IO, Any

from auva.errors import InputError
from auva.workflow.lease import Lease
from auva.workflow.store import Disk, Store

SHARED = "resources"
"""Folder of what runs with several results folders share: demo corpus, models, digits."""


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
    """Hold a folder of a disk or of a store until what is returned is closed.

    Raises
    ------
    InputError
        When another run works in the folder, or when it cannot be written.
    """
    return Lease(disk, folder) if isinstance(disk, Store) else lock(folder)


def lock(results: str | Path) -> IO[bytes]:
    """Hold a folder until the returned file is closed or the process ends.

    Snakemake's own lock is a file that a killed run leaves behind; this one is held by the
    operating system and gone with the process, so that the same command simply goes on.

    Raises
    ------
    InputError
        When another run works in the folder, or when it cannot be written.
    """
    path = Path(results) / ".running"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("ab")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", results) from error
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        stream.close()
        raise InputError("another run works in this folder", results) from error
    except OSError:  # a network file system without locks: nothing to hold
        pass
    return stream
