"""The workflow run for real on a small corpus."""

import csv
import json
import re
import shutil
from pathlib import Path

import h5py
import mlcroissant
import pytest
from workflow_support import SMALL_VIDEOS, Workflow, auva_lines

from auva.units import SETS

pytestmark = pytest.mark.workflow

LOADED = re.compile(r"CPU s to start.* loaded (.+)$", re.MULTILINE)
TABLE = "results/tables/au_f1.csv"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_frame_is_accounted_for(finished: Workflow):
    results = finished.folder / "results"
    selected = 0
    for video in SMALL_VIDEOS:
        manifest = rows(results / f"video/{video}.frames.csv")
        track = rows(results / f"faces/{video}.track.csv")
        labels = rows(results / f"labels/{video}.csv")
        numbers = [str(frame) for frame in range(1, len(manifest) + 1)]
        assert [row["frame"] for row in manifest] == numbers
        assert [row["frame"] for row in track] == numbers
        assert [row["frame"] for row in labels] == numbers
        assert all(row["reason"] for row in labels)
        with h5py.File(results / f"faces/{video}.crops.h5") as crops:
            kept = [int(row["frame"]) for row in track if row["status"] == "face"]
            assert list(crops["frame"]) == kept
        selected += sum(row["selected"] == "1" for row in labels)
    with h5py.File(results / "dataset/faces_28.h5") as packed:
        assert sum(len(packed[part]["image"]) for part in SETS) == selected > 0


def test_the_counts_of_every_table_add_up(finished: Workflow):
    """Frames are neither lost nor made: videos, labels, reasons, tables and packed faces agree."""
    names = ("dataset_videos", "split_people", "split_aus", "frames_by_reason", "alignment")
    finished.run(*(f"results/tables/{name}.csv" for name in names))
    results = finished.folder / "results"
    tables = {name: rows(results / f"tables/{name}.csv") for name in names}
    frames, selected, units = 0, 0, 0
    for video in SMALL_VIDEOS:
        labels = rows(results / f"labels/{video}.csv")
        report = json.loads((results / f"labels/{video}.json").read_text())
        detected = rows(results / f"faces/{video}.detections.csv")
        track = rows(results / f"faces/{video}.track.csv")
        reasons = [row for row in tables["frames_by_reason"] if row["video"] == video]
        assert report["converted_frames"] == len(labels) == sum(int(r["frames"]) for r in reasons)
        assert sum(report["frames_by_reason"].values()) == len(labels)
        assert sum(int(row["candidates"]) for row in track) == len(detected)
        aligned = [row for row in tables["alignment"] if row["video"] == video]
        assert {row["annotation"] for row in aligned} == {"au", "va"}
        assert {int(row["converted_frames"]) for row in aligned} == {len(labels)}
        frames += len(labels)
        chosen = [row for row in labels if row["selected"] == "1"]
        assert sum(int(r["frames"]) for r in reasons if r["selected"] == "1") == len(chosen)
        selected += len(chosen)
        units += sum(
            row[f"AU{unit}"] == "1" for row in chosen for unit in (1, 2, 4, 6, 12, 15, 20, 25)
        )
    (whole,) = (r for r in tables["dataset_videos"] if (r["source"], r["batch"]) == ("ours", "all"))
    assert (int(whole["frames"]), int(whole["selected"])) == (frames, selected)
    assert sum(int(row["frames"]) for row in tables["frames_by_reason"]) == frames
    ours = {r["set"]: int(r["frames"]) for r in tables["split_people"] if r["source"] == "ours"}
    certificate = json.loads((results / "dataset/split.json").read_text())["sets"]
    with h5py.File(results / "dataset/faces_28.h5") as packed:
        for part in ("train", "validation", "test"):
            assert ours[part] == len(packed[part]["image"]) == certificate[part]["frames"]
            shares = [r for r in tables["split_aus"] if (r["source"], r["set"]) == ("ours", part)]
            assert [int(row["count"]) for row in shares] == packed[part]["au"][()].sum(0).tolist()
    assert ours["train"] + ours["validation"] + ours["test"] == ours["all"] == selected
    total = [r for r in tables["split_aus"] if (r["source"], r["set"]) == ("ours", "all")]
    assert sum(int(row["count"]) for row in total) == units


def test_the_dataset_is_audited_and_described(finished: Workflow):
    finished.run("all_dataset")
    results = finished.folder / "results"
    assert not {row["finding"] for row in rows(results / "tables/audit.csv")} - {
        "below the threshold"
    }
    described = mlcroissant.Dataset(results / "dataset/croissant.json")
    assert described.metadata.ctx.issues.errors == set()
    people = {
        (row["videos/video"].decode(), row["videos/set"].decode())
        for row in described.records("videos")
    }
    assert people == {(r["video"], r["set"]) for r in rows(results / "dataset/split.csv")}
    assert "5 videos of 5 people" in (results / "dataset/datasheet.md").read_text()


def test_no_person_is_on_two_sides(finished: Workflow):
    people: dict[str, set[str]] = {}
    for row in rows(finished.folder / "results/dataset/split.csv"):
        people.setdefault(row["set"], set()).add(row["identity"])
    assert set(people) == {"train", "validation", "test"}
    assert not people["train"] & people["test"]
    assert not people["train"] & people["validation"]
    assert not people["validation"] & people["test"]
    certificate = json.loads((finished.folder / "results/dataset/split.json").read_text())
    assert certificate["people_in_two_sets"] == 0


def test_the_table_has_every_protocol(finished: Workflow):
    protocols = {row["protocol"] for row in rows(finished.folder / TABLE)}
    assert {"thesis", "best_on_test", "held_out"} <= protocols


