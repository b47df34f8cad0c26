"""Exact frames of one converted video as JPEG pictures, decoded once and kept for stepping back."""

import io
from collections import OrderedDict
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

CACHE_BYTES = 128_000_000
QUALITY = 88


class FrameStore:
    """Pictures of the frames of one video, by the manifest's frame number.

    Safe to call from several threads; one frame is decoded at a time.

    Parameters
    ----------
    mp4 : Path
        A converted video.
    """

    def __init__(self, mp4: Path) -> None:
        from auva.video import FrameReader

        self._reader = FrameReader(mp4)
        self._lock = Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0
        self.frames = len(self._reader)
        height, width = self.image(1).shape[:2]
        self.size = (width, height)

    def image(self, frame: int) -> NDArray[np.uint8]:
        """Return the pixels uint8 [height, width, 3] RGB of a 1-based frame."""
        with self._lock:
            return self._reader.read(frame)

    def picture(self, frame: int) -> bytes:
        """Return a frame as JPEG."""
        with self._lock:
            if frame in self._kept:
                self._kept.move_to_end(frame)
                return self._kept[frame]
            data = encode(self._reader.read(frame))
            self._kept[frame] = data
            self._bytes += len(data)
            while self._bytes > CACHE_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1])
            return data


def encode(image: NDArray[np.uint8], quality: int = QUALITY) -> bytes:
    """Return pixels uint8 [height, width, 3] RGB as JPEG."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=quality)
    return stream.getvalue()
