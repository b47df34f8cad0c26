"""The files of a rendered video: counts, rates, formats, bytes."""

import csv
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import pytest

from auva.demo.catalogue import catalogue
from auva.demo.labels import TRUTH_COLUMNS
from auva.demo.render import render_video
from auva.errors import InputError
from auva.files import sha256
from auva.units import THESIS_NAMES

SHORT = {"seconds": 2.0}
VIDEOS = {video.id: video for video in catalogue()}


@pytest.fixture(scope="module", autouse=True)
def small_heads():
    """Paint heads at half their size: these tests do not look at faces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("auva.demo.render.SCALE", 30.0)
        yield


class Files(NamedTuple):
    video: Path
    au: Path
    va: Path
    truth: Path


def render(folder: Path, video_id: str, cfg: dict, seed: int = 1) -> Files:
    files = Files(
        folder / VIDEOS[video_id].file_name,
        folder / f"{video_id}.au.txt",
        folder / f"{video_id}.va.txt",
        folder / f"{video_id}.csv",
    )
    render_video(video_id, cfg, seed, *files)
    return files


def truth_of(files: Files) -> list[dict[str, str]]:
    with files.truth.open(newline="") as stream:
        return list(csv.DictReader(stream))


def packet_times(path: Path) -> tuple[list[Fraction], Fraction | None, tuple[int, int]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        times = [frame.pts * frame.time_base for frame in frames]
        return times, stream.average_rate, (frames[0].width, frames[0].height)


@pytest.fixture(scope="module")
def short(small_heads, tmp_path_factory):
    """Every video of the corpus, two seconds long and small."""
    folder = tmp_path_factory.mktemp("short")
    return {name: render(folder, name, SHORT) for name in VIDEOS}


@pytest.mark.parametrize("name", sorted(VIDEOS))
def test_the_video_has_the_rate_and_size_of_the_catalogue(short, name):
    video = VIDEOS[name]
    times, rate, size = packet_times(short[name].video)
    assert size == (video.width, video.height)
    steps = np.diff([float(time - times[0]) for time in times])
    assert np.all(steps > 0)
    if video.rate is None:
        assert steps.max() > 1.5 * steps.min()
    else:
        assert float(rate or 0) == pytest.approx(float(video.rate), rel=1e-3)
        assert np.abs(steps - float(1 / video.rate)).max() < 0.002


@pytest.mark.parametrize("name", sorted(VIDEOS))
def test_annotations_fit_the_frames(short, name):
    video, files = VIDEOS[name], short[name]
    times, _, _ = packet_times(files.video)
    va = files.va.read_text().splitlines()
    assert va[0] == "valence,arousal"
    assert len(va) - 1 == len(times)
    assert all(-1 <= float(cell) <= 1 for line in va[1:] for cell in line.split(","))
    if video.rate is None:
        length = times[-1] - times[0] + Fraction(1, 30)
    else:
        length = Fraction(len(times)) / video.rate
    lines = [line.split() for line in files.au.read_text().splitlines()]
    assert len(lines) == int(length * 30 + Fraction(1, 2))
    assert [int(line[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert all(len(line) == 17 and line[1::2] == line[2::2] for line in lines)
    assert {cell for line in lines for cell in line[1:]} <= {"0", "1"}


@pytest.mark.parametrize("name", sorted(VIDEOS))
def test_truth_agrees_with_the_annotations(short, name):
    files, rows = short[name], truth_of(short[name])
    assert list(rows[0]) == list(TRUTH_COLUMNS)
    lines = [line.split() for line in files.au.read_text().splitlines()]
    assert [[row[au] for au in THESIS_NAMES] for row in rows] == [line[1::2] for line in lines]
    assert [float(row["time"]) for row in rows] == pytest.approx(
        [i / 30 for i in range(len(rows))], abs=1e-4
    )
    hidden = [row for row in rows if row["face_present"] == "0"]
    assert all(row[au] == "0" for row in hidden for au in THESIS_NAMES)
    assert bool(hidden) == bool(VIDEOS[name].absence)


@pytest.mark.parametrize("name", sorted(VIDEOS))
def test_visible_faces_lie_in_the_frame(short, name):
    video = VIDEOS[name]
    for row in truth_of(short[name]):
        if row["face_present"] == "1":
            assert 0 < float(row["cx"]) < video.width
            assert 0 < float(row["cy"]) < video.height
            assert 0.35 * video.height < float(row["height"]) < 0.65 * video.height
        if row["distractor_present"] == "1":
            half_w, half_h = float(row["d_width"]) / 2, float(row["d_height"]) / 2
            assert half_w < float(row["d_cx"]) < video.width - half_w
            assert half_h < float(row["d_cy"]) < video.height - half_h
            assert float(row["d_cx"]) - float(row["cx"]) > half_w


def test_second_faces_come_and_go(short):
    for name, video in VIDEOS.items():
        shown = [row["distractor_present"] for row in truth_of(short[name])]
        assert set(shown) == ({"0", "1"} if video.distractor else {"0"})


@pytest.mark.parametrize("name", ["ben-1", "chloe-1", "daniel-2", "emi-1", "farid-1", "hugo-1"])
def test_same_seed_same_bytes(short, tmp_path, name):
    again = render(tmp_path, name, SHORT)
    assert [sha256(path) for path in again] == [sha256(path) for path in short[name]]


def test_another_seed_gives_other_bytes(short, tmp_path):
    other = render(tmp_path, "ada-1", SHORT, seed=2)
    assert all(sha256(a) != sha256(b) for a, b in zip(other, short["ada-1"], strict=True))


def test_settings_change_the_length(tmp_path):
    files = render(tmp_path, "ada-1", {"seconds": 3.0})
    assert len(truth_of(files)) == 90


@pytest.mark.parametrize(
    ("cfg", "message"),
    [
        ({"second": 3.0}, r"demo: unknown key 'second' \(did you mean 'seconds'\?\)"),
        ({"seconds": 0.5}, r"demo\.seconds: 0\.5 is not from 2 to 600"),
    ],
)
def test_bad_settings_are_named_and_nothing_is_written(tmp_path, cfg, message):
    with pytest.raises(InputError, match=message):
        render(tmp_path, "ada-1", cfg)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_suffix_is_an_error(tmp_path):
    with pytest.raises(InputError, match=r"must end in \.mp4"):
        render_video("ada-1", SHORT, 1, *[tmp_path / name for name in ("a.avi", "b", "c", "d")])
