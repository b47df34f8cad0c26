"""The manual check of the kept faces of one video: what is doubtful, and correcting it."""

import zlib
from typing import Any

import numpy as np

from auva.errors import InputError
from auva.faces.selection import DEFAULTS, DOUBTS, Choice, apply_overrides, choose, doubtful
from auva.records.detections import Boxes, read_boxes
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
"""What a thumbnail shows around the kept box, as a share of its side."""


class Review:
    """The faces of one video under the corrections as they are now.

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
        If the video or its detections are not made yet or cannot be read.
    """

    def __init__(self, project: Project, overrides: OverridesFile, video: str) -> None:
        self.project, self.video, self.overrides = project, video, overrides
        paths = project.paths(video)
        for path in (paths.mp4, paths.detections):
            if not path.exists():
                cause = f"{path} is not made yet; make it with: snakemake --cores 2 {path}"
                raise ApiError(422, cause, "video")
        self.settings = DEFAULTS | project.settings.selection
        self.stamp = review_stamp(paths)
        try:
            self.store = FrameStore(paths.mp4)
            self.boxes: Boxes = read_boxes(paths.detections, self.store.frames)
        except InputError as error:
            raise ApiError(422, str(error), "video") from error
        self.rows = self.boxes.rows(self.store.frames)
        self.base = choose(self.boxes, self.store.frames, self.settings)

    def state(self) -> dict[str, Any]:
        """Return words that change with every correction, and with the video or its boxes."""
        return {"version": self.overrides.version, "stamp": self.stamp}

    def outside(self) -> list[str]:
        """Return what was changed by somebody else."""
        return self.overrides.outside()

    def check_stamp(self, asked: str = "") -> None:
        """Refuse what was `asked` of, or answered from, files that are no more."""
        check_stamp(self.stamp, review_stamp(self.project.paths(self.video)), asked)

    def choices(self) -> list[Choice]:
        """Return what is kept in each frame under the corrections as they are now."""
        try:
            return apply_overrides(self.base, self.boxes, self.overrides.rows.get(self.video, []))
        except InputError as error:
            raise ApiError(422, f"{self.overrides.path}: {error}", "video") from error

    def describe(self) -> dict[str, Any]:
        """Return all that the page needs to show this video's faces."""
        choices = self.choices()
        candidates = [len(rows) for rows in self.rows]
        doubts = doubtful(choices, candidates, self.boxes, self.settings)
        history = self.overrides.history(self.video)
        width, height = self.store.size
        return {
            "id": self.video,
            "frames": self.store.frames,
            "width": width,
            "height": height,
            "stamp": self.stamp,
            "candidates": [self._candidates(rows) for rows in self.rows],
            "kept": [
                None if choice.row is None else choice.row - rows.start
                for choice, rows in zip(choices, self.rows, strict=True)
            ],
            "reason": [choice.reason for choice in choices],
            "doubt": doubts,
            "rank": self._ranks(choices, doubts),
            "accepted": self._accepted(choices),
            "overrides": self.overrides.rows.get(self.video, []),
            "path": str(self.overrides.path),
            "denied": denial(self.overrides.path),
            "undo": len(history.done),
            "redo": len(history.undone),
            "version": self.overrides.version,
        }

    def _candidates(self, rows: range) -> list[list[float]]:
        return [
            [round(float(self.boxes.score[row]), 3), *self.boxes.side[row].tolist()] for row in rows
        ]

    def _ranks(self, choices: list[Choice], doubts: list[str]) -> list[float]:
        """Return how doubtful each kept face is: kinds of doubt first, then their size.

        The size is the largest of: movement and change of size since the face before, each over
        its limit, and how far the score lies below its limit.
        """
        centre, size, score = self.boxes.centre, self.boxes.size, self.boxes.score
        ranks, previous = [], None
        for choice, doubt in zip(choices, doubts, strict=True):
            row = choice.row
            if row is None:
                ranks.append(0.0)
                continue
            moved, grown = 0.0, 1.0
            if previous is not None:
                moved = float(np.hypot(*(centre[row] - centre[previous]))) / size[row]
                grown = max(size[row] / size[previous], size[previous] / size[row])
            far = moved / self.settings["doubt_jump"]
            other = (grown - 1) / (self.settings["doubt_size_ratio"] - 1)
            low = max(0.0, self.settings["doubt_score"] - float(score[row]))
            kinds = sum(name in doubt.split("+") for name in DOUBTS)
            most = min(max(far, other, low), 99.0) if doubt else 0.0
            ranks.append(round(100 * kinds + most, 2))
            previous = row
        return ranks

    def _accepted(self, choices: list[Choice]) -> list[int]:
        """Return the frames whose kept box was accepted as it is now."""
        known = {
            entry["faces"][place : place + 8]
            for entry in self.overrides.accepted
            if entry["video"] == self.video
            for place in range(0, len(entry["faces"]), 8)
        }
        marks = enumerate((self._mark(n, choice) for n, choice in enumerate(choices, 1)), 1)
        return [frame for frame, mark in marks if mark in known]

    def _mark(self, frame: int, choice: Choice) -> str:
        """Return 8 hexadecimal digits for a frame with its kept box."""
        box = None if choice.row is None else self.boxes.side[choice.row].tolist()
        return f"{zlib.crc32(f'{frame}:{box}'.encode()):08x}"

    def accept(self, runs: Runs) -> None:
        """Note that the faces of these frames are right."""
        choices = self.choices()
        frames = [frame for first, last in runs for frame in range(first, last + 1)]
        marks = "".join(self._mark(frame, choices[frame - 1]) for frame in frames)
        self.overrides.accept(self.video, marks)

    def drop(self, runs: Runs) -> None:
        """Keep no face in these frames."""
        new: list[Row] = [{"first": a, "last": b, "action": "drop"} for a, b in runs]
        self._replace(runs, new)

    def restore(self, runs: Runs) -> None:
        """Take back every correction of these frames."""
        self._replace(runs, [])

    def choose(self, runs: Runs, x: float, y: float) -> None:
        """Keep the box nearest to a point in these frames."""
        new = [{"first": a, "last": b, "action": "choose", "x": x, "y": y} for a, b in runs]
        self._replace(runs, new)

    def other(self, runs: Runs) -> None:
        """Keep, where there is one, the best box that is not kept now."""
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
        left, top, right, bottom = self.boxes.side[rows[candidate]].tolist()
        extra = round(MARGIN * max(right - left, bottom - top))
        image = Image.fromarray(self.store.image(frame))
        box = (left - extra, top - extra, right + extra, bottom + extra)
        face = image.crop(box)
        face.thumbnail((THUMB, THUMB))
        return encode(np.asarray(face), 85)


def review_stamp(paths: Paths) -> str:
    """Return what changes when a video is converted anew or its faces are searched again."""
    return file_stamp([paths.mp4, paths.detections])


def _without(row: Row, first: int, last: int) -> list[Row]:
    """Return what is left of a correction outside the frames `first` to `last`."""
    if last < row["first"] or row["last"] < first:
        return [row]
    parts = []
    if row["first"] < first:
        parts.append({**row, "last": first - 1})
    if row["last"] > last:
        parts.append({**row, "first": last + 1})
    return parts


def merged(rows: list[Row]) -> list[Row]:
    """Join neighbouring corrections that say the same."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        same = last and all(last.get(key) == row.get(key) for key in ("action", "x", "y"))
        if last and same and last["last"] + 1 == row["first"]:
            joined[-1] = {**last, "last": row["last"]}
        else:
            joined.append(row)
    return joined
