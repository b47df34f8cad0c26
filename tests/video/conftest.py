"""Small videos whose pictures carry their own frame number."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numbered_films import pattern, read_pattern

CFG = {"fps": 30, "crf": 18, "preset": "veryfast"}
CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".avi": "mpeg4", ".webm": "vp8"}


def write_video(
    path: Path,
    times: Sequence[Fraction],
    pictures: Sequence[np.ndarray],
    rate: Fraction,
    audio_seconds: float = 0.0,
    rotation: int = 0,
    pixel_format: str = "yuv420p",
) -> Path:
    """Write pictures at exact times; the clock ticks at the common denominator of `times`."""
    base = Fraction(1, int(np.lcm.reduce([t.denominator for t in times] + [rate.numerator])))
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODECS[path.suffix], rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.time_base = base
        stream.bit_rate = 1_500_000
        if audio_seconds:
            sound = container.add_stream("aac" if path.suffix != ".webm" else "libopus", rate=48000)
        for time, picture in zip(times, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = int(time / base), base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if audio_seconds:
            _write_silence(container, sound, audio_seconds)
    return path


def _write_silence(container, stream, seconds: float) -> None:
    size = 960
    for start in range(0, int(48000 * seconds), size):
        frame = av.AudioFrame.from_ndarray(np.zeros((2, size), np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def constant(count: int, rate: Fraction, start: Fraction = Fraction(0)) -> list[Fraction]:
    """The times of `count` frames at a constant rate."""
    return [start + number / rate for number in range(count)]


@pytest.fixture
def numbered(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a video of numbered pictures."""

    def write(name: str, times: Sequence[Fraction], rate: Fraction, **options) -> Path:
        pictures = [pattern(number) for number in range(len(times))]
        return write_video(tmp_path / name, times, pictures, rate, **options)

    return write


class Tools:
    """What the tests of this folder share."""

    CFG = CFG
    pattern = staticmethod(pattern)
    read_pattern = staticmethod(read_pattern)
    write_video = staticmethod(write_video)
    constant = staticmethod(constant)


@pytest.fixture(scope="session")
def tools() -> type[Tools]:
    return Tools
