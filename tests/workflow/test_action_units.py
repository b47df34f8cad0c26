"""Another list of Action Units, the twelve of ABAW, and videos without labels in the whole DAG."""

import csv
import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from workflow_support import SMALL, SMALL_VIDEOS, Workflow, auva_lines

from auva.annotations import ActionUnits, write_action_units
from auva.errors import InputError
from auva.evaluation.stage import evaluate
from auva.prediction.model import load_model
from auva.records.manifest import read_timestamps
from auva.units import SETS, names_of

pytestmark = pytest.mark.workflow

RUN = "results/runs/au/lr1e-4_update2_alpha0.9"
LEFT_OUT = ("vanilla", "categorical", "va_mse", "va_ccc", "vaau_ccc", "vaau_mse")
UNLABELLED, UNITS_ONLY = SMALL_VIDEOS[-1], SMALL_VIDEOS[-2]
TARGETS = (
    "results/tables/au_f1.csv",
    "results/tables/au_mean.csv",
    "results/tables/held_out_au.csv",
    "results/tables/alignment.csv",
    "results/tables/dataset_aus.csv",
    "results/tables/split_aus.csv",
    "results/dataset/datasheet.html",
    "results/figures/dataset_action_units.png",
    "results/figures/au_action_units.png",
    f"results/figures/trajectories/{SMALL_VIDEOS[0]}.png",
    *(f"results/predictions/{video}.csv" for video in (SMALL_VIDEOS[0], UNLABELLED)),
    "results/tables/frames_by_reason.csv",
    "results/tables/dataset_videos.csv",
    f"results/figures/trajectories/{UNLABELLED}.png",
)


@pytest.fixture(scope="module")
def names(root: Path) -> tuple[str, ...]:
    """The list of the shipped overlay."""
    overlay = yaml.safe_load((root / "config/abaw12.yaml").read_text())
    return names_of(overlay["action_units"])


