"""What is asked of a cluster, checked before the first job is submitted.

Snakemake drops what sbatch says when it refuses a grouped job, so a partition that does not exist
would end a run without a word about it.
"""

import shutil
import subprocess
from typing import Any

from auva.errors import InputError, suggest


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


def check_partitions(names: set[str]) -> None:
    """Ask Slurm whether partitions exist; where there is no Slurm, nothing is checked.

    Raises
    ------
    InputError
        When a partition does not exist, with those that do.
    """
    if not names or shutil.which("sinfo") is None:
        return
    command = ["sinfo", "--noheader", "--format=%R"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    known = set(done.stdout.split())
    if done.returncode != 0 or not known:
        return
    for name in sorted(names - known):
        raise InputError(
            f"this cluster has no partition '{name}'{suggest(name, known)}; "
            f"it has {', '.join(sorted(known))}"
        )
