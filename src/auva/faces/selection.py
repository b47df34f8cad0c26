"""The choice of one face per frame, with its reason and marks of uncertainty (thesis, 3.1.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.faces.settings import SETTINGS
from auva.faces.tracks import follow, person
from auva.records.detections import Boxes, read_boxes
from auva.records.manifest import read_manifest
from auva.records.track import track_writer
from auva.settings import complete

UNCERTAINTIES = ("jump", "size", "score", "candidates")
"""Causes for which a kept face is uncertain."""
MANUAL = "manual choice"
"""Reason of a box that a person chose."""


@dataclass(frozen=True)
class Choice:
    """The choice for one frame: the row of the kept box (or None) and the reason."""

    row: int | None
    reason: str


def select_faces(
    detections_csv: str | Path,
    manifest_csv: str | Path,
    out_csv: str | Path,
    cfg: Mapping[str, Any],
    overrides: Iterable[Mapping[str, Any]] = (),
) -> None:
    """Choose at most one face per frame and write the track.

    One row per frame of the video: `frame, status` (face or none)`, reason, candidates` (boxes in
    the frame)`, score, left, top, right, bottom` (of the kept box, else empty) and `doubt`: why the
    face is uncertain, joined by "+": jump, size, score, candidates.

    Parameters
    ----------
    detections_csv, manifest_csv, out_csv : path
        The boxes of `detect_faces`, the frame manifest, the table to write.
    cfg : mapping
        The `selection` section (`auva.faces.settings`).
    overrides : iterable of mapping
        The manual corrections of this video, from `read_overrides`.

    Raises
    ------
    InputError
        For an unknown setting, a table that cannot be read, or a correction beyond the video.
    """
    settings = complete(SETTINGS, cfg, "selection")
    frames = len(read_manifest(manifest_csv))
    boxes = read_boxes(detections_csv, frames)
    try:
        choices = apply_overrides(choose(boxes, frames, settings), boxes, overrides)
    except InputError as error:
        raise InputError(error.cause, manifest_csv) from None
    candidates = [len(rows) for rows in boxes.rows(frames)]
    why = uncertainties(choices, candidates, boxes, settings)
    with track_writer(out_csv) as write:
        for choice, count, causes in zip(choices, candidates, why, strict=True):
            if choice.row is None:
                write(choice.reason, count)
            else:
                score, corners = boxes.score[choice.row], boxes.corners[choice.row]
                write(choice.reason, count, score, corners, causes)


def choose(boxes: Boxes, frames: int, cfg: Mapping[str, Any]) -> list[Choice]:
    """Choose the filmed person's box in every frame 1 … `frames`.

    The person's tracks are those of `auva.faces.tracks.person`; where two of them hold a box of a
    frame, the one nearest to the previous kept box is taken (equal distances: the higher score,
    then farther left, then higher up).
    """
    mine = {row for track in person(follow(boxes, frames, cfg), boxes, cfg) for row in track.rows}
    centre, size = boxes.centre, boxes.size
    choices: list[Choice] = []
    previous: int | None = None
    for rows in boxes.rows(frames):
        # Rows come in the order of falling scores: `min` keeps the first of equal distances.
        near = sorted(rows, key=lambda row: _distance(centre, row, previous))
        kept = next((row for row in near if row in mine), None)
        choices.append(Choice(kept, _reason(kept, near, previous, centre, size, cfg)))
        previous = previous if kept is None else kept
    return choices


def _distance(centre: np.ndarray, row: int, previous: int | None) -> float:
    return 0.0 if previous is None else float(np.hypot(*(centre[row] - centre[previous])))


def _reason(
    kept: int | None,
    near: list[int],
    previous: int | None,
    centre: np.ndarray,
    size: np.ndarray,
    cfg: Mapping[str, Any],
) -> str:
    if not near:
        return "no detection"
    if kept is None:
        if previous is None:
            return "another face"
        limit = cfg["max_jump"] * max(size[near[0]], size[previous])
        far = _distance(centre, near[0], previous) > limit
        return "too far from previous" if far else "another face"
    if len(near) == 1:
        return "only candidate"
    nearest = previous is not None and kept == near[0]
    return "nearest to previous" if nearest else "best supported"


def apply_overrides(
    choices: list[Choice], boxes: Boxes, overrides: Iterable[Mapping[str, Any]]
) -> list[Choice]:
    """Apply the manual corrections in their order; a later one replaces an earlier one.

    A frame without any box stays without a face: "no detection".
    """
    choices = list(choices)
    rows = boxes.rows(len(choices))
    for override in overrides:
        first, last, action = override["first"], override["last"], override["action"]
        if last > len(choices):
            cause = f"correction {action} {first} to {last}: the video has {len(choices)} frames"
            raise InputError(cause)
        for frame in range(first, last + 1):
            found = rows[frame - 1]
            if action == "drop":
                choices[frame - 1] = Choice(None, "manual drop")
            elif found:
                point = np.array([override["x"], override["y"]])
                row = min(found, key=lambda r: float(np.hypot(*(boxes.centre[r] - point))))
                choices[frame - 1] = Choice(row, MANUAL)
            else:
                choices[frame - 1] = Choice(None, "no detection")
    return choices


def uncertainties(
    choices: list[Choice], candidates: Sequence[int], boxes: Boxes, cfg: Mapping[str, Any]
) -> list[str]:
    """Return why each kept face is uncertain, for the contact sheet and the review.

    jump: its centre moved by more than `uncertain_jump` of its side since the previous kept face;
    size: its side differs by more than the factor `uncertain_size_ratio`; score: its score is below
    `uncertain_score`; candidates: there was another box. A manually chosen face is never uncertain.
    """
    rows = np.array([-1 if choice.row is None else choice.row for choice in choices])
    manual = np.array([choice.reason == MANUAL for choice in choices])
    flags = uncertainty_flags(rows, manual, np.asarray(candidates), boxes, cfg)
    return [uncertainty_text(each) for each in flags.tolist()]


def uncertainty_flags(
    rows: NDArray[np.int64],
    manual: NDArray[np.bool_],
    candidates: NDArray[np.int64],
    boxes: Boxes,
    cfg: Mapping[str, Any],
) -> NDArray[np.bool_]:
    """Return which of `UNCERTAINTIES` each kept face has (see `uncertainties`): [frames, causes].

    Parameters
    ----------
    rows : int64 array [frames]
        The kept box, -1 for none.
    manual : bool array [frames]
        Whether a person chose it.
    candidates : int64 array [frames]
        Number of boxes of the frame.
    """
    kept, moved, grown = steps(rows, boxes)
    flags = np.zeros((len(rows), len(UNCERTAINTIES)), bool)
    flags[kept, 0] = moved > cfg["uncertain_jump"] * boxes.size[rows[kept]]
    flags[kept, 1] = grown > cfg["uncertain_size_ratio"]
    flags[kept, 2] = boxes.score[rows[kept]] < cfg["uncertain_score"]
    flags[kept, 3] = candidates[kept] > 1
    flags[manual] = False
    return flags


def steps(
    rows: NDArray[np.int64], boxes: Boxes
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference of each kept face from the one kept before.

    Returns
    -------
    kept : int64 array [n]
        0-based frames with a kept face.
    moved : float64 array [n]
        Distance of its centre in pixels; 0 for the first one.
    grown : float64 array [n]
        The larger of the two sides over the smaller one; 1 for the first one.
    """
    kept = np.flatnonzero(rows >= 0)
    row = rows[kept]
    before = np.concatenate([row[:1], row[:-1]])
    size = boxes.size
    way = boxes.centre[row] - boxes.centre[before]
    moved = np.hypot(way[:, 0], way[:, 1])
    grown = np.maximum(size[row] / size[before], size[before] / size[row])
    return kept, moved, grown


def uncertainty_text(flags: Sequence[bool]) -> str:
    """Return the causes of one frame joined by "+", empty if there are none."""
    return "+".join(name for name, flag in zip(UNCERTAINTIES, flags, strict=True) if flag)
