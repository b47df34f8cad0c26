"""The jobs of the next run of the workflow, from a dry run."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from auva.web.settings import Settings

SECONDS = 120
_HEAD = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")
_FIELD = re.compile(r"^    (output|wildcards|reason): (.*)$")


def command(settings: Settings) -> list[str]:
    """Return the dry run of the workflow for these settings."""
    line = [sys.executable, "-m", "snakemake", "--dry-run", "--cores", "1", "--nolock"]
    return [*line, *config_arguments(settings)]


def config_arguments(settings: Settings) -> list[str]:
    """Return the Snakemake arguments that pass these settings to the workflow."""
    line = []
    if settings.configfiles:
        line += ["--configfile", *map(str, settings.configfiles)]
    selection = json.dumps({"overrides": str(settings.overrides)})
    results = _as_run(settings.results)
    given = {"videos": str(settings.videos), "results": results, "selection": selection}
    return [*line, "--config", *(f"{key}={value}" for key, value in given.items())]


def has_workflow(root: Path) -> bool:
    """Return whether Snakemake finds a workflow in a folder."""
    return any((root / place).exists() for place in ("Snakefile", "workflow/Snakefile"))


def _as_run(results: Path) -> str:
    """Return the folder in the spelling of the workflow, whose records of past jobs use it."""
    here = Path().resolve()
    whole = results.resolve()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else results)


def next_run(settings: Settings, root: Path = Path()) -> dict[str, Any]:
    """Return the jobs of the next run.

    Returns
    -------
    dict
        `jobs`: a list of {rule, output, wildcards, reason}; or `error`: why the dry run failed.
    """
    if not has_workflow(root):
        return {"error": "no Snakefile here; start the command in the folder of the workflow"}
    try:
        done = subprocess.run(
            command(settings), cwd=root, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return {"error": f"the dry run took longer than {SECONDS} s"}
    if done.returncode != 0:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        return {"error": "the dry run failed: " + (lines[-1].strip() if lines else "no message")}
    return {"jobs": parse(done.stdout + "\n" + done.stderr)}


def parse(text: str) -> list[dict[str, str]]:
    """Return the jobs in the output of a dry run, in its order."""
    jobs: list[dict[str, str]] = []
    for line in text.splitlines():
        head = _HEAD.match(line)
        if head:
            jobs.append({"rule": head[1], "output": "", "wildcards": "", "reason": ""})
            continue
        field = _FIELD.match(line)
        if field and jobs:
            jobs[-1][field[1]] = _sorted(field[2]) if field[1] == "reason" else field[2]
    return jobs


def _sorted(reason: str) -> str:
    """Return a reason with its files sorted, because their order differs from run to run."""
    causes = [cause.partition(": ") for cause in reason.split("; ")]
    return "; ".join(
        cause + colon + (", ".join(sorted(rest.split(", "))) if "files" in cause else rest)
        for cause, colon, rest in causes
    )
