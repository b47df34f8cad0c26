"""The label table of one video: Action Units, valence, arousal, face and reason per frame."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva.alignment.resampling import Resampler
from auva.alignment.settings import SETTINGS
from auva.alignment.timing import timeline
from auva.annotations import (
    ActionUnits,
    Context,
    ValenceArousal,
    consensus_action_units,
    consensus_valence_arousal,
    read_action_units,
    read_valence_arousal,
)
from auva.annotations.layout import read_layout
from auva.errors import InputError
from auva.pairs import split_pair
from auva.records.labels import intensity_of, write_labels
from auva.records.manifest import read_manifest, read_timestamps, timestamps_path
from auva.records.report import write_report
from auva.records.track import FACE, read_track
from auva.settings import complete
from auva.sheet import Scale
from auva.units import DESCRIPTIONS, THESIS_UNITS, VA_NAMES, names_of

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("auva")

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
    medium: str = "",
    subject: str = "",
    va_scales: Sequence[str] = (),
    au_layouts: Sequence[str] = (),
    va_layouts: Sequence[str] = (),
    au_consensus: str = "",
    va_consensus: str = "",
    keep_frames_without_au: bool = False,
    action_units: Sequence[int] = THESIS_UNITS,
) -> None:
    """Join the annotations of one video to its frames (thesis, section 3.1.3).

    Writes one row per frame of the converted video: `frame, AU1 …` (0, 1, or empty where not
    labelled), `valence, arousal` (empty where not labelled), `status` (face or none), `reason`,
    `selected` (1 if the frame belongs to the dataset: a face was kept and at least one Action Unit
    is present) and, where the annotations have any, the intensities `AU1_intensity …` (0 to 5,
    empty where none is stated). The reason is that of the face choice; a kept face without an
    Action Unit says "no Action Unit" or "not labelled".

    The report has the frame counts, extended and cropped rows, what was ignored in each file, in
    how many frames Action Units beyond the list are present, the largest time error, the longest
    run of frames that show one source frame, and pictures that seem to be missing.

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
    medium, subject, va_scales, au_layouts, va_layouts : optional
        The name of the video's file, and what its row of the sheet says, as `annotators` has them.
    au_consensus, va_consensus : str, optional
        Files with adjudicated labels: they are used instead of the vote and the
        mean. The report lists them under `consensus`.
    keep_frames_without_au : bool
        Select every frame with a kept face and a known label of any kind.
    action_units : sequence of int
        FACS numbers of the Action Units that are read, in the order of the columns.

    Raises
    ------
    InputError
        For a wrong setting or file; for a file with more than `max_extension` rows too many or too
        few, or with as many too many as pictures are missing, with both counts.
    """
    row = {
        "au": au,
        "va": va,
        "au_format": au_format,
        "va_format": va_format,
        "medium": medium,
        "subject": subject,
        "va_scales": va_scales,
        "au_layouts": au_layouts,
        "va_layouts": va_layouts,
    }
    times, units = timestamps_csv or timestamps_path(manifest_csv), tuple(action_units)
    found = annotators(manifest_csv, times, row, cfg, units)
    frames = found.report["converted_frames"]
    consensus = {"au": au_consensus, "va": va_consensus}
    decided = _decided(manifest_csv, times, row, cfg, consensus, units)
    merged = _merge_action_units(decided.au or found.au, au_weights, frames, units)
    values = _merge_valence_arousal(decided.va or found.va, va_weights, frames)
    track = read_track(track_csv, frames, "manifest")
    labels = _label_table(track, merged, values, keep_frames_without_au)
    report = {
        "video": video,
        **found.report,
        **decided.told("consensus"),
        "frames_by_reason": _counts(labels),
        "selected": int(labels["selected"].sum()),
    }
    write_labels(out_csv, labels)
    write_report(out_json, report)


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

    def told(self, name: str) -> dict[str, Any]:
        """Return the report's entry for the files under a name; empty if there are none."""
        files = {kind: self.report[kind] for kind in ("au", "va") if self.report.get(kind)}
        return {name: files} if files else {}


