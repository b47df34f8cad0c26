"""The rerun contract: an edit -> exactly the jobs that it needs."""

import importlib
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from workflow_support import SMALL_VIDEOS, Workflow, edited, environment, planned_jobs

from auva.digest import modules_executed
from auva.models.registry import MODELS

pytestmark = pytest.mark.workflow


TABLE = "results/tables/au_f1.csv"
AFTER_LABELS = {
    "split_people": 1,
    "pack_faces": 1,
    "train_run": 1,
    "evaluate_run": 1,
    "tabulate_scores": 1,
}
AFTER_PACKING = {"train_run": 1, "evaluate_run": 1, "tabulate_scores": 1}
ALIGNED = {"align_labels": 1, **AFTER_LABELS}
ALIGNED_ALL = {"align_labels": 5, **AFTER_LABELS}


def test_a_second_call_has_nothing_to_do(finished: Workflow):
    assert "Nothing to be done" in finished.run(TABLE).stdout


def test_one_line_of_one_au_file_reruns_its_alignment_and_what_follows(finished: Workflow):
    path = finished.folder / "resources/demo/au/ada-1.txt"

    def flip_first_presence(text: str) -> str:
        first, rest = text.split("\n", 1)
        frame, presence, *others = first.split()
        return " ".join([frame, str(1 - int(presence)), *others]) + "\n" + rest

    with edited(path, flip_first_presence):
        assert finished.planned(TABLE) == ALIGNED


def test_one_persons_name_reruns_the_split_and_what_follows(finished: Workflow):
    sheet = finished.folder / "config/videos.tsv"
    with edited(sheet, lambda text: text.replace("\tada\t", "\tadele\t", 1)):
        assert finished.planned(TABLE) == AFTER_LABELS


def test_another_format_of_one_row_reruns_only_that_video(finished: Workflow):
    sheet = finished.folder / "config/videos.tsv"

    def name_the_format(text: str) -> str:
        header, *rows = text.splitlines()
        named = [row + ("\tthesis" if row.startswith("ben-1\t") else "\t") for row in rows]
        return "\n".join([header + "\tau_format", *named]) + "\n"

    with edited(sheet, name_the_format):
        assert finished.planned(TABLE) == ALIGNED


def test_one_manual_correction_reruns_that_videos_choice_and_what_follows(finished: Workflow):
    table = finished.folder / "config/face_overrides.tsv"
    with edited(table, lambda text: text + "ben-1\t3\t9\tdrop\t\t\n"):
        assert finished.planned(TABLE) == {"keep_faces": 1, **ALIGNED}


def test_remarks_and_written_defaults_rerun_nothing(finished: Workflow):
    changes = {
        "config.yaml": lambda text: "# a remark\n" + text.replace("  crf: 18\n", ""),
        "videos.tsv": lambda text: text.replace("\n", "\n\n", 1),
        "face_overrides.tsv": lambda text: text + "# checked by eye\n",
    }
    with ExitStack() as stack:
        for name, change in changes.items():
            stack.enter_context(edited(finished.folder / "config" / name, change))
        assert finished.planned(TABLE) == {}


@pytest.mark.parametrize(
    ("section", "value", "rerun"),
    [
        ("alignment", {"max_extension": 1}, {"align_labels": 5, **AFTER_LABELS}),
        ("selection", {"max_jump": 0.4}, {"keep_faces": 5, "align_labels": 5, **AFTER_LABELS}),
        ("crops", {"margin": 0.1}, {"keep_faces": 5, "align_labels": 5, **AFTER_LABELS}),
        (
            "detector",
            {"smallest_face": "8%"},
            {"detect_faces": 5, "keep_faces": 5, "align_labels": 5, **AFTER_LABELS},
        ),
        ("dataset", {"keep_frames_without_au": True}, ALIGNED_ALL),
        ("evaluation", {"bootstrap": 60}, {"evaluate_run": 1, "tabulate_scores": 1}),
    ],
)
def test_a_setting_reruns_its_stage_and_what_follows(finished, section, value, rerun):
    finished.configure(**{section: value})
    try:
        assert finished.planned(TABLE) == rerun
    finally:
        finished.configure()


@pytest.mark.parametrize(
    ("file", "line", "rerun"),
    [
        ("alignment/resampling.py", "CHANGED = 1", {"align_labels": 5, **AFTER_LABELS}),
        ("models/gan/__init__.py", "CHANGED = 1", AFTER_PACKING),
        ("models/gan/step.py", "CHANGED = 1", AFTER_PACKING),
        ("tables/render.py", "CHANGED = 1", {"tabulate_scores": 1}),
        ("tables/render.py", "# a remark", {}),
        ("web/server.py", "CHANGED = 1", {}),
    ],
)
def test_library_code_reruns_the_stages_that_use_it(finished, tmp_path, file, line, rerun):
    source = tmp_path / "src"
    shutil.copytree(finished.folder / "src", source)
    path = source / "auva" / file
    path.write_text(path.read_text() + f"\n{line}\n")
    done = finished.run("-n", "--", TABLE, env=environment(PYTHONPATH=str(source)))
    assert planned_jobs(done.stdout) == rerun


@pytest.mark.parametrize(
    ("line", "rerun"),
    [
        ("# a remark", {}),  # and another date, as a fresh clone or another branch gives it
        ("CHANGED = 1", {"align_labels": 5, **AFTER_LABELS}),
    ],
)
def test_a_rules_script_counts_by_what_it_does(finished, line, rerun):
    script = finished.folder / "workflow/scripts/align_labels.py"
    assert not script.parent.is_symlink()
    with edited(script, lambda text: text + line + "\n"):
        assert finished.planned(TABLE) == rerun


def test_the_digest_covers_what_each_job_executed(finished: Workflow, root: Path):
    listed = sorted((finished.folder / "loaded").glob("*.py.*"))
    scripts = {path.name.rsplit(".", 1)[0] for path in listed}
    assert len(scripts) >= 10  # other tests run more jobs in the same folder
    models = {target.partition(":")[0] for target in MODELS.values()}
    of_models = set().union(*(modules_executed(name) for name in models))
    for path in listed:
        script = root / "workflow/scripts" / path.name.rsplit(".", 1)[0]
        executed = {Path(sys.modules[name].__file__) for name in imported(path.read_text().split())}
        assert executed
        # A run's model is looked up by its name; its digest is a parameter of its own.
        covered = modules_executed(script) | of_models
        assert executed <= covered, script.name


def imported(names: list[str]) -> list[str]:
    for name in names:
        importlib.import_module(name)
    return names


def test_a_new_row_adds_only_its_own_jobs(finished: Workflow, root: Path):
    sheet = finished.folder / "config/videos.tsv"
    rows = (root / "config/videos.tsv").read_text().splitlines()
    new = next(row for row in rows if row.startswith("hugo-1\t"))
    with edited(sheet, lambda text: text + new + "\n"):
        jobs = finished.planned(TABLE)
    assert jobs.pop("render_demo_avi") == 1
    stages = ("convert_video", "detect_faces", "keep_faces")
    assert jobs == {**dict.fromkeys(stages, 1), **ALIGNED}
    assert len(SMALL_VIDEOS) == 5
