"""From the rows of an annotation file to the frames of the converted video."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva.alignment.timing import longest_run, missing_pictures
from auva.annotations import ActionUnits, ValenceArousal
from auva.errors import InputError
from auva.pairs import CELL_PAIR, split_pair

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("auva")


@dataclass(frozen=True)
class Fit:
    """Annotation rows assigned to a number of frames.

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
    """Assign annotation rows to `frames` frames, extending or cropping at the end.

    The thesis (section 3.1.3): "as the interpolation could produce +/- 2 annotations compared to
    AUs, the VA annotations have been either extended or cropped if needed".

    Parameters
    ----------
    frame : int array [n]
        1-based frame number of each row, ascending.
    frames : int
        Frames to fill, 1 or more.
    max_extension : int
        The largest difference that is corrected.

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


class Resampler:
    """Brings annotation tables from their own frames to those of the converted video."""

    def __init__(self, manifest: "pd.DataFrame", times: np.ndarray, settings: dict) -> None:
        self._shown = manifest["source_frame"].to_numpy(np.int64)
        self._at = manifest["time"].to_numpy(float)
        self._source_time = manifest["source_time"].to_numpy(float)
        self._times = times
        self._settings = settings
        self._frame = np.arange(1, len(manifest) + 1)
        self._missing = missing_pictures(times)

    def report(self) -> dict[str, Any]:
        """Return the report on the conversion; a warning names missing pictures.

        The largest time error is how far, at most, a shown source frame is from its frame's time.
        """
        missing, frozen = self._missing, longest_run(self._shown)
        if missing.pictures:
            cause = "%d pictures seem to be missing, the first after %.3f s; frames frozen: %d"
            log.warning(cause, missing.pictures, missing.after, frozen)
        return {
            "largest_time_error_ms": round(
                float(np.abs(self._source_time - self._at).max()) * 1000, 3
            ),
            "longest_frozen_run": frozen,
            "missing_pictures": missing.pictures,
            "first_missing_after": missing.after,
        }

    def action_units(self, path: object, table: ActionUnits) -> tuple[ActionUnits, dict]:
        """Return the table on the converted frames and its entry in the report."""
        fitted = self._fit(path, table)
        row = fitted.row if table.frames_of == "converted" else fitted.row[self._shown]
        mask = table.mask[row] & (row >= 0)[:, None]
        intensity = np.where(mask, table.intensity[row], np.nan)
        moved = ActionUnits(
            self._frame,
            table.presence[row],
            mask,
            intensity,
            "converted",
            units=table.units,
            stated=table.stated[row],
        )
        return moved, _entry(path, table, fitted)

    def valence_arousal(self, path: object, table: ValenceArousal) -> tuple[ValenceArousal, dict]:
        """Return the table interpolated onto the converted frames and its report entry."""
        fitted = self._fit(path, table)
        known = table.mask[fitted.row] & (fitted.row >= 0)[:, None]
        values = table.values[fitted.row]
        original = table.frames_of == "original"
        times = self._times if original else self._at
        shown = self._shown if original else self._frame - 1
        gap = self._settings["max_gap_seconds"]
        columns = [
            interpolate(values[:, d], known[:, d], times, shown, self._at, gap) for d in range(2)
        ]
        moved = ValenceArousal(np.stack(columns, axis=1), frame=self._frame, frames_of="converted")
        return moved, _entry(path, table, fitted)

    def _fit(self, path: object, table: ActionUnits | ValenceArousal) -> Fit:
        frames = len(self._times) if table.frames_of == "original" else len(self._at)
        limit = self._settings["max_extension"]
        missing = self._missing.pictures if table.frames_of == "original" else 0
        rows = int(table.frame[-1]) if len(table.frame) else 0
        if missing and rows - frames == missing:
            cause = (
                f"{rows} rows for {frames} frames of the original video: it lacks {missing} "
                f"pictures, the first after {self._missing.after} s; later rows would be shifted"
            )
            raise InputError(cause, CELL_PAIR.join(map(str, _files(path))))
        try:
            return fit(table.frame, frames, limit)
        except ValueError as error:
            cause = f"{error} of the {table.frames_of} video (they may differ by {limit})"
            raise InputError(cause, CELL_PAIR.join(map(str, _files(path)))) from None


def _files(path: object) -> tuple[Path, ...]:
    """Return the files of an annotation, given as one path or as several."""
    parts = path if isinstance(path, list | tuple) else [path]
    return tuple(file for part in parts for file in split_pair(str(part)))


def _entry(path: object, table: ActionUnits | ValenceArousal, fitted: Fit) -> dict[str, Any]:
    # File names alone: where the files lie differs between machines.
    return {
        "file": CELL_PAIR.join(each.name for each in _files(path)),
        "frames_of": table.frames_of,
        "rows": fitted.rows,
        "extended": fitted.extended,
        "cropped": fitted.cropped,
        "left_out": list(table.left_out),
        "other_units": {},
        "read_as": list(table.read_as),
    }
