"""Converted frames and rows of a file."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from auva.web.frame_rows import FrameRows, runs

STEPS = st.lists(st.integers(0, 3), min_size=1, max_size=60)


def test_converted_frames_are_rows():
    kept = FrameRows.converted(5, 7)
    assert kept.span(1, 1) == (0, 0)
    assert kept.span(2, 4) == (1, 3)
    assert kept.span(5, 5) == (4, 6)


def test_50_fps_rows_between_two_frames_belong_to_the_first():
    kept = FrameRows.original(np.array([0, 2, 3, 5]), 7)
    assert kept.span(1, 1) == (0, 1)
    assert kept.span(2, 3) == (2, 4)
    assert kept.span(4, 4) == (5, 6)


def test_15_fps_frames_share_their_row():
    kept = FrameRows.original(np.array([0, 0, 1, 1]), 2)
    assert kept.span(1, 1) == (0, 0)
    assert kept.span(2, 2) == (0, 0)
    _, carried = kept.resample(1, np.array([0.2, 0.4, 0.1, np.nan]))
    np.testing.assert_allclose(carried, [0.3, np.nan])  # of two frames on a row the last decides


@given(STEPS, st.integers(0, 4))
def test_neighbouring_spans_leave_no_row_out(steps, more):
    row = np.cumsum(steps) - steps[0]
    kept = FrameRows.original(row, int(row[-1]) + 1 + more)
    frames = len(row)
    covered = [set(range(a, b + 1)) for a, b in (kept.span(f, f) for f in range(1, frames + 1))]
    assert set().union(*covered) == set(range(kept.rows))
    assert kept.span(1, frames) == (0, kept.rows - 1)


@given(STEPS, st.data())
def test_resampled_values_are_shown_again(steps, data):
    row = np.cumsum(np.maximum(steps, 1)) - max(steps[0], 1)
    kept = FrameRows.original(row, int(row[-1]) + 1)
    first = data.draw(st.integers(1, len(row)))
    value = st.one_of(st.none(), st.integers(-1000, 1000))
    given_values = data.draw(st.lists(value, min_size=1, max_size=len(row) - first + 1))
    values = np.array([np.nan if each is None else each / 1000 for each in given_values])
    begin, carried = kept.resample(first, values)
    shown = carried[row[first - 1 : first - 1 + len(values)] - begin]
    np.testing.assert_allclose(shown, values, atol=1e-12)


@given(st.lists(st.integers(0, 2), max_size=40))
def test_runs_cover_all_and_change_at_each_edge(values):
    found = runs(np.array(values, dtype=int))
    assert [v for a, b in found for v in values[a : b + 1]] == values
    assert all(len(set(values[a : b + 1])) == 1 for a, b in found)
    assert all(values[b] != values[b + 1] for _, b in found[:-1])
