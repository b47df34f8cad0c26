"""The files that another tool wrote for each video, as scores and decisions per converted frame.

A score is any number that rises with the tool's belief; a decision is what the tool itself takes
for present.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.alignment.resampling import Resampler
from auva.alignment.settings import SETTINGS
from auva.alignment.timing import timeline
from auva.annotations import ActionUnits, Context, ValenceArousal, abaw, fex, openface
from auva.annotations.columns import read_columns
from auva.annotations.frames import sparse_frames, up_to_the_end
from auva.annotations.text import first_true, read_text, row_error
from auva.errors import InputError
from auva.evaluation.peer_settings import CONVERTED, is_prediction
from auva.records.manifest import read_manifest, read_timestamps, timestamps_path
from auva.records.predictions import decision, read_predictions
from auva.records.table import check_count
from auva.settings import complete
from auva.units import VA_NAMES, number_of

Float = NDArray[np.float64]

LEAST = 1.0
"""Intensity from which a unit is present where LibreFace gives no decision: FACS' A."""


@dataclass(frozen=True)
class Told:
    """What a tool says of the frames of one video.

    Attributes
    ----------
    score : float64 [frames, units]
        NaN where it says nothing.
    decision : bool [frames, units]
    va : float64 [frames, 2]
        Valence and arousal, NaN where it says nothing.
    """

    score: Float
    decision: NDArray[np.bool_]
    va: Float


@dataclass(frozen=True)
class _Tables:
    """The tables of one video on the frames of the video that the tool read."""

    au: ActionUnits | None = None
    va: ValenceArousal | None = None


def files_of(folder: str | Path, format: str) -> dict[str, list[Path]]:
    """Return the files of each video: those whose name up to the first dot is the video's id.

    Files whose ending is none of the format (`ENDINGS`) are not read.

    Raises
    ------
    InputError
        No such folder.
    """
    if not Path(folder).is_dir():
        raise InputError("no such folder of predictions", folder)
    found: dict[str, list[Path]] = {}
    for path in sorted(Path(folder).iterdir()):
        if is_prediction(path, format):
            found.setdefault(path.name.partition(".")[0], []).append(path)
    return found


def told_of(
    files: list[Path], format: str, manifest: Path | None, frames_of: str, names: Sequence[str]
) -> Told:
    """Return what the files of one video say of its converted frames.

    Parameters
    ----------
    files : list of Path
        One file, or for ABAW one of Action Units, one of valence and arousal, or both.
    format : str
        One of `auva.evaluation.peer_settings.FORMATS`.
    manifest : Path or None
        The video's frame manifest; the format auva does not need it.
    frames_of : str
        One of `auva.evaluation.peer_settings.VIDEOS`.
    names : sequence of str
        The Action Units that are scored, as their columns are named.

    Raises
    ------
    InputError
        For a file that cannot be read, of another length than the video, or too many files.
    """
    if format == "auva":
        return _own(_only(files), manifest, names)
    if manifest is None or not manifest.is_file():
        raise InputError(
            "no such frame manifest: it states which frames the tool saw", manifest or files[0]
        )
    frames = read_manifest(manifest)
    stamps = read_timestamps(timestamps_path(manifest), frames)
    line = timeline(frames, stamps)
    if frames_of == CONVERTED:
        line = replace(line, original=len(frames))
    units = tuple(number for name in names if (number := number_of(name)) is not None)
    tables = _READERS[format](files, Context(line, units=units))
    resampler = Resampler(
        frames, stamps["source_time"].to_numpy(float), complete(SETTINGS, {}, "alignment")
    )
    told = _nothing(len(frames), len(names))
    if tables.au is not None:
        au, _ = resampler.action_units(files[0], replace(tables.au, frames_of=frames_of))
        told = replace(
            told, score=au.intensity.astype(np.float64), decision=au.presence.astype(bool)
        )
    if tables.va is not None:
        va, _ = resampler.valence_arousal(files[0], replace(tables.va, frames_of=frames_of))
        told = replace(told, va=va.values)
    return told


def _nothing(frames: int, units: int) -> Told:
    return Told(
        np.full((frames, units), np.nan),
        np.zeros((frames, units), bool),
        np.full((frames, len(VA_NAMES)), np.nan),
    )


