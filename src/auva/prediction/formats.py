"""Predictions in the conventions of other tools: ABAW's annotation files and OpenFace's CSV."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from auva.errors import InputError, suggest
from auva.files import write_csv
from auva.records import predictions
from auva.records.predictions import decision, units_in
from auva.units import VA_NAMES, number_of

FORMATS = ("auva", "abaw", "openface")
_DIGITS = 6


def write_predictions(
    table: pd.DataFrame,
    folder: str | Path,
    video: str,
    format: str,
    timestamps_csv: str | Path,
    tasks: Collection[str],
) -> list[Path]:
    """Write the predictions of one video in one format and return the files.

    Parameters
    ----------
    table : DataFrame
        See `auva.prediction.table.prediction_table`.
    folder : path
        Where the files shall lie.
    video : str
        Name of the video.
    format : str
        "auva": {video}.csv, the table itself.
        "abaw": {video}.abaw-au.txt and {video}.abaw-va.txt, one row per SOURCE frame as ABAW
        counts them (0, 1, and -1 where unknown; values in [-1, 1], and -5 where unknown); a source
        frame takes the prediction of the 30 fps frame nearest in time.
        "openface": {video}.openface.csv, one row per 30 fps frame: frame, face_id, timestamp,
        confidence, success, AU01_c … (0 or 1), valence, arousal. OpenFace's intensities
        (AU01_r …) are left out: a probability is not an intensity.
    timestamps_csv : path
        The video's source frames and their times (`auva.video.timestamps_path`).
    tasks : collection of str
        What the run predicts (`HeldOutModel.tasks`): files and columns depend on it alone, so
        that a video without any face has them too.
    """
    folder = Path(folder)
    if format == "auva":
        predictions.write_predictions(folder / f"{video}.csv", table)
        return [folder / f"{video}.csv"]
    if format == "openface":
        write_csv(folder / f"{video}.openface.csv", openface(table, tasks))
        return [folder / f"{video}.openface.csv"]
    if format == "abaw":
        return _abaw(table, folder, video, timestamps_csv, tasks)
    raise InputError(f"unknown format '{format}'{suggest(format, FORMATS)}")


def openface(table: pd.DataFrame, tasks: Collection[str]) -> pd.DataFrame:
    """Return predictions with OpenFace's column names; without a prediction all are 0."""
    numbers = table[[*units_in(table.columns), *VA_NAMES]]
    face = ((table["status"] == "face") & numbers.notna().any(axis=1)).astype(int)
    columns: dict[str, object] = {
        "frame": table["frame"],
        "face_id": 0,
        "timestamp": table["time"],
        "confidence": face.astype(float),
        "success": face,
    }
    if "au" in tasks:
        for name in units_in(table.columns):
            columns[f"AU{number_of(name):02d}_c"] = table[decision(name)].fillna(0).astype(int)
    if "va" in tasks:
        columns |= {name: table[name].fillna(0.0) for name in VA_NAMES}
    return pd.DataFrame(columns)


def nearest_frames(times: np.ndarray, source_times: np.ndarray) -> np.ndarray:
    """Return for each source time the row of the nearest converted frame, the earlier on a tie.

    Parameters
    ----------
    times, source_times : float arrays, ascending
        Seconds of the converted and of the source frames.
    """
    right = np.clip(np.searchsorted(times, source_times), 0, len(times) - 1)
    left = np.clip(right - 1, 0, len(times) - 1)
    nearer = np.abs(times[left] - source_times) <= np.abs(times[right] - source_times)
    return np.where(nearer, left, right)


def _abaw(
    table: pd.DataFrame,
    folder: Path,
    video: str,
    timestamps_csv: str | Path,
    tasks: Collection[str],
) -> list[Path]:
    from auva.annotations import (
        ActionUnits,
        ValenceArousal,
        write_action_units,
        write_valence_arousal,
    )
    from auva.records.manifest import read_timestamps

    source = read_timestamps(timestamps_csv)["source_time"].to_numpy(float)
    rows = nearest_frames(table["time"].to_numpy(float), source)
    shown = table.iloc[rows]
    frame = np.arange(1, len(rows) + 1)
    written = []
    if "au" in tasks:
        names = units_in(table.columns)
        present = shown[list(map(decision, names))].to_numpy(float, na_value=np.nan)
        known = ~np.isnan(present)
        units = ActionUnits(
            frame,
            np.where(known, present, 0).astype(np.uint8),
            known,
            frames_of="original",
            units=tuple(number for name in names if (number := number_of(name))),
        )
        written.append(folder / f"{video}.abaw-au.txt")
        write_action_units(written[-1], units, "abaw")
    if "va" in tasks:
        values = shown[list(VA_NAMES)].to_numpy(float).round(_DIGITS)
        written.append(folder / f"{video}.abaw-va.txt")
        affect = ValenceArousal(values, ~np.isnan(values), frame, frames_of="original")
        write_valence_arousal(written[-1], affect, "abaw")
    return written
