"""Source videos: checked when opened, read once, decoded with exact times."""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from auva.errors import InputError
from auva.video.clock import (
    MAX_STEP_BACK,
    DecodingClock,
    PresentationClock,
    Stamp,
    begin_of,
    choose_clock,
)
from auva.video.decoding import Decoded, cause, first_pictures, pictures
from auva.video.orientation import Orientation, orientation, upright
from auva.video.rates import FASTEST, Lengths
from auva.video.streams import choose_stream

# Single-file formats only. Playlists (HLS, DASH, concat, image sequences) name further files, which
# a video from outside must not make us open.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,flv,asf,ogg,nut,"
    "mxf,gif,dv,rm,h264,hevc,m4v,ivf,yuv4mpegpipe"
)
MAX_PIXELS = 8192 * 8192
MAX_GAP_SECONDS = 60
FIRST_PICTURES = 48
"""Number of pictures that show which times a file has: more than any codec reorders."""

_SAME_TIME = Fraction(1, 1000)  # the file's start is rounded
_SAME_SHAPE = 1.05  # sides of a stream that changes its resolution are rounded

log = logging.getLogger("auva")


@dataclass(frozen=True)
class SourceFrame:
    """One decoded frame of a source video.

    Attributes
    ----------
    number : int
        Its 0-based place.
    time, duration : Fraction
        Seconds after the first frame, and the length (0 if the file does not contain it).
    player_time : Fraction
        Its time as a player shows it: after the start of the file, where sound may have begun
        before the first picture.
    picture : VideoFrame
        The stored picture.
    turn : Orientation
        How it is shown.
    size : tuple of int
        Width and height of the video as it is shown.
    """

    number: int
    time: Fraction
    duration: Fraction
    player_time: Fraction
    picture: VideoFrame
    turn: Orientation
    size: tuple[int, int]

    def planes(self, pixels: str) -> list[NDArray[np.uint8]]:
        """Return the planes of the upright picture (`auva.video.orientation.upright`)."""
        return upright(self.picture, self.turn, self.size, pixels)

    def rgb(self) -> NDArray[np.uint8]:
        """Return the upright picture as uint8 [height, width, 3]."""
        return np.ascontiguousarray(self.planes("rgb24")[0])


