"""From the rows of an annotation file to the frames of the converted video."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fit:
    """Annotation rows laid onto a number of frames.

    Parameters
    ----------
    row : int64 array [frames]
        The 0-based row of the table for each frame, or -1 where the table has none.
    rows : int
        Rows of the file: its last frame number.
    extended, cropped : int
        Frames that repeat the last row, and rows beyond the last frame.
    """

    row: np.ndarray
    rows: int
    extended: int
    cropped: int


def fit(frame: np.ndarray, frames: int, max_extension: int) -> Fit:
    """Lay annotation rows onto `frames` frames, extending or cropping at the end.

    The thesis (section 3.1.3): "as the interpolation could produce +/- 2 annotations compared to
    AUs, the VA annotations have been either extended or cropped if needed".

    Parameters
    ----------
    frame : int array [n]
        1-based frame number of each row, ascending.
    frames : int
        Frames to fill, 1 or more.
    max_extension : int
        The largest difference that is put right.

    Raises
    ------
    ValueError
        If the last row's frame and `frames` differ by more; the message names both.
    """
    rows = int(frame[-1]) if len(frame) else 0
    if abs(rows - frames) > max_extension or rows == 0:
        raise ValueError(f"{rows} rows for {frames} frames")
    row = np.full(max(rows, frames), -1, np.int64)
    row[np.asarray(frame) - 1] = np.arange(len(frame))
    if frames > rows:
        row[rows:] = row[rows - 1]
    return Fit(row[:frames], rows, max(0, frames - rows), max(0, rows - frames))


def interpolate(
    values: np.ndarray,
    known: np.ndarray,
    times: np.ndarray,
    shown: np.ndarray,
    at: np.ndarray,
    max_gap_seconds: float,
) -> np.ndarray:
    """Interpolate a labelled dimension linearly on time onto the frames of the converted video.

    Between two neighbouring source frames the line is always drawn; across unlabelled ones only if
    the labelled frames on both sides are at most `max_gap_seconds` apart. Elsewhere (at the ends
    and in longer gaps) a converted frame that shows a labelled source frame has that frame's value,
    and any other has none.

    Parameters
    ----------
    values : float array [m]
        Value of each source frame.
    known : bool array [m]
        Whether it is labelled.
    times : float array [m]
        Time of each source frame (s), never falling.
    shown : int array [n]
        The 0-based source frame that each converted frame shows.
    at : float array [n]
        Time of each converted frame (s).
    max_gap_seconds : float
        The longest bridged distance between labelled frames (s).

    Returns
    -------
    float array [n]
        NaN where there is no value. Never outside the range of the labelled values.
    """
    result = np.where(known[shown], values[shown], np.nan)
    labelled = np.flatnonzero(known)
    place = np.searchsorted(times[labelled], at, side="right")
    inner = np.flatnonzero((place > 0) & (place < len(labelled)))
    if not len(inner):
        return result
    left, right = labelled[place[inner] - 1], labelled[place[inner]]
    step = times[right] - times[left]
    bridged = (right - left == 1) | (step <= max_gap_seconds)
    inner, left, right, step = inner[bridged], left[bridged], right[bridged], step[bridged]
    share = np.clip((at[inner] - times[left]) / step, 0, 1)
    result[inner] = values[left] * (1 - share) + values[right] * share
    return result
