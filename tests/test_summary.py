"""The first page of the report: what happened, what to believe, and what to be careful with."""

import json
from pathlib import Path

import pandas as pd
import pytest
from docutils.core import publish_parts

from auva.errors import InputError
from auva.records.chosen import Chosen, Counts, write_chosen
from auva.records.report import write_report
from auva.records.scores import write_held_out
from auva.workflow.summary import summary, write_summary

KNOWN = ["a", "b"], ["au/one", "va/two"]
"""Videos of the sheet and configured runs."""


def video(
    folder: Path,
    name: str,
    reasons: dict[str, int],
    selected: int,
    units: dict[str, int] | None = None,
    **other: object,
) -> None:
    """Write the alignment report of a video; `units`: frames with Action Units beyond the list."""
    frames = sum(reasons.values())
    entry = {
        "file": f"{name}.txt",
        "frames_of": "original",
        "rows": frames,
        "extended": 0,
        "cropped": 0,
        "left_out": [],
        "other_units": units or {},
        "read_as": [],
    }
    report = {
        "video": name,
        "source_frames": frames,
        "converted_frames": frames,
        "largest_time_error_ms": 0.0,
        "missing_pictures": 0,
        "longest_frozen_run": 1,
        "au": [entry],
        "va": [],
        "frames_by_reason": reasons,
        "selected": selected,
        **other,
    }
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    write_report(folder / f"labels/{name}.json", report)


def divided(folder: Path, people: dict[str, int], absent: dict[str, int]) -> None:
    """Write a certificate: people of each set, and faces with AU12 in each."""
    sets = {
        name: {"videos": n, "people": n, "female": n, "male": 0, "frames": 10 * n}
        | {"au": {"AU1": 5, "AU12": absent.get(name, 4)}}
        for name, n in people.items()
    }
    page = {"sets": sets, "test_against_rest": {"largest_au_gap": 0.1}, "people_in_two_sets": 0}
    (folder / "dataset").mkdir()
    (folder / "dataset/split.json").write_text(json.dumps(page))


def scored(folder: Path, name: str, rows: list[tuple[str, str, float]], note: str = "") -> None:
    """Write what an evaluation leaves of a run."""
    run = folder / "runs" / name
    run.mkdir(parents=True)
    counts = Counts(3, 10, 20, 20, 2)
    write_chosen(run / "chosen.json", Chosen(1, {}, {}, {}, 0.5, note, 0.5, 0.95, counts))
    table = pd.DataFrame(rows, columns=["metric", "target", "value"])
    bounds = {"iteration": 1, "low": table["value"] - 0.1, "high": table["value"] + 0.1, "note": ""}
    write_held_out(run / "held_out.csv", table.assign(**bounds))


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    video(folder, "a", {"only candidate": 30, "no detection": 10}, 30)
    video(folder, "b", {"only candidate": 1960}, 1960, missing_pictures=3)
    divided(folder, {"train": 30, "validation": 5, "test": 2}, {"test": 0})
    scored(folder, "au/one", [("f1_mean", "all", 0.5), ("floor_mean", "all", 0.25)])
    scored(folder, "va/two", [("ccc", "valence", 0.4), ("ccc_video_mean", "valence", 0.1)], "short")
    return folder


def test_it_counts_frames_by_reason_people_and_scores_beside_the_chance_level(results):
    text = summary(results, "videos.tsv", *KNOWN)
    assert "2 videos of 37 people (``videos.tsv``), 2,000 frames." in text
    assert "1,990 frames (100%) are in the dataset." in text
    for row in (
        ("only candidate", "1,990", "99.5%"),
        ("test", "2", "2", "20"),
        ("au one", "0.50 [0.40, 0.60]", ""),
        ("va two", "", "0.40 [0.30, 0.50]"),
        ("*chance level*", "0.25", "0.10"),
    ):
        lines = [f"- {cell}".rstrip() for cell in row]
        assert "\n     ".join(lines) in text


def test_it_warns_of_few_people_empty_units_missing_pictures_and_notes(results):
    warnings = summary(results, "videos.tsv", *KNOWN).partition("Warnings")[2]
    told = [line for line in warnings.splitlines() if line.startswith("- ")]
    assert told == [
        "- Few people: 2 in the test set. With fewer than 5, intervals are wide.",
        "- Never present in the test set: AU12. Their F1 is undefined.",
        "- Pictures are missing in 1 video: b (3).",
        "- va two: short",
    ]


def test_units_beyond_the_list_are_counted_once_for_several_annotators(results):
    report = json.loads((results / "labels/a.json").read_text())
    units = ({"AU10": 4, "AU7": 1}, {"AU10": 2, "AU7": 3})
    report["au"] = [{**report["au"][0], "other_units": each} for each in units]
    write_report(results / "labels/a.json", report)
    video(results, "b", {"only candidate": 9}, 9, {"AU10": 5})
    text = summary(results, "videos.tsv", *KNOWN)
    assert "Units that ``action_units`` lacks: AU7 (3 frames), AU10 (9 frames)." in text


def test_what_an_earlier_sheet_left_does_not_count_and_what_waits_is_named(results):
    text = summary(results, "videos.tsv", ["a", "c"], ["au/one", "au/later"])
    assert "1 video of 37 people (``videos.tsv``), 40 frames." in text
    assert "va two" not in text
    assert "- 1 video with no labels yet: c." in text


def test_it_says_when_there_is_nothing_to_report(tmp_path):
    text = summary(tmp_path, "videos.tsv", [], [])
    assert "No video of ``videos.tsv`` has been joined" in text
    assert "No model has been scored yet." in text
    assert "None." in text.partition("Warnings")[2]


def test_it_is_well_formed(results):
    path = Path(write_summary(str(results), "videos.tsv", *KNOWN))
    assert path == results / "summary.rst"
    settings = {"halt_level": 2, "report_level": 2}
    page = publish_parts(path.read_text(), writer="html", settings_overrides=settings)
    assert page["html_body"].count("<table") == 3


def test_a_damaged_file_is_named(results):
    (results / "labels/a.json").write_text("{")
    with pytest.raises(InputError, match=r"a\.json"):
        summary(results, "videos.tsv", *KNOWN)
