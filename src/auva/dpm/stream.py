"""Detection over the frames of a video, in constant memory and in the frames' order."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from auva.dpm.boxes import Detection
from auva.dpm.detector import Detector
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
        Frame numbers and pictures; only a few are held at a time.
    cfg : mapping
        The `detector` section of the configuration.
    threads : int
        Frames searched at the same time; the result does not depend on it.
    model : str or Path, optional
        The model file; `cfg["model"]` otherwise.

    Yields
    ------
    (frame, search, detections)
        In the order of the frames; `search` is "full" or "tracked".
    """
    path = model or cfg.get("model")
    if not path:
        raise InputError("detector.model: no model file is named")
    detector = Detector(path, cfg)
    waiting: deque[tuple[int, Future[list[Detection]]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for frame, image in frames:
            waiting.append((frame, pool.submit(detector.detect, image)))
            if len(waiting) > 2 * threads:
                yield _first(waiting)
        while waiting:
            yield _first(waiting)


def _first(waiting: deque[tuple[int, Future[list[Detection]]]]) -> Found:
    frame, found = waiting.popleft()
    return frame, "full", found.result()
