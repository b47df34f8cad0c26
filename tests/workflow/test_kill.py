"""A run killed at any moment goes on by the same command, to the same bytes."""

import hashlib
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Collection
from pathlib import Path

import pytest
from workflow_support import SNAKEMAKE, Workflow, planned_jobs

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TARGETS = ["results/tables/au_f1.csv", "results/tables/au_mean.csv"]
COMPARED = (
    "tables/*.csv",
    "dataset/*.h5",
    "dataset/split.*",
    "labels/*.csv",
    "runs/*/*/history.csv",
    "runs/*/*/checkpoints/*",
    "runs/*/*/scores.csv",
)
KILLS = int(os.environ.get("AUVA_KILLS", "4"))


def digests(results: Path) -> dict[str, str]:
    """Return the SHA-256 of every compared result."""
    files = sorted(path for pattern in COMPARED for path in results.glob(pattern))
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def finished_jobs(workflow: Workflow) -> int:
    """Return how many jobs have left their record."""
    return sum(1 for _ in (workflow.folder / "results/provenance").rglob("*.json"))


def killed(workflow: Workflow, moment: Callable[[], bool], delay: float) -> list[str] | None:
    """Start the workflow and kill its process group `delay` seconds after a moment has come.

    Returns the rules that were running then, or None if the run had ended before.
    """
    command = [str(SNAKEMAKE), "--configfile", "config/small.yaml", "--cores", "2", "--", *TARGETS]
    log = workflow.folder / "killed.log"
    with log.open("w") as stream:
        run = subprocess.Popen(
            command, cwd=workflow.folder, stdout=stream, stderr=stream, start_new_session=True
        )
        try:
            while not moment() and run.poll() is None:
                time.sleep(0.005)
            run.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        else:
            assert run.returncode == 0, log.read_text()[-4000:]
            return None
    text = log.read_text()
    running = re.findall(r"^(?:local)?rule (\w+):", text, re.MULTILINE)
    for rule in re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", text, re.MULTILINE):
        running.remove(rule)
    return running or ["planning"]


def begun(logs: Path, rules: Collection[str]) -> set[str]:
    """Return the rules of which a job has begun its log."""
    return {rule for rule in rules if any((logs / rule).rglob("*.log"))}


def goes_on_to_the_same_bytes(workflow: Workflow, finished: Workflow) -> None:
    workflow.run(*TARGETS)
    results = workflow.folder / "results"
    assert digests(results) == digests(finished.folder / "results")
    assert not [path for path in results.rglob(".*") if path.name != ".running"]
    assert "Nothing to be done" in workflow.run(*TARGETS).stdout


def test_a_run_killed_at_random_moments_ends_in_the_same_bytes(finished, make_small, tmp_path):
    finished.run(*TARGETS)
    workflow = make_small(tmp_path / "killed")
    total = finished_jobs(finished)
    moments = random.Random(20170407)
    hits = []
    for kill in range(KILLS):
        # Jobs spread over the whole plan, so that each stage is hit; the moment is random.
        at = total * (kill + moments.random()) / KILLS
        hits.append(
            killed(
                workflow,
                lambda at=int(at): finished_jobs(workflow) >= at,
                moments.uniform(0, 3),
            )
        )
        print(f"kill {kill + 1}: {', '.join(hits[-1]) if hits[-1] else 'had ended'}", flush=True)
    assert sum(hit is not None for hit in hits) >= KILLS - 1
    goes_on_to_the_same_bytes(workflow, finished)


def test_a_run_killed_in_each_stage_ends_in_the_same_bytes(finished, make_small, tmp_path):
    """Each kill comes when the first job of a rule has begun its log."""
    finished.run(*TARGETS)
    workflow = make_small(tmp_path / "killed")
    plan = planned_jobs(workflow.run("-n", "--", *TARGETS).stdout)
    logs = workflow.folder / "results/logs"
    waiting = set(plan) - {path.name for path in logs.glob("*")}
    assert len(waiting) > 8
    while waiting:
        hit = killed(workflow, lambda rules=frozenset(waiting): bool(begun(logs, rules)), 0.0)
        if hit is None:
            break
        print(f"{', '.join(sorted(begun(logs, waiting)))}: killed {', '.join(hit)}", flush=True)
        waiting -= begun(logs, waiting)
    goes_on_to_the_same_bytes(workflow, finished)
