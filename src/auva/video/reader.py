"""Frames of a converted video: streamed in order, or any one by its number."""

from collections import OrderedDict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from threading import Lock
from types import TracebackType

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from auva.errors import InputError
from auva.video.source import open_video, source_frames

_CACHE_BYTES = 64_000_000


def iterate_frames(mp4: str | Path, threads: int = 1) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the frames of a converted video in order, in constant memory.

    Yields
    ------
    tuple of (int, ndarray)
        The 1-based frame and its picture, uint8 RGB [height, width, 3].

    Raises
    ------
    InputError
        If the video is missing or unreadable.
    """
    for frame in source_frames(mp4, threads):
        yield frame.number + 1, frame.picture.to_ndarray(format="rgb24")


class FrameReader:
    """Exact random access to the frames of a converted video.

    Only videos of `auva.video.convert` (a constant rate from time 0, no B-frames) can be read.
    Frames decoded on the way are kept up to 64 MB, so that stepping back and forth is quick. One
    reader may be used from several threads.

    Parameters
    ----------
    mp4 : path
        The converted video.

    Raises
    ------
    InputError
        If the video is missing, unreadable or not of a constant rate.
    """

    def __init__(self, mp4: str | Path) -> None:
        self._path = Path(mp4)
        self._opened = open_video(mp4)
        self._container, self._stream = self._opened.__enter__()
        self._lock = Lock()
        self._frames: Iterator[VideoFrame] = iter(())
        self._next = 0
        self._cache: OrderedDict[int, VideoFrame] = OrderedDict()
        rate, base = self._stream.average_rate, self._stream.time_base
        if not rate or not base or not self._stream.frames or (1 / (rate * base)).denominator != 1:
            self.close()
            raise InputError("is not a converted video (constant rate, counted frames)", mp4)
        self._ticks = int(1 / (rate * base))
        self.rate = Fraction(rate)
        context = self._stream.codec_context
        self.width, self.height = context.width, context.height
        self._capacity = max(2, _CACHE_BYTES // max(1, self.width * self.height * 3 // 2))

    def __len__(self) -> int:
        """Return the number of frames."""
        return self._stream.frames

    def read(self, frame: int) -> np.ndarray:
        """Return the picture of a 1-based frame: uint8 RGB [height, width, 3].

        Raises
        ------
        IndexError
            If the video has no such frame.
        InputError
            If the video cannot be decoded there.
        """
        if not 1 <= frame <= len(self):
            raise IndexError(f"frame {frame} is not in 1 to {len(self)}")
        with self._lock:
            picture = self._cache.get(frame)
            if picture is None:
                picture = self._decode(frame)
            else:
                self._cache.move_to_end(frame)
            return picture.to_ndarray(format="rgb24")

    def _decode(self, frame: int) -> VideoFrame:
        try:
            if not 0 <= frame - self._next < self._near():
                self._container.seek((frame - 1) * self._ticks, stream=self._stream)
                self._frames = self._container.decode(self._stream)
            for picture in self._frames:
                number = (picture.pts or 0) // self._ticks + 1
                self._next = number + 1
                self._keep(number, picture)
                if number >= frame:
                    break
        except FFmpegError as error:
            raise InputError(f"cannot be decoded at frame {frame}", self._path) from error
        if frame not in self._cache:
            raise InputError(f"holds no frame {frame}", self._path)
        return self._cache[frame]

    def _near(self) -> int:
        """Return how many frames ahead decoding on is quicker than a seek to a key frame."""
        return 15 if self._next else 0

    def _keep(self, number: int, picture: VideoFrame) -> None:
        self._cache[number] = picture
        self._cache.move_to_end(number)
        while len(self._cache) > self._capacity:
            self._cache.popitem(last=False)

    def close(self) -> None:
        """Close the file."""
        self._cache.clear()
        self._opened.__exit__(None, None, None)

    def __enter__(self) -> "FrameReader":
        """Return the reader itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()
