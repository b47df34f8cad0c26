"""What is done to predictions after the model: laws of smoothing and centring."""

import numpy as np
import pytest

from auva.errors import InputError
from auva.evaluation.after import apply
from auva.evaluation.settings import check_way
from auva.models.predictions import Predictions

FRAME = np.array([1, 2, 3, 4, 10, 1, 2, 3], np.int32)
VIDEO = np.array(["a"] * 5 + ["b"] * 3)


def predictions(seed=0):
    rng = np.random.default_rng(seed)
    return Predictions(au=rng.uniform(0.01, 0.99, (8, 8)), va=rng.uniform(-1, 1, (8, 2)))


def test_none_changes_nothing():
    given = predictions()
    assert apply("none", given, VIDEO, FRAME) is given


@pytest.mark.parametrize("way", ["median1", "exponential1"])
def test_a_window_of_one_frame_changes_nothing(way):
    given = predictions()
    found = apply(way, given, VIDEO, FRAME)
    np.testing.assert_allclose(found.au, given.au)
    np.testing.assert_array_equal(found.va, given.va)


def test_the_median_keeps_to_near_frames_of_one_video():
    given = predictions()
    found = apply("median3", given, VIDEO, FRAME)
    np.testing.assert_allclose(found.va[1], np.median(given.va[:3], axis=0))
    np.testing.assert_allclose(found.va[0], given.va[:2].mean(0))  # an edge has two faces
    np.testing.assert_array_equal(found.va[4], given.va[4])  # nobody is near frame 10
    np.testing.assert_allclose(found.va[5], given.va[5:7].mean(0))


def test_the_median_is_that_of_a_plain_loop():
    rng = np.random.default_rng(1)
    frame = np.sort(rng.choice(200, 90, replace=False)).astype(np.int32)
    given = Predictions(va=rng.normal(size=(90, 2)))
    found = apply("median9", given, np.full(90, "v"), frame)
    for row in range(90):
        near = np.abs(frame - frame[row]) <= 4
        np.testing.assert_allclose(found.va[row], np.median(given.va[near], axis=0))


def test_an_exponential_mean_forgets_over_a_gap():
    given = predictions()
    found = apply("exponential0.5", given, VIDEO, FRAME)
    np.testing.assert_allclose(found.va[1], (given.va[0] + given.va[1]) / 2)
    kept = 0.5**6
    np.testing.assert_allclose(found.va[4], kept * found.va[3] + (1 - kept) * given.va[4])
    np.testing.assert_array_equal(found.va[5], given.va[5])  # another video begins anew


def test_centring_takes_away_a_level_of_the_odds():
    given = predictions()
    odds = np.log(given.au / (1 - given.au))
    moved = odds + np.where(VIDEO == "a", 1.5, -2.0)[:, None]
    shifted = Predictions(au=1 / (1 + np.exp(-moved)), va=given.va)
    np.testing.assert_allclose(
        apply("centred", given, VIDEO, FRAME).au, apply("centred", shifted, VIDEO, FRAME).au
    )
    np.testing.assert_array_equal(apply("centred", given, VIDEO, FRAME).va, given.va)


def test_ways_are_done_one_after_the_other():
    given = predictions()
    both = apply("centred+median3", given, VIDEO, FRAME)
    apart = apply("median3", apply("centred", given, VIDEO, FRAME), VIDEO, FRAME)
    np.testing.assert_allclose(both.au, apart.au)


@pytest.mark.parametrize(
    "way",
    [
        *("", "median", "median4", "median0", "median" + "9" * 30, "median3+median5"),
        *("exponential0", "exponential2", "none+centred", "centred+centred", "median3+centred"),
        "x",
    ],
)
def test_what_is_no_way_is_refused(way):
    with pytest.raises(InputError, match=r"place: '.*' is not none, centred"):
        check_way(way, "place")


def test_no_face_has_nothing_to_smooth():
    empty = Predictions(va=np.empty((0, 2)))
    assert len(apply("median9", empty, np.empty(0, str), np.empty(0, np.int32))) == 0


@pytest.mark.parametrize("way", ["median3", "exponential0.5", "centred+median3"])
def test_a_face_without_a_prediction_stays_so_and_has_no_part_in_its_neighbours(way):
    given = predictions()
    gap = np.array([1, 4, 6])
    for part in (given.au, given.va):
        part[gap] = np.nan
    found = apply(way, given, VIDEO, FRAME)
    rest = np.setdiff1d(np.arange(8), gap)
    alone = apply(way, given.take(rest), VIDEO[rest], FRAME[rest])
    for name in ("au", "va"):
        np.testing.assert_array_equal(getattr(found, name)[rest], getattr(alone, name))
        assert np.isnan(getattr(found, name)[gap]).all()
