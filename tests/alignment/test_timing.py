"""What times say: rate and start of the converted video, missing and frozen pictures."""

import numpy as np
import pandas as pd
import pytest

from auva.alignment.timing import Missing, longest_run, missing_pictures, timeline
from auva.annotations import Timeline


def tables(rate: float, frames: int, start: float | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    manifest = pd.DataFrame({"time": np.round(np.arange(frames) / rate, 6)})
    stamps = pd.DataFrame({"source_time": np.arange(3) / 25})
    if start is not None:
        stamps["player_time"] = stamps["source_time"] + start
    return manifest, stamps


@pytest.mark.parametrize(
    ("rate", "frames"),
    [(1, 3), (24, 3), (25, 3), (30, 3), (60, 61), (240, 61), (240, 9001), (30000 / 1001, 1001)],
)
def test_the_rate_of_the_manifest_is_the_exact_one(rate: float, frames: int) -> None:
    assert timeline(*tables(rate, frames, 0.8)) == Timeline(frames, rate, pytest.approx(0.8), 3)


def test_one_frame_and_older_files_have_the_usual_rate_and_start() -> None:
    assert timeline(*tables(30, 1, None)) == Timeline(1, original=3)


def test_pauses_of_a_constant_rate_are_missing_pictures() -> None:
    whole = np.round(np.arange(300) / 30, 3)  # as Matroska rounds
    assert missing_pictures(whole) == Missing()
    assert missing_pictures(np.delete(whole, [100, 200, 201])) == Missing(3, 3.3)
    varying = np.cumsum(np.random.default_rng(1).uniform(0.02, 0.2, 300))
    assert missing_pictures(varying) == Missing()
    assert missing_pictures(np.zeros(1)) == Missing()


def test_the_longest_run_of_one_source_frame() -> None:
    assert longest_run(np.array([0, 1, 1, 2, 2, 2, 3])) == 3
    assert longest_run(np.array([0])) == 1
