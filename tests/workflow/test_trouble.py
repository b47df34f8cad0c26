"""Trouble with the machine: one line, and nothing that a later run would take for good."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workflow_support import SNAKEMAKE, Workflow, auva_lines

pytestmark = pytest.mark.workflow

CALL = f"{SNAKEMAKE} --configfile config/small.yaml --cores 1 -- "
WITHOUT_PLUGIN = """
import pkgutil, sys
found = pkgutil.iter_modules
pkgutil.iter_modules = lambda *args: (m for m in found(*args) if "slurm" not in m.name)
from snakemake.cli import main
sys.argv[0] = "snakemake"
main()
"""


def with_mounts(workflow: Workflow, script: str) -> str:
    """Run a shell script that may mount file systems, unseen by the rest of the machine."""
    own = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    done = subprocess.run(
        ["unshare", *own, "--mount", "sh", "-euc", script],
        cwd=workflow.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def messages(output: str) -> list[str]:
    """Return the lines that auva itself printed."""
    assert "Traceback" not in output, output[-6000:]
    return auva_lines(output)


def test_a_full_disk_is_one_line_and_the_same_command_goes_on(finished: Workflow):
    """A disk on which the crops of one video (HDF5) do not fit, then another that has room."""
    crops = "results/faces/ada-1.crops.h5"
    size = (finished.folder / crops).stat().st_size
    script = f"""
    mkdir -p full
    mount -t tmpfs -o size=40m tmpfs full
    cp -a results/. full/
    mount --bind full results
    rm {crops} results/faces/ada-1.sheet.png results/faces/ada-1.track.csv
    head -c 100m /dev/zero > results/filler || true
    head -c {size // 2} /dev/zero | wc -c
    truncate -s -{size // 2 // 4096 * 4096} results/filler
    {CALL} {crops} && exit 1
    ls -a results/faces
    rm results/filler
    {CALL} {crops}
    ls -a results/faces
    """
    output = with_mounts(finished, script)
    (finished.folder / "full").rmdir()
    assert messages(output) == [
        "auva: results/faces: cannot be read or written (No space left on device)"
    ]
    first, second = output.split("Complete log(s)", 1)
    assert "Error in rule keep_faces" in first
    assert "died with" not in first
    listed = second.split("status", 1)[0]
    assert "ada-1.track.csv" in listed
    failed, done = second.split("SNAKEMAKE\n", 1)
    assert "ada-1.crops" not in failed
    assert "ada-1.crops.h5" in done.split("Complete log(s)")[-1]


def test_results_that_cannot_be_written_are_said_before_any_job(finished: Workflow):
    before = {path for path in finished.folder.rglob("*") if ".snakemake" not in path.parts}
    script = f"""
    mount --bind results results
    mount -o remount,bind,ro results
    {CALL} results/figures/affect.png && exit 1 || true
    """
    output = with_mounts(finished, script)
    assert messages(output) == ["auva: results: cannot be written (Read-only file system)"]
    assert "Execute" not in output
    after = {path for path in finished.folder.rglob("*") if ".snakemake" not in path.parts}
    assert after == before


def test_a_missing_executor_is_named_before_anything_happens(workflow: Workflow):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            WITHOUT_PLUGIN,
            "--workflow-profile",
            "profiles/slurm",
            "all_tables",
        ],
        cwd=workflow.folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "argument --executor/-e: invalid choice: 'slurm'" in done.stderr.splitlines()[-1]
    assert not (workflow.folder / "results").exists()


def test_an_error_of_the_machine_is_told_from_a_bug():
    from auva.errors import trouble

    full = OSError(28, "No space left on device")
    assert trouble(full, "a") == "a: cannot be read or written (No space left on device)"
    denied = PermissionError(13, "Permission denied", "in.csv")
    assert trouble(denied, "a/b.csv") == "in.csv: cannot be read or written (Permission denied)"
    outer = ValueError("while closing")
    outer.__context__ = full
    assert trouble(outer, "a/b.csv") is not None
    assert trouble(ValueError("a bug"), "a/b.csv") is None
    assert trouble(FileNotFoundError(2, "No such file", Path("x")), "a/b.csv") is None


def test_a_second_run_in_the_same_results_is_refused_while_the_first_goes_on(make_small, tmp_path):
    """The first run's first job waits until the second run has answered."""
    workflow = make_small(tmp_path / "auva")
    table = "results/labels/ada-1.csv"
    command = [str(SNAKEMAKE), "--configfile", "config/small.yaml", "--cores", "1", "--", table]
    first = subprocess.Popen(
        command, cwd=workflow.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert first.stdout is not None
    for line in first.stdout:  # until a job is running
        if "rule " in line:
            break
    first.send_signal(signal.SIGSTOP)
    try:
        second = workflow.run(table, check=False)
        other = "results-b/labels/ada-1.csv"
        third = workflow.run("--config", "results=results-b", "--", other, check=False)
    finally:
        first.kill()
        first.communicate()
    assert second.returncode == 1
    assert messages(second.stdout) == [
        "auva: results: another run, or a job of a killed run, works in this folder"
    ]
    assert messages(third.stdout) == [
        "auva: resources: another run, or a job of a killed run, works in this folder"
    ]
    workflow.run("-n", table)
