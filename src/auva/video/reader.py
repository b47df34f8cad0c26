"""Frames of a converted video: streamed in order, or any one by its number."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Lock

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from auva.errors import InputError
from auva.video.decoding import pictures
from auva.video.seal import check_seal
from auva.video.source import open_video

_CACHE_BYTES = 64_000_000


@dataclass(frozen=True)
class _Converted:
    """An open converted video: its `ticks` are the length of a frame in units of the stream."""

    container: InputContainer
    stream: VideoStream
    rate: Fraction
    ticks: int


@contextmanager
def _opened(mp4: str | Path, threads: int = 1, check: bool = True) -> Iterator[_Converted]:
    """Open a video of `auva.video.convert` whose bytes are those that were written."""
    if check:
        check_seal(mp4)
    with open_video(mp4, threads) as (container, stream):
        rate, base = stream.average_rate, stream.time_base
        if not rate or not base or not stream.frames or (1 / (rate * base)).denominator != 1:
            raise InputError("is not a converted video (constant rate, counted frames)", mp4)
        # Our own encoder made it: whatever a decoder finds wrong is damage.
        stream.codec_context.options |= {"err_detect": "crccheck+bitstream+buffer+explode"}
        yield _Converted(container, stream, Fraction(rate), int(1 / (rate * base)))


def iterate_frames(
    mp4: str | Path, threads: int = 1, frames: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the frames of a converted video in order, in constant memory.

    Parameters
    ----------
    mp4 : path
        The converted video.
    threads : int
        Threads of the decoder.
    frames : int, optional
        Number of frames in the manifest; by default the number stated by the video.

    Yields
    ------
    tuple of (int, ndarray)
        The 1-based frame and its picture, uint8 RGB [height, width, 3].

    Raises
    ------
    InputError
        If the video is missing, damaged, or another number of frames is decoded.
    """
    with _opened(mp4, threads) as video:
        expected = video.stream.frames if frames is None else frames
        count = 0
        for decoded in pictures(video.container, video.stream, mp4):
            picture = decoded.picture
            if picture.pts != count * video.ticks:
                raise InputError(f"holds no frame {count + 1}", mp4)
            count += 1
            if count > expected:
                raise InputError(f"has more than the {expected} frames of its manifest", mp4)
            yield count, picture.to_ndarray(format="rgb24")
        if count != expected:
            raise InputError(f"{count} frames were decoded, but the manifest has {expected}", mp4)


class FrameReader(AbstractContextManager["FrameReader"]):
    """Exact random access to the frames of a converted video.

    Only videos of `auva.video.convert` (a constant rate from time 0, no B-frames) can be read.
    Decoded frames are kept up to 64 MB, so stepping back and forth is fast. One
    reader may be used from several threads.

    Parameters
    ----------
    mp4 : path
        The converted video.
    check : bool
        Whether its bytes are compared with its seal; otherwise the caller must do that.
    threads : int
        Threads of the decoder; the pictures do not depend on it.

    Raises
    ------
    InputError
        If the video is missing, damaged or not of a constant rate.
    """

    def __init__(self, mp4: str | Path, check: bool = True, threads: int = 1) -> None:
        self._path = Path(mp4)
        self._opened = _opened(mp4, threads, check)
        video = self._opened.__enter__()
        self._container, self._stream = video.container, video.stream
        self._ticks, self.rate = video.ticks, video.rate
        self._lock = Lock()
        self._frames: Iterator[VideoFrame] = iter(())
        self._next = 0
        self._cache: OrderedDict[int, VideoFrame] = OrderedDict()
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
        """Return how many frames ahead decoding is faster than seeking to a key frame."""
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

    def __exit__(self, *raised: object) -> None:
        """Close the file."""
        self.close()
