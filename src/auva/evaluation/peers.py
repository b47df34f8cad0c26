"""Another tool's predictions scored on the same people, with the same floors and intervals.

Two rows: the thresholds that the tool itself uses, and thresholds tuned on the validation people,
as those of our runs are. Every test face counts. A face without a prediction of the tool counts
as "absent" and as a valence and arousal of 0, and the table says how many such faces there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import Faces, FaceSet
from auva.errors import InputError
from auva.evaluation.bootstrap import bootstrap, faces_digest
from auva.evaluation.gaps import ABSENT, NEUTRAL
from auva.evaluation.peer_files import Told, files_of, told_of
from auva.evaluation.peer_settings import ORIGINAL, SETTINGS
from auva.evaluation.protocol import UNTUNED, Scored, floors, scored, tuned_thresholds
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions
from auva.progress import progress
from auva.records.bootstrap import NO_SAMPLES, write_bootstrap
from auva.records.scores import AS_GIVEN, PEER, TUNED, WITHOUT, write_peer
from auva.units import SETS

Float = NDArray[np.float64]

NOT_PREDICTED = "the tool does not predict it"
NO_PEOPLE = "no validation people"
UNTOLD = "no prediction for a labelled validation face: threshold not tuned"
_TUNING = "validation"


@dataclass(frozen=True)
class _Said:
    """The tool's predictions for the faces of a set, with gaps filled; `known` marks the others."""

    score: Float
    decision: NDArray[np.bool_]
    va: Float
    known: NDArray[np.bool_]
    felt: NDArray[np.bool_]


def evaluate_peer(
    predictions: str | Path,
    format: str,
    faces_h5: str | Path,
    manifests: str | Path | None,
    scores_csv: str | Path,
    bootstraps: tuple[str | Path, str | Path] | None = None,
    frames_of: str = ORIGINAL,
    sets: Sequence[str] = ("test",),
    cfg: Mapping[str, Any] | None = None,
) -> None:
    """Score the files that a tool wrote for the videos of a packed file.

    Parameters
    ----------
    predictions : path
        Folder of the files; the name of each up to its first dot is the id of a video.
    format : str
        One of `auva.evaluation.peer_settings.FORMATS`.
    faces_h5 : path
        Packed faces: their frames, labels and people.
    manifests : path or None
        Folder of the frame manifests ({video}.frames.csv); not needed for the format auva.
    scores_csv : path
        Written: the columns `auva.records.scores.PEER`.
    bootstraps : pair of path, optional
        Written: the bootstrap samples of both rows (`auva.records.bootstrap`).
    frames_of : str
        Which video the tool read: "original", or "converted" (30 fps).
    sets : sequence of str
        Which sets are scored; not the validation people, on whom thresholds are tuned.
    cfg : mapping, optional
        The `evaluation` section of the config.

    Raises
    ------
    InputError
        An unknown format, a folder without a file of any scored video, a file that cannot be read
        or is of another video's length, no face to score.
    """
    settings = Settings.read(cfg)
    SETTINGS["format"].check(format, "format")
    if _TUNING in sets:
        raise InputError("the validation people tune the thresholds: they cannot be scored too")
    labels, tuning = _labels(faces_h5, sets), _labels(faces_h5, (_TUNING,))
    if labels is None:
        raise InputError(f"holds no face in {', '.join(sets)}: nothing to score", faces_h5)
    files = files_of(predictions, format)
    place = None if manifests is None else Path(manifests)
    said = _said(labels, files, format, place, frames_of, str(predictions))
    units = np.asarray(said.known.any(axis=0))
    if not units.any() and not said.felt.any():
        raise InputError("has no prediction for any scored face", predictions)
    own = np.where(said.decision, -np.inf, np.inf)
    rows, lost = {AS_GIVEN: _scored(said, labels, own, units, settings, {})}, {}
    if units.any():
        thresholds, untuned = own, dict.fromkeys(_places(units), NO_PEOPLE)
        if tuning is not None:
            at = _said(tuning, files, format, place, frames_of, None)
            score = np.where(at.known, at.score, np.nan)
            tuned, best = tuned_thresholds(score, tuning, settings.thresholds)
            thresholds = np.where(np.isnan(tuned), own, tuned)
            places = _places(units & np.isnan(tuned))
            untuned = {unit: UNTUNED if np.isnan(best[unit]) else UNTOLD for unit in places}
            lost[TUNED] = _lost_for_tuning(at, units)
        rows[TUNED] = _scored(said, labels, thresholds, units, settings, untuned)
    count, which = _gaps(said, labels, units, _strangers(files, faces_h5))
    tables = [
        _table(name, row, count, "; ".join(filter(None, (which, lost.get(name, "")))))
        for name, row in rows.items()
    ]
    write_peer(scores_csv, pd.concat(tables))
    for path, name in zip(bootstraps or (), (AS_GIVEN, TUNED), strict=False):
        write_bootstrap(path, rows[name].samples if name in rows else NO_SAMPLES)


def _labels(faces_h5: str | Path, sets: Sequence[str]) -> FaceSet | None:
    """Return the labels of some sets, None where they have no face."""
    parts = []
    for name in sets:
        with Faces(faces_h5, name) as faces:
            parts += [block.without_images() for block in faces.blocks()]
    return FaceSet.concatenate(parts) if parts else None


