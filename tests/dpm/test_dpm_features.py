"""Scaled pictures and HOG features against the plain implementation."""

import numpy as np
import pytest
from dpm_reference import reference_hog, reference_picture
from hypothesis import given, settings
from hypothesis import strategies as st

from auva.dpm.hog import MIRROR
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.pyramid import halve, last_level, level_source, rescale, scaled_size

sizes = st.integers(70, 150)
pictures = st.tuples(sizes, sizes, st.sampled_from([1, 3]), st.integers(0, 2**32 - 1))


def make_picture(height: int, width: int, channels: int, seed: int) -> np.ndarray:
    """Noise with flat and saturated patches, so that ties and zero gradients occur."""
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (channels, height, width), dtype=np.uint8)
    top, left = rng.integers(0, height), rng.integers(0, width)
    picture[:, top : top + 40, left : left + 40] = rng.choice([0, 255, 100])
    return picture


def shown(picture: np.ndarray) -> Levels:
    levels = Levels(*picture.shape[1:])
    levels.show(picture)
    return levels


@settings(max_examples=15, deadline=None)
@given(pictures)
def test_scaled_pictures_are_those_of_the_plain_implementation(arguments):
    picture = make_picture(*arguments)
    for level in range(last_level(*picture.shape[1:]) + 1):
        source = level_source(level)
        scaled = rescale(picture, source.scale)
        for _ in range(source.halvings):
            scaled = halve(scaled)
        assert scaled.shape[1:] == scaled_size(*picture.shape[1:], source.scale, source.halvings)
        assert np.array_equal(scaled, reference_picture(picture, level)[0])


@settings(max_examples=10, deadline=None)
@given(pictures)
def test_features_are_those_of_the_plain_implementation(arguments):
    picture = make_picture(*arguments)
    levels = shown(picture)
    for level in range(levels.count):
        expected = reference_hog(*reference_picture(picture, level))
        assert np.abs(levels.whole(level)[0] - expected).max() < 1e-5


@settings(max_examples=10, deadline=None)
@given(pictures)
def test_mirrored_features_are_those_of_the_mirrored_cells(arguments):
    features = shown(make_picture(*arguments)).whole(3)
    assert np.array_equal(features[1], features[0][..., MIRROR])


def test_a_mirrored_picture_has_mirrored_features():
    picture = make_picture(96, 128, 3, 5)  # whole cells, so that both grids fall together
    plain = shown(picture).whole(0)[0]
    mirrored = shown(np.ascontiguousarray(picture[..., ::-1])).whole(0)[0]
    # A tie between channels goes to the first one on both sides, so ties stay the same.
    assert np.allclose(mirrored[:, ::-1][..., MIRROR], plain, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(pictures, st.integers(0, 30), st.integers(0, 30), st.integers(1, 20), st.integers(1, 20))
def test_a_rectangle_has_the_features_of_the_whole(arguments, row, column, rows, columns):
    picture = make_picture(*arguments)
    whole, part = shown(picture), shown(picture)
    for level in (0, 4, 5):
        height, width = whole.shape(level)
        area = Rectangle(min(row, height - 1), min(column, width - 1), rows, columns)
        area = area._replace(
            rows=min(rows, height - area.row), columns=min(columns, width - area.column)
        )
        inside = (
            slice(None),
            slice(area.row, area.row + area.rows),
            slice(area.column, area.column + area.columns),
        )
        found = part.rectangle(level, area)[inside]
        assert np.abs(found - whole.whole(level)[inside]).max() < 1e-5


def test_levels_forget_the_last_picture():
    first, second = make_picture(100, 120, 1, 1), make_picture(100, 120, 3, 2)
    levels = shown(first)
    levels.whole(2)
    levels.show(second)
    assert np.array_equal(levels.whole(2), shown(second).whole(2))


@pytest.mark.parametrize(
    ("height", "width", "last"),
    [(69, 500, -1), (70, 70, 5), (40, 40, -1), (360, 640, 16), (1, 9, -1)],
)
def test_the_smallest_pictures(height, width, last):
    assert last_level(height, width) == last
