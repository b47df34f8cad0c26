"""The workflow on a real one-node Slurm: the shipped profiles, memory, cancelling, equal bytes."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_kill import digests
from workflow_support import SNAKEMAKE, Workflow

pytestmark = [pytest.mark.workflow, pytest.mark.slurm]

TARGETS = ["results/tables/au_f1.csv", "results/tables/au_mean.csv"]


@pytest.fixture(scope="module")
def cluster(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which sbatch, squeue and scancel reach a Slurm of this test's own."""
    tools = shared / "tools" / "slurm"
    state = Path(f"/tmp/auva-slurm-{os.getpid()}")
    up = [str(tools / "slurm-up"), "--cpus", "4", "--mem-mb", "16000", str(state)]
    started = subprocess.run(up, capture_output=True, text=True, timeout=120)
    assert started.returncode == 0, started.stdout + started.stderr
    shown = subprocess.run(
        ["bash", "-c", f". {state}/env && env -0"], capture_output=True, check=True
    ).stdout.decode()
    yield dict(line.split("=", 1) for line in shown.split("\0") if "=" in line)
    subprocess.run([str(tools / "slurm-down"), str(state)], check=True, timeout=120)


def on_cluster(workflow: Workflow, profile: str, env: dict[str, str], *extra: str) -> str:
    """Run the main job through a profile and return what Snakemake printed."""
    command = [
        str(SNAKEMAKE),
        *("--configfile", "config/small.yaml"),
        *("--workflow-profile", f"profiles/{profile}"),
        *("--latency-wait", "20", *extra, "--"),
    ]
    done = subprocess.run(
        [*command, *TARGETS],
        cwd=workflow.folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1500,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def queue(env: dict[str, str], *options: str) -> list[str]:
    """Return the lines of squeue."""
    command = ["squeue", "--noheader", *options]
    shown = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return shown.stdout.split("\n")[:-1]


def test_the_slurm_profile_gives_the_local_bytes(cluster, finished, make_small, tmp_path):
    finished.run(*TARGETS)
    workflow = make_small(tmp_path / "slurm")
    without_accounting = (
        "--slurm-status-command",
        "squeue",
        "--slurm-init-seconds-before-status-checks",
        "3",
    )
    on_cluster(workflow, "slurm", cluster, *without_accounting)
    assert digests(workflow.folder / "results") == digests(finished.folder / "results")
    jobs = queue(cluster, "--states=all", "--format=%j %T")
    assert jobs
    assert len(jobs) < 12, "short jobs of the videos are grouped"


def test_a_job_killed_for_memory_is_resubmitted_with_more(cluster, finished, make_small, tmp_path):
    finished.run(*TARGETS)
    workflow = make_small(tmp_path / "generic")
    too_little = "train_run:mem_mb=300 * attempt ** 3"
    output = on_cluster(
        workflow,
        "slurm-generic",
        cluster,
        *("--seconds-between-status-checks", "1", "--set-resources", too_little),
    )
    assert "Error in rule train_run" in output, "the first attempt was to be killed"
    assert digests(workflow.folder / "results") == digests(finished.folder / "results")
    logs = "".join(path.read_text() for path in (workflow.folder / "slurm-logs").iterdir())
    assert "memory" in logs


def test_a_cancelled_run_leaves_no_jobs(cluster, make_small, tmp_path):
    workflow = make_small(tmp_path / "cancelled")
    command = [str(SNAKEMAKE), "--configfile", "config/small.yaml"]
    command += ["--workflow-profile", "profiles/slurm-generic", "--", *TARGETS]
    with (workflow.folder / "cancelled.log").open("ab") as log:
        run = subprocess.Popen(
            command,
            cwd=workflow.folder,
            env=cluster,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        deadline = time.monotonic() + 120
        while not queue(cluster) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert queue(cluster), "no job was submitted"
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(timeout=120) != 0
    deadline = time.monotonic() + 60
    while queue(cluster) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert queue(cluster) == []
