"""The sample sheet in the DAG: what moves without a rerun, and files that are gone for a while.

On a tiny corpus: three people in copies of one real clip of 12 frames.
"""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from workflow_support import (
    SNAKEMAKE,
    Workflow,
    auva_lines,
    edited,
    make_workflow,
    real_faces,
    write_clip,
)

from auva.annotations import ActionUnits, write_action_units

pytestmark = pytest.mark.workflow

FRAMES = 12
PEOPLE = {"ann": "female", "bob": "male", "cy": "unknown"}
SPLIT = "results/dataset/split.csv"
BATCHES = "results/tables/dataset_videos.csv"
SHEET = "corpus/videos.tsv"


@pytest.fixture(scope="module")
def divided(tmp_path_factory, root, london) -> Workflow:
    """A workflow that divided three people and counted their videos."""
    workflow = make_workflow(tmp_path_factory.mktemp("sheet") / "auva", root)
    corpus = workflow.folder / "corpus"
    corpus.mkdir()
    pictures = real_faces(london / "videos/5-50-640x360.mp4", FRAMES)
    presence = np.tile(np.arange(FRAMES)[:, None] % 2, (1, 8))
    units = ActionUnits(np.arange(1, FRAMES + 1), presence, np.ones_like(presence, bool))
    rows = ["video\tpath\tidentity\tsex\tau\tva\tbatch"]
    for name, sex in PEOPLE.items():
        write_clip(corpus / f"{name}.mp4", pictures)
        write_action_units(corpus / f"{name}.au", units, "thesis")
        rows.append(f"{name}\t{name}.mp4\t{name}\t{sex}\t{name}.au\t\t")
    (workflow.folder / SHEET).write_text("\n".join(rows) + "\n")
    workflow.configure(videos=SHEET, detector={"name": "opencv"})
    workflow.run("--", SPLIT, BATCHES)
    return workflow


def turned(text: str) -> str:
    header, *rows = text.splitlines()
    return "\n".join([header, *reversed(rows)]) + "\n"


def with_batches(text: str) -> str:
    return text.replace(".au\t\t\n", ".au\t\tfirst\n")


def test_the_order_of_the_rows_reruns_nothing(divided):
    with edited(divided.folder / SHEET, turned):
        assert divided.planned(SPLIT, BATCHES) == {}


def test_a_batch_reruns_only_the_tables_that_show_it(divided):
    with edited(divided.folder / SHEET, with_batches):
        assert divided.planned(SPLIT) == {}
        assert divided.planned(BATCHES) == {"tabulate_dataset": 1}


@pytest.mark.parametrize("spelled", ["./corpus/videos.tsv", "corpus/../corpus//videos.tsv", None])
def test_another_spelling_of_the_sheets_path_reruns_nothing(divided, spelled):
    path = spelled or divided.folder / SHEET
    assert divided.planned(SPLIT, BATCHES, config=(f"videos={path}", "results=results/")) == {}


def times(folder: Path) -> dict[Path, int]:
    """Return when each result was written, but for logs and benchmarks."""
    files = [p for part in ("video", "faces", "labels") for p in (folder / part).iterdir()]
    return {path: path.stat().st_mtime_ns for path in files}


@pytest.mark.parametrize("gone", ["bob.mp4", "bob.au"])
def test_a_file_that_is_gone_for_a_while_costs_nothing(divided, tmp_path, gone):
    """Not even under another command: no number of cores, other settings, another video to do."""
    workflow = Workflow(tmp_path / "auva")
    shutil.copytree(divided.folder, workflow.folder, symlinks=True)
    results = workflow.folder / "results"
    (results / "labels/ann.csv").unlink()
    file = workflow.folder / "corpus" / gone
    file.rename(tmp_path / "elsewhere")
    before = times(results)
    command = [str(SNAKEMAKE), "--configfile", "config/small.yaml", "--", SPLIT]
    done = subprocess.run(
        command, cwd=workflow.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 1
    messages = auva_lines(done.stdout)
    assert messages == [f"auva: {SHEET}, line 3: no file corpus/{gone}"]
    assert "Traceback" not in done.stdout
    after = times(results)
    made = {path.name for path in set(after) - set(before)}
    assert made == {"ann.csv"}
    assert all(after[path] == time for path, time in before.items() if path.stem != "ann")
    (tmp_path / "elsewhere").rename(file)
    workflow.run("--", SPLIT)
    assert all(times(results)[path] == time for path, time in after.items())


def test_a_dry_run_names_every_missing_file(divided, tmp_path):
    shutil.copytree(divided.folder / "corpus", tmp_path / "corpus")
    for name in ("ann.mp4", "cy.au"):
        (tmp_path / "corpus" / name).unlink()
    sheet = tmp_path / SHEET
    config = ("--config", f"videos={sheet}", "results=new")
    told = divided.run("-n", *config, "--", "new/dataset/split.csv").stdout
    assert f"{sheet}, line 2: no file {sheet.parent}/ann.mp4\n" in told
    assert f"{sheet}, line 4: no file {sheet.parent}/cy.au\n" in told


def test_above_a_linked_folder_is_the_folder_above_its_target(divided, tmp_path):
    """A sheet in `data`, a link to a folder beside which the videos lie."""
    real = tmp_path / "project"
    shutil.copytree(divided.folder / "corpus", real / "media")
    (real / "data").mkdir()
    text = (divided.folder / SHEET).read_text()
    for name in PEOPLE:
        text = text.replace(f"\t{name}.", f"\t../media/{name}.")
    (real / "data/videos.tsv").write_text(text)
    (tmp_path / "data").symlink_to(real / "data")
    config = (f"videos={tmp_path / 'data/videos.tsv'}", "results=new")
    jobs = divided.planned("new/dataset/split.csv", config=config)
    assert jobs["convert_video"] == 3
    assert "report_missing" not in jobs
