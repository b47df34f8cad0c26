"""The manual check of the kept faces of one video: uncertain faces and their corrections."""

import asyncio
import zlib
from collections import deque
from collections.abc import Collection
from itertools import product
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.faces.selection import (
    MANUAL,
    UNCERTAINTIES,
    Choice,
    apply_overrides,
    choose,
    steps,
    uncertainty_flags,
    uncertainty_text,
)
from auva.faces.settings import SETTINGS
from auva.records.detections import Boxes, read_boxes
from auva.settings import complete
from auva.web.frame_rows import runs
from auva.web.frames import FrameStore, encode
from auva.web.open_video import check_stamp, file_stamp
from auva.web.overrides import OverridesFile, Row
from auva.web.project import Paths, Project
from auva.web.responses import ApiError
from auva.web.session import denial

Runs = list[tuple[int, int]]
THUMB = 176
"""Longest side of a thumbnail in pixels."""
MARGIN = 0.08
"""Margin around the kept box in a thumbnail, as a share of the side of the box."""
CHANGES = 50
"""Number of remembered corrections, from which a page gets only the changes."""
_FACE = np.dtype(
    [("kept", "i4"), ("reason", "u1"), ("uncertain", "u1"), ("rank", "f4"), ("accepted", "?")]
)
_WORDS = [
    uncertainty_text(flags[::-1]) for flags in product((False, True), repeat=len(UNCERTAINTIES))
]
"""Causes of uncertainty as text, by the bits of their numbers."""


