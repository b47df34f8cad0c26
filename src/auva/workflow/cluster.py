"""Check of the requests to a cluster before the first job is submitted.

Snakemake does not show sbatch's error for a grouped job, so a run with a wrong partition would
otherwise fail without a message.
"""

import subprocess
from typing import Any

from auva.errors import InputError, suggest

PATIENCE = 60
"""Seconds to wait for an answer of Slurm."""


def requested_partitions(settings: Any) -> set[str]:  # noqa: ANN401 - Snakemake's settings
    """Return the Slurm partitions that a profile or the command line names for all or some rules.

    Parameters
    ----------
    settings : snakemake.settings.types.ResourceSettings
        `workflow.resource_settings` in a Snakefile.
    """
    asked = [settings.default_resources or {}, *settings.overwrite_resources.values()]
    values = (dict(resources).get("slurm_partition") for resources in asked)
    texts = (str(getattr(value, "raw", None) or value) for value in values if value)
    return {name for text in texts for name in text.strip("'\"").split(",")}


def check_slurm(partitions: set[str]) -> None:
    """Check that Slurm answers and has these partitions.

    Its executor plugin waits without a message for a Slurm that does not answer.

    Raises
    ------
    InputError
        If Slurm is not installed or does not answer, or if a partition does not exist; the message
        lists the partitions that exist.
    """
    command = ["sinfo", "--noheader", "--format=%R"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except OSError:
        raise InputError("Slurm is not installed: its command sinfo cannot be run") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"Slurm does not answer: sinfo took longer than {PATIENCE} s") from None
    known = set(done.stdout.split())
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise InputError(f"Slurm does not answer: {lines[-1] if lines else 'sinfo failed'}")
    for name in sorted(partitions - known) if known else ():
        raise InputError(
            f"this cluster has no partition '{name}'{suggest(name, known)}; "
            f"it has {', '.join(sorted(known))}"
        )
