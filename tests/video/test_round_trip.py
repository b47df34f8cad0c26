"""The proof of the frame manifest: the number burnt into each picture survives the conversion."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from auva.records.manifest import read_manifest, read_timestamps, timestamps_path
from auva.video.conversion import convert
from auva.video.reader import iterate_frames

RATES = {
    "15": Fraction(15),
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "60": Fraction(60),
    "variable": Fraction(60),
}
CONTAINERS = ("mp4", "avi", "mkv", "webm", "mov")
EVERYDAY = {("23.976", "mov"), ("29.97", "mkv"), ("50", "avi"), ("variable", "mp4"), ("15", "webm")}
SECONDS = 2


def source_times(name: str) -> list[Fraction]:
    """Exact times; the variable rate holds each picture for 1 to 8 sixtieths of a second."""
    rate = RATES[name]
    if name != "variable":
        return [number / rate for number in range(round(SECONDS * rate))]
    holds = np.random.default_rng(20170407).integers(1, 9, 40)
    return [Fraction(int(tick), 60) for tick in np.concatenate([[0], np.cumsum(holds)])]


def cases() -> list:
    return [
        pytest.param(
            rate, container, marks=() if (rate, container) in EVERYDAY else pytest.mark.slow
        )
        for rate in RATES
        for container in CONTAINERS
    ]


@pytest.mark.parametrize(("rate", "container"), cases())
def test_burnt_in_numbers_agree_with_the_manifest(
    rate: str, container: str, numbered, tools, tmp_path: Path, record_property
) -> None:
    times = source_times(rate)
    source = numbered(f"source.{container}", times, RATES[rate])
    manifest_csv = tmp_path / "x.frames.csv"
    convert(source, tmp_path / "x.mp4", manifest_csv, tools.CFG)

    manifest = read_manifest(manifest_csv)
    seen = [tools.read_pattern(picture) for _, picture in iterate_frames(tmp_path / "x.mp4")]
    assert seen == manifest["source_frame"].tolist()
    record_property("frames", len(seen))
    assert manifest["frame"].tolist() == list(range(1, len(seen) + 1))

    # The choice itself, from the times with which the video was written: nobody is nearer by more
    # than the 1 ms that a tie allows and the 1 ms to which Matroska rounds.
    exact = np.array([float(time) for time in times])
    distance = np.abs(manifest["time"].to_numpy()[:, None] - exact[None, :])
    chosen = distance[np.arange(len(seen)), seen]
    assert np.all(chosen <= distance.min(axis=1) + 0.0021)

    stamps = read_timestamps(timestamps_path(manifest_csv))
    assert stamps["source_frame"].tolist() == list(range(len(times)))
    assert np.abs(stamps["source_time"].to_numpy() - exact).max() <= 0.0011
    if rate != "variable":
        assert len(seen) == round(len(times) / RATES[rate] * 30)


@pytest.mark.parametrize("container", ["mkv", "webm", "mp4"])
def test_rounded_timestamps_do_not_decide_equal_distances(
    container: str, numbered, tools, tmp_path: Path
) -> None:
    # At 15 fps every second output frame lies midway; Matroska's milliseconds must not matter.
    source = numbered(f"source.{container}", tools.constant(30, Fraction(15)), Fraction(15))
    convert(source, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    shown = read_manifest(tmp_path / "x.frames.csv")["source_frame"].tolist()
    assert shown == [number for number in range(30) for _ in range(2)]
