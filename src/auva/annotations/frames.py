"""Checks that several formats share: frame numbers that count up, and what a writer can say."""

from pathlib import Path

import numpy as np

from auva.annotations.tables import ActionUnits, Clock, ValenceArousal
from auva.annotations.text import Text, row_error
from auva.errors import InputError


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
        For the first frame that is no number from 1 on, repeated, out of order or after a gap.
    """
    expected = np.arange(1, len(frame) + 1)
    wrong = frame != expected
    if wrong.any():
        row = int(np.argmax(wrong))
        raise row_error(text, skip, row, _miscount(float(frame[row]), row + 1))
    return expected


def check_writable(
    path: str | Path, table: ActionUnits | ValenceArousal, clock: Clock, name: str
) -> None:
    """Raise an `InputError` if a format with one row per frame cannot hold the table.

    Parameters
    ----------
    path : str or Path
        The file to be written, for the message.
    table : ActionUnits or ValenceArousal
        The table.
    clock : "converted" or "source"
        What the format's rows count.
    name : str
        The format's name.
    """
    if not len(table):
        raise InputError("a table without frames cannot be written", path)
    if table.clock != clock:
        cause = f"the format {name} holds frames of the {clock} video, not of the {table.clock} one"
        raise InputError(cause, path)
    if not np.array_equal(table.frame, np.arange(1, len(table) + 1)):
        raise InputError(f"the format {name} holds frames 1, 2, … without a gap only", path)


def _miscount(found: float, expected: int) -> str:
    if not float(found).is_integer():
        return f"{found:.15g} is not a frame number"
    if found < 1:
        return f"frame {found:.15g} is out of range (frames start at 1)"
    if found < expected:
        return f"frame {found:.15g} is repeated or out of order (frame {expected} is expected)"
    return f"frame {found:.15g} comes where frame {expected} is expected (a gap)"