def _only(files: list[Path]) -> Path:
    if len(files) > 1:
        others = ", ".join(path.name for path in files[1:])
        raise InputError(f"a second file of the same video: {others}", files[0])
    return files[0]


def _own(path: Path, manifest: Path | None, names: Sequence[str]) -> Told:
    """Read a table of `auva predict`; a unit that it lacks has no score."""
    table = read_predictions(path)
    if manifest is not None and manifest.is_file():
        check_count(len(table), len(read_manifest(manifest)), str(manifest), path)
    return Told(
        table.reindex(columns=list(names)).to_numpy(np.float64),
        table.reindex(columns=[decision(name) for name in names]).to_numpy(np.float64) == 1,
        table[list(VA_NAMES)].to_numpy(np.float64),
    )


def _openface(files: list[Path], context: Context) -> _Tables:
    return _Tables(au=openface.read(_only(files), context))


def _pyfeat(files: list[Path], context: Context) -> _Tables:
    return _Tables(au=fex.read(_only(files), context, graded=True))


def _abaw(files: list[Path], context: Context) -> _Tables:
    found = _Tables()
    for path in files:
        text = read_text(path)
        if abaw.is_valence_arousal(text) and found.va is None:
            found = replace(found, va=abaw.read_valence_arousal(path))
        elif abaw.is_action_units(text) and found.au is None:
            found = replace(found, au=abaw.read_action_units(path, context))
        else:
            cause = "is neither Action Units nor valence and arousal of ABAW, or the second of them"
            raise InputError(cause, path)
    return found


_DETECTED = re.compile(r"au_(\d+)", re.ASCII)
_GRADED = re.compile(r"au_(\d+)_intensity", re.ASCII)
_FRAME = "frame_idx"


def _libreface(files: list[Path], context: Context) -> _Tables:
    """Read LibreFace's table of a video: `frame_idx` from 0, `au_1` … and `au_1_intensity` ….

    Some units have a decision, some an intensity in [0, 5], some both (Chang et al., LibreFace,
    WACV 2024).
    """
    path = _only(files)
    columns = read_columns(path)
    columns.need(_FRAME)
    detected, graded = (
        _unit_columns(columns.names, kind, context.units) for kind in (_DETECTED, _GRADED)
    )
    if not detected and not graded:
        raise InputError("the header names no Action Unit as au_1 or au_1_intensity", path, 1)
    numbers = columns.numbers((_FRAME, *detected.values(), *graded.values()))
    frame = numbers[_FRAME]
    shape = (len(frame), len(context.units))
    presence, intensity = np.full(shape, np.nan), np.full(shape, np.nan)
    for place, unit in enumerate(context.units):
        if unit in detected:
            presence[:, place] = numbers[detected[unit]]
        if unit in graded:
            intensity[:, place] = numbers[graded[unit]]
    for values, high, what in ((presence, 1, "presence"), (intensity, 5, "intensity")):
        fine = np.isnan(values) | ((values >= 0) & (values <= high))
        if not fine.all():
            row, place = first_true(~fine)
            unit = f"{what} of AU{context.units[place]}"
            cause = f"{unit} is {values[row, place]:.6g}, outside [0, {high}]"
            raise row_error(columns.text, 1, row, cause)
    decided = np.where(np.isnan(presence), intensity >= LEAST, presence >= 0.5)
    scores = np.where(np.isnan(intensity), presence, intensity)
    lines, count = np.arange(1, len(frame) + 1), context.timeline.original
    rows = sparse_frames(columns.text, lines, frame, 0, count)
    table = ActionUnits(rows, decided, ~np.isnan(scores), scores, "original", units=context.units)
    return _Tables(au=up_to_the_end(table, context.timeline.original))


def _unit_columns(names: list[str], kind: re.Pattern[str], units: Sequence[int]) -> dict[int, str]:
    """Return the columns of the Action Units that are asked for, by number."""
    found = {int(match[1]): name for name in names if (match := kind.fullmatch(name))}
    return {unit: name for unit, name in found.items() if unit in units}


_READERS: Mapping[str, Callable[[list[Path], Context], _Tables]] = {
    "openface": _openface,
    "pyfeat": _pyfeat,
    "libreface": _libreface,
    "abaw": _abaw,
}
"""Format -> reader of the files of one video; auva's own tables are on converted frames already."""
