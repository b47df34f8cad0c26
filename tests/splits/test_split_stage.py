"""The split as a whole: nobody in two sets, every video once, clear errors."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auva.errors import InputError
from auva.records import labels as records
from auva.sheet import Recording
from auva.splits.stage import split
from auva.units import THESIS_NAMES


def write_labels(path: Path, rng: np.random.Generator, frames: int) -> None:
    au = rng.random((frames, 8)) < rng.uniform(0.05, 0.5, 8)
    selected = au.any(1)
    table = pd.DataFrame(au.astype(int), columns=list(THESIS_NAMES))
    table.insert(0, "frame", np.arange(1, frames + 1))
    table[["valence", "arousal"]] = np.round(rng.uniform(-1, 1, (frames, 2)), 3)
    table["status"] = "face"
    table["reason"] = "only candidate"
    table["selected"] = selected.astype(int)
    records.write_labels(path, table)


def make(
    folder: Path, people: list[int], frames: list[int]
) -> tuple[list[Recording], dict[str, Path]]:
    rng = np.random.default_rng(len(people))
    samples, labels = [], {}
    for number, (person, n) in enumerate(zip(people, frames, strict=True)):
        name = f"v{number:03d}"
        sex = ("female", "male", "unknown")[person % 3]
        samples.append(Recording(name, f"p{person}", sex, group=f"p{person}"))
        labels[name] = folder / f"{name}.csv"
        write_labels(labels[name], rng, n)
    return samples, labels


def run(folder: Path, samples, labels, cfg=None, seed=1):
    out = folder / "split.csv", folder / "split.json"
    split(samples, labels, *out, cfg or {}, seed)
    return pd.read_csv(out[0], dtype={"video": str, "identity": str}), json.loads(
        out[1].read_text()
    )


@pytest.mark.parametrize("method", ["search", "thesis"])
@given(data=st.data())
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_nobody_is_in_two_sets_or_folds_and_every_video_is_somewhere(
    tmp_path_factory, method, data
):
    folder = tmp_path_factory.mktemp("corpus")
    count = data.draw(st.integers(3, 7))
    people = list(range(count)) + data.draw(st.lists(st.integers(0, count - 1), max_size=5))
    frames = data.draw(st.lists(st.integers(20, 60), min_size=len(people), max_size=len(people)))
    samples, labels = make(folder, people, frames)
    cfg = {"method": method, "runs": 20, "folds": 3}
    table, certificate = run(folder, samples, labels, cfg)
    assert list(table["video"]) == sorted(sample.id for sample in samples)
    assert table.groupby("identity")["set"].nunique().max() == 1
    assert table.groupby("identity")["fold"].nunique().max() == 1
    assert set(table["fold"]) == {1, 2, 3}
    assert set(table["set"]) == {"train", "validation", "test"}
    assert certificate["people_in_two_sets"] == certificate["people_in_two_folds"] == 0
    videos = Counter(table["set"])
    for name, numbers in certificate["sets"].items():
        assert numbers["videos"] == videos[name]
    assert sum(s["people"] for s in certificate["sets"].values()) == count


@pytest.mark.parametrize("method", ["search", "thesis"])
def test_people_in_one_video_file_stay_together(tmp_path, method):
    """v0 shows p0, v3 is v0's file again with p3, v4 a video of p3 alone."""
    samples, labels = make(tmp_path, [0, 1, 2, 3, 3, 4], [30, 40, 30, 20, 30, 20])
    samples[3:5] = [replace(each, group="p0") for each in samples[3:5]]
    cfg = {"method": method, "runs": 50, "folds": 4}
    for seed in range(5):
        table, page = run(tmp_path, samples, labels, cfg, seed)
        together = table[table["identity"].isin(["p0", "p3"])]
        assert len(together) == 3
        assert together["set"].nunique() == together["fold"].nunique() == 1
        assert page["shared_videos_in_two_sets"] == page["shared_videos_in_two_folds"] == 0
        assert page["people_sharing_a_video"] == 2
        assert sum(part["people"] for part in page["sets"].values()) == 5


def test_people_who_all_share_videos_cannot_be_split(tmp_path):
    samples, labels = make(tmp_path, [0, 1, 2], [20, 20, 20])
    samples[2] = replace(samples[2], group=samples[0].group)
    with pytest.raises(InputError, match=r"show 3 people in 2 groups \(some share a video file\)"):
        run(tmp_path, samples, labels)


def test_the_order_of_the_sheet_does_not_matter_and_runs_agree(tmp_path):
    samples, labels = make(tmp_path, [0, 1, 2, 3, 4, 1], [30, 40, 50, 60, 30, 20])
    first = run(tmp_path, samples, labels)
    bytes_before = (tmp_path / "split.csv").read_bytes(), (tmp_path / "split.json").read_bytes()
    run(tmp_path, samples[::-1], labels)
    assert bytes_before == (
        (tmp_path / "split.csv").read_bytes(),
        (tmp_path / "split.json").read_bytes(),
    )
    assert first[1]["test_against_rest"]["distances"]["missing"] == 0


@pytest.mark.parametrize(
    ("people", "cfg", "message"),
    [
        ([0, 0, 0], {}, "show 1 person: no split into 3 sets"),
        ([0, 1], {}, "show 2 people: no split into 3 sets"),
        ([0, 1, 2], {"folds": 0, "metod": "search"}, "did you mean 'method'"),
        ([0, 1, 2], {"folds": 0, "method": "thesys"}, "did you mean 'thesis'"),
        ([0, 1, 2], {"folds": 0, "test_share": 1.5}, "1.5 is not above 0 and at most"),
    ],
)
def test_what_cannot_be_split_is_one_clear_line(tmp_path, people, cfg, message):
    samples, labels = make(tmp_path, people, [20] * len(people))
    with pytest.raises(InputError, match=message):
        run(tmp_path, samples, labels, cfg)
    assert not (tmp_path / "split.csv").exists()
