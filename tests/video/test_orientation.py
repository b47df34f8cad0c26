import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.video.orientation import _FILTERS, even, orientation


def matrix(a: float, b: float, c: float, d: float) -> bytes:
    unit = 65536
    rows = (a * unit, b * unit, 0, c * unit, d * unit, 0, 0, 0, 2**30)
    return struct.pack("=9i", *(round(value) for value in rows))


# What FFmpeg's filters do, in numpy: an independent reading of the display matrix.
NUMPY = {
    "hflip": lambda p: p[:, ::-1],
    "vflip": lambda p: p[::-1],
    "transpose=clock": lambda p: np.rot90(p, -1),
    "transpose=cclock": lambda p: np.rot90(p, 1),
    "transpose=cclock_flip": lambda p: p.T,
    "transpose=clock_flip": lambda p: np.rot90(p, 2).T,
}


@pytest.mark.parametrize("key", list(_FILTERS))
def test_filters_move_each_point_where_the_matrix_says(key: tuple[int, int, int, int]) -> None:
    stored = np.arange(12).reshape(3, 4)
    turn = orientation(matrix(*key))
    picture = stored
    for name, arguments in turn.filters(4, 4):
        picture = NUMPY["=".join([name, *arguments])](picture)
    a, b, c, d = key
    points = {(a * x + c * y, b * x + d * y): stored[y, x] for x in range(4) for y in range(3)}
    left, top = min(x for x, _ in points), min(y for _, y in points)
    expected = np.zeros_like(picture)
    for (x, y), value in points.items():
        expected[y - top, x - left] = value
    assert np.array_equal(picture, expected)
    assert turn.size(4, 3) == picture.shape[::-1]


def test_no_matrix_no_filters() -> None:
    assert orientation(None).filters(640, 360) == []
    assert orientation(b"short").filters(640, 360) == []


def test_small_angles_go_to_the_nearest_quarter_turn() -> None:
    assert orientation(matrix(0.1, 0.99, -0.99, 0.1)).matrix == (0, 1, -1, 0)
    assert orientation(matrix(0, 0, 0, 0)).matrix == (1, 0, 0, 1)


@given(st.integers(2, 9999), st.integers(2, 9999), st.booleans())
def test_the_result_is_even_and_loses_at_most_one_column_and_row(
    width: int, height: int, turned: bool
) -> None:
    turn = orientation(matrix(0, 1, -1, 0) if turned else None)
    shown = turn.size(width, height)
    assert sorted(shown) == sorted((width, height))
    assert all(0 <= a - b <= 1 and b % 2 == 0 for a, b in zip(shown, even(shown), strict=True))
    crops = [arguments for name, arguments in turn.filters(width, height) if name == "crop"]
    assert (crops == []) == (even(shown) == shown)
    assert all(arguments[2:] == ["0", "0"] for arguments in crops)


def test_pixels_become_square() -> None:
    turn = orientation(None, Fraction(16, 11))
    assert turn.size(704, 576) == (1024, 576)
    assert turn.filters(704, 576) == [("scale", ["1024", "576"])]
    assert orientation(None, Fraction(8, 9)).size(720, 480) == (720, 540)
    assert orientation(None, Fraction(1000)).size(720, 480) == (720, 480)
