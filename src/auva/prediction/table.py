"""Predictions of one video as a table: one row per frame, whether a face was kept or not."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.errors import InputError
from auva.evaluation.after import apply
from auva.faces.crop_settings import check_margin
from auva.models.predictions import Predictions
from auva.prediction.model import HeldOutModel, load_model
from auva.progress import progress
from auva.records.crops import Crops
from auva.records.manifest import read_manifest
from auva.records.predictions import (
    decision,
    prediction_columns,
    units_in,
    write_predictions,
)
from auva.records.track import read_track
from auva.units import VA_NAMES

_BLOCK = 2048


def predict_faces(
    run_dir: str | Path,
    chosen_json: str | Path,
    crops_h5: str | Path,
    track_csv: str | Path,
    manifest_csv: str | Path,
    out_csv: str | Path,
    threads: int = 1,
) -> None:
    """Predict the kept faces of one video with the held-out checkpoint of a run.

    Parameters
    ----------
    run_dir, chosen_json : path
        A trained run, and what its evaluation chose.
    crops_h5, track_csv, manifest_csv : path
        The video's faces (`auva.faces.crop_faces`), its track and its frame manifest.
    out_csv : path
        Written, see `prediction_table`.
    threads : int
        CPU threads.

    Raises
    ------
    InputError
        For a run without evaluation, a damaged checkpoint, files that do not fit together.
    """
    import torch

    torch.set_num_threads(threads)
    model = load_model(run_dir, chosen_json)
    write_predictions(out_csv, prediction_table(model, crops_h5, track_csv, manifest_csv))


def prediction_table(
    model: HeldOutModel, crops_h5: str | Path, track_csv: str | Path, manifest_csv: str | Path
) -> pd.DataFrame:
    """Return the predictions of one video.

    Returns
    -------
    DataFrame
        `prediction_columns`, one row per frame of the 30 fps video: frame (1-based), time (s), the
        probability of each AU and its decision (0 or 1) at the held-out threshold, valence and
        arousal clipped to [-1, 1], fake (probability of being generated), status ("face" or
        "none") and reason as in the track. Cells are empty where no face was kept and where the
        run does not predict that part.
    """
    table = read_manifest(manifest_csv)[["frame", "time"]].reset_index(drop=True)
    track = read_track(track_csv, len(table), "manifest")[["status", "reason"]]
    names = prediction_columns(model.au_names)
    units = units_in(names)
    decisions = [decision(name) for name in units]
    columns = [*units, *decisions, *VA_NAMES, "fake"]
    numbers = np.full((len(table), len(columns)), np.nan)
    with Crops(crops_h5, len(table)) as crops:
        if len(crops):
            whole = model.over_blocks(_blocks(crops, crops_h5, model))
            numbers[crops.frame - 1] = _numbers(model, whole, crops.frame, len(units))
    found = pd.DataFrame(numbers, columns=columns)
    found = found.astype(dict.fromkeys(decisions, "Int64"))
    return pd.concat([table, found, track], axis=1)[list(names)]


def _numbers(
    model: HeldOutModel, predictions: Predictions, frame: NDArray[np.int64], units: int
) -> NDArray[np.float64]:
    n = len(frame)
    predictions = apply(model.after, predictions, np.zeros(n, np.str_), frame.astype(np.int32))
    au = present = np.full((n, units), np.nan)
    if predictions.au is not None:
        au, unknown = predictions.au, np.isnan(predictions.au) | np.isnan(model.thresholds)
        present = np.where(unknown, np.nan, au >= model.thresholds)
    va = np.full((n, len(VA_NAMES)), np.nan) if predictions.va is None else predictions.va
    fake = np.full(n, np.nan) if predictions.fake is None else predictions.fake
    return np.hstack([au, present, np.clip(va, -1, 1), fake[:, None]])


def _blocks(crops: Crops, path: str | Path, model: HeldOutModel) -> Iterator[FaceSet]:
    """Yield the faces of a video, some at a time, so that memory does not grow."""
    if crops.size < model.size:
        cause = f"faces of {crops.size} pixels, but the run needs {model.size}: raise crops.size"
        raise InputError(cause, path)
    check_margin(crops.margin, model.margin, model.run, path)
    video = Path(path).name.partition(".")[0]
    starts = range(0, len(crops), _BLOCK)
    for start in progress(starts, len(starts), f"predict {video}", "block"):
        stop = min(start + _BLOCK, len(crops))
        yield FaceSet.unlabelled(
            crops.faces(start, stop), video, crops.frame[start:stop], au_names=model.au_names
        )
