"""Context of each rule's script: log file, exit status, cost and provenance record."""

import errno
import logging
import resource
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NoReturn

from auva.errors import InputError, UnavailableError, trouble
from auva.files import write_text
from auva.workflow.guard import folders_of, working
from auva.workflow.paths import beside_log
from auva.workflow.provenance import record_path, write_record
from auva.workflow.store import Store, from_environment
from auva.workflow.terminal import tell

REFUSED = 65
"""Exit status of a job with bad input (EX_DATAERR), for which a retry would not help."""

_STOPPED = 143
"""Exit status of a job that saved its state after SIGTERM."""

_LEVELS = {"REFUSED": logging.ERROR + 1, "STOPPED": logging.ERROR + 2}
"""Levels of the log line that tells how a job ended; `last_word` reads it."""

_TAIL = 8192
"""Number of bytes at the end of a log that are searched for its last line."""

_RSS_UNITS = 2**20 if sys.platform == "darwin" else 2**10
"""Units of `ru_maxrss` in a MiB: bytes on macOS, KiB elsewhere."""

HEAVY = ("torch", "menpo", "matplotlib", "pandas", "numba")
"""Libraries that are slow to load; only rules that need them should load them."""

_PASSING = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}
"""Errors of the operating system that may not occur on another node or in a later attempt."""


@contextmanager
def stage(snakemake: Any) -> Iterator[None]:  # noqa: ANN401 - Snakemake's script object
    """Log to the rule's log file, end bad input with one line and status 65, record the job.

    Bad input is not retried: the last line of the log has the level `REFUSED`, which `last_word`
    reads. A full disk, a missing permission or a registry that does not answer also ends with one
    line, but with exit status 1, like a bug with its traceback. A training that was stopped by
    SIGTERM logs `STOPPED`.

    A successful job writes its record (`provenance/`) and its cost as counted by the kernel
    (`benchmarks/`). The last line of the log gives the CPU seconds for starting (interpreter,
    Snakemake's preamble, imports) and for working, and the large libraries that were loaded
    (`benchmarks/overhead.py` tabulates them).

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
        The object that Snakemake gives to a script.
    """
    begun, started = time.monotonic(), time.process_time()
    log, store = str(snakemake.log[0]), from_environment()
    logger = logging.getLogger("auva")
    handler: logging.Handler = logging.NullHandler()
    try:
        handler = _log_to(log)
        with working(folders_of(log, snakemake.output)):
            yield
            _record(snakemake, log, store)
            _write_cost(log, time.monotonic() - begun)
        if store is not None:  # Snakemake transfers only the files of the rule
            for path in (record_path(log), _cost_path(log)):
                store.put(path, store.name_of(path))
        logger.info(_cost(started))
    except InputError as error:
        line = str(error).replace(f"{store.root}/", "") if store else str(error)
        if _may_pass(error):
            logger.error("%s", line)
            tell(line)
            sys.exit(1)
        refuse(line)
    except SystemExit as end:
        if end.code == _STOPPED:
            logger.log(_LEVELS["STOPPED"], "stopped by SIGTERM; the next attempt continues here")
        raise
    except Exception as error:
        line = trouble(error, Path(snakemake.output[0]).parent)
        logger.error("%s", line or traceback.format_exc())
        if line is None:
            raise
        tell(line)
        sys.exit(1)
    finally:
        with suppress(OSError):  # a full disk has been reported already
            handler.close()


def refuse(lines: str) -> NoReturn:
    """End a job with one or several lines about bad input and exit status 65, inside `stage`."""
    for line in lines.splitlines():
        logging.getLogger("auva").log(_LEVELS["REFUSED"], "%s", line)
        tell(line)
    sys.exit(REFUSED)


def last_word(log: str | Path) -> str | None:
    """Return how a job ended, from its log: "REFUSED", "STOPPED", or None.

    None means that the job succeeded, or failed because of a bug or the machine, or that the log
    is missing or is not the log of a job.
    """
    try:
        with Path(log).open("rb") as stream:
            stream.seek(max(0, Path(log).stat().st_size - _TAIL))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    words = lines[-1].split(maxsplit=3) if lines else []
    return words[2] if len(words) > 2 and words[2] in _LEVELS else None


def _may_pass(error: BaseException | None) -> bool:
    """Return whether the cause of an error is the machine, so that a retry may succeed."""
    while error is not None:
        if isinstance(error, UnavailableError) or getattr(error, "errno", None) in _PASSING:
            return True
        error = error.__cause__ or error.__context__
    return False


def _write_cost(log: str, seconds: float) -> None:
    """Write wall time, peak memory and CPU seconds of this process and its child processes.

    The columns have the names of Snakemake's benchmark files: `s`, `max_rss` (MiB, of the largest
    process) and `cpu_time` (s). Snakemake would have to sample each running job twice a second.
    """
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = max(usage.ru_maxrss for usage in usages) / _RSS_UNITS
    cpu = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    write_text(
        _cost_path(log),
        f"s\tmax_rss\tcpu_time\n{seconds:.2f}\t{peak:.2f}\t{cpu:.2f}\n",
    )


def _cost_path(log: str) -> Path:
    return beside_log(log, "benchmarks", ".tsv")


def _cost(started: float) -> str:
    """Return the cost of the job as text: CPU seconds to start and to work, large libraries."""
    work = time.process_time() - started
    loaded = [name for name in HEAVY if name in sys.modules]
    return f"{started:.2f} CPU s to start, {work:.2f} to work, loaded {', '.join(loaded) or '-'}"


def _log_to(path: str) -> logging.Handler:
    # A full disk is reported once, on standard error; then the log gets no further lines.
    logging.raiseExceptions = False
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    for name, level in _LEVELS.items():
        logging.addLevelName(level, name)
    logger = logging.getLogger("auva")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(handler)
    return handler


def _record(snakemake: Any, log: str, store: Store | None) -> None:  # noqa: ANN401
    write_record(
        log,
        snakemake.rule,
        [str(path) for path in snakemake.input],
        [str(path) for path in snakemake.output],
        dict(snakemake.params.items()),
        store.name_of if store else str,
    )
