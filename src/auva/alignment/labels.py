"""The label table of one video: Action Units, valence, arousal, face and reason per frame."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva.alignment.clocks import Fit, fit, interpolate
from auva.annotations import (
    ActionUnits,
    ValenceArousal,
    consensus_action_units,
    consensus_valence_arousal,
    read_action_units,
    read_valence_arousal,
)
from auva.errors import InputError, suggest
from auva.files import write_csv, write_text
from auva.units import AU_NAMES, VA_NAMES
from auva.video.manifest import read_manifest, read_timestamps, timestamps_path

if TYPE_CHECKING:
    import pandas as pd

DEFAULTS: dict[str, float] = {"max_extension": 2, "max_gap_seconds": 0.2}
"""The settings of the `alignment` section."""

NO_ACTION_UNIT = "no Action Unit"
NOT_LABELLED = "not labelled"


def align(
    video: str,
    manifest_csv: str | Path,
    track_csv: str | Path,
    au: Sequence[str | Path],
    va: Sequence[Any],
    out_csv: str | Path,
    out_json: str | Path,
    cfg: Mapping[str, Any],
    au_format: str | None = None,
    va_format: str | None = None,
    au_weights: Sequence[float] = (),
    va_weights: Sequence[float] = (),
    timestamps_csv: str | Path | None = None,
) -> None:
    """Join the annotations of one video to its frames (thesis, section 3.1.3).

    Writes one row per frame of the converted video: `frame, AU1 … AU25` (0, 1, or empty where not
    labelled), `valence, arousal` (empty where not labelled), `status` (face or none), `reason`,
    `selected` (1 if a face was kept and at least one Action Unit is present). The reason is that
    of the face choice; a kept face that is not selected says "no Action Unit" or "not labelled".
    The report tells the frame counts, extended and cropped rows and the largest time error.

    Parameters
    ----------
    video : str
        Its id, for the report.
    manifest_csv, track_csv : path
        The frame manifest and the track of the face choice.
    au, va : sequence
        Annotation files, one per annotator (for Aff-Wild's two files see
        `auva.annotations.read_valence_arousal`); may be empty.
    out_csv, out_json : path
        The table and the report to write.
    cfg : mapping
        The `alignment` section: `max_extension`, `max_gap_seconds`.
    au_format, va_format : str, optional
        Formats of the files; recognised from the content otherwise.
    au_weights, va_weights : sequence of float
        Weights of the annotators in the consensus; equal if empty.
    timestamps_csv : path, optional
        The source timestamps; by default beside the manifest.

    Raises
    ------
    InputError
        For a wrong setting or file; for a file with more than `max_extension` rows too many or too
        few, with both counts.
    """
    row = {"au": au, "va": va, "au_format": au_format, "va_format": va_format}
    times = timestamps_csv or timestamps_path(manifest_csv)
    found = annotators(manifest_csv, times, row, cfg)
    frames = found.report["converted_frames"]
    presence, mask = _merge_action_units(found.au, au_weights, frames)
    values = _merge_valence_arousal(found.va, va_weights, frames)
    labels = _label_table(_read_track(track_csv, frames), presence, mask, values)
    report = {
        "video": video,
        **found.report,
        "frames_by_reason": _counts(labels),
        "selected": int(labels["selected"].sum()),
    }
    write_csv(out_csv, labels, float_format="%.6f")
    write_text(out_json, json.dumps(report, indent=2, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class Annotators:
    """The labels of each annotator on the frames of the converted video.

    Attributes
    ----------
    au, va : list
        One table per annotator, in the order of the sample sheet.
    report : dict
        Frame counts, the largest time error and what became of the rows of each file.
    """

    au: list[ActionUnits]
    va: list[ValenceArousal]
    report: dict[str, Any]


def annotators(
    manifest_csv: str | Path,
    timestamps_csv: str | Path,
    row: Mapping[str, Any],
    cfg: Mapping[str, Any],
) -> Annotators:
    """Bring the labels of each annotator of one video to the frames of the converted video.

    Parameters
    ----------
    manifest_csv, timestamps_csv : path
        The frame manifest and the source timestamps.
    row : mapping
        `au`, `va`: files, one per annotator; `au_format`, `va_format`.
    cfg : mapping
        The `alignment` section.

    Raises
    ------
    InputError
        As for `align`.
    """
    settings = _settings(cfg)
    manifest = read_manifest(manifest_csv)
    times = read_timestamps(timestamps_csv)["source_time"]
    clock = _Clock(manifest, times.to_numpy(float), settings)
    frames = len(manifest)
    aus = [
        clock.action_units(path, read_action_units(path, row["au_format"], frames))
        for path in row["au"]
    ]
    vas = [
        clock.valence_arousal(path, read_valence_arousal(path, row["va_format"], frames))
        for path in row["va"]
    ]
    report = {
        "source_frames": len(times),
        "converted_frames": frames,
        "largest_time_error_ms": clock.largest_error_ms(),
        "au": [entry for _, entry in aus],
        "va": [entry for _, entry in vas],
    }
    return Annotators([table for table, _ in aus], [table for table, _ in vas], report)


def _settings(cfg: Mapping[str, Any]) -> dict[str, Any]:
    for key in cfg:
        if key not in DEFAULTS:
            raise InputError(f"alignment.{key}: no such setting{suggest(key, DEFAULTS)}")
    return DEFAULTS | dict(cfg)


class _Clock:
    """Brings annotation tables from their own frames to those of the converted video."""

    def __init__(self, manifest: "pd.DataFrame", times: np.ndarray, settings: dict) -> None:
        self._shown = manifest["source_frame"].to_numpy(np.int64)
        self._at = manifest["time"].to_numpy(float)
        self._source_time = manifest["source_time"].to_numpy(float)
        self._times = times
        self._settings = settings
        self._frame = np.arange(1, len(manifest) + 1)

    def largest_error_ms(self) -> float:
        """Return how far, at most, a shown source frame is from its frame's time (ms)."""
        return round(float(np.abs(self._source_time - self._at).max()) * 1000, 3)

    def action_units(self, path: object, table: ActionUnits) -> tuple[ActionUnits, dict]:
        """Return the table on the converted frames and its entry in the report."""
        fitted = self._fit(path, table)
        row = fitted.row if table.clock == "converted" else fitted.row[self._shown]
        mask = table.mask[row] & (row >= 0)[:, None]
        intensity = np.where(mask, table.intensity[row], np.nan)
        moved = ActionUnits(self._frame, table.presence[row], mask, intensity, "converted")
        return moved, _entry(path, table.clock, fitted)

    def valence_arousal(self, path: object, table: ValenceArousal) -> tuple[ValenceArousal, dict]:
        """Return the table interpolated onto the converted frames and its report entry."""
        fitted = self._fit(path, table)
        known = table.mask[fitted.row] & (fitted.row >= 0)[:, None]
        values = table.values[fitted.row]
        source = table.clock == "source"
        times = self._times if source else self._at
        shown = self._shown if source else self._frame - 1
        gap = self._settings["max_gap_seconds"]
        columns = [
            interpolate(values[:, d], known[:, d], times, shown, self._at, gap) for d in range(2)
        ]
        moved = ValenceArousal(np.stack(columns, axis=1), frame=self._frame, clock="converted")
        return moved, _entry(path, table.clock, fitted)

    def _fit(self, path: object, table: ActionUnits | ValenceArousal) -> Fit:
        frames = len(self._times) if table.clock == "source" else len(self._at)
        limit = self._settings["max_extension"]
        try:
            return fit(table.frame, frames, limit)
        except ValueError as error:
            name = "original" if table.clock == "source" else "converted"
            cause = f"{error} of the {name} video (they may differ by {limit})"
            raise InputError(cause, str(path)) from None


