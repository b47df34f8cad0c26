"""One run at a time in a results folder, without a lock that outlives a killed run."""

import fcntl
from pathlib import Path
from typing import IO

from auva.errors import InputError


def reserve(results: str | Path) -> IO[bytes]:
    """Hold a results folder until the returned file is closed or the process ends.

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
