"""Exact frames of one converted video as JPEG pictures, decoded once and cached for steps back."""

import io
from collections import OrderedDict
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.video.seal import check_seal

if TYPE_CHECKING:
    from auva.video.reader import FrameReader

CACHE_BYTES = 128_000_000
AWAKE = 3
"""Maximum number of videos with frames in memory."""
THREADS = 2
"""Threads of the decoder. After a jump in a large video it decodes up to 14 frames before the one
that is shown."""
QUALITY = 88
CHECKED_AT_ONCE = 500_000_000
"""A video of at most this many bytes is compared with its seal before the first picture; this takes
less than a second."""


class FrameStore:
    """Pictures of the frames of one video, by the manifest's frame number.

    It can be called from several threads; one frame is decoded at a time. Only the stores that were
    used last keep their frames and their file open, so that memory does not grow with the number
    of open videos.

    The bytes of the video are compared with its seal once. For a large video this happens in the
    background after the first picture; if the video is damaged, each later picture is an error.

    Parameters
    ----------
    mp4 : Path
        A converted video.

    Raises
    ------
    InputError
        If the video is damaged or cannot be decoded.
    """

    _awake: ClassVar[list["FrameStore"]] = []
    _waking: ClassVar[Lock] = Lock()

    def __init__(self, mp4: Path) -> None:
        self._mp4 = mp4
        self._reader: FrameReader | None = None
        self._lock = Lock()
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0
        self._damage: InputError | None = None
        self.checking = Thread(target=self._check, daemon=True)
        self._checked = mp4.stat().st_size <= CHECKED_AT_ONCE
        if self._checked:
            self._check()
        height, width = self.image(1).shape[:2]
        self.size = (width, height)
        self.frames = len(self._open())

    def _check(self) -> None:
        try:
            check_seal(self._mp4)
        except InputError as error:
            self._damage = error

    def image(self, frame: int) -> NDArray[np.uint8]:
        """Return the pixels uint8 [height, width, 3] RGB of a 1-based frame."""
        self._wake()
        with self._lock:
            return self._open().read(frame)

    def picture(self, frame: int) -> bytes:
        """Return a frame as JPEG."""
        self._wake()
        with self._lock:
            if frame in self._kept:
                self._kept.move_to_end(frame)
                return self._kept[frame]
            data = encode(self._open().read(frame))
            self._kept[frame] = data
            self._bytes += len(data)
            while self._bytes > CACHE_BYTES:
                self._bytes -= len(self._kept.popitem(last=False)[1])
            if not self._checked:
                self._checked = True
                self.checking.start()
            return data

    def _open(self) -> "FrameReader":
        from auva.video.reader import FrameReader

        if self._reader is None:
            self._reader = FrameReader(self._mp4, check=False, threads=THREADS)
        return self._reader

    def _wake(self) -> None:
        """Mark this store as used; the least recently used one frees its frames."""
        if self._damage is not None:
            raise self._damage
        with FrameStore._waking:
            others = [store for store in FrameStore._awake if store is not self]
            FrameStore._awake = [*others[1 - AWAKE :], self]
        for store in others[: 1 - AWAKE]:
            store._rest()

    def close(self) -> None:
        """Close the file after a new conversion, or when no page shows the video."""
        with FrameStore._waking:
            FrameStore._awake = [store for store in FrameStore._awake if store is not self]
        self._rest()

    def _rest(self) -> None:
        with self._lock:
            if self._reader is not None:
                self._reader.close()
            self._reader = None
            self._kept.clear()
            self._bytes = 0


def encode(image: NDArray[np.uint8], quality: int = QUALITY) -> bytes:
    """Return pixels uint8 [height, width, 3] RGB as JPEG."""
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=quality)
    return stream.getvalue()
