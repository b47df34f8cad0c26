"""The table of detected boxes as arrays, checked on the way in."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from auva.errors import InputError

COLUMNS = ("frame", "score", "left", "top", "right", "bottom")


@dataclass(frozen=True, eq=False)
class Boxes:
    """All boxes of one video, ordered by frame.

    Parameters
    ----------
    frame : int64 array [n]
        1-based frames, never falling.
    score : float64 array [n]
    side : int64 array [n, 4]
        left, top, right, bottom in pixels.
    """

    frame: np.ndarray
    score: np.ndarray
    side: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        """Centres (x, y): float64 array [n, 2]."""
        return (self.side[:, :2] + self.side[:, 2:]) / 2

    @property
    def size(self) -> np.ndarray:
        """The longer side: float64 array [n] (a box cut by the border keeps one side whole)."""
        return (self.side[:, 2:] - self.side[:, :2]).max(axis=1, initial=0).astype(np.float64)

    def rows(self, frames: int) -> list[range]:
        """Return the rows of each frame 1 … frames."""
        edges = np.searchsorted(self.frame, np.arange(1, frames + 2))
        return [range(a, b) for a, b in pairwise(edges)]


def read_boxes(path: str | Path, frames: int) -> Boxes:
    """Read the table that `detect_faces` writes.

    Parameters
    ----------
    path : path
        The table.
    frames : int
        Frames of the video.

    Raises
    ------
    InputError
        If it cannot be read, names a frame that the video does not have, or holds an empty box.
    """
    import pandas as pd

    try:
        table = pd.read_csv(path)
        table = table[list(COLUMNS)].astype(dict.fromkeys(COLUMNS[2:], np.int64))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"is no table of detections ({error})", path) from error
    table = table.sort_values(
        ["frame", "score", "left", "top"], ascending=[True, False, True, True], kind="stable"
    )
    frame = table["frame"].to_numpy(np.int64)
    side = table[list(COLUMNS[2:])].to_numpy(np.int64)
    if len(frame) and (frame[0] < 1 or frame[-1] > frames):
        wrong = frame[0] if frame[0] < 1 else frame[-1]
        raise InputError(f"frame {wrong} is not among the video's {frames} frames", path)
    if np.any(side[:, 2:] <= side[:, :2]):
        raise InputError("a box has no area", path)
    return Boxes(frame, table["score"].to_numpy(np.float64), side)
