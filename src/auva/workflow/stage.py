"""The frame around each rule's script: its log, its bad input, its provenance record."""

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auva.errors import InputError


@contextmanager
def stage(snakemake: Any) -> Iterator[None]:  # noqa: ANN401 - Snakemake's script object
    """Log to the rule's log file, end bad input with one line and exit status 1, record the job.

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
        The object that Snakemake gives to a script.
    """
    log = str(snakemake.log[0])
    handler = logging.FileHandler(log, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger = logging.getLogger("auva")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(handler)
    try:
        yield
        _record(snakemake, log)
    except InputError as error:
        logger.error("%s", error)
        print(f"auva: {error}", file=sys.stderr)
        sys.exit(1)
    except Exception:
        logger.error("%s", traceback.format_exc())
        raise
    finally:
        handler.close()


def _record(snakemake: Any, log: str) -> None:  # noqa: ANN401
    from auva.workflow.provenance import write_record

    write_record(
        log,
        snakemake.rule,
        [str(path) for path in snakemake.input],
        [str(path) for path in snakemake.output],
        dict(snakemake.params.items()),
    )
