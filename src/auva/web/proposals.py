"""Proposals of a trained model: spans of Action Units that a person accepts one by one."""

import base64
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.errors import InputError
from auva.prediction.best import best_run
from auva.records.chosen import read_chosen
from auva.records.predictions import read_predictions
from auva.web.compare import spans
from auva.web.open_video import video_stamp
from auva.web.project import Project
from auva.web.workers import Workers

WINDOW = 5
"""Number of frames for the majority filter of decisions, which removes very short spans."""
_STEPS, _NOTHING = 250, 255


class Proposals:
    """Spans proposed for the videos of a project.

    Parameters
    ----------
    project : Project
        The videos. Its `run` is a run's folder, "auto" (the best run on its validation people) or
        "none"; its `predictions`, if given, a folder of tables that `auva predict` has written.
    workers : Workers
        Where the model predicts.
    """

    def __init__(self, project: Project, workers: Workers) -> None:
        self.project, self.workers = project, workers
        self._lock = Lock()
        self._made: dict[str, tuple[str, dict[str, Any]]] = {}
        self._run: Path | None = None

    def of(self, video: str) -> dict[str, Any]:
        """Return the model's proposals for a video.

        Returns
        -------
        dict
            `model` (its name, or None), `proposals` (AU name -> [[first, last], …], by the model's
            own thresholds), `probabilities` (AU name -> base64 of a byte per frame: 250 times the
            probability, 255 without a prediction), `window` (frames of the smoothing), `note`.
        """
        stamp = video_stamp(self.project.paths(video))
        with self._lock:
            if self._made.get(video, ("", {}))[0] != stamp:
                self._made[video] = stamp, self._make(video)
            return self._made[video][1]

    def _make(self, video: str) -> dict[str, Any]:
        nothing: dict[str, Any] = {
            "model": None,
            "proposals": {},
            "probabilities": {},
            "window": WINDOW,
            "note": "",
        }
        try:
            name, table = self._table(video)
        except InputError as error:
            return {**nothing, "note": str(error)}
        if table is None:
            return nothing
        found = {}
        units = [unit for unit in self.project.au_names if unit in table]
        unknown = [unit for unit in self.project.au_names if unit not in table]
        note = f"{name} does not predict {', '.join(unknown)}" if unknown else ""
        for unit in units:
            decided = table[f"{unit}_present"].to_numpy(dtype=float, na_value=0.0)
            found[unit] = spans(smoothed(np.nan_to_num(decided) == 1))
        said = {unit: _bytes(table[unit]) for unit in units if table[unit].notna().any()}
        return {
            **nothing,
            "model": name if units else None,
            "proposals": found,
            "probabilities": said,
            "note": note,
        }

    def _table(self, video: str) -> tuple[str, pd.DataFrame | None]:
        if self.project.predictions is not None:
            path = self.project.predictions / f"{video}.csv"
            table = read_predictions(path) if path.exists() else None
            return f"predictions/{path.parent.name}", table
        if self._run is None:
            self._run = choose_run(self.project)
        if self._run is None:
            return "", None
        paths = self.project.paths(video)
        if not (paths.crops.exists() and paths.track.exists()):
            return "", None
        files = paths.crops, paths.track, paths.manifest
        iteration, table = self.workers.run(_predicted, self._run, *files)
        return f"{self._run.parent.name}/{self._run.name}/{iteration}", table


def _predicted(run: Path, crops: Path, track: Path, manifest: Path) -> tuple[int, pd.DataFrame]:
    """Return the chosen checkpoint of a run, and its predictions."""
    from auva.prediction.model import load_model
    from auva.prediction.table import prediction_table

    model = load_model(run)
    return model.iteration, prediction_table(model, crops, track, manifest)


def choose_run(project: Project) -> Path | None:
    """Return the folder of the run whose proposals are shown, None if there is none.

    Raises
    ------
    InputError
        If the named run is not evaluated or does not predict Action Units.
    """
    if project.run == "none":
        return None
    if project.run != "auto":
        folder = Path(project.run)
        if not _predicts_units(folder):
            raise InputError("is not an evaluated run that predicts Action Units", folder)
        return folder
    try:
        return best_run(project.results, ("au",)).folder
    except InputError:
        return None


def _predicts_units(folder: Path) -> bool:
    """Return whether a folder belongs to an evaluated run that predicts Action Units."""
    try:
        return bool(read_chosen(folder / "chosen.json").thresholds)
    except InputError:
        return False


def _bytes(probability: "pd.Series") -> str:
    """Return probabilities as base64 of one byte each; 255 means no prediction."""
    values = probability.to_numpy(dtype=float, na_value=np.nan)
    steps = np.where(np.isnan(values), _NOTHING, np.round(np.clip(values, 0, 1) * _STEPS))
    return base64.b64encode(steps.astype(np.uint8).tobytes()).decode()


def smoothed(decided: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each frame the majority decision of the `WINDOW` frames around it."""
    votes = np.convolve(decided.astype(int), np.ones(WINDOW, int), mode="same")
    return votes * 2 > WINDOW
