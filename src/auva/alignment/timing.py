"""The time line of a video from its manifest and source timestamps."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from auva.annotations import Timeline

if TYPE_CHECKING:
    import pandas as pd

_ROUNDED = 0.002
"""Times of a constant rate may differ by this much (s): Matroska rounds to whole ms."""

_STEADY = 0.95
"""Share of equal steps from which on a rate is constant, and longer ones are missing pictures."""

_LARGEST_DENOMINATOR = 1001
"""That of 30000/1001 frames per second."""


@dataclass(frozen=True)
class Missing:
    """Pictures that a source of constant rate lacks: how many, and after which time (s)."""

    pictures: int = 0
    after: float | None = None


def timeline(manifest: "pd.DataFrame", timestamps: "pd.DataFrame") -> Timeline:
    """Return the time line of the converted video: its frames, rate and start.

    Parameters
    ----------
    manifest, timestamps : pandas.DataFrame
        As `auva.video.read_manifest` and `read_timestamps` give them.
    """
    last = float(manifest["time"].iloc[-1])
    start = 0.0
    if "player_time" in timestamps:
        start = float(timestamps["player_time"].iloc[0] - timestamps["source_time"].iloc[0])
    if last <= 0:
        return Timeline(len(manifest), start=start, original=len(timestamps))
    # Times have six decimals; the rate is the simple number that they were made from.
    rate = Fraction((len(manifest) - 1) / last).limit_denominator(_LARGEST_DENOMINATOR)
    return Timeline(len(manifest), float(rate), start, len(timestamps))


def missing_pictures(times: np.ndarray) -> Missing:
    """Return the pictures that a source of constant rate lacks; none if the rate varies.

    They may have been lost by damage that no decoder notices (MPEG-TS) or never been filmed.

    Parameters
    ----------
    times : float array [m]
        Time of each source frame (s).
    """
    steps = np.diff(times)
    if not len(steps):
        return Missing()
    usual = float(np.median(steps))
    longer = np.flatnonzero(steps > 1.5 * usual)
    equal = np.abs(steps - usual) <= _ROUNDED
    if usual <= 0 or not len(longer) or equal.mean() < _STEADY:
        return Missing()
    lost = int(np.rint(steps[longer] / usual - 1).sum())
    return Missing(lost, round(float(times[longer[0]]), 3))


def longest_run(shown: np.ndarray) -> int:
    """Return the longest run of converted frames that show one source frame.

    Parameters
    ----------
    shown : int array [n]
        The source frame that each converted frame shows.
    """
    ends = np.flatnonzero(np.diff(shown)) + 1
    return int(np.diff(np.concatenate([[0], ends, [len(shown)]])).max())
