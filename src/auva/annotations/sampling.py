"""From samples at any times to the frames of the converted video."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auva.annotations.context import Timeline
from auva.errors import InputError

SHORT_GAP = 0.2
"""Seconds between two samples that are bridged at any rate."""

USUAL_STEPS = 1.5
"""A longer distance than this many usual steps is a gap."""

_TIGHT = 1e-6
"""Seconds that rounding may move a time by."""


@dataclass(frozen=True)
class Samples:
    """Values at times.

    Attributes
    ----------
    time : float64 array [n]
        Seconds of the player, ascending.
    values : float64 array [n]
        NaN where nothing is labelled.
    """

    time: np.ndarray
    values: np.ndarray


def frames_needed(path: Path, time: np.ndarray, timeline: Timeline) -> int:
    """Return how many converted frames samples at some times (s) need.

    Samples beyond the video need more frames than it has, so that a wrong clock is found where the
    numbers of frames are compared.

    Raises
    ------
    InputError
        If no sample is within the video.
    """
    end = float(timeline.place(float(time[-1])))
    if end < 0 or (timeline.frames and timeline.place(float(time[0])) > timeline.frames):
        cause = f"no row is inside the video (times from {time[0]:.6g} to {time[-1]:.6g} s)"
        raise InputError(cause, path)
    if timeline.frames is None:
        return int(end + _TIGHT) + 1
    return max(timeline.frames, int(np.ceil(end - _TIGHT)))


def interpolated(
    samples: Samples, frames: int, timeline: Timeline, gap: float | None
) -> np.ndarray:
    """Return values of a dimension at the times of frames, drawn linearly between samples.

    Parameters
    ----------
    samples : Samples
        Of one dimension.
    frames : int
        How many frames.
    timeline : Timeline
        Of the converted video.
    gap : float or None
        The longest distance (s) that is bridged; None: 1.5 usual steps, at least 0.2 s. A sample
        without a value bridges nothing: on either side of it is a gap.

    Returns
    -------
    float64 array [frames]
        NaN where there is no value.
    """
    at = timeline.time(0) + np.arange(frames) / timeline.rate
    right = np.searchsorted(samples.time, at - _TIGHT, side="left")
    left = np.searchsorted(samples.time, at + _TIGHT, side="right") - 1
    inside = (left >= 0) & (right < len(samples.time))
    left, right = left[inside], right[inside]
    low, high = np.minimum(left, right), np.maximum(left, right)
    step = samples.time[high] - samples.time[low]
    share = np.where(step > 0, (at[inside] - samples.time[low]) / np.where(step > 0, step, 1), 0)
    share = np.clip(share, 0, 1)
    values = samples.values[low] * (1 - share) + samples.values[high] * share
    # At the very time of a sample its own value counts.
    values = np.where(left >= right, samples.values[high], values)
    values[step > _longest(samples, gap)] = np.nan
    result = np.full(frames, np.nan)
    result[inside] = values
    return result


def nearest(samples: Samples, frames: int, timeline: Timeline, gap: float | None) -> np.ndarray:
    """Return values of an Action Unit at the times of frames: those of the nearest sample.

    Parameters and result as for `interpolated`; a sample counts for the frames that are at most
    half a usual step (or half of `gap`) away, and for the frame that shows its time.
    """
    at = timeline.time(0) + np.arange(frames) / timeline.rate
    after = np.clip(np.searchsorted(samples.time, at), 1, max(1, len(samples.time) - 1))
    before = after - 1
    after = np.minimum(after, len(samples.time) - 1)
    # Of two samples that are equally far away the earlier one is taken.
    later = samples.time[after] - at + _TIGHT < at - samples.time[before]
    chosen = np.where(later, after, before)
    reach = max((gap if gap is not None else usual_step(samples.time)) / 2, 0.5 / timeline.rate)
    far = np.abs(samples.time[chosen] - at) > reach + _TIGHT
    return np.where(far, np.nan, samples.values[chosen])


def usual_step(time: np.ndarray) -> float:
    """Return the median distance (s) between samples; 0 if there is one only."""
    return float(np.median(np.diff(time))) if len(time) > 1 else 0.0


def _longest(samples: Samples, gap: float | None) -> float:
    if gap is None:
        gap = max(SHORT_GAP, USUAL_STEPS * usual_step(samples.time))
    return gap + _TIGHT
