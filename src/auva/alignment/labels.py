"""The label table of one video: Action Units, valence, arousal, face and reason per frame."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva.alignment.clocks import Clock
from auva.alignment.timing import timeline
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
    keep_frames_without_au: bool = False,
) -> None:
    """Join the annotations of one video to its frames (thesis, section 3.1.3).

    Writes one row per frame of the converted video: `frame, AU1 … AU25` (0, 1, or empty where not
    labelled), `valence, arousal` (empty where not labelled), `status` (face or none), `reason`,
    `selected` (1 if the frame belongs to the dataset: a face was kept and at least one Action Unit
    is present). The reason is that of the face choice; a kept face without an Action Unit says "no
    Action Unit" or "not labelled".
    The report tells the frame counts, extended and cropped rows, the largest time error, the
    longest run of frames that show one source frame, and pictures that seem to be missing.

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
    keep_frames_without_au : bool
        Select every frame with a kept face and a known label of any kind.

    Raises
    ------
    InputError
        For a wrong setting or file; for a file with more than `max_extension` rows too many or too
        few, or with as many too many as pictures are missing, with both counts.
    """
    row = {"au": au, "va": va, "au_format": au_format, "va_format": va_format}
    times = timestamps_csv or timestamps_path(manifest_csv)
    found = annotators(manifest_csv, times, row, cfg)
    frames = found.report["converted_frames"]
    presence, mask = _merge_action_units(found.au, au_weights, frames)
    values = _merge_valence_arousal(found.va, va_weights, frames)
    labels = _label_table(_read_track(track_csv, frames), presence, mask, values)
    if keep_frames_without_au:
        known = mask.any(axis=1) | ~np.isnan(values).all(axis=1)
        face = (labels["status"] == "face").to_numpy()
        labels["selected"] = (face & known).astype(np.int64)
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
    stamps = read_timestamps(timestamps_csv)
    clock = Clock(manifest, stamps["source_time"].to_numpy(float), settings)
    line = timeline(manifest, stamps)
    aus = [
        clock.action_units(path, read_action_units(path, row["au_format"], line))
        for path in row["au"]
    ]
    vas = [
        clock.valence_arousal(path, read_valence_arousal(path, row["va_format"], line))
        for path in row["va"]
    ]
    report = {
        "source_frames": len(stamps),
        "converted_frames": len(manifest),
        "start": round(line.start, 6),
        **clock.report(),
        "au": [entry for _, entry in aus],
        "va": [entry for _, entry in vas],
    }
    return Annotators([table for table, _ in aus], [table for table, _ in vas], report)


def _settings(cfg: Mapping[str, Any]) -> dict[str, Any]:
    for key in cfg:
        if key not in DEFAULTS:
            raise InputError(f"alignment.{key}: no such setting{suggest(key, DEFAULTS)}")
    return DEFAULTS | dict(cfg)


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
