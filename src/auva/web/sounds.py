"""The sound of the open videos, extracted from the original at the first request and kept."""

from collections import defaultdict
from pathlib import Path
from threading import Lock
from typing import Any

from auva.errors import InputError, trouble
from auva.web.open_video import OpenVideo
from auva.web.workers import Workers


class Sounds:
    """Extracts and describes `ID.sound.wav` beside the converted videos.

    It is not an output of the workflow, because no result depends on it.

    Parameters
    ----------
    workers : Workers
        Their end also stops the extraction of a sound.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._locks: dict[str, Lock] = defaultdict(Lock)
        self._loudness: dict[tuple[str, str], list[int]] = {}

    def file(self, opened: OpenVideo) -> Path:
        """Return the sound of a video; extract it if it is missing or older than the video.

        Raises
        ------
        InputError
            If the video has no sound, or the sound cannot be decoded or written.
        """
        from auva.video.sound import write_sound

        row = opened.project.videos[opened.video]
        mp4 = opened.project.paths(opened.video).mp4
        wav = mp4.with_suffix(".sound.wav")
        start, rate = opened.timeline.start, opened.timeline.rate
        seconds, is_stopped = opened.store.frames / rate, lambda: self._workers.ended
        with self._locks[opened.video]:
            if not _is_newer(wav, mp4, row.path):
                try:
                    write_sound(row.path, wav, start, seconds, row.stream, is_stopped)
                except OSError as error:
                    line = trouble(error, wav.parent) or str(error)
                    raise InputError(f"the sound cannot be saved: {line}") from error
        return wav

    def describe(self, opened: OpenVideo) -> dict[str, Any]:
        """Return `loudness`, the largest amplitude of each converted frame (0 to 255).

        `choice` names the sound if the original has several. If no sound can be played, `problem`
        gives the cause instead.
        """
        from auva.video.sound import choice, loudness

        row = opened.project.videos[opened.video]
        try:
            wav = self.file(opened)
            chosen = choice(row.path, row.stream) if row.path.exists() else ""
        except InputError as error:
            return {"problem": f"{row.path.name}: {error.cause}"}
        key = (opened.video, opened.stamp)
        if key not in self._loudness:
            found = loudness(wav, opened.store.frames, opened.timeline.rate)
            self._loudness = {key: found.tolist()}
        return {"loudness": self._loudness[key], "choice": chosen}


def _is_newer(wav: Path, *others: Path) -> bool:
    """Return whether the sound exists and is not older than its video."""
    if not wav.exists():
        return False
    written = wav.stat().st_mtime_ns
    return all(not path.exists() or path.stat().st_mtime_ns <= written for path in others)
