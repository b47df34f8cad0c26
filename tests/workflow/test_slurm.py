"""The workflow on a real one-node Slurm: equal bytes, memory, signals, cancelling, bad settings."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from test_kill import digests
from workflow_support import PATIENCE, SNAKEMAKE, Workflow, auva_lines

pytestmark = [pytest.mark.workflow, pytest.mark.slurm]

CHANGES = {
    "KillWait=3\n": "KillWait=30\nGresTypes=gpu\n",
    "NodeName=n1 ": "NodeName=n1 Gres=gpu:2 ",
    ': >"$state/pids"\n': (
        ': >"$state/pids"\n'
        "printf 'NodeName=n1 Name=gpu File=/dev/%s\\n' null zero >\"$state/gres.conf\"\n"
    ),
}
"""What is put into the script that starts the Slurm."""

STATUS_BY_SQUEUE = (
    *("--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "3"),
)
"""Flags of the executor where there is no accounting."""

TARGETS = ["results/tables/au_f1.csv", "results/tables/au_mean.csv"]


@pytest.fixture(scope="module")
def cluster(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment in which sbatch, squeue and scancel reach a Slurm of this test's own.

    Its node has two GPUs by name, and ended jobs have half a minute, as on most clusters.
    """
    tools = tmp_path_factory.mktemp("tools") / "slurm"
    shutil.copytree(shared / "tools" / "slurm", tools)
    script = (tools / "slurm-up").read_text()
    for old, new in CHANGES.items():
        assert script.count(old) == 1, old
        script = script.replace(old, new)
    (tools / "slurm-up").write_text(script)
    state = Path(f"/tmp/auva-slurm-{os.getpid()}")
    up = [str(tools / "slurm-up"), "--cpus", "4", "--mem-mb", "16000", str(state)]
    started = subprocess.run(up, capture_output=True, text=True, timeout=120)
    assert started.returncode == 0, started.stdout + started.stderr
    shown = subprocess.run(
        ["bash", "-c", f". {state}/env && env -0"], capture_output=True, check=True
    ).stdout.decode()
    yield dict(line.split("=", 1) for line in shown.split("\0") if "=" in line)
    subprocess.run([str(tools / "slurm-down"), str(state)], check=True, timeout=120)


def command(profile: str, *extra: str, targets: list[str] = TARGETS) -> list[str]:
    """Return the command that runs the small workflow through a shipped profile."""
    config = ("--configfile", "config/small.yaml", "--latency-wait", "20")
    return [
        str(SNAKEMAKE),
        "--workflow-profile",
        f"profiles/{profile}",
        *config,
        *extra,
        "--",
        *targets,
    ]


