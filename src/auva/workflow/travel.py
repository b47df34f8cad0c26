"""Files that are sent with jobs that do not share a disk with the submitting machine.

Snakemake packs its rules, scripts, configuration files and everything under version control in the
working directory. A job unpacks them and reads the Snakefile again, so all other files that the
Snakefile reads must be packed too.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auva.errors import InputError

LARGEST = 10_000_000
"""Size in bytes above which Snakemake leaves a file out."""


def send_along(workflow: Any, files: Iterable[str | None], own: Iterable[str]) -> None:  # noqa: ANN401
    """Send files with the jobs of a workflow.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        The workflow, while its Snakefile is read.
    files : iterable of path
        Files of the corpus: the sample sheet, the manual check. None and missing files are ignored.
    own : iterable of path
        Files of the workflow. Those outside the working directory are installed on the job's
        machine too and are not sent.

    Raises
    ------
    InputError
        If one of them, or a configuration file, cannot be sent.
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
            raise InputError("is larger than 10 MB and cannot be sent along with the jobs", file)
    inside = [*theirs, *(file for file in own if not _is_outside(file))]
    known = {os.path.relpath(file) for file in workflow.configfiles}
    workflow.configfiles.extend(sorted({os.path.relpath(file) for file in inside} - known))


def _is_outside(file: str | Path) -> bool:
    """Return whether a file is outside the working directory."""
    return os.path.relpath(file).split(os.sep, 1)[0] == os.pardir