def _decided(
    manifest_csv: str | Path,
    timestamps_csv: str | Path,
    row: Mapping[str, Any],
    cfg: Mapping[str, Any],
    consensus: Mapping[str, str],
    units: tuple[int, ...],
) -> Annotators:
    """Return the adjudicated labels as those of one annotator; they may be empty."""
    if not any(consensus.values()):
        return Annotators([], [], {})
    files = {kind: [path] if path else [] for kind, path in consensus.items()}
    own = {key: row[key] for key in ("medium", "subject")}
    formats = {"au_format": None, "va_format": None}
    return annotators(manifest_csv, timestamps_csv, {**files, **formats, **own}, cfg, units)


def annotators(
    manifest_csv: str | Path,
    timestamps_csv: str | Path,
    row: Mapping[str, Any],
    cfg: Mapping[str, Any],
    action_units: Sequence[int] = THESIS_UNITS,
) -> Annotators:
    """Bring the labels of each annotator of one video to the frames of the converted video.

    Parameters
    ----------
    manifest_csv, timestamps_csv : path
        The frame manifest and the source timestamps.
    row : mapping
        `au`, `va`: files, one per annotator; `au_format`, `va_format`; and, where they are known,
        `medium` (the name of the video's file), `subject` (whose labels are meant), and of each
        annotator's file `va_scales` ("LOW:HIGH", or empty), `au_layouts`, `va_layouts`.
    cfg : mapping
        The `alignment` section.
    action_units : sequence of int
        FACS numbers of the Action Units that are read.

    Raises
    ------
    InputError
        As for `align`.
    """
    settings = complete(SETTINGS, cfg, "alignment")
    manifest = read_manifest(manifest_csv)
    stamps = read_timestamps(timestamps_csv, manifest)
    resampler = Resampler(manifest, stamps["source_time"].to_numpy(float), settings)
    line = timeline(manifest, stamps)
    context = Context(
        line, row.get("medium") or "", row.get("subject") or "", units=tuple(action_units)
    )
    aus: list[tuple[ActionUnits, dict[str, Any]]] = []
    for path, own in _each(row, "au", context):
        read = read_action_units(path, row["au_format"], own)
        table, entry = resampler.action_units(path, read)
        others = _other_units(resampler, path, row["au_format"], own)
        aus.append((table, entry | {"other_units": others}))
    vas = [
        resampler.valence_arousal(path, read_valence_arousal(path, row["va_format"], own))
        for path, own in _each(row, "va", context)
    ]
    _tell(row, [entry for _, entry in aus], [entry for _, entry in vas])
    report = {
        "source_frames": len(stamps),
        "converted_frames": len(manifest),
        "start": round(context.timeline.start, 6),
        **resampler.report(),
        "au": [entry for _, entry in aus],
        "va": [entry for _, entry in vas],
    }
    return Annotators([table for table, _ in aus], [table for table, _ in vas], report)


def _other_units(
    resampler: Resampler,
    path: Any,  # noqa: ANN401 - one path or several
    format: str | None,
    context: Context,
) -> dict[str, int]:
    """Return how many converted frames have each Action Unit that is not in the list.

    Those that are present nowhere are left out.
    """
    units = (*context.units, *(unit for unit in DESCRIPTIONS if unit not in context.units))
    try:
        table = read_action_units(path, format, replace(context, units=units))
        moved, _ = resampler.action_units(path, table)
    except InputError as error:
        log.warning("Action Units beyond action_units were not counted: %s", error)
        return {}
    frames = (moved.presence[:, len(context.units) :] == 1).sum(axis=0).tolist()
    names = names_of(units[len(context.units) :])
    return {name: n for name, n in zip(names, frames, strict=True) if n}


