"""One open video: its session, its frames and its face boxes."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from auva.errors import InputError
from auva.records.detections import SIDES
from auva.records.track import FACE, read_track
from auva.web.frame_rows import OriginalFrames
from auva.web.frames import FrameStore
from auva.web.project import Paths, Project
from auva.web.responses import ApiError
from auva.web.session import Session, denial


class OpenVideo:
    """An open video.

    Raises
    ------
    ApiError
        If the video, its manifest or its annotation cannot be read, with the cause for the page.
    """

    def __init__(self, project: Project, video: str) -> None:
        problem = project.problem(video)
        if problem:
            raise ApiError(422, problem, "video")
        self.project, self.video = project, video
        paths = project.paths(video)
        self.decoding = asyncio.Lock()
        self.stamp = video_stamp(paths)
        try:
            from auva.alignment.timing import timeline
            from auva.records.manifest import read_manifest, read_timestamps, timestamps_path

            manifest = read_manifest(paths.manifest)
            self.store = FrameStore(paths.mp4)
            if self.store.frames != len(manifest):
                cause = f"has {self.store.frames} frames, but its manifest lists {len(manifest)}"
                raise InputError(cause, paths.mp4)
            times = read_timestamps(timestamps_path(paths.manifest), manifest)
            shown = manifest["source_frame"].to_numpy(dtype="int64")
            self.timeline = timeline(manifest, times)
            va = project.annotation(video, "va")
            # One context serves both documents: a file with its own layout cannot be edited here.
            context = replace(project.context(video, "va", va, self.timeline), layout=None)
            self.source = OriginalFrames(shown, len(times), context)
            self.session = Session(
                project.annotation(video, "au"),
                va,
                (project.format(video, "au"), project.format(video, "va")),
                self.source,
                project.annotator,
            )
        except InputError as error:
            raise ApiError(422, str(error), "video") from error
        except Exception as error:
            raise ApiError(422, f"{paths.mp4} cannot be decoded: {error}", "video") from error

    def state(self) -> dict[str, Any]:
        """Return values that change with the annotation, the video and its face boxes."""
        track = file_stamp([self.project.paths(self.video).track])
        return {"version": self.session.version, "stamp": self.stamp, "track": track}

    def outside(self) -> list[str]:
        """Return the kinds of annotation files that another program changed."""
        return self.session.outside()

    def check_stamp(self, asked: str = "") -> None:
        """Refuse a request if the conversion was replaced since the page (`asked`) loaded it."""
        check_stamp(self.stamp, video_stamp(self.project.paths(self.video)), asked)

    def describe(self) -> dict[str, Any]:
        """Return everything that the page needs to show this video."""
        width, height = self.store.size
        return {
            "id": self.video,
            "frames": self.store.frames,
            "fps": self.timeline.rate,
            "start": round(self.timeline.start, 6),
            "width": width,
            "height": height,
            **self.state(),
            "sourceFrame": self.source.frame.tolist(),
            "files": [self._file(kind) for kind in ("au", "va")],
            "boxes": self.boxes(),
            **self.session.content(),
        }

    def boxes(self) -> dict[str, Any] | None:
        """Return the kept face of each frame (see `read_boxes`)."""
        return read_boxes(self.project.paths(self.video).track, self.store.frames)

    def _frames(self, frames_of: str) -> int:
        """Return the number of frames of the converted or of the original video."""
        return self.store.frames if frames_of == "converted" else self.source.frames

    def _file(self, kind: str) -> dict[str, Any]:
        document = self.session.documents[kind]
        path = document.paths[0]
        denied = map(denial, document.paths)
        return {
            "kind": kind,
            "name": " and ".join(part.name for part in document.paths),
            "path": " | ".join(str(part) for part in document.paths),
            "exists": path.exists(),
            "format": document.format,
            "frames_of": document.frames_of,
            "lacks": document.lacks,
            "journaled": document.journaled,
            "beyond": max(0, document.file_rows - self._frames(document.frames_of)),
            "damaged": self.session.journals[kind].damage(),
            "denied": next(filter(None, denied), ""),
            "blocked": document.denied,
        }


class OpenVideos:
    """The open videos of a project; each is opened at its first request.

    A video is opened again after a new conversion.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._lock = Lock()
        self._opened: dict[str, OpenVideo] = {}

    def get(self, video: str) -> OpenVideo:
        """Return an open video; refuse an id that is not in the sheet."""
        if video not in self.project.videos:
            raise ApiError(404, "no such video")
        with self._lock:
            known = self._opened.get(video)
            if known is None or known.stamp != video_stamp(self.project.paths(video)):
                self._opened[video] = OpenVideo(self.project, video)
                if known is not None:
                    known.store.close()
            return self._opened[video]


def video_stamp(paths: Paths) -> str:
    """Return a stamp that changes when a video is converted again."""
    from auva.records.manifest import timestamps_path

    return file_stamp([paths.mp4, paths.manifest, timestamps_path(paths.manifest)])


def check_stamp(opened: str, now: str, asked: str = "") -> None:
    """Raise an error if the files differ from those that were opened or those of the request."""
    if opened != now or asked not in ("", now):
        raise ApiError(409, "the video was converted again; the page loads it", "remade")


def file_stamp(files: Iterable[Path]) -> str:
    """Return a word that changes when one of these files is created, replaced or modified."""
    return "-".join(map(_written, files))


def _written(path: Path) -> str:
    try:
        known = path.stat()
    except OSError:
        return ""
    return f"{known.st_mtime_ns:x}.{known.st_ino:x}"


def read_boxes(track: Path, frames: int) -> dict[str, Any] | None:
    """Return the kept face of each frame, None if there is no track yet.

    Returns
    -------
    dict
        `box`: [left, top, right, bottom] in pixels or None, per frame; `reason`: distinct reasons;
        `why`: index into them, per frame. If the track is damaged or belongs to another conversion,
        there are no boxes, and the reason of each frame is the error.
    """
    if not track.exists():
        return None
    try:
        table = read_track(track, frames)
    except InputError as error:
        return {"box": [None] * frames, "reason": ["", str(error)], "why": [1] * frames}
    reasons = {name: number for number, name in enumerate(["", *table["reason"].unique()])}
    sides = np.round(table[list(SIDES)].to_numpy(), 1).tolist()
    return {
        "box": [
            box if status == FACE else None
            for status, box in zip(table["status"], sides, strict=True)
        ],
        "reason": list(reasons),
        "why": table["reason"].map(reasons).tolist(),
    }