@contextmanager
def open_video(
    path: str | Path,
    threads: int = 1,
    stream: int | None = None,
    fps: Fraction | None = None,
    guesses: bool = True,
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a local video file and yield its container and its video stream.

    Parameters
    ----------
    path : path
        The file.
    threads : int
        Threads of the decoder.
    stream : int, optional
        Number of the video stream, where there are several.
    fps : Fraction, optional
        Frames per second of a raw stream that does not contain them.
    guesses : bool
        Whether FFmpeg fills in times and durations that the file does not state.

    Raises
    ------
    InputError
        If the file does not exist, is not a video of a known format or has no pictures, or if it is
        not clear which stream is meant.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("the video file does not exist", path)
    if path.stat().st_size == 0:
        raise InputError("the video file is empty", path)
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    options["fflags"] = "-genpts" if guesses else "-genpts+nofillin"
    if fps is not None:
        options["framerate"] = str(fps)
    try:
        container = av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as error:
        raise InputError(f"not a readable video ({cause(error)})", path) from error
    with container:
        video = choose_stream(container, path, stream)
        _prepare(video, path, threads)
        yield container, video


def _prepare(video: VideoStream, path: Path, threads: int) -> None:
    """Set the options of the decoder."""
    if video.codec_context is None:
        raise InputError("the video's codec is unknown", path)
    options = {"max_pixels": str(MAX_PIXELS)}
    if video.codec_context.codec.intra_only:
        # No picture refers to another: whatever its decoder finds wrong is damage.
        options["err_detect"] = "crccheck+explode"
    video.codec_context.options = options
    video.codec_context.thread_count = max(1, threads)
    video.thread_type = "AUTO"


class SourceVideo:
    """A source video, read once: its stream, its orientation and its times.

    Parameters
    ----------
    path : path
        A local video file.
    stream : int, optional
        Number of its video stream, where it has several (`auva.video.streams`).
    fps : Fraction, optional
        Frames per second of a stream that does not contain them.

    Attributes
    ----------
    size : tuple of int
        Width and height of the upright picture with square pixels.
    colours : int
        FFmpeg's number of the YUV matrix (2 where unknown).
    rate : Fraction or None
        Frames per second as the file states them.
    stated_frames : int or None
        The number of frames that the file states or implies. Only decoding tells how many there
        are.

    Raises
    ------
    InputError
        If it cannot be opened as a video, has no frame, or its stream or rate must be named.
    """

    def __init__(
        self, path: str | Path, stream: int | None = None, fps: Fraction | str | None = None
    ) -> None:
        self.path = Path(path)
        self._named = stream
        self._fps = None if fps is None else Fraction(fps)
        with self._open(guesses=False) as (container, video):
            first, stamps = self._look(container, video)
        with self._open() as (container, video):
            self._clock = choose_clock(stamps)
            self._lengths = Lengths(video, self._clock, stamps, self._fps, self.path)
            self.rate = self._lengths.rate
            self.stated_frames = video.frames or _implied(container, self.rate)
            self._begin = begin_of(stamps, self._lengths.of(first.picture))
            self._late = self._lateness(container, first, stamps[0])
            turn = _orientation(first.picture, video.sample_aspect_ratio)
        self.size = turn.size(first.picture.width, first.picture.height)
        self.colours = int(first.picture.colorspace)

    def frames(self, threads: int = 1) -> Iterator[SourceFrame]:
        """Decode all frames in the order of presentation, at the times that the file states.

        Where times do not increase, the later frame takes the time of the earlier one: it keeps its
        number but is never shown (`auva.video.timing`), and a warning tells how many there are.

        Raises
        ------
        InputError
            If nothing can be decoded or the file is damaged (`auva.video.decoding`), if the time
            jumps back by more than 1 s, if one frame stands still for more than 60 s (a broken
            clock), if there are more than 1000 pictures in a second, or if the shape of the
            picture changes.
        """
        clock = self._clock(self._begin)
        first: Fraction | None = None
        last, hidden, number = Fraction(0), 0, 0
        with self._open(threads) as (container, video), self._open(guesses=False) as (stated, _):
            shape = _PixelShape(video)
            for number, decoded in enumerate(pictures(container, video, self.path, stated)):
                picture = decoded.picture
                stamp = _stamp(decoded, self._lengths.of(picture))
                now = clock.time(stamp)
                first = now if first is None else first
                self._check_clock(now - first - last, number)
                hidden += number > 0 and now - first <= last
                last = max(last, now - first)
                turn = _orientation(picture, shape.of(picture))
                self._check_shape(turn.size(picture.width, picture.height), number)
                duration = (picture.duration or 0) * Fraction(picture.time_base or 0)
                yield SourceFrame(
                    number, last, duration, self._late + last, picture, turn, self.size
                )
        self._check_rate(number + 1, last)
        if hidden:
            log.warning(
                "%s: %d pictures are not later than those before them and never shown",
                self.path,
                hidden,
            )

    def pictures(self) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield all frames, numbered from 1 and upright, as uint8 RGB [height, width, 3]."""
        for frame in self.frames():
            yield frame.number + 1, frame.rgb()

    def _open(
        self, threads: int = 1, guesses: bool = True
    ) -> AbstractContextManager[tuple[InputContainer, VideoStream]]:
        return open_video(self.path, threads, self._named, self._fps, guesses)

    def _look(self, container: InputContainer, video: VideoStream) -> tuple[Decoded, list[Stamp]]:
        """Return the first picture, and what the file states of the times of the first ones."""
        first: Decoded | None = None
        stamps: list[Stamp] = []
        for decoded in first_pictures(container, video, self.path, FIRST_PICTURES):
            first = first or decoded
            length = _seconds(decoded.picture.duration, decoded.picture)
            stamps.append(_stamp(decoded, length or Fraction(0)))
        if first is None:
            raise InputError("the video has no frame that can be decoded", self.path)
        return first, stamps

    def _lateness(self, container: InputContainer, first: Decoded, stamp: Stamp) -> Fraction:
        """Return how long after the start of the file the first picture is shown (s)."""
        begun = Fraction(container.start_time or 0, av.time_base)
        late = Fraction(0)
        if self._clock is PresentationClock:
            late = self._begin - begun
        elif self._clock is DecodingClock and stamp.decoded is not None:
            # The decoder holds back the first picture. That much and once more is no lateness:
            # packed B-frames begin with an empty packet.
            delay = first.held * self._lengths.of(first.picture)
            late = stamp.decoded - begun - delay
            late = late if late > delay else Fraction(0)
        return late if late > _SAME_TIME else Fraction(0)

    def _check_clock(self, step: Fraction, number: int) -> None:
        if step < -MAX_STEP_BACK:
            raise InputError(
                f"the time jumps back by {float(-step):.1f} s at frame {number + 1}", self.path
            )
        if step > MAX_GAP_SECONDS:
            raise InputError(
                f"no new picture for {float(step):.1f} s before frame {number + 1} "
                f"(at most {MAX_GAP_SECONDS} s)",
                self.path,
            )

    def _check_rate(self, count: int, seconds: Fraction) -> None:
        if count > FIRST_PICTURES and seconds * FASTEST < count:
            cause = f"{count} pictures in {float(seconds):.6g} s: the times of this file are broken"
            raise InputError(cause, self.path)

    def _check_shape(self, size: tuple[int, int], number: int) -> None:
        """Refuse a picture that would be distorted where it is scaled to the size of the video."""
        if size == self.size:
            return
        ratio = Fraction(size[0], size[1]) / Fraction(self.size[0], self.size[1])
        if not 1 / _SAME_SHAPE <= ratio <= _SAME_SHAPE:
            shapes = f"{self.size[0]}x{self.size[1]} to {size[0]}x{size[1]}"
            raise InputError(f"the picture changes from {shapes} at frame {number + 1}", self.path)


def _implied(container: InputContainer, rate: Fraction | None) -> int | None:
    if not container.duration or not rate:
        return None
    return round(container.duration * rate / av.time_base)


def _stamp(decoded: Decoded, length: Fraction) -> Stamp:
    picture = decoded.picture
    return Stamp(_seconds(picture.pts, picture), _seconds(decoded.pushed, picture), length)


def _seconds(ticks: int | None, picture: VideoFrame) -> Fraction | None:
    if ticks is None or not picture.time_base:
        return None
    return ticks * Fraction(picture.time_base)


class _PixelShape:
    """The sample aspect ratio of a stream, which may change with its resolution.

    What the container states counts before what the pictures state, as in players.
    """

    def __init__(self, video: VideoStream) -> None:
        self._context = video.codec_context
        self._stated = video.sample_aspect_ratio
        self._follows = self._stated == self._context.sample_aspect_ratio
        self._known: dict[tuple[int, int], Fraction | None] = {}

    def of(self, picture: VideoFrame) -> Fraction | None:
        """Return the ratio of a picture that was decoded now.

        The decoder may be at pictures of the next resolution already, so each size has its ratio.
        """
        if not self._follows:
            return self._stated
        context = self._context
        self._known[context.width, context.height] = context.sample_aspect_ratio
        return self._known.get((picture.width, picture.height), self._stated)


def _orientation(picture: VideoFrame, aspect: Fraction | None) -> Orientation:
    """Return how the stored picture becomes the upright one with square pixels."""
    from av.sidedata.sidedata import Type

    matrix = picture.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[arg-type]  # wrong stub
    return orientation(None if matrix is None else bytes(matrix), aspect or Fraction(1))