class Review:
    """The faces of one video with the current corrections.

    Parameters
    ----------
    project : Project
        The videos.
    overrides : OverridesFile
        The corrections of all videos.
    video : str
        The video's id.

    Raises
    ------
    ApiError
        If the video or its detections do not exist yet or cannot be read.
    """

    def __init__(self, project: Project, overrides: OverridesFile, video: str) -> None:
        self.project, self.video, self.overrides = project, video, overrides
        paths = project.paths(video)
        for path in (paths.mp4, paths.detections):
            if not path.exists():
                cause = f"{path} does not exist yet; make it with: snakemake --cores 2 {path}"
                raise ApiError(422, cause, "video")
        self.settings = complete(SETTINGS, project.settings.selection, "selection")
        self.stamp = review_stamp(paths)
        try:
            self.store = FrameStore(paths.mp4)
            self.boxes: Boxes = read_boxes(paths.detections, self.store.frames)
        except InputError as error:
            raise ApiError(422, str(error), "video") from error
        self.rows = self.boxes.rows(self.store.frames)
        self.base = choose(self.boxes, self.store.frames, self.settings)
        self.decoding = asyncio.Lock()
        self._marks = FaceMarks(self.boxes, self.store.frames)
        self._lock = Lock()
        self._reasons: list[str] = []
        self._version = overrides.version
        self._faces = self._look()
        self._changes: deque[tuple[int, NDArray[np.int64]]] = deque(maxlen=CHANGES)

    def state(self) -> dict[str, Any]:
        """Return values that change with every correction, and with the video or its boxes."""
        return {"version": self.overrides.version, "stamp": self.stamp}

    def outside(self) -> list[str]:
        """Return the kinds of files that another program changed."""
        return self.overrides.outside()

    def check_stamp(self, asked: str = "") -> None:
        """Refuse a request if files were replaced since the page (`asked`) loaded them."""
        check_stamp(self.stamp, review_stamp(self.project.paths(self.video)), asked)

    def choices(self) -> list[Choice]:
        """Return the choice for each frame with the current corrections."""
        try:
            return apply_overrides(self.base, self.boxes, self.overrides.rows.get(self.video, []))
        except InputError as error:
            raise ApiError(422, f"{self.overrides.path}: {error}", "video") from error

    def describe(self) -> dict[str, Any]:
        """Return everything that the page needs to show this video's faces, except the boxes."""
        width, height = self.store.size
        return {
            "id": self.video,
            "frames": self.store.frames,
            "width": width,
            "height": height,
            "stamp": self.stamp,
            "path": str(self.overrides.path),
            "denied": denial(self.overrides.path),
            "damaged": self.overrides.journal.damage(),
            **self.changes(),
        }

    def candidates(self) -> list[list[list[float]]]:
        """Return the boxes of each frame: [score, left, top, right, bottom], best first."""
        boxes = np.column_stack([np.round(self.boxes.score, 3), self.boxes.corners]).tolist()
        return [boxes[rows.start : rows.stop] for rows in self.rows]

    def changes(self, since: int | None = None) -> dict[str, Any]:
        """Return the changes since a version that the page knows, or everything.

        Returns
        -------
        dict
            `version`, `faces`: groups of equal frames as [first, last, kept, reason, uncertain,
            rank, accepted] (`kept` is the place among the frame's candidates, or None),
            `overrides`, and how many steps can be undone and redone.
        """
        with self._lock:
            self._update()
            version, faces = self._version, self._faces
            where = self._changed_since(since)
        history = self.overrides.history(self.video)
        return {
            "version": version,
            "faces": self._stretches(faces, where),
            "overrides": self.overrides.rows.get(self.video, []),
            "undo": len(history.done),
            "redo": len(history.undone),
        }

    def _update(self) -> None:
        """Update the faces after a correction, and record which frames it changed."""
        version = self.overrides.version
        if version == self._version:
            return
        faces = self._look()
        self._changes.append((self._version, np.flatnonzero(faces != self._faces)))
        self._version, self._faces = version, faces

    def _changed_since(self, since: int | None) -> NDArray[np.int64]:
        """Return the 0-based frames that changed since a version, all if the version is unknown."""
        if since == self._version:
            return np.zeros(0, np.int64)
        known = [version for version, _ in self._changes]
        if since not in known:
            return np.arange(self.store.frames)
        later = [frames for _, frames in list(self._changes)[known.index(since) :]]
        return np.unique(np.concatenate(later))

    def _look(self) -> NDArray[Any]:
        """Return a `_FACE` per frame."""
        choices = self.choices()
        faces = np.zeros(self.store.frames, _FACE)
        row = np.array([-1 if choice.row is None else choice.row for choice in choices])
        start = np.array([rows.start for rows in self.rows])
        count = np.array([len(rows) for rows in self.rows])
        faces["kept"] = np.where(row < 0, -1, row - start)
        faces["reason"] = [self._reason(choice.reason) for choice in choices]
        manual = faces["reason"] == self._reason(MANUAL)
        flags = uncertainty_flags(row, manual, count, self.boxes, self.settings)
        faces["uncertain"] = flags @ (1 << np.arange(len(UNCERTAINTIES)))
        faces["rank"] = _ranks(row, flags, self.boxes, self.settings)
        faces["accepted"] = self._marks.among(row, self.overrides.accepted.get(self.video, set()))
        return faces

    def _reason(self, words: str) -> int:
        if words not in self._reasons:
            self._reasons.append(words)
        return self._reasons.index(words)

    def _stretches(self, faces: NDArray[Any], where: NDArray[np.int64]) -> list[list[Any]]:
        shown = faces[where]
        parts = [shown[name].astype(np.float64) for name in _FACE.names or ()]
        gaps = where - np.arange(len(where))
        return [
            [
                int(where[first]) + 1,
                int(where[last]) + 1,
                None if face["kept"] < 0 else int(face["kept"]),
                self._reasons[face["reason"]],
                _WORDS[face["uncertain"]],
                round(float(face["rank"]), 2),
                bool(face["accepted"]),
            ]
            for first, last in runs(np.stack([*parts, gaps], axis=1))
            if (face := shown[first]) is not None
        ]

    def accept(self, runs: Runs) -> None:
        """Record that the faces of these frames are accepted."""
        self.overrides.accept(self.video, "".join(self._marks_in(runs)))

    def _marks_in(self, runs: Runs) -> list[str]:
        choices = self.choices()
        frames = [frame for first, last in runs for frame in range(first, last + 1)]
        return [self._marks.of(frame, choices[frame - 1].row) for frame in frames]

    def drop(self, runs: Runs) -> None:
        """Keep no face in these frames."""
        new: list[Row] = [{"first": a, "last": b, "action": "drop"} for a, b in runs]
        self._replace(runs, new)

    def restore(self, runs: Runs) -> None:
        """Remove every correction and every acceptance of these frames."""
        marks = self._marks_in(runs)
        self._replace(runs, [])
        known = self.overrides.accepted.get(self.video, set())
        accepted = {mark for mark in [*marks, *self._marks_in(runs)] if int(mark, 16) in known}
        if accepted:
            self.overrides.accept(self.video, "".join(sorted(accepted)), "open")

    def choose(self, runs: Runs, x: float, y: float) -> None:
        """Keep the box nearest to a point in these frames."""
        new = [{"first": a, "last": b, "action": "choose", "x": x, "y": y} for a, b in runs]
        self._replace(runs, new)

    def other(self, runs: Runs) -> None:
        """Keep the best box that is not kept now, in frames that have one."""
        choices = self.choices()
        new: list[Row] = []
        for first, last in runs:
            for frame in range(first, last + 1):
                wanted = self._other(frame, choices)
                if wanted is None:
                    continue
                if new and new[-1]["last"] == frame - 1 and self._nearest(frame, new[-1]) == wanted:
                    new[-1]["last"] = frame
                    continue
                x, y = (round(float(side), 1) for side in self.boxes.centre[wanted])
                row = {"first": frame, "last": frame, "action": "choose", "x": x, "y": y}
                new.append(row)
        self._replace([(row["first"], row["last"]) for row in new], new)

    def _other(self, frame: int, choices: list[Choice]) -> int | None:
        rows = [row for row in self.rows[frame - 1] if row != choices[frame - 1].row]
        return rows[0] if rows else None

    def _nearest(self, frame: int, override: Row) -> int:
        point = np.array([override["x"], override["y"]])
        away = np.hypot(*(self.boxes.centre[list(self.rows[frame - 1])] - point).T)
        return self.rows[frame - 1][int(np.argmin(away))]

    def _replace(self, runs: Runs, new: list[Row]) -> None:
        kept = self.overrides.rows.get(self.video, [])
        for first, last in runs:
            kept = [part for row in kept for part in _without(row, first, last)]
        rows = sorted([*kept, *new], key=lambda row: (row["first"], row["last"]))
        self.overrides.replace(self.video, merged(rows))

    def thumbnail(self, frame: int, candidate: int) -> bytes:
        """Return one candidate's box of a frame as a small JPEG."""
        from PIL import Image

        rows = self.rows[frame - 1]
        if not 0 <= candidate < len(rows):
            raise ApiError(404, "no such face")
        left, top, right, bottom = self.boxes.corners[rows[candidate]].tolist()
        extra = round(MARGIN * max(right - left, bottom - top))
        image = Image.fromarray(self.store.image(frame))
        box = (left - extra, top - extra, right + extra, bottom + extra)
        face = image.crop(box)
        face.thumbnail((THUMB, THUMB))
        return encode(np.asarray(face), 85)