def _tell(
    row: Mapping[str, Any], aus: Sequence[dict[str, Any]], vas: Sequence[dict[str, Any]]
) -> None:
    """Log how the files were read, and what was ignored.

    What the other kind reads of the same file is none of it.
    """
    for path, au in zip(row["au"], aus, strict=True):
        for other, va in zip(row["va"], vas, strict=True):
            if str(path) == str(other):
                both = [told for told in au["left_out"] if told in va["left_out"]]
                au["left_out"], va["left_out"] = both, list(both)
    for entry in (*aus, *vas):
        if entry["read_as"]:
            log.info("%s: read as: %s", entry["file"], "; ".join(entry["read_as"]))
        if entry["left_out"]:
            log.info("%s: left out: %s", entry["file"], "; ".join(entry["left_out"]))
        if entry["other_units"]:
            told = ", ".join(f"{name} in {n}" for name, n in entry["other_units"].items())
            log.warning("%s: frames with Action Units beyond action_units: %s", entry["file"], told)


def _each(row: Mapping[str, Any], kind: str, context: Context) -> Iterator[tuple[Any, Context]]:
    """Yield the annotation of each annotator with its settings."""
    layouts = row.get(f"{kind}_layouts") or [""] * len(row[kind])
    scales = (kind == "va" and row.get("va_scales")) or [""] * len(row[kind])
    for path, layout, scale in zip(row[kind], layouts, scales, strict=True):
        yield (
            path,
            replace(
                context,
                layout=read_layout(split_pair(path)[0], layout),
                va_scale=Scale.parse(scale) if scale else None,
            ),
        )


def _merge_action_units(
    tables: list[ActionUnits], weights: Sequence[float], frames: int, units: tuple[int, ...]
) -> ActionUnits:
    if not tables:
        nothing = np.zeros((frames, len(units)), bool)
        return ActionUnits(np.arange(1, frames + 1), nothing, nothing, units=units)
    return tables[0] if len(tables) == 1 else consensus_action_units(tables, weights or None)


def _merge_valence_arousal(
    tables: list[ValenceArousal], weights: Sequence[float], frames: int
) -> np.ndarray:
    if not tables:
        return np.full((frames, len(VA_NAMES)), np.nan)
    if len(tables) == 1:
        return tables[0].values
    return consensus_valence_arousal(tables, weights or None).values


def _label_table(
    track: "pd.DataFrame", units: ActionUnits, values: np.ndarray, keep_frames_without_au: bool
) -> "pd.DataFrame":
    import pandas as pd

    presence, mask = units.presence, units.mask
    face = (track["status"] == FACE).to_numpy()
    present = (presence.astype(bool) & mask).any(axis=1)
    known = mask.any(axis=1) | ~np.isnan(values).all(axis=1)
    reason = track["reason"].to_numpy(object)
    reason = np.where(face & ~present, NO_ACTION_UNIT, reason)
    reason = np.where(face & ~mask.any(axis=1), NOT_LABELLED, reason)
    table = pd.DataFrame({"frame": track["frame"].to_numpy()})
    for unit, name in enumerate(names_of(units.units)):
        column = pd.array(presence[:, unit].astype(np.int64), dtype="Int64")
        column[~mask[:, unit]] = pd.NA
        table[name] = column
    for dimension, name in enumerate(VA_NAMES):
        # Adding 0 turns the -0.0 of a rounded small number into 0.
        table[name] = np.round(values[:, dimension], 6) + 0.0
    table["status"] = track["status"].to_numpy()
    table["reason"] = reason
    table["selected"] = (face & (known if keep_frames_without_au else present)).astype(np.int64)
    if units.stated.any():
        for unit, name in enumerate(names_of(units.units)):
            grade = np.where(units.stated[:, unit], units.intensity[:, unit], np.nan)
            table[intensity_of(name)] = grade.astype(np.float64)
    return table


def _counts(labels: "pd.DataFrame") -> dict[str, int]:
    return {str(reason): int(n) for reason, n in sorted(labels["reason"].value_counts().items())}
