"""Laws of fitting rows to frames and of interpolation on time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auva.alignment.resampling import fit, interpolate

GAP = 0.2


def shown_at(times: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The nearest source frame of each converted frame, the earlier one of equally near ones."""
    return np.abs(at[:, None] - times[None, :]).argmin(axis=1)


@st.composite
def tracks(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    steps = draw(st.lists(st.integers(5, 120), min_size=1, max_size=40))
    times = np.concatenate([[0], np.cumsum(steps)]) / 1000
    values = np.array(draw(st.lists(st.floats(-1, 1), min_size=len(times), max_size=len(times))))
    known = np.array(draw(st.lists(st.booleans(), min_size=len(times), max_size=len(times))))
    at = np.arange(max(1, round((times[-1] + 0.033) * 30))) / 30
    return values, known, times, shown_at(times, at), at


@given(tracks())
def test_values_stay_within_the_labelled_ones(track: tuple[np.ndarray, ...]) -> None:
    values, known, *_ = track
    result = interpolate(*track, GAP)
    if known.any():
        assert np.nanmax(result, initial=-1) <= values[known].max() + 1e-12
        assert np.nanmin(result, initial=1) >= values[known].min() - 1e-12
    else:
        assert np.isnan(result).all()


@given(tracks())
def test_a_frame_that_shows_a_labelled_frame_has_a_value(track: tuple[np.ndarray, ...]) -> None:
    _, known, _, shown, _ = track
    assert not np.isnan(interpolate(*track, GAP)[known[shown]]).any()


@given(tracks())
def test_nothing_is_drawn_across_long_unlabelled_stretches(track: tuple[np.ndarray, ...]) -> None:
    _, known, times, shown, at = track
    result = interpolate(*track, GAP)
    for frame, time in enumerate(at):
        if known[shown[frame]] or np.isnan(result[frame]):
            continue
        before, after = times[known & (times <= time)], times[known & (times > time)]
        assert len(before) > 0
        assert len(after) > 0
        assert after[0] - before[-1] <= GAP


@given(tracks(), st.floats(-1, 1), st.floats(-0.5, 0.5))
def test_lines_are_kept(track: tuple[np.ndarray, ...], level: float, slope: float) -> None:
    _, _, times, shown, at = track
    line = level + slope * times
    result = interpolate(line, np.ones(len(times), bool), times, shown, at, GAP)
    inside = at <= times[-1]
    assert result[inside] == pytest.approx(level + slope * at[inside], abs=1e-9)
    assert (result[~inside] == line[-1]).all()


@given(tracks())
def test_without_gaps_it_is_numpys_interpolation(track: tuple[np.ndarray, ...]) -> None:
    values, _, times, shown, at = track
    known = np.ones(len(times), bool)
    expected = np.interp(at, times, values)
    assert interpolate(values, known, times, shown, at, 0.0) == pytest.approx(expected, abs=1e-12)


@given(tracks())
def test_the_same_frames_change_nothing(track: tuple[np.ndarray, ...]) -> None:
    values, known, times, _, _ = track
    result = interpolate(values, known, times, np.arange(len(times)), times, 0.0)
    assert np.array_equal(result, np.where(known, values, np.nan), equal_nan=True)


def test_a_gap_is_bridged_up_to_the_limit() -> None:
    times = np.arange(10) / 20
    known = np.array([1, 1, 0, 0, 0, 1, 1, 1, 1, 1], bool)
    values = np.where(known, times, 0.9)
    at = np.arange(15) / 30
    shown = shown_at(times, at)
    bridged = interpolate(values, known, times, shown, at, 0.2)
    assert bridged == pytest.approx(np.minimum(at, times[-1]))
    open_ = interpolate(values, known, times, shown, at, 0.19)
    assert np.isnan(open_).tolist() == (~known[shown]).tolist()


def test_source_frames_with_the_same_time() -> None:
    times = np.array([0.0, 0.04, 0.04, 0.08])
    at = np.array([0.0, 0.04, 0.06])
    values = np.array([0.0, 0.4, 0.6, 0.8])
    result = interpolate(values, np.ones(4, bool), times, np.array([0, 1, 3]), at, GAP)
    assert np.isfinite(result).all()


@given(st.integers(1, 100), st.integers(1, 100), st.integers(0, 5))
def test_rows_are_extended_or_cropped_up_to_the_limit(rows: int, frames: int, limit: int) -> None:
    frame = np.arange(1, rows + 1)
    if abs(rows - frames) > limit:
        with pytest.raises(ValueError, match=f"{rows} rows for {frames} frames"):
            fit(frame, frames, limit)
        return
    fitted = fit(frame, frames, limit)
    assert fitted.row.tolist() == [min(k, rows - 1) for k in range(frames)]
    assert fitted.rows + fitted.extended - fitted.cropped == frames
    assert fitted.extended * fitted.cropped == 0


def test_frames_without_a_row_are_marked() -> None:
    assert fit(np.array([2, 3, 5]), 6, 2).row.tolist() == [-1, 0, 1, -1, 2, 2]
    with pytest.raises(ValueError, match="0 rows for 3 frames"):
        fit(np.array([], int), 3, 5)
