"""The table of detected boxes: written by the detection, read as arrays by the choice of a face."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from auva.errors import InputError
from auva.records.table import check_rising, read_table, real, table_writer, text, whole

SIDES = ("left", "top", "right", "bottom")
DETECTIONS = {
    "frame": whole(1),
    "score": real(),
    **dict.fromkeys(SIDES, whole(-(10**6), 10**6)),
    "search": text(),
}
"""Columns of `faces/{video}.detections.csv`: pixels of the converted video, right and bottom
exclusive; `search` tells how the frame was searched."""

Box = tuple[float, int, int, int, int]
"""Score, left, top, right, bottom."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """All boxes of one video, ordered by frame and falling score.

    Parameters
    ----------
    frame : int64 array [n]
        1-based frames, never falling.
    score : float64 array [n]
    corners : int64 array [n, 4]
        left, top, right, bottom in pixels.
    """

    frame: np.ndarray
    score: np.ndarray
    corners: np.ndarray

    @property
    def centre(self) -> np.ndarray:
        """Centres (x, y): float64 array [n, 2]."""
        return (self.corners[:, :2] + self.corners[:, 2:]) / 2

    @property
    def size(self) -> np.ndarray:
        """The longer side: float64 array [n] (a box cut by the border keeps one side whole)."""
        return (self.corners[:, 2:] - self.corners[:, :2]).max(axis=1, initial=0).astype(np.float64)

    def rows(self, frames: int) -> list[range]:
        """Return the rows of each frame 1 … frames."""
        edges = np.searchsorted(self.frame, np.arange(1, frames + 2))
        return [range(a, b) for a, b in pairwise(edges)]


def cells(frame: int, search: str, boxes: Iterable[Box]) -> Iterator[tuple[str | int, ...]]:
    """Yield the rows of one frame: the highest score first, then farther left, then higher up."""
    for score, *sides in sorted(boxes, key=lambda box: (-box[0], *box[1:])):
        yield (frame, f"{score:.4f}", *sides, search)


@contextmanager
def detections_writer(path: str | Path) -> Iterator[Callable[[int, str, Iterable[Box]], None]]:
    """Yield a function that writes the boxes of the next frame: `write(frame, search, boxes)`."""
    with table_writer(path, tuple(DETECTIONS)) as row:

        def write(frame: int, search: str, boxes: Iterable[Box]) -> None:
            for box in cells(frame, search, boxes):
                row(*box)

        yield write


def read_boxes(path: str | Path, frames: int) -> Boxes:
    """Read a table of detections.

    Parameters
    ----------
    path : path
        The table.
    frames : int
        Frames of the video.

    Raises
    ------
    InputError
        If it is missing or damaged, is not in the order of frames, names a frame that the video
        does not have, or holds an empty box.
    """
    table = read_table(path, "table of detections", DETECTIONS)
    frame = table["frame"].to_numpy()
    check_rising(frame, "frame", path, equal=True)
    if len(frame) and frame[-1] > frames:
        raise InputError(f"frame {frame[-1]} is not among the video's {frames} frames", path)
    side = table[list(SIDES)].to_numpy()
    empty = np.flatnonzero((side[:, 2:] <= side[:, :2]).any(axis=1))
    if len(empty):
        raise InputError("the box has no area", path, int(empty[0]) + 2)
    table = table.sort_values(["frame", "score"], ascending=[True, False], kind="stable")
    return Boxes(frame, table["score"].to_numpy(), table[list(SIDES)].to_numpy())
