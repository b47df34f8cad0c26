"""What several formats share: frame numbers that count up, and what a writer can say."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.annotations.text import Text, row_error

_Table = TypeVar("_Table", ActionUnits, ValenceArousal)

MAX_FRAMES = 24 * 3600 * 1000
"""Later frames are refused: no video of the field is that long."""


def check_counting(text: Text, skip: int, frame: np.ndarray) -> np.ndarray:
    """Return frame numbers as int64 if they are 1, 2, …, n.

    Parameters
    ----------
    text : Text
        The file.
    skip : int
        Lines before the first row.
    frame : float64 array [n]
        Frame numbers as read.

    Raises
    ------
    InputError
        For the first frame that is not a number from 1 on, repeated, out of order or after a gap.
    """
    expected = np.arange(1, len(frame) + 1)
    wrong = frame != expected
    if wrong.any():
        row = int(np.argmax(wrong))
        raise row_error(text, skip, row, _miscount(float(frame[row]), row + 1))
    return expected


def sparse_frames(
    text: Text, lines: np.ndarray, frame: np.ndarray, first: int, count: int | None = None
) -> np.ndarray:
    """Return frame numbers that ascend, gaps allowed, as int64 from 1 on.

    Parameters
    ----------
    text : Text
        The file.
    lines : int array [n]
        How many lines come before each row.
    frame : float64 array [n]
        Frame numbers as read.
    first : int
        The number of the video's first frame: 0 or 1.
    count : int, optional
        Number of frames of the video.

    Raises
    ------
    InputError
        For the first that is not a frame number, repeated or out of order. Also where numbers from
        0 are expected, the first frame is missing and the last number is `count`: they count from
        1, and every row would belong to the next frame.
    """
    before = np.concatenate([[first - 1], frame[:-1]])
    wrong = ~((frame > before) & (frame % 1 == 0) & (frame < MAX_FRAMES))
    if wrong.any():
        row = int(np.argmax(wrong))
        cause = _not_after(float(frame[row]), float(before[row]), first)
        raise row_error(text, int(lines[row]), 0, cause)
    if first == 0 and len(frame) and frame[0] > 0 and frame[-1] == count:
        cause = f"frame {count} of {count} frames: this format counts them from 0, not from 1"
        raise row_error(text, int(lines[-1]), 0, cause)
    return frame.astype(np.int64) + 1 - first


def up_to_the_end(table: _Table, frames: int | None) -> _Table:
    """Return a table that ends with the video's last frame, not labelled where it has no row.

    Parameters
    ----------
    table : ActionUnits or ValenceArousal
        A table with gaps.
    frames : int or None
        Frames of the video that the table counts; None where they are not known.
    """
    last = int(table.frame[-1]) if len(table) else 0
    end = max(frames or 0, last)
    lacking = end - len(table)
    if lacking <= 0:
        return table
    left_out = (*table.left_out, f"{lacking} frames without a row, which are not labelled")
    if last == end:
        return replace(table, left_out=left_out)
    added = {
        name: np.concatenate([getattr(table, name), np.zeros((1, *getattr(table, name).shape[1:]))])
        for name in ("presence", "mask", "intensity", "stated", "values")
        if hasattr(table, name)
    }
    frame = np.append(table.frame, end)
    return replace(table, frame=frame, left_out=left_out, **added)


def _miscount(found: float, expected: int) -> str:
    if not float(found).is_integer():
        return f"{found:.15g} is not a frame number"
    if found < 1:
        return f"frame {found:.15g} is out of range (frames start at 1)"
    if found < expected:
        return f"frame {found:.15g} is repeated or out of order (frame {expected} is expected)"
    return f"frame {found:.15g} comes where frame {expected} is expected (a gap)"


def _not_after(found: float, before: float, first: int) -> str:
    if not float(found).is_integer() or found >= MAX_FRAMES:
        return f"{found:.15g} is not a frame number"
    if found < first:
        return f"frame {found:.15g} is out of range (frames start at {first})"
    return f"frame {found:.15g} is repeated or out of order (it follows frame {before:.15g})"