class FaceMarks:
    """Marks of faces that were accepted: 8 hexadecimal digits for a frame with its kept box.

    A changed box has a different mark, so it must be accepted again.

    Parameters
    ----------
    boxes : Boxes
        All boxes of the video.
    frames : int
        Frames of the video.
    """

    def __init__(self, boxes: Boxes, frames: int) -> None:
        sides = zip(boxes.frame.tolist(), boxes.corners.tolist(), strict=True)
        self._row = np.array([_mark(frame, side) for frame, side in sides], np.uint32)
        self._none = np.array([_mark(frame, None) for frame in range(1, frames + 1)], np.uint32)

    def of(self, frame: int, row: int | None) -> str:
        """Return the mark of a 1-based frame in which a box (or None) is kept."""
        return f"{self._none[frame - 1] if row is None else self._row[row]:08x}"

    def among(self, row: NDArray[np.int64], known: Collection[int]) -> NDArray[np.bool_]:
        """Return for each frame whether its mark is known; `row` is the kept box or -1."""
        if not known:
            return np.zeros(len(row), bool)
        marks = self._none.copy()
        marks[row >= 0] = self._row[row[row >= 0]]
        return np.isin(marks, np.fromiter(known, np.uint32))


def _mark(frame: int, side: list[int] | None) -> int:
    return zlib.crc32(f"{frame}:{side}".encode())


def _ranks(
    row: NDArray[np.int64], flags: NDArray[np.bool_], boxes: Boxes, settings: dict[str, Any]
) -> NDArray[np.float64]:
    """Return how uncertain each kept face is: by the number of causes, then by their size.

    The size is the largest of: movement and change of size since the previous face, each divided by
    its limit, and the distance of the score below its limit.
    """
    kept, moved, grown = steps(row, boxes)
    with np.errstate(divide="ignore", invalid="ignore"):
        far = moved / boxes.size[row[kept]] / settings["uncertain_jump"]
        other = (grown - 1) / (settings["uncertain_size_ratio"] - 1)
    low = settings["uncertain_score"] - boxes.score[row[kept]]
    most = np.nan_to_num(np.max([far, other, low, np.zeros(len(kept))], axis=0), nan=0.0)
    kinds = flags[kept].sum(axis=1)
    ranks = np.zeros(len(row))
    ranks[kept] = np.where(kinds > 0, 100 * kinds + np.clip(most, 0, 99), 0)
    return np.round(ranks, 2)


def review_stamp(paths: Paths) -> str:
    """Return a stamp that changes with a new conversion of a video or detection of its faces."""
    return file_stamp([paths.mp4, paths.detections])


def _without(row: Row, first: int, last: int) -> list[Row]:
    """Return the parts of a correction outside the frames `first` to `last`."""
    if last < row["first"] or row["last"] < first:
        return [row]
    parts = []
    if row["first"] < first:
        parts.append({**row, "last": first - 1})
    if row["last"] > last:
        parts.append({**row, "first": last + 1})
    return parts


def merged(rows: list[Row]) -> list[Row]:
    """Merge neighbouring corrections that are equal."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        same = last and all(last.get(key) == row.get(key) for key in ("action", "x", "y"))
        if last and same and last["last"] + 1 == row["first"]:
            joined[-1] = {**last, "last": row["last"]}
        else:
            joined.append(row)
    return joined