def _entry(path: object, clock: str, fitted: Fit) -> dict[str, Any]:
    # File names alone: where the files lie differs between machines.
    names = path if isinstance(path, list | tuple) else str(path).split("|")
    return {
        "file": "|".join(Path(str(name)).name for name in names),
        "clock": clock,
        "rows": fitted.rows,
        "extended": fitted.extended,
        "cropped": fitted.cropped,
    }


def _merge_action_units(
    tables: list[ActionUnits], weights: Sequence[float], frames: int
) -> tuple[np.ndarray, np.ndarray]:
    if not tables:
        return np.zeros((frames, len(AU_NAMES)), np.uint8), np.zeros((frames, len(AU_NAMES)), bool)
    table = tables[0] if len(tables) == 1 else consensus_action_units(tables, weights or None)
    return table.presence, table.mask


def _merge_valence_arousal(
    tables: list[ValenceArousal], weights: Sequence[float], frames: int
) -> np.ndarray:
    if not tables:
        return np.full((frames, len(VA_NAMES)), np.nan)
    if len(tables) == 1:
        return tables[0].values
    return consensus_valence_arousal(tables, weights or None).values


def _label_table(
    track: "pd.DataFrame", presence: np.ndarray, mask: np.ndarray, values: np.ndarray
) -> "pd.DataFrame":
    import pandas as pd

    face = (track["status"] == "face").to_numpy()
    present = (presence.astype(bool) & mask).any(axis=1)
    reason = track["reason"].to_numpy(object)
    reason = np.where(face & ~present, NO_ACTION_UNIT, reason)
    reason = np.where(face & ~mask.any(axis=1), NOT_LABELLED, reason)
    table = pd.DataFrame({"frame": np.arange(1, len(track) + 1)})
    for unit, name in enumerate(AU_NAMES):
        column = pd.array(presence[:, unit].astype(np.int64), dtype="Int64")
        column[~mask[:, unit]] = pd.NA
        table[name] = column
    for dimension, name in enumerate(VA_NAMES):
        # Adding 0 turns the -0.0 of a rounded small number into 0.
        table[name] = np.round(values[:, dimension], 6) + 0.0
    table["status"] = track["status"].to_numpy()
    table["reason"] = reason
    table["selected"] = (face & present).astype(np.int64)
    return table


def _counts(labels: "pd.DataFrame") -> dict[str, int]:
    return {str(reason): int(n) for reason, n in sorted(labels["reason"].value_counts().items())}


def _read_track(path: str | Path, frames: int) -> "pd.DataFrame":
    import pandas as pd

    try:
        track = pd.read_csv(path)
        count = len(track[["frame", "status", "reason"]])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"is no face track ({error})", path) from error
    if count != frames:
        raise InputError(f"{count} frames where the manifest has {frames}", path)
    return track