def test_every_job_left_a_log_and_a_benchmark(finished: Workflow):
    results = finished.folder / "results"
    for rule in ("convert_video", "detect_faces", "keep_faces", "align_labels"):
        for video in SMALL_VIDEOS:
            assert (results / f"logs/{rule}/{video}.log").exists()
            assert (results / f"benchmarks/{rule}/{video}.tsv").stat().st_size


@pytest.mark.parametrize(
    ("rules", "needed"),
    [
        (("convert_video", "keep_faces", "align_labels", "split_people", "pack_faces"), set()),
        (("detect_faces",), {"numba"}),
        (("train_run", "evaluate_run"), {"torch"}),
        (("tabulate_scores",), {"pandas"}),
    ],
)
def test_a_rule_loads_no_library_that_it_does_not_need(finished: Workflow, rules, needed):
    """A start costs each job of each video: torch alone is seconds."""
    for rule in rules:
        folder = finished.folder / "results/logs"
        found = [*folder.glob(f"{rule}.log"), *folder.glob(f"{rule}/**/*.log")]
        logs = [log for log in found if log.parent.name != "linear"]  # reads gradients
        assert logs
        loaded = {word for log in logs for word in LOADED.findall(log.read_text())[-1].split(", ")}
        assert loaded - {"-", "pandas"} <= needed, rule
        assert needed <= loaded, rule


def test_a_training_says_what_it_runs_on(finished: Workflow):
    (log,) = (finished.folder / "results/logs/train_run").rglob("*.log")
    assert log.read_text().count("INFO training on ") == 1


def test_the_report_holds_tables_sheets_and_samples(finished: Workflow):
    finished.run("--report", "report.html", "--", TABLE)
    page = (finished.folder / "report.html").read_text()
    for words in ("Contact sheets", "Generated pictures", "Tables", "au_f1", "What to believe"):
        assert words in page


def damage(folder: Path, video: str, kind: str) -> tuple[str, str]:
    """Spoil the input of one video; return what the message must name."""
    au, va = (folder / f"resources/demo/{name}/{video}.txt" for name in ("au", "va"))
    (film,) = (folder / "resources/demo/videos").glob(f"{video}.*")
    lines = au.read_text().splitlines()
    if kind == "a gap":
        au.write_text("\n".join(lines[:10] + lines[11:]) + "\n")
        return f"{video}.txt, line 11", "frame"
    if kind == "a frame twice":
        au.write_text("\n".join(lines[:10] + lines[9:]) + "\n")
        return f"{video}.txt, line 11", "frame"
    if kind == "presence 2":
        frame, _, *others = lines[4].split()
        au.write_text("\n".join([*lines[:4], " ".join([frame, "2", *others]), *lines[5:]]) + "\n")
        return f"{video}.txt, line 5", "2"
    if kind == "valence out of range":
        values = va.read_text().splitlines()
        va.write_text("\n".join([*values[:7], "1.5,0.1", *values[8:]]) + "\n")
        return f"{video}.txt, line 8", "1.5"
    if kind == "annotation missing":
        sheet = folder / "config/videos.tsv"
        sheet.write_text(sheet.read_text().replace(f"demo/au/{video}.txt", f"nowhere/{video}.txt"))
        return f"nowhere/{video}.txt", ""
    for name in (".mp4", ".frames.csv", ".source.csv"):
        (folder / f"results/video/{video}{name}").unlink()
    film.write_bytes(b"" if kind == "video empty" else b"\x00\x01 not a video \xff" * 400)
    return film.name, ""


BAD = {
    "annotations": {
        "ada-1": "a gap",
        "chloe-1": "presence 2",
        "daniel-1": "valence out of range",
        "emi-1": "annotation missing",
    },
    "videos": {"ada-1": "video empty", "chloe-1": "video unreadable", "daniel-1": "a frame twice"},
}


@pytest.mark.parametrize("group", BAD)
def test_bad_input_is_one_line_and_the_other_videos_go_on(finished, make_small, tmp_path, group):
    workflow = make_small(tmp_path / "auva")
    for name in ("resources/demo", ".snakemake", "results"):
        shutil.copytree(finished.folder / name, workflow.folder / name, symlinks=True)
    bad = BAD[group]
    for video in (*bad, "ben-1"):
        (workflow.folder / f"results/labels/{video}.csv").unlink()
        (workflow.folder / f"results/labels/{video}.json").unlink()
    told = [damage(workflow.folder, video, kind) for video, kind in bad.items()]
    done = workflow.run(*(f"results/labels/{v}.csv" for v in (*bad, "ben-1")), check=False)
    assert done.returncode == 1
    messages = set(auva_lines(done.stdout))
    assert len(messages) == len(bad), done.stdout[-3000:]
    for place, value in told:
        (message,) = [message for message in messages if place in message]
        assert value in message
    assert "Traceback" not in done.stdout
    for video in bad:
        assert not (workflow.folder / f"results/labels/{video}.csv").exists()
    assert (workflow.folder / "results/labels/ben-1.csv").exists()


def test_a_video_without_faces_goes_on_with_no_selected_frame(finished: Workflow, tmp_path: Path):
    """Every face of one video dropped by hand: its frames are counted, none is selected."""
    folder = tmp_path / "auva"
    shutil.copytree(finished.folder, folder, symlinks=True)
    labels = folder / "results/labels/chloe-1.csv"
    assert "1" in {row["selected"] for row in rows(labels)}
    with (folder / "config/face_overrides.tsv").open("a") as table:
        table.write(f"chloe-1\t1\t{len(rows(labels))}\tdrop\t\t\n")
    Workflow(folder).run("results/labels/chloe-1.csv")
    assert {row["selected"] for row in rows(labels)} == {"0"}
    assert {row["reason"] for row in rows(labels)} >= {"manual drop"}
