"""What a picture may be."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auva.dpm.picture import as_picture
from auva.errors import InputError


def colours(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@given(st.integers(0, 2**32 - 1))
@example(1304029)
def test_luminosity_is_menpos(seed):
    """Up to one level where rounding decides: the exact value is nearly a whole number."""
    from menpo.image import Image

    image = colours(seed, (5, 7, 3))
    floats = Image(np.moveaxis(image, 2, 0) / 255).as_greyscale(mode="luminosity")
    menpos = (floats.pixels[0] * 255).astype(np.uint8)
    ours = as_picture(image)[0].astype(int)
    assert np.abs(ours - menpos).max() <= 1
    exact = image @ np.array([0.2989360212937754, 0.5870430744511212, 0.11402090425510325])
    assert np.abs(exact - np.rint(exact))[ours != menpos].max(initial=0) < 1e-4


def test_grey_stays_grey():
    levels = np.arange(256, dtype=np.uint8)[None]
    assert np.array_equal(as_picture(np.stack([levels] * 3, -1))[0], levels)


@pytest.mark.parametrize(
    ("shape", "greyscale", "channels"),
    [((4, 5), True, 1), ((4, 5, 1), True, 1), ((4, 5, 2), True, 1), ((4, 5, 3), True, 1),
     ((4, 5, 4), True, 1), ((4, 5), False, 1), ((4, 5, 2), False, 1), ((4, 5, 3), False, 3),
     ((4, 5, 4), False, 3)],
)  # fmt: skip
def test_channels(shape, greyscale, channels):
    image = colours(1, shape)
    picture = as_picture(image, greyscale)
    assert picture.shape == (channels, 4, 5)
    assert picture.dtype == np.uint8
    if len(shape) == 3 and (channels == 3 or shape[2] <= 2):
        assert np.array_equal(picture, np.moveaxis(image, 2, 0)[:channels])


def test_alpha_is_ignored():
    image = colours(2, (4, 5, 4))
    assert np.array_equal(as_picture(image), as_picture(image[..., :3]))


def test_floats_and_masks_become_bytes():
    image = colours(3, (4, 5))
    assert np.array_equal(as_picture(image / 255)[0], image)
    assert np.array_equal(as_picture((image / 255).astype(np.float32))[0], image)
    assert as_picture(np.array([[True, False]])).tolist() == [[[255, 0]]]


def test_read_only_and_strided_arrays():
    image = colours(4, (8, 10, 3))[::2, ::-1]
    image.flags.writeable = False
    assert np.array_equal(as_picture(image), as_picture(image.copy()))


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.full((4, 4), np.nan), "NaN"),
        (np.full((4, 4), np.inf), "NaN or infinite"),
        (np.full((4, 4), 1.5), r"\[0, 1\]"),
        (np.full((4, 4), -0.1), r"\[0, 1\]"),
        (np.zeros((4, 4), np.int32), "int32"),
        (np.zeros((4, 4, 5), np.uint8), "shape"),
        (np.zeros(4, np.uint8), "shape"),
        (np.zeros((0, 4), np.uint8), "empty"),
    ],
)
def test_bad_pictures(image, message):
    with pytest.raises(InputError, match=message):
        as_picture(image)
