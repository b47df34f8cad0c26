"""Several annotators: majority for Action Units, mean for valence and arousal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from auva.annotations import (
    ActionUnits,
    ValenceArousal,
    consensus_action_units,
    consensus_valence_arousal,
)
from auva.errors import InputError

FRAMES = 6
PRESENCE = arrays(np.uint8, (FRAMES, 8), elements=st.integers(0, 1))
MASK = arrays(bool, (FRAMES, 8))
VALUES = arrays(np.float64, (FRAMES, 2), elements=st.one_of(st.just(np.nan), st.floats(-1, 1)))


def action_units(presence, mask) -> ActionUnits:
    return ActionUnits(np.arange(1, FRAMES + 1), presence, mask)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PRESENCE, MASK), min_size=1, max_size=4))
def test_majority_is_that_of_a_count_by_hand(given_tables):
    tables = [action_units(*pair) for pair in given_tables]
    merged = consensus_action_units(tables)
    for frame in range(FRAMES):
        for unit in range(8):
            votes = [t.presence[frame, unit] for t in tables if t.mask[frame, unit]]
            yes, no = votes.count(1), votes.count(0)
            assert merged.mask[frame, unit] == (yes != no)
            assert merged.presence[frame, unit] == (yes > no)


@settings(max_examples=40, deadline=None)
@given(PRESENCE, MASK)
def test_annotators_who_agree_are_repeated(presence, mask):
    one = action_units(presence, mask)
    merged = consensus_action_units([one, one, one])
    assert np.array_equal(merged.mask, one.mask)
    assert np.array_equal(merged.presence, one.presence)


@settings(max_examples=40, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_mean_is_over_those_who_labelled(given_values):
    merged = consensus_valence_arousal([ValenceArousal(values) for values in given_values])
    stacked = np.stack(given_values)
    known = ~np.isnan(stacked)
    assert np.array_equal(merged.mask, known.any(axis=0))
    expected = np.nansum(stacked, axis=0) / np.maximum(known.sum(axis=0), 1)
    assert merged.values[merged.mask] == pytest.approx(expected[merged.mask])


def test_a_weight_decides():
    labelled = np.ones((FRAMES, 8), bool)
    yes = action_units(np.ones((FRAMES, 8), np.uint8), labelled)
    no = action_units(np.zeros((FRAMES, 8), np.uint8), labelled)
    assert not consensus_action_units([yes, no]).mask.any()
    assert consensus_action_units([yes, no], [2, 1]).presence.all()
    mean = consensus_valence_arousal(
        [ValenceArousal(np.full((2, 2), v)) for v in (0.0, 0.8)], [3, 1]
    )
    assert mean.values == pytest.approx(0.2)


@pytest.mark.parametrize("weights", [[1], [1, -1], [1, float("nan")]])
def test_wrong_weights_are_said(weights):
    table = ValenceArousal(np.zeros((2, 2)))
    with pytest.raises(InputError, match="weights"):
        consensus_valence_arousal([table, table], weights)


def test_other_frames_are_said():
    with pytest.raises(InputError, match="different frames"):
        consensus_valence_arousal(
            [ValenceArousal(np.zeros((2, 2))), ValenceArousal(np.zeros((3, 2)))]
        )