def annotate(workflow: Workflow, numbers: list[int]) -> None:
    """Give videos an ABAW file with stretches of all units and of one that is not asked for.

    One of them has no valence and arousal, and one no annotation at all.
    """
    sheet = workflow.folder / "config/videos.tsv"
    with sheet.open(newline="") as stream:
        header, *rows = csv.reader(stream, delimiter="\t")
    columns, place = [*numbers, 5], header.index("au")
    for seed, row in enumerate(rows):
        source = workflow.folder / f"results/video/{row[0]}.source.csv"
        frames = len(read_timestamps(source))
        drawn = np.random.default_rng(seed).integers(0, 2, (frames // 10 + 1, len(columns)))
        presence = np.repeat(drawn, 10, axis=0)[:frames]
        table = ActionUnits(
            np.arange(1, frames + 1),
            presence,
            np.ones_like(presence, bool),
            frames_of="original",
            units=tuple(columns),
        )
        path = workflow.folder / f"config/twelve/{row[0]}.txt"
        path.parent.mkdir(exist_ok=True)
        write_action_units(path, table, "abaw")
        row[place] = "" if row[0] == UNLABELLED else f"twelve/{row[0]}.txt"
        if row[0] in (UNLABELLED, UNITS_ONLY):
            row[header.index("va")] = ""
    lines = ["\t".join(row) for row in (header, *rows)]
    sheet.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def twelve(finished: Workflow, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """The small workflow's faces with other annotations and the shipped overlay, run anew."""
    folder = tmp_path_factory.mktemp("twelve") / "auva"
    shutil.copytree(finished.folder, folder, symlinks=True)
    workflow = Workflow(folder)
    overlay = yaml.safe_load((root / "config/abaw12.yaml").read_text())
    annotate(workflow, overlay["action_units"])
    families = {**SMALL["experiments"], **dict.fromkeys(LEFT_OUT)}
    workflow.configure(**overlay, leakage=[], experiments=families)
    workflow.run("--", *TARGETS)
    return workflow


def rows(workflow: Workflow, name: str) -> list[dict[str, str]]:
    with (workflow.folder / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_file_follows_the_list(twelve: Workflow, names: tuple[str, ...]):
    video = SMALL_VIDEOS[0]
    labels = rows(twelve, f"results/labels/{video}.csv")
    assert tuple(labels[0])[1:13] == names
    with h5py.File(twelve.folder / "results/dataset/faces_28.h5") as packed:
        assert packed.attrs["au_names"].astype(str).tolist() == list(names)
        assert packed["train/au"].shape[1] == 12
        assert packed["train/au"][()].sum(0).all()
    assert tuple(json.loads((twelve.folder / RUN / "config.json").read_text())["action_units"]) == (
        names
    )
    predictions = rows(twelve, f"results/predictions/{video}.csv")
    assert [name for name in predictions[0] if name.startswith("AU")] == [
        *names,
        *(f"{name}_present" for name in names),
    ]
    assert {row["au"] for row in rows(twelve, "results/tables/split_aus.csv")} == set(names)
    scored = rows(twelve, "results/tables/held_out_au.csv")
    assert [row["target"] for row in scored] == [*names, "mean"]
    assert "nose" not in (twelve.folder / "results/dataset/datasheet.html").read_text()
    assert "upper lip raiser" in (twelve.folder / "results/dataset/datasheet.html").read_text()


def test_what_is_beyond_the_list_is_named(twelve: Workflow):
    report = json.loads((twelve.folder / f"results/labels/{SMALL_VIDEOS[0]}.json").read_text())
    assert report["au"][0]["left_out"] == ["columns AU5"]
    assert list(report["au"][0]["other_units"]) == ["AU5"]
    table = rows(twelve, "results/tables/alignment.csv")
    assert {row["left_out"] for row in table if row["annotation"] == "au"} == {"columns AU5"}
    (none,) = [row for row in table if row["annotation"] == "none"]
    assert none["video"] == UNLABELLED


def test_the_thesis_stands_only_beside_the_same_units(twelve: Workflow):
    for name in ("au_f1", "au_mean", "dataset_aus", "split_aus"):
        found = rows(twelve, f"results/tables/{name}.csv")
        key = "source" if "source" in found[0] else "protocol"
        assert "thesis" not in {row[key] for row in found}
        assert {row[key] for row in found} & {"ours", "held_out"}
    assert "f1_au7" not in rows(twelve, "results/tables/au_f1.csv")[0]
    assert "AU7" in rows(twelve, "results/tables/au_f1.csv")[0]
    assert "other Action Units" in (twelve.folder / "results/tables/au_f1.md").read_text()


def test_a_run_is_not_scored_on_faces_of_another_list(
    twelve: Workflow, finished: Workflow, tmp_path: Path
):
    names = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")
    outs = [tmp_path / name for name in names]
    for run, faces in ((twelve, finished), (finished, twelve)):
        packed = run.folder / RUN, faces.folder / "results/dataset/faces_28.h5"
        with pytest.raises(InputError, match=r"holds AU1, .*, but the run au/lr1e-4.* has AU1, "):
            evaluate(*packed, *outs)
    assert not any(path.exists() for path in outs)


def test_thresholds_of_another_list_are_refused(twelve: Workflow, finished: Workflow):
    with pytest.raises(InputError, match=r"holds .*AU20.*, but the run has .*AU7"):
        load_model(twelve.folder / RUN, finished.folder / RUN / "chosen.json")


def test_a_video_without_labels_is_counted_and_predicted_and_in_no_set(twelve: Workflow):
    labels = rows(twelve, f"results/labels/{UNLABELLED}.csv")
    faces = [row for row in labels if row["status"] == "face"]
    assert faces
    assert {row["reason"] for row in faces} == {"not labelled"}
    assert not any(row["AU12"] or row["valence"] or row["selected"] == "1" for row in labels)
    reasons = rows(twelve, "results/tables/frames_by_reason.csv")
    mine = {row["reason"]: int(row["frames"]) for row in reasons if row["video"] == UNLABELLED}
    assert mine["not labelled"] == len(faces)
    assert sum(mine.values()) == len(labels)
    with h5py.File(twelve.folder / "results/dataset/faces_28.h5") as packed:
        shown = {name for part in SETS for name in packed[part]["video"][()]}
        parts = [part for part in SETS if UNITS_ONLY.encode() in packed[part]["video"][()]]
        (part,) = parts
        own = packed[part]["video"][()] == UNITS_ONLY.encode()
        assert packed[part]["au_mask"][()][own].all()
        assert not packed[part]["va_mask"][()][own].any()
    assert shown == {video.encode() for video in SMALL_VIDEOS if video != UNLABELLED}
    predictions = rows(twelve, f"results/predictions/{UNLABELLED}.csv")
    assert sum(row["AU7"] != "" for row in predictions) == len(faces)
    told = "1 of 5 videos have no annotation"
    for name in ("tables/dataset_videos.md", "tables/split_aus.md", "dataset/datasheet.md"):
        assert told in (twelve.folder / "results" / name).read_text(), name
    assert told in (twelve.folder / "results/logs/split_people.log").read_text()


def test_a_wrong_list_is_refused_in_one_line(workflow: Workflow):
    """What a list may hold: tests/test_workflow_library.py."""
    (workflow.folder / "config/units.yaml").write_text("action_units: [1, 2, 1]\n")
    done = workflow.run(
        *("--configfile", "config/small.yaml", "config/units.yaml", "-n"),
        *("--", "results/tables/au_f1.csv"),
        check=False,
    )
    assert done.returncode != 0
    (line,) = auva_lines(done.stdout)
    assert "action_units: 1 is listed twice" in line