def on_cluster(workflow: Workflow, env: dict[str, str], call: list[str], check: bool = True) -> str:
    """Run a command to its end and return what it printed."""
    done = subprocess.run(
        call,
        cwd=workflow.folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert (done.returncode == 0) is check, done.stdout[-6000:]
    return done.stdout


def queue(env: dict[str, str], *options: str) -> list[str]:
    """Return the lines of squeue."""
    shown = subprocess.run(
        ["squeue", "--noheader", *options], env=env, capture_output=True, text=True, check=True
    )
    return shown.stdout.split("\n")[:-1]


def wait_until(happened: Callable[[], object]) -> None:
    """Wait for something to happen."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.3)


def copy(finished: Workflow, make_small: Callable[[Path], Workflow], folder: Path) -> Workflow:
    """Return a copy of a finished workflow with all that Snakemake knows about it."""
    workflow = make_small(folder)
    for name in ("resources/demo", "results", ".snakemake"):
        shutil.copytree(finished.folder / name, folder / name, symlinks=True)
    return workflow


def test_the_slurm_profile_gives_the_local_bytes(cluster, finished, make_small, tmp_path):
    finished.run(*TARGETS)
    workflow = make_small(tmp_path / "slurm")
    call = command("slurm", *STATUS_BY_SQUEUE, "--slurm-keep-successful-logs")
    on_cluster(workflow, cluster, call)
    assert digests(workflow.folder / "results") == digests(finished.folder / "results")
    listed = queue(cluster, "--states=all", "--format=%k %T %m")
    jobs = [job for job in listed if job.startswith("rule_")]
    assert len(jobs) <= 16, "2 of demo, 2 of each of 5 videos, 1 of each later stage"
    assert all("COMPLETED" in job for job in jobs)
    assert any("train_run" in job and " 20" in job for job in jobs), jobs
    logs = {path.parts[-3] for path in (workflow.folder / "slurm-logs").glob("*/*/*.log")}
    assert "rule_train_run" in logs, logs


def test_without_accounting_a_job_killed_for_memory_is_resubmitted_with_more(
    cluster, finished, make_small, tmp_path
):
    finished.run(*TARGETS)
    expected = digests(finished.folder / "results")
    workflow = copy(finished, make_small, tmp_path / "generic")
    for name in ("labels", "dataset", "runs", "tables"):
        shutil.rmtree(workflow.folder / "results" / name)
    too_little = "train_run:mem_mb=300 * attempt ** 3"
    checks = ("--seconds-between-status-checks", "1", "--set-resources", too_little)
    output = on_cluster(workflow, cluster, command("slurm-generic", *checks))
    assert "Error in rule train_run" in output, "the first attempt was to be killed"
    assert digests(workflow.folder / "results") == expected
    logs = "".join(path.read_text() for path in (workflow.folder / "slurm-logs").glob("train_run*"))
    assert "memory" in logs


def process_of(rule: str, folder: Path) -> psutil.Process | None:
    """Return the process that runs the script of a rule in a folder."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder) and f".{rule}.py" in "".join(process.cmdline()[-1:]):
                return process
    return None


def test_a_training_whose_time_ended_goes_on_in_the_next_job(
    cluster, finished, make_small, tmp_path
):
    """Even without retries: a limit of one minute, at which the training stands still."""
    run = "results/runs/au/lr1e-4_update2_alpha0.9"
    longer = {"iterations": 150, "checkpoint_interval": 50, "batch_size": 8, "tensorboard": False}
    undisturbed = copy(finished, make_small, tmp_path / "undisturbed")
    shutil.rmtree(undisturbed.folder / run)
    undisturbed.configure(training=longer)
    undisturbed.run(f"{run}/checkpoints.csv")
    workflow = copy(finished, make_small, tmp_path / "limited")
    workflow.configure(training=longer)
    shutil.rmtree(workflow.folder / run)
    limits = ("--retries", "0", "--set-resources", "train_run:runtime=1")
    checks = ("--seconds-between-status-checks", "1")
    call = command("slurm-generic", *checks, *limits, targets=[f"{run}/checkpoints.csv"])
    with (workflow.folder / "limited.log").open("wb") as log:
        job = subprocess.Popen(call, cwd=workflow.folder, env=cluster, stdout=log, stderr=log)
        first = workflow.folder / run / "checkpoints/iteration-00000050.safetensors"
        wait_until(first.exists)
        training = process_of("train_run", workflow.folder)
        assert training is not None
        training.suspend()  # Slurm wakes what it ends
        assert job.wait(PATIENCE) == 0, (workflow.folder / "limited.log").read_text()[-4000:]
    (number,) = submitted((workflow.folder / "limited.log").read_text())[:1]
    states = queue(cluster, "--states=all", "--format=%T", f"--jobs={number}")
    assert states == ["TIMEOUT"]
    log = (workflow.folder / "results/logs/train_run/au/lr1e-4_update2_alpha0.9.log").read_text()
    assert "continuing from iteration" in log
    ended = digests(workflow.folder / "results")
    trained = {name for name in ended if name.startswith("runs/")}
    assert len([name for name in trained if "checkpoints/" in name]) == 4
    expected = digests(undisturbed.folder / "results")
    assert {n: ended[n] for n in trained} == {n: expected[n] for n in trained}


def submitted(output: str) -> list[str]:
    """Return the numbers of the jobs that a run through sbatch submitted."""
    return re.findall(r"^Submitted (?:group )?job \S+ with external jobid '(\d+)'", output, re.M)


def test_a_bad_annotation_costs_one_submission_and_nothing_of_another_video(
    cluster, finished, make_small, tmp_path
):
    workflow = make_small(tmp_path / "bad")
    corpus = workflow.folder / "corpus"
    corpus.mkdir()
    rows = ["video\tpath\tidentity\tsex\tau\tva"]
    demo = finished.folder / "resources/demo"
    for video in ("ada-1", "ben-1"):
        (film,) = demo.glob(f"videos/{video}.*")
        names = (film.name, f"{video}.au", f"{video}.va")
        sources = (film, demo / f"au/{video}.txt", demo / f"va/{video}.txt")
        for source, name in zip(sources, names, strict=True):
            shutil.copy(source, corpus / name)
        rows.append("\t".join((video, names[0], video, "unknown", *names[1:])))
    (corpus / "videos.tsv").write_text("\n".join(rows) + "\n")
    workflow.configure(videos="corpus/videos.tsv")
    good = (corpus / "ben-1.au").read_text()
    (corpus / "ben-1.au").write_text(good.replace("1", "one", 1))
    labels = ["results/labels/ada-1.csv", "results/labels/ben-1.csv"]
    call = command("slurm-generic", "--seconds-between-status-checks", "1", targets=labels)
    output = on_cluster(workflow, cluster, call, check=False)
    assert len(submitted(output)) == 4, "two videos, their two alignments"
    refused = re.findall(r"REFUSED corpus/ben-1.au, line .*", output)
    assert len(set(refused)) == 1, output[-6000:]
    results = workflow.folder / "results"
    before = {path: path.stat().st_mtime_ns for path in results.rglob("*") if path.is_file()}
    made = {str(path.relative_to(results)) for path in before}
    assert {"labels/ada-1.csv", "faces/ada-1.crops.h5", "faces/ben-1.crops.h5"} <= made
    assert "labels/ben-1.csv" not in made
    (corpus / "ben-1.au").write_text(good)
    assert len(submitted(on_cluster(workflow, cluster, call))) == 1
    stood = [path for path in before if path.parent.name in ("video", "faces", "labels")]
    assert {path: path.stat().st_mtime_ns for path in stood} == {
        path: before[path] for path in stood
    }


@pytest.mark.parametrize(
    ("profile", "asked"),
    [("slurm", "gres=gpu:1"), ("slurm", "gpu=1"), ("slurm-generic", "gres=gpu:1")],
)
def test_trainings_ask_for_gpus_and_scoring_does_not(
    cluster, finished, make_small, tmp_path, profile, asked
):
    workflow = copy(finished, make_small, tmp_path / "gpu")
    run = workflow.folder / "results/runs/au/lr1e-4_update2_alpha0.9"
    shutil.rmtree(run)
    call = command(
        profile,
        *("--seconds-between-status-checks", "1", "--set-resources", f"train_run:{asked}"),
        *(STATUS_BY_SQUEUE if profile == "slurm" else ()),
        targets=[str((run / "scores.csv").relative_to(workflow.folder))],
    )
    known = set(queue(cluster, "--states=all", "--format=%i"))
    on_cluster(workflow, cluster, call)
    jobs = [
        number for number in queue(cluster, "--states=all", "--format=%i") if number not in known
    ]
    training, scoring = sorted(jobs, key=int)
    assert "gpu" in details(cluster, training)
    assert "gpu" not in details(cluster, scoring)


def details(env: dict[str, str], number: str) -> str:
    """Return what Slurm says of the resources of a job."""
    shown = subprocess.run(
        ["scontrol", "show", "job", number], env=env, capture_output=True, text=True, check=True
    )
    return "".join(re.findall(r"Tres\w*=\S+|Gres=\S+", shown.stdout))


def test_a_cancelled_run_leaves_no_jobs(cluster, make_small, tmp_path):
    workflow = make_small(tmp_path / "cancelled")
    with (workflow.folder / "cancelled.log").open("ab") as log:
        run = subprocess.Popen(
            command("slurm-generic"),
            cwd=workflow.folder,
            env=cluster,
            stdout=log,
            stderr=log,
            start_new_session=True,
            # where the tests run in the background, ctrl-c is ignored and children inherit that
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )
        wait_until(lambda: queue(cluster))
        os.killpg(run.pid, signal.SIGINT)
        assert run.wait(PATIENCE) != 0
    wait_until(lambda: not queue(cluster))


@pytest.mark.parametrize(
    "wrong",
    [
        ("--default-resources", "slurm_partition=nowhere"),
        ("--set-resources", "train_run:slurm_partition=nowhere"),
    ],
)
def test_a_partition_that_does_not_exist_is_one_line(cluster, make_small, tmp_path, wrong):
    workflow = make_small(tmp_path / "partition")
    output = on_cluster(workflow, cluster, command("slurm", *wrong), check=False)
    lines = auva_lines(output)
    assert lines == ["auva: this cluster has no partition 'nowhere'; it has main, short"]
    assert "submitted" not in output
    assert queue(cluster) == []
    assert not (workflow.folder / "resources/demo").exists()
