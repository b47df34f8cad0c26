"""A run killed at any moment goes on by the same command, to the same bytes."""

import hashlib
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from workflow_support import SNAKEMAKE, Workflow

pytestmark = [pytest.mark.workflow, pytest.mark.slow]

TARGETS = ["results/tables/au_f1.csv", "results/tables/au_mean.csv"]
COMPARED = (
    "tables/*.csv",
    "dataset/*.h5",
    "dataset/split.*",
    "labels/*.csv",
    "runs/*/*/scores.csv",
)


def digests(results: Path) -> dict[str, str]:
    """Return the SHA-256 of every compared result."""
    files = sorted(path for pattern in COMPARED for path in results.glob(pattern))
    return {
        str(path.relative_to(results)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def run_for(workflow: Workflow, seconds: float) -> bool:
    """Run the workflow and kill its whole process group after some time; tell if it ended."""
    command = [str(SNAKEMAKE), "--configfile", "config/small.yaml", "--cores", "2", "--", *TARGETS]
    with (workflow.folder / "killed.log").open("ab") as log:
        job = subprocess.Popen(
            command, cwd=workflow.folder, stdout=log, stderr=log, start_new_session=True
        )
        try:
            return job.wait(timeout=seconds) == 0
        except subprocess.TimeoutExpired:
            os.killpg(job.pid, signal.SIGKILL)
            job.wait()
            return False


def test_a_run_killed_at_random_moments_ends_in_the_same_bytes(finished, make_small, tmp_path):
    finished.run(*TARGETS)
    workflow = make_small(tmp_path / "killed")
    random_moments = random.Random(20170407)
    kills = int(os.environ.get("AUVA_KILLS", "4"))
    started = time.monotonic()
    for _ in range(kills):
        if run_for(workflow, random_moments.uniform(4, 14)):
            break
    workflow.run(*TARGETS)
    assert digests(workflow.folder / "results") == digests(finished.folder / "results")
    print(f"{kills} kills, {time.monotonic() - started:.0f} s")
