"""The workflow without a clone: from an installed auva, as a module of another repository."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from workflow_support import Workflow, planned_jobs, write_clip

from auva.annotations.formats import write_action_units, write_valence_arousal
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.errors import InputError
from auva.workflow.deploy import initialise, snakefile

pytestmark = pytest.mark.workflow

FRAMES = 12
TABLE = "results/tables/dataset_videos.csv"


@pytest.fixture(scope="module")
def installed(root, tmp_path_factory) -> dict[str, str]:
    """The environment of a Python that has auva as a wheel holds it, not as it is cloned."""
    site = tmp_path_factory.mktemp("site")
    command = [sys.executable, "setup.py", "-q", "build_py", "--build-lib", str(site)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": str(site)}


def corpus(folder: Path) -> None:
    """Write one short video without a face, with its annotations and the sample sheet."""
    folder.mkdir(parents=True, exist_ok=True)
    write_clip(folder / "grey.mp4", [np.full((64, 96, 3), 90, np.uint8)] * FRAMES)
    numbers, labelled = np.arange(1, FRAMES + 1), np.ones((FRAMES, 8), bool)
    table = ActionUnits(numbers, np.ones((FRAMES, 8), int), labelled, frames_of="converted")
    write_action_units(folder / "grey.au", table, "thesis")
    write_valence_arousal(folder / "grey.va", ValenceArousal(np.zeros((FRAMES, 2))), "abaw")
    rows = ["video\tpath\tidentity\tsex\tau\tva", "grey\tgrey.mp4\tann\tfemale\tgrey.au\tgrey.va"]
    (folder / "videos.tsv").write_text("\n".join(rows) + "\n")


def run(workflow: Workflow, *arguments: str, env: dict[str, str]) -> str:
    """Run Snakemake in a folder that has no settings for tests; return what it printed."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
    done = subprocess.run(
        command,
        cwd=workflow.folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


def test_a_folder_of_auva_init_runs_the_installed_workflow(installed, tmp_path):
    workflow = Workflow(tmp_path / "mine")
    command = [sys.executable, "-m", "auva.cli", "init", "mine"]
    told = subprocess.run(command, cwd=tmp_path, env=installed, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert "mine/config/videos.tsv" in told.stdout
    corpus(workflow.folder / "config")
    settings = ("--config", "detector={'name': 'opencv'}", "--", TABLE)
    run(workflow, *settings, env=installed)
    with (workflow.folder / TABLE).open() as stream:
        rows = list(csv.DictReader(stream))
    assert {row["source"] for row in rows} == {"thesis", "ours"}
    assert (workflow.folder / "results/.running").exists(), "the run was held by its hook"
    assert "Nothing to be done" in run(workflow, *settings, env=installed)
    code = "from auva.workflow.deploy import snakefile; print(snakefile())"
    shown = subprocess.run(
        [sys.executable, "-c", code], env=installed, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == f"{installed['PYTHONPATH']}/auva/deploy/workflow/Snakefile"


def test_another_repository_uses_the_workflow_under_other_names(tmp_path):
    """From the clone, in a folder with nothing but its own Snakefile, configuration and corpus."""
    corpus(tmp_path / "data")
    (tmp_path / "Snakefile").write_text(
        f"""
module faces:
    snakefile: "{snakefile()}"
    config: {{"videos": "data/videos.tsv", "results": "out", "detector": {{"name": "opencv"}}}}

use rule * from faces as faces_*

rule summary:
    default_target: True
    input: "out/tables/dataset_videos.csv", "out/figures/dataset_action_units.png"
    output: "summary.txt"
    shell: "wc -c {{input}} > {{output}}"
"""
    )
    workflow = Workflow(tmp_path)
    planned = planned_jobs(run(workflow, "-n", env=dict(os.environ)))
    stages = ("convert_video", "detect_faces", "keep_faces", "align_labels", "split_people")
    assert planned == {
        **{f"faces_{stage}": 1 for stage in stages},
        "faces_tabulate_dataset": 1,
        "faces_draw_dataset": 1,
        "summary": 1,
    }


def test_the_workflow_can_be_fetched_from_a_repository(root, tmp_path):
    """As `snakedeploy` has it: nothing of the workflow but its configuration lies here."""
    repository, mine = tmp_path / "auva", tmp_path / "mine"
    for name in ("workflow", "resources/published"):
        shutil.copytree(root / name, repository / name)
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost")
    for words in (("init", "-q", "-b", "main"), ("add", "."), (*who, "commit", "-qm", "all")):
        subprocess.run(["git", *words], cwd=repository, check=True)
    corpus(mine / "data")
    (mine / "Snakefile").write_text(
        f"""
module auva:
    snakefile: "git+file://{repository}/workflow/Snakefile@main"
    config: {{"videos": "data/videos.tsv"}}

use rule * from auva
"""
    )
    triggers = ("--rerun-triggers", "mtime", "params", "input", "--", TABLE)
    plan = run(Workflow(mine), "-n", *triggers, env=dict(os.environ))
    assert planned_jobs(plan)["tabulate_dataset"] == 1
    (published,) = re.findall(r"\S+published_dataset.yaml", plan)
    wanted = (root / "resources/published/published_dataset.yaml").read_bytes()
    assert (mine / published).read_bytes() == wanted.rstrip(), "git gives no last line end"
    run(Workflow(mine), *triggers[:-1], "results/video/grey.mp4", env=dict(os.environ))


def test_auva_init_replaces_nothing(tmp_path):
    (tmp_path / "config").mkdir()
    sheet = tmp_path / "config/videos.tsv"
    sheet.write_text("mine")
    with pytest.raises(InputError, match=r"videos.tsv: already exists") as error:
        initialise(tmp_path)
    assert "\n" not in str(error.value)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [sheet]
    sheet.unlink()
    made = initialise(tmp_path)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(made)
    assert (tmp_path / "config/compare.yaml").read_bytes(), "the overlays that the pages name"
    assert os.access(tmp_path / "profiles/slurm-generic/status", os.X_OK)
