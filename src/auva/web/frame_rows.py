"""Mapping between converted frames and the rows of an annotation file.

A file counts either the 30 fps frames of the converted video (the thesis' Action Units) or the
frames of the original video (Aff-Wild's valence and arousal). The manifest joins the two: for each
converted frame it names the original frame that it shows.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from auva.annotations import Context


@dataclass(frozen=True)
class FrameRows:
    """Which row of an annotation file each converted frame shows.

    Attributes
    ----------
    row : int64 array [frames]
        0-based row of each converted frame, non-decreasing.
    rows : int
        Rows of the file; at least `row[-1] + 1`.
    """

    row: NDArray[np.int64]
    rows: int

    @classmethod
    def converted(cls, frames: int, rows: int) -> "FrameRows":
        """One row per converted frame; rows beyond the video are kept but not shown."""
        return cls(np.arange(frames, dtype=np.int64), max(frames, rows))

    @classmethod
    def original(cls, source_frame: NDArray[np.int64], rows: int) -> "FrameRows":
        """One row per original frame; `source_frame` is the manifest's column, 0-based."""
        row = np.maximum.accumulate(np.asarray(source_frame, dtype=np.int64))
        return cls(row, max(int(row[-1]) + 1, rows))

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the first and last row (0-based, inclusive) of the frames `first` to `last`.

        A row that no frame shows (a 50 fps original) belongs to the frame before it, so that
        neighbouring spans leave no row out. Two frames that show one row share it.
        """
        begin = 0 if first == 1 else int(self.row[first - 1])
        if last == len(self.row):
            return begin, self.rows - 1
        return begin, max(int(self.row[last]) - 1, int(self.row[last - 1]))

    def resample(self, first: int, values: NDArray[np.float64]) -> tuple[int, NDArray[np.float64]]:
        """Map one value per frame, from `first` on, to the rows of these frames.

        Rows between two labelled frames are interpolated. The rows of an unlabelled frame (NaN)
        become NaN.

        Returns
        -------
        tuple[int, float64 array]
            The first row and the values of it and the following rows.
        """
        last = first + len(values) - 1
        begin, end = self.span(first, last)
        rows = np.arange(begin, end + 1)
        shown = self.row[first - 1 : last]
        owner = np.clip(np.searchsorted(shown, rows, side="right") - 1, 0, len(values) - 1)
        known = ~np.isnan(values)
        if not known.any():
            return begin, np.full(len(rows), np.nan)
        places, index = np.unique(shown[known], return_inverse=True)
        means = np.bincount(index, weights=values[known]) / np.bincount(index)
        carried = np.interp(rows, places, means)
        return begin, np.where(known[owner], carried, np.nan)


@dataclass(frozen=True)
class OriginalFrames:
    """The original video according to the manifest.

    Attributes
    ----------
    frame : int64 array [converted frames]
        The 0-based original frame that each converted frame shows.
    frames : int
        Number of frames of the original video.
    context : Context, optional
        The context of an annotation from the video and the sheet; by default 30 fps from 0 on.
    """

    frame: NDArray[np.int64]
    frames: int
    context: "Context | None" = None

    def known_context(self) -> "Context":
        """Return the context, by default that of a video at 30 fps that starts at 0."""
        from auva.annotations import Context, Timeline

        return self.context or Context(Timeline(len(self.frame)))

    def rows_of(self, frames_of: str, rows: int) -> FrameRows:
        """Return which of a file's `rows` rows each frame shows; `frames_of` is the table's."""
        if frames_of == "converted":
            return FrameRows.converted(len(self.frame), rows)
        return FrameRows.original(self.frame, max(rows, self.frames))


def plain(values: NDArray[np.float64], digits: int = 6) -> list[float | None]:
    """Return numbers for JSON: rounded, with None for NaN."""
    numbers: list[float | None] = np.round(values, digits).tolist()
    for place in np.flatnonzero(np.isnan(values)).tolist():
        numbers[place] = None
    return numbers


def runs(values: NDArray[np.generic]) -> list[tuple[int, int]]:
    """Return the 0-based inclusive (first, last) of each run of equal rows of `values`."""
    if len(values) == 0:
        return []
    table = values.reshape(len(values), -1)
    change = np.flatnonzero((table[1:] != table[:-1]).any(axis=1)) + 1
    edges = [0, *change.tolist(), len(values)]
    return [(begin, end - 1) for begin, end in pairwise(edges)]
