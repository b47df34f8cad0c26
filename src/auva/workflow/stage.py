"""The frame around each rule's script: its log, its bad input, its provenance record."""

import errno
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from auva.errors import InputError

HEAVY = ("torch", "menpo", "matplotlib", "pandas", "numba")
"""Libraries that take long to load, so that only rules that need them should."""

_MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
}
"""Errors of the operating system that say nothing about auva: full disk, no permission, …"""


@contextmanager
def stage(snakemake: Any) -> Iterator[None]:  # noqa: ANN401 - Snakemake's script object
    """Log to the rule's log file, end bad input with one line and exit status 1, record the job.

    A full disk or a missing permission ends with one line too. The log closes with the CPU seconds
    that the process took to start (interpreter, Snakemake's preamble, imports) and to work, and
    with the heavy libraries that it loaded (`benchmarks/overhead.py` tabulates them).

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
        The object that Snakemake gives to a script.
    """
    started = time.process_time()
    log = str(snakemake.log[0])
    logger = logging.getLogger("auva")
    handler: logging.Handler = logging.NullHandler()
    try:
        handler = _log_to(log)
        yield
        _record(snakemake, log)
        logger.info(_cost(started))
    except InputError as error:
        logger.error("%s", error)
        print(f"auva: {error}", file=sys.stderr)
        sys.exit(1)
    except Exception as error:
        line = trouble(error, str(snakemake.output[0]))
        logger.error("%s", line or traceback.format_exc())
        if line is None:
            raise
        print(f"auva: {line}", file=sys.stderr)
        _end()
    finally:
        handler.close()


def refuse(lines: str) -> NoReturn:
    """End a job with several lines of bad input and exit status 1; inside `stage`."""
    for line in lines.splitlines():
        logging.getLogger("auva").error("%s", line)
        print(f"auva: {line}", file=sys.stderr)
    sys.exit(1)


def trouble(error: BaseException | None, output: str) -> str | None:
    """Return one line for an error of the machine (a full disk, no permission), None for a bug.

    Parameters
    ----------
    error : exception
        Its causes are looked at too. HDF5 writes the number of the error into its message only.
    output : str
        What the job was to write, named when the error names no file.
    """
    while error is not None:
        number = getattr(error, "errno", None)
        told = re.search(r"errno = (\d+)", str(error))
        number = number or (int(told[1]) if told else None)
        if number in _MACHINE:
            place = getattr(error, "filename", None) or f"{Path(output).parent}"
            return f"{place}: cannot be read or written ({os.strerror(number)})"
        error = error.__cause__ or error.__context__
    return None


def _cost(started: float) -> str:
    """Return what the job cost: CPU seconds to start and to work, heavy libraries it loaded."""
    work = time.process_time() - started
    loaded = [name for name in HEAVY if name in sys.modules]
    return f"{started:.2f} CPU s to start, {work:.2f} to work, loaded {', '.join(loaded) or '-'}"


def _log_to(path: str) -> logging.Handler:
    # A full disk is told once, on the standard error; the log says no more then.
    logging.raiseExceptions = False
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("auva")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(handler)
    return handler


def _end() -> None:
    """End the process without HDF5's own end, which crashes on a file that it could not write."""
    sys.stdout.flush()
    sys.stderr.flush()
    logging.shutdown()
    os._exit(1)


def _record(snakemake: Any, log: str) -> None:  # noqa: ANN401
    from auva.workflow.provenance import write_record

    write_record(
        log,
        snakemake.rule,
        [str(path) for path in snakemake.input],
        [str(path) for path in snakemake.output],
        dict(snakemake.params.items()),
    )
