"""Source videos: opened without trust, probed, decoded with exact timestamps."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from auva.errors import InputError
from auva.video.decoding import cause, pictures
from auva.video.orientation import Orientation, orientation

# Single-file formats only. Playlists (HLS, DASH, concat, image sequences) name further files, which
# a video from outside must not make us open.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,flv,asf,ogg,nut,"
    "mxf,gif,dv,rm,h264,hevc,m4v,ivf,yuv4mpegpipe"
)
MAX_PIXELS = 8192 * 8192
MAX_GAP_SECONDS = 60
MAX_STEP_BACK_SECONDS = 1
_SAME_TIME = Fraction(1, 1000)  # the file's start is rounded


@dataclass(frozen=True)
class VideoInfo:
    """What a video file says about itself.

    Parameters
    ----------
    container, codec : str
        Names of FFmpeg ("matroska,webm", "vp9").
    width, height : int
        Size in pixels of the upright picture with square pixels.
    rate : float
        Average frames per second (0 where the file does not tell).
    start : float
        Timestamp of the first frame in seconds.
    duration : float
        Length in seconds as the file declares it (0 where it does not tell).
    rotation : int
        Counterclockwise degrees by which the stored picture is turned for display.
    audio : bool
        Whether there is sound.
    """

    container: str
    codec: str
    width: int
    height: int
    rate: float
    start: float
    duration: float
    rotation: int
    audio: bool


@dataclass(frozen=True)
class SourceFrame:
    """One decoded frame: its 0-based number, time after the first frame and duration (s).

    `player_time` is its time as a player shows it: after the start of the file, where sound may
    have begun before the first picture.
    """

    number: int
    time: Fraction
    duration: Fraction
    picture: VideoFrame
    player_time: Fraction


@contextmanager
def open_video(path: str | Path, threads: int = 1) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a local video file and yield its container and its (first real) video stream.

    Raises
    ------
    InputError
        If there is no such file, it is no video of a known format, or it has no pictures.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("there is no such video file", path)
    if path.stat().st_size == 0:
        raise InputError("the video file is empty", path)
    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        container = av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace")
    except (FFmpegError, OSError, ValueError) as error:
        raise InputError(f"not a readable video ({cause(error)})", path) from error
    with container:
        yield container, _video_stream(container, path, threads)


def _video_stream(container: InputContainer, path: Path, threads: int) -> VideoStream:
    stills = Disposition.attached_pic | Disposition.timed_thumbnails
    streams = [s for s in container.streams.video if not s.disposition & stills]
    if not streams:
        raise InputError("the file has no video stream", path)
    stream = streams[0]
    if stream.codec_context is None:
        raise InputError("the video's codec is unknown", path)
    options = {"max_pixels": str(MAX_PIXELS)}
    if stream.codec_context.codec.intra_only:
        # No picture refers to another: whatever its decoder finds wrong is damage.
        options["err_detect"] = "crccheck+explode"
    stream.codec_context.options = options
    stream.codec_context.thread_count = max(1, threads)
    stream.thread_type = "AUTO"
    return stream


def source_frames(path: str | Path, threads: int = 1) -> Iterator[SourceFrame]:
    """Decode all frames of a video in the order of presentation.

    A frame without timestamp takes its decoding timestamp or else follows the frame before it at
    the nominal rate. Where timestamps do not increase, the later frame takes the time of the
    earlier one (it keeps its number but is never shown, see `auva.video.timing`).

    Raises
    ------
    InputError
        If nothing can be decoded or the file is damaged (`auva.video.decoding`), if the time jumps
        back by more than 1 s, or if one frame stands still for more than 60 s (a broken clock).
    """
    with open_video(path, threads) as (container, stream):
        rate = stream.average_rate or stream.guessed_rate or Fraction(30)
        step = 1 / Fraction(rate)
        first: Fraction | None = None
        start = last = Fraction(0)
        number = -1
        for number, picture in enumerate(pictures(container, stream, path)):
            stamp = _timestamp(picture)
            if first is None:
                first = Fraction(0) if stamp is None else stamp
                start = _start(container, first)
            time = last + step if stamp is None else stamp - first
            if number == 0:
                time = Fraction(0)
            _check_clock(time - last, number, path)
            last = max(last, time)
            base = Fraction(picture.time_base or 0)
            duration = (picture.duration or 0) * base
            yield SourceFrame(number, last, duration, picture, start + last)
        if number < 0:
            raise InputError("the video has no frame that can be decoded", path)


def _timestamp(picture: VideoFrame) -> Fraction | None:
    ticks = picture.pts if picture.pts is not None else picture.dts
    if ticks is None or not picture.time_base:
        return None
    return ticks * Fraction(picture.time_base)


def _start(container: InputContainer, first: Fraction) -> Fraction:
    """Return how long after the start of the file the first picture is shown (s)."""
    # AVI has no times of presentation: its first picture is late by the decoder's delay only.
    if container.format.name == "avi" or container.start_time is None:
        return Fraction(0)
    late = first - Fraction(container.start_time, av.time_base)
    return late if late > _SAME_TIME else Fraction(0)


def _check_clock(step: Fraction, number: int, path: str | Path) -> None:
    if step < -MAX_STEP_BACK_SECONDS:
        raise InputError(f"the time jumps back by {float(-step):.1f} s at frame {number + 1}", path)
    if step > MAX_GAP_SECONDS:
        raise InputError(
            f"no new picture for {float(step):.1f} s before frame {number + 1} "
            f"(at most {MAX_GAP_SECONDS} s)",
            path,
        )


def probe(path: str | Path) -> VideoInfo:
    """Return what a video file says about itself; only its first frame is decoded.

    Raises
    ------
    InputError
        If it cannot be opened as a video or has no frame.
    """
    with open_video(path) as (container, stream):
        picture = next(pictures(container, stream, path), None)
        if picture is None:
            raise InputError("the video has no frame that can be decoded", path)
        turn = display_orientation(picture, stream)
        width, height = turn.size(picture.width, picture.height)
        length = container.duration / av.time_base if container.duration else 0.0
        return VideoInfo(
            container=container.format.name,
            codec=stream.codec_context.name,
            width=width,
            height=height,
            rate=float(stream.average_rate or 0),
            start=float(_timestamp(picture) or 0),
            duration=float(length),
            rotation=round(picture.rotation),
            audio=bool(container.streams.audio),
        )


def display_orientation(picture: VideoFrame, stream: VideoStream) -> Orientation:
    """Return how the stored picture becomes the upright one with square pixels."""
    from av.sidedata.sidedata import Type

    matrix = picture.side_data.get(Type.DISPLAYMATRIX)  # type: ignore[arg-type]  # wrong stub
    return orientation(
        None if matrix is None else bytes(matrix), stream.sample_aspect_ratio or Fraction(1)
    )
