"""The track: the one face that was kept in each frame of a video, or why there is none."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.errors import InputError
from auva.records.detections import SIDES
from auva.records.table import (
    check_count,
    check_numbered,
    read_table,
    real,
    table_writer,
    text,
    whole,
)

if TYPE_CHECKING:
    import pandas as pd

FACE, NONE = "face", "none"

TRACK = {
    "frame": whole(1),
    "status": text(FACE, NONE),
    "reason": text(),
    "candidates": whole(),
    "score": real(empty=True),
    **dict.fromkeys(SIDES, real(empty=True)),
    "doubt": text(empty=True),
}
"""Columns of `faces/{video}.track.csv`: `candidates` counts the boxes of the frame, `doubt` names
the causes for which a kept face is uncertain, joined by "+"."""


@contextmanager
def track_writer(path: str | Path) -> Iterator[Callable[..., None]]:
    """Yield a function that writes the next frame: `write(reason, candidates, score, side, doubt)`.

    `score` and `side` (left, top, right, bottom) are those of the kept box, None without one.
    """
    with table_writer(path, tuple(TRACK)) as row:
        frame = 0

        def write(
            reason: str,
            candidates: int,
            score: float | None = None,
            side: Sequence[int] = (),
            doubt: str = "",
        ) -> None:
            nonlocal frame
            frame += 1
            if score is None:
                row(frame, NONE, reason, candidates, "", *[""] * len(SIDES), doubt)
            else:
                row(frame, FACE, reason, candidates, f"{score:.4f}", *side, doubt)

        yield write


def read_track(path: str | Path, frames: int | None = None, where: str = "video") -> "pd.DataFrame":
    """Read a track.

    Parameters
    ----------
    path : path
        The table.
    frames : int, optional
        Number of frames of the video, if another file (`where`) states it.

    Returns
    -------
    pandas.DataFrame
        One row per frame 1, 2, … with the columns of `TRACK`; score and sides are NaN without a
        face.

    Raises
    ------
    InputError
        If it is missing, damaged or no track, or has another number of frames.
    """
    table = read_table(path, "face track", TRACK)
    check_numbered(table["frame"].to_numpy(), path)
    face = (table["status"] == FACE).to_numpy()
    box = table[["score", *SIDES]].to_numpy()
    wrong = np.where(face, np.isnan(box).any(axis=1), ~np.isnan(box).all(axis=1))
    with np.errstate(invalid="ignore"):
        wrong |= (box[:, 3:] <= box[:, 1:3]).any(axis=1)
    if wrong.any():
        row = int(np.argmax(wrong))
        cause = "a face without a box" if face[row] else "a box without a face"
        raise InputError(cause, path, row + 2)
    if frames is not None:
        check_count(len(table), frames, f"the {where}", path)
    return table
