"""Detection over the frames of a video, in constant memory and in the frames' order."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auva.dpm.boxes import Detection
from auva.dpm.detector import Detector
from auva.dpm.parallel import in_order
from auva.dpm.picture import as_picture
from auva.dpm.tracking import track
from auva.errors import InputError

Found = tuple[int, str, list[Detection]]
"""Frame number, the search that found the faces, the faces."""


def detect_frames(
    frames: Iterable[tuple[int, np.ndarray]],
    cfg: Mapping[str, Any],
    threads: int = 1,
    model: str | Path | None = None,
) -> Iterator[Found]:
    """Find the faces of each frame.

    Parameters
    ----------
    frames : iterable of (int, uint8 [height, width, 3])
        Frame numbers and pictures. At most 2 x threads + 1 are held in memory; in mode "video"
        that many pieces of `rescan_interval` frames.
    cfg : mapping
        The `detector` section of the configuration.
    threads : int
        Number of frames searched at the same time; it does not change the result.
    model : str or Path, optional
        The model file; `cfg["model"]` otherwise.

    Yields
    ------
    (frame, search, detections)
        In the order of the frames. `search` tells how the frame was searched: "full" (the whole
        frame); in mode "video" also "tracked" (near the last faces), "changed" (also where the
        picture changed), "rescan" (the whole frame, because a face was lost) and "traced" (a face
        of a later frame was tracked backwards).
    """
    path = model or cfg.get("model")
    if not path:
        raise InputError("detector.model: no model file is named")
    detector = Detector(path, cfg)
    settings = detector.settings
    length = settings.rescan_interval if settings.mode == "video" else 1
    chunks = _chunks(frames, length, settings.greyscale)
    for found in in_order(lambda chunk: _search(detector, chunk), chunks, threads):
        yield from found


Chunk = list[tuple[int, np.ndarray]]


def _chunks(
    frames: Iterable[tuple[int, np.ndarray]], length: int, greyscale: bool
) -> Iterator[Chunk]:
    """Cut the frames into pieces that can be searched independently of each other."""
    chunk: Chunk = []
    for frame, image in frames:
        chunk.append((frame, as_picture(image, greyscale)))
        if len(chunk) == length:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _search(detector: Detector, chunk: Chunk) -> list[Found]:
    tracked = track(detector, [picture for _, picture in chunk])
    return [
        (frame, search, detector.boxes(picture, faces))
        for (frame, picture), (search, faces) in zip(chunk, tracked, strict=True)
    ]