def _said(
    labels: FaceSet,
    files: Mapping[str, list[Path]],
    format: str,
    manifests: Path | None,
    frames_of: str,
    folder: str | None,
) -> _Said:
    """Return the tool's predictions for faces; `folder` must have a file of one of their videos."""
    n, units, affect = len(labels), labels.au.shape[1], labels.va.shape[1]
    score, va = np.full((n, units), np.nan), np.full((n, affect), np.nan)
    decision = np.zeros((n, units), bool)
    faces = _faces_of_videos(labels)
    if folder is not None and not set(faces) & set(files):
        cause = f"has no file of a scored video, such as {next(iter(faces))}.csv"
        raise InputError(cause, folder)
    for video, rows in progress(faces.items(), len(faces), "read predictions", "video"):
        if video not in files:
            continue
        manifest = None if manifests is None else manifests / f"{video}.frames.csv"
        told = told_of(files[video], format, manifest, frames_of, labels.au_names)
        at = labels.frame[rows] - 1
        if at[-1] >= len(told.score):
            cause = f"{len(told.score)} frames, but there is a packed face of frame {at[-1] + 1}"
            raise InputError(cause, files[video][0])
        score[rows], decision[rows], va[rows] = _at(told, at)
    known, felt = ~np.isnan(score), ~np.isnan(va)
    return _Said(
        np.where(known, score, ABSENT), decision & known, np.where(felt, va, NEUTRAL), known, felt
    )


def _faces_of_videos(labels: FaceSet) -> dict[str, NDArray[np.int64]]:
    """Return the rows of each video."""
    names, number = np.unique(labels.video, return_inverse=True)
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number))[:-1]
    return dict(zip(names.tolist(), np.split(order, ends), strict=True))


def _strangers(files: Mapping[str, list[Path]], faces_h5: str | Path) -> list[str]:
    """Return the names of the files of no video of the packed file."""
    known: set[str] = set()
    for name in SETS:
        with Faces(faces_h5, name) as faces:
            known |= {video for video, *_ in faces.videos()}
    return [path.name for video, paths in files.items() if video not in known for path in paths]


def _at(told: Told, frames: NDArray[np.int32]) -> tuple[Float, NDArray[np.bool_], Float]:
    return told.score[frames], told.decision[frames], told.va[frames]


def _scored(
    said: _Said,
    labels: FaceSet,
    thresholds: Float,
    units: NDArray[np.bool_],
    settings: Settings,
    untuned: Mapping[int, str],
) -> Scored:
    """Return the scores at thresholds; units that the tool lacks are undefined, not wrong."""
    shown = replace(labels, au_mask=labels.au_mask & units)
    found = Predictions(
        au=said.score if units.any() else None, va=said.va if said.felt.any() else None
    )
    table, samples = scored(0, found, shown, thresholds, settings)
    table = table.set_index(["metric", "target"])
    if units.any():
        for metric, target, value, note in floors(labels):
            table.loc[(metric, target), ["value", "note"]] = value, note
        own = table.index.get_level_values(0).isin(["base_rate", "floor", "accuracy_floor"])
        for unit in np.flatnonzero(~units):
            lacking = (table.index.get_level_values(1) == labels.au_names[unit]) & ~own
            table.loc[lacking, "note"] = NOT_PREDICTED
        for unit, why in untuned.items():
            table.loc[("f1", labels.au_names[unit]), "note"] = f"as the tool decides: {why}"
    draw = bootstrap(labels, settings.bootstrap, settings.confidence, settings.seed)
    return Scored(table.reset_index(), replace(samples, faces=faces_digest(labels, draw)))


def _places(units: NDArray[np.bool_]) -> list[int]:
    return np.flatnonzero(units).tolist()


def _gaps(
    said: _Said, labels: FaceSet, units: NDArray[np.bool_], strangers: Sequence[str]
) -> tuple[int, str]:
    """Return the number of faces without a prediction, and a text with them and `strangers`."""
    lacking = np.asarray(~said.known[:, units].all(axis=1))
    if said.felt.any():
        lacking |= ~said.felt.all(axis=1)
    told = [f"files of no packed video: {', '.join(strangers)}"] if strangers else []
    named = [
        f"{video} {', '.join(_stretches(labels.frame[rows[lacking[rows]]]))}"
        for video, rows in _faces_of_videos(labels).items()
        if lacking[rows].any()
    ]
    count = int(lacking.sum())
    if count:
        how = f"{count} of {len(labels)} faces without a prediction count as absent"
        told.insert(0, f"{how}: frames of {'; '.join(named)}")
    return count, "; ".join(told)


def _lost_for_tuning(at: _Said, units: NDArray[np.bool_]) -> str:
    """Return how many validation faces have no prediction; "" where all have one."""
    lacking = int((~at.known[:, units].all(axis=1)).sum())
    said = f"{lacking} of {len(at.known)} faces that tune the thresholds have no prediction"
    return said if lacking else ""


def _stretches(frames: NDArray[np.int32]) -> Iterator[str]:
    """Yield each stretch of numbers that follow each other: "3-7", "9"."""
    for part in np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1):
        yield f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}"


def _table(name: str, row: Scored, count: int, which: str) -> pd.DataFrame:
    nothing = {"low": np.nan, "high": np.nan}
    lost = {"metric": WITHOUT, "target": "all", "value": float(count), "note": which, **nothing}
    table = pd.concat([row.table, pd.DataFrame([lost])], ignore_index=True)
    return table.assign(thresholds=name)[list(PEER)]
