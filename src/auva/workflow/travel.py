"""What goes along with jobs that share no disk with the machine that submits them.

Snakemake packs its rules, scripts, configuration files and everything under version control below
the working directory; a job unpacks them and reads the Snakefile again. Whatever else is read then
must be among them.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auva.errors import InputError

LARGEST = 10_000_000
"""Bytes of a file beyond which Snakemake leaves it out."""


def send_along(workflow: Any, files: Iterable[str | None], own: Iterable[str]) -> None:  # noqa: ANN401
    """Have files travel with the jobs of a workflow.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        While its Snakefile is read.
    files : iterable of path
        What belongs to the corpus: the sample sheet, the manual check. None, or a file that is not
        there, stays away.
    own : iterable of path
        What belongs to the workflow. Where that is installed outside the working directory, the
        job's machine has it too.

    Raises
    ------
    InputError
        For one of them, or a configuration file, that cannot travel.
    """
    theirs = [file for file in files if file and Path(file).exists()]
    for file in [*workflow.configfiles, *theirs]:
        if _is_outside(file):
            raise InputError(
                "is outside the working directory, so it cannot be sent along with jobs that "
                "share no disk: copy it there",
                file,
            )
        if Path(file).stat().st_size > LARGEST:
            raise InputError("is larger than 10 MB and cannot go along with the jobs", file)
    inside = [*theirs, *(file for file in own if not _is_outside(file))]
    known = {os.path.relpath(file) for file in workflow.configfiles}
    workflow.configfiles.extend(sorted({os.path.relpath(file) for file in inside} - known))


def _is_outside(file: str | Path) -> bool:
    """Return whether a file is outside the working directory."""
    return os.path.relpath(file).split(os.sep, 1)[0] == os.pardir
