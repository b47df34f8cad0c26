"""How stored pictures become upright ones with square pixels, in conversion and detection alike."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.errors import InputError
from auva.video.conversion import convert
from auva.video.orientation import even, orientation
from auva.video.reader import iterate_frames
from auva.video.source import SourceVideo

UNIT = 65536
MATRICES = [
    (a * first, a * (1 - first), d * (1 - first), d * first)
    for first in (1, 0)
    for a in (1, -1)
    for d in (1, -1)
]


def matrix(a: float, b: float, c: float, d: float, unit: int = UNIT) -> bytes:
    rows = (a * unit, b * unit, 0, c * unit, d * unit, 0, 0, 0, 2**30)
    return struct.pack("=9i", *(round(value) for value in rows))


def shown(stored: np.ndarray, a: int, b: int, c: int, d: int) -> np.ndarray:
    """Move each point where the matrix says (ISO/IEC 14496-12, 6.2.2), one by one."""
    height, width = stored.shape[:2]
    points = {
        (a * x + c * y, b * x + d * y): stored[y, x] for x in range(width) for y in range(height)
    }
    left, top = min(x for x, _ in points), min(y for _, y in points)
    turned = (width, height) if a == 0 else (height, width)
    picture = np.zeros((*turned, *stored.shape[2:]), stored.dtype)
    for (x, y), value in points.items():
        picture[y - top, x - left] = value
    return picture


@pytest.mark.parametrize("key", MATRICES)
def test_each_point_moves_where_the_matrix_says(key: tuple[int, int, int, int]) -> None:
    stored = np.arange(12, dtype=np.uint8).reshape(3, 4)
    turn = orientation(matrix(*key))
    assert turn.matrix == key
    assert np.array_equal(turn.turn(stored), shown(stored, *key))
    assert turn.size(4, 3) == turn.turn(stored).shape[::-1]


def test_no_matrix_changes_nothing() -> None:
    stored = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for nothing in (None, b"short", matrix(0, 0, 0, 0), matrix(1, 0, 0, 0)):
        assert np.array_equal(orientation(nothing).turn(stored), stored)


def test_small_angles_go_to_the_nearest_quarter_turn() -> None:
    assert orientation(matrix(0.1, 0.99, -0.99, 0.1)).matrix == (0, 1, -1, 0)


@given(st.integers(2, 9999), st.integers(2, 9999), st.sampled_from(MATRICES))
def test_the_even_size_loses_at_most_one_column_and_row(
    width: int, height: int, key: tuple[int, int, int, int]
) -> None:
    size = orientation(matrix(*key)).size(width, height)
    assert sorted(size) == sorted((width, height))
    assert all(0 <= a - b <= 1 and b % 2 == 0 for a, b in zip(size, even(size), strict=True))


def test_pixels_become_square() -> None:
    assert orientation(None, Fraction(16, 11)).size(704, 576) == (1024, 576)
    assert orientation(None, Fraction(8, 9)).size(720, 480) == (720, 540)
    assert orientation(matrix(0, 1, -1, 0), Fraction(2)).size(160, 240) == (240, 320)
    assert orientation(None, Fraction(1000)).size(720, 480) == (720, 480)


def with_matrix(path: Path, key: tuple[int, int, int, int]) -> None:
    """Overwrite the display matrix in the track header of an mp4."""
    data = bytearray(path.read_bytes())
    header = data.index(b"tkhd")
    place = data.index(struct.pack(">9i", UNIT, 0, 0, 0, UNIT, 0, 0, 0, 2**30), header)
    a, b, c, d = (value * UNIT for value in key)
    data[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 2**30)
    path.write_bytes(data)


def stored_video(path: Path, picture: np.ndarray, aspect: Fraction) -> Path:
    """Write a picture five times, with pixels of the given shape."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "8"})
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.sample_aspect_ratio = aspect
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("aspect", [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(4, 3)])
@pytest.mark.parametrize("key", MATRICES)
def test_conversion_and_detection_see_the_upright_picture(
    key: tuple[int, int, int, int], aspect: Fraction, tools, tmp_path: Path
) -> None:
    stored = np.full((72, 96, 3), 40, np.uint8)
    stored[:36, :48], stored[:36, 48:], stored[36:, :48] = 250, 180, 110
    source = stored_video(tmp_path / "stored.mp4", stored, aspect)
    with_matrix(source, key)
    video = SourceVideo(source)
    convert(source, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    converted = dict(iterate_frames(tmp_path / "x.mp4"))[3]
    detected = dict(video.pictures())[3]

    # Pixels made square, then the matrix.
    width, height = (96 * aspect, 72) if aspect >= 1 else (96, 72 / aspect)
    wide, high = (height, width) if key[0] == 0 else (width, height)
    quarters = shown(np.array([[250, 180], [110, 40]]), *key)
    y, x = int(high) // 2, int(wide) // 2
    rows, columns = (slice(y - 8), slice(y + 8, None)), (slice(x - 8), slice(x + 8, None))
    for picture in (converted, detected):
        assert picture.shape == (high, wide, 3)
        seen = [[picture[row, column].mean() for column in columns] for row in rows]
        assert np.abs(np.array(seen) - quarters).max() < 6
    assert np.abs(converted.astype(int) - detected).mean() < 2


def raw_h264(path: Path, pictures: list[np.ndarray]) -> bytes:
    """Encode pictures as raw H.264 and return its bytes, which may be joined to others."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w", format="h264") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


def test_a_picture_that_changes_its_size_keeps_its_shape(tools, tmp_path: Path) -> None:
    path = tmp_path / "x.h264"
    first = raw_h264(path, [tools.pattern(number) for number in range(10)])
    larger = [tools.pattern(10 + number).repeat(2, 0).repeat(2, 1) for number in range(10)]
    path.write_bytes(first + raw_h264(path, larger))
    seen = [tools.read_pattern(picture) for _, picture in SourceVideo(path).pictures()]
    assert seen == list(range(20))
    path.write_bytes(first + raw_h264(path, [picture[:, :120] for picture in larger]))
    with pytest.raises(InputError, match="changes from 160x120 to 120x240 at frame 11"):
        list(SourceVideo(path).pictures())
