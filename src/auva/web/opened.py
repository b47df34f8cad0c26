"""One video as the page shows it: its session, its frames and its face boxes."""

import asyncio
from pathlib import Path
from threading import Lock
from typing import Any

from auva.errors import InputError
from auva.records.detections import SIDES
from auva.records.track import FACE, read_track
from auva.samples import split_pair
from auva.web.documents import SourceClock
from auva.web.frames import FrameStore
from auva.web.project import Project
from auva.web.refusal import Refusal
from auva.web.session import Session, writable


class Opened:
    """An open video.

    Raises
    ------
    Refusal
        If the video, its manifest or its annotation cannot be read; the cause is for the page.
    """

    def __init__(self, project: Project, video: str) -> None:
        problem = project.problem(video)
        if problem:
            raise Refusal(422, problem, "video")
        self.project, self.video = project, video
        paths = project.paths(video)
        self.decoding = asyncio.Lock()
        self.stamp = f"{paths.mp4.stat().st_mtime_ns:x}"
        try:
            from auva.alignment.timing import timeline
            from auva.records.manifest import read_manifest, read_timestamps, timestamps_path

            manifest = read_manifest(paths.manifest)
            self.store = FrameStore(paths.mp4)
            if self.store.frames != len(manifest):
                cause = f"has {self.store.frames} frames, its manifest {len(manifest)}"
                raise InputError(cause, paths.mp4)
            times = read_timestamps(timestamps_path(paths.manifest), manifest)
            shown = manifest["source_frame"].to_numpy(dtype="int64")
            self.timeline = timeline(manifest, times)
            va = project.annotation(video, "va")
            context = project.context(video, self.timeline, va)
            self.source = SourceClock(shown, len(times), context)
            self.session = Session(
                project.annotation(video, "au"),
                va,
                (project.format(video, "au"), project.format(video, "va")),
                self.source,
                project.annotator,
            )
        except InputError as error:
            raise Refusal(422, str(error), "video") from error
        except Exception as error:
            raise Refusal(422, f"{paths.mp4} cannot be decoded: {error}", "video") from error

    def describe(self) -> dict[str, Any]:
        """Return all that the page needs to show this video."""
        files = [self._file(kind) for kind in ("au", "va")]
        try:
            boxes = read_boxes(self.project.paths(self.video).track, self.store.frames)
        except InputError as error:
            boxes = None
            files[0]["notes"].append(f"no face boxes: {error}")
        width, height = self.store.size
        return {
            "id": self.video,
            "frames": self.store.frames,
            "fps": round(self.timeline.rate, 3),
            "width": width,
            "height": height,
            "stamp": self.stamp,
            "sourceFrame": self.source.frame.tolist(),
            "files": files,
            "boxes": boxes,
            **self.session.content(),
        }

    def _file(self, kind: str) -> dict[str, Any]:
        document = self.session.documents[kind]
        path = document.paths[0]
        rows, notes = document.clock.rows, []
        if document.file_rows and document.file_rows < rows:
            notes.append(f"the file has {document.file_rows} rows for {rows}; an edit fills it up")
        folders = {split_pair(part)[0].parent for part in document.paths}
        denied = [reason for reason in map(writable, sorted(folders)) if reason]
        return {
            "kind": kind,
            "name": " and ".join(part.name for part in document.paths),
            "path": " | ".join(str(part) for part in document.paths),
            "exists": path.exists(),
            "format": document.format,
            "clock": document.counts,
            "masks": document.masks,
            "denied": denied[0] if denied else "",
            "notes": notes,
        }


class Shelf:
    """The open videos of a project, opened when they are first asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._lock = Lock()
        self._opened: dict[str, Opened] = {}

    def get(self, video: str) -> Opened:
        """Return an open video, or refuse an id that is not in the sheet."""
        if video not in self.project.videos:
            raise Refusal(404, "no such video")
        with self._lock:
            if video not in self._opened:
                self._opened[video] = Opened(self.project, video)
            return self._opened[video]


def read_boxes(track: Path, frames: int) -> dict[str, Any] | None:
    """Return the kept face of each frame, or None where no track is made yet.

    Returns
    -------
    dict
        `box`: [left, top, right, bottom] in pixels or None, per frame; `reason`: distinct reasons;
        `why`: index into them, per frame.

    Raises
    ------
    InputError
        If the track is damaged or of another video.
    """
    if not track.exists():
        return None
    table = read_track(track, frames)
    reasons = {name: number for number, name in enumerate(["", *table["reason"].unique()])}
    return {
        "box": [
            [round(side, 1) for side in sides] if status == FACE else None
            for status, sides in zip(
                table["status"], table[list(SIDES)].to_numpy().tolist(), strict=True
            )
        ],
        "reason": list(reasons),
        "why": table["reason"].map(reasons).tolist(),
    }
