from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from auva.errors import InputError
from auva.video.conversion import convert
from auva.video.reader import FrameReader, iterate_frames

COUNT = 90


@pytest.fixture
def converted(numbered, tools, tmp_path: Path) -> Path:
    source = numbered("a.mp4", tools.constant(COUNT, Fraction(30)), Fraction(30))
    convert(source, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    return tmp_path / "x.mp4"


@pytest.mark.parametrize("threads", [1, 2])
def test_any_order_gives_the_frames_of_the_stream(converted: Path, tools, threads: int) -> None:
    stream = dict(iterate_frames(converted))
    assert list(stream) == list(range(1, COUNT + 1))
    numbers = np.random.default_rng(7).integers(1, COUNT + 1, 150).tolist()
    with FrameReader(converted, threads=threads) as reader:
        assert len(reader) == COUNT
        for frame in [1, COUNT, 1, 2, 3, 2, 16, 15, 14, 46, 45, *numbers]:
            picture = reader.read(frame)
            assert picture.dtype == np.uint8
            assert np.array_equal(picture, stream[frame]), frame
            assert tools.read_pattern(picture) == frame - 1


def test_a_tiny_cache_changes_nothing(converted: Path) -> None:
    with FrameReader(converted) as reader, FrameReader(converted) as small:
        small._capacity = 2
        for frame in (40, 39, 38, 41, 80, 1, 90, 2):
            assert np.array_equal(reader.read(frame), small.read(frame))
        assert len(small._cache) <= 2


@pytest.mark.parametrize("frame", [0, -1, COUNT + 1])
def test_frames_that_do_not_exist(converted: Path, frame: int) -> None:
    with FrameReader(converted) as reader, pytest.raises(IndexError, match=f"frame {frame}"):
        reader.read(frame)


def test_threads_may_share_a_reader(converted: Path, tools) -> None:
    numbers = np.random.default_rng(8).integers(1, COUNT + 1, 100).tolist()
    with FrameReader(converted) as reader, ThreadPoolExecutor(4) as pool:
        seen = [tools.read_pattern(picture) for picture in pool.map(reader.read, numbers)]
    assert seen == [number - 1 for number in numbers]


def test_only_converted_videos(numbered, tools, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the video file does not exist"):
        FrameReader(tmp_path / "none.mp4")
    matroska = numbered("a.mkv", tools.constant(5, Fraction(25)), Fraction(25))
    with pytest.raises(InputError, match="converted video"):
        FrameReader(matroska)
