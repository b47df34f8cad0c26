"""Conversion of a source video to a constant frame rate, with the manifest of its frames."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import IO

import numpy as np
from av.error import FFmpegError
from av.video.frame import VideoFrame

from auva.errors import InputError
from auva.files import atomic_path
from auva.progress import progress
from auva.records.manifest import MANIFEST, TIMESTAMPS, timestamps_path
from auva.records.table import table_writer
from auva.video.encoder import encoder, encoder_command
from auva.video.orientation import even
from auva.video.source import SourceFrame, display_orientation, open_video, source_frames
from auva.video.timing import resample

_FULL_RANGE = 2
_LIMITED_RANGE = 1

Row = Callable[..., None]
"""Writes one row of a table."""

log = logging.getLogger("auva")


def convert(
    source: str | Path,
    mp4: str | Path,
    manifest: str | Path,
    cfg: dict,
    threads: int = 1,
    timestamps: str | Path | None = None,
) -> None:
    """Convert a video to constant-rate H.264 mp4 and write which source frame each frame shows.

    Every source frame is decoded once with its presentation timestamp, the frame nearest in time to
    each output frame is chosen (`auva.video.timing`) and exactly that picture goes to the encoder;
    the same choice is the manifest (thesis, section 3.1.2: "the videos were all converted to the
    same format, i.e. .mp4 and 30 fps"). The picture is upright, with square pixels, an even size
    (the last column or row of an odd one is cut off) and no sound. Audio, container durations and
    frame counts of headers play no part.

    Parameters
    ----------
    source : path
        A local video file.
    mp4, manifest : path
        The video and the manifest (`frame, time, source_frame, source_time`) to write.
    cfg : dict
        `fps` (30), `crf` (18), `preset` ("veryfast").
    threads : int
        Threads of the decoder; the bytes do not depend on it.
    timestamps : path, optional
        The table of all source frames (`source_frame, source_time, player_time`), by default
        beside the manifest: x.frames.csv, x.source.csv.

    Raises
    ------
    InputError
        If the video is missing, unreadable, empty or damaged; then nothing is written.
    """
    rate = Fraction(cfg["fps"]).limit_denominator(100_000)
    with ExitStack() as stack:
        video = stack.enter_context(atomic_path(mp4))
        row = stack.enter_context(table_writer(manifest, tuple(MANIFEST)))
        beside = timestamps or timestamps_path(manifest)
        stamp = stack.enter_context(table_writer(beside, tuple(TIMESTAMPS)))
        shown = _write(Path(source), video, row, stamp, cfg, rate, threads)
    log.info("%s: %d frames at %s fps", source, shown, rate)


def _time(seconds: Fraction) -> str:
    return f"{float(seconds):.6f}"


def _write(
    source: Path, video: Path, row: Row, stamp: Row, cfg: dict, rate: Fraction, threads: int
) -> int:
    """Encode the chosen frames of `source`, writing both tables on the way; return their number."""
    size, filters, matrix = _layout(source)
    command = encoder_command(video, size, filters, matrix, cfg)
    shown = 0
    with encoder(command, video) as pipe:
        for shown, frame, raw in _pictures(source, stamp, size, rate, threads):
            _send(pipe, raw)
            row(shown, _time((shown - 1) / rate), frame.number, _time(frame.time))
    return shown


def _layout(source: Path) -> tuple[tuple[int, int], list[tuple[str, list[str]]], int]:
    """Return the stored size, the filters to the upright picture and the YUV matrix."""
    with open_video(source) as (container, stream):
        try:
            picture = next(container.decode(stream), None)
        except FFmpegError as error:
            raise InputError("the video has no frame that can be decoded", source) from error
        if picture is None:
            raise InputError("the video has no frame that can be decoded", source)
        turn = display_orientation(picture, stream)
        size = (picture.width, picture.height)
    if min(even(turn.size(*size))) < 2:
        raise InputError(f"the picture of {size[0]}x{size[1]} pixels is too small", source)
    return size, turn.filters(*size), int(picture.colorspace)


def _pictures(
    source: Path, stamp: Row, size: tuple[int, int], rate: Fraction, threads: int
) -> Iterator[tuple[int, SourceFrame, list[bytes]]]:
    """Yield each output frame (from 1) with the source frame it shows and its raw picture."""

    def recorded() -> Iterator[tuple[Fraction, Fraction, SourceFrame]]:
        for frame in progress(source_frames(source, threads), label=source.name, unit="frame"):
            stamp(frame.number, _time(frame.time), _time(frame.player_time))
            yield frame.time, frame.duration, frame

    number, raw = -1, []
    for output, frame in resample(recorded(), rate):
        if frame.number != number:
            number, raw = frame.number, _planes(frame.picture, size)
        yield output + 1, frame, raw


def _planes(picture: VideoFrame, size: tuple[int, int]) -> list[bytes]:
    """Return the three planes of a picture as yuv420p of limited range, without row padding.

    A picture whose size differs from the first one's (the stream switched its resolution) is
    scaled to it.
    """
    if (
        picture.format.name != "yuv420p"
        or (picture.width, picture.height) != size
        or picture.color_range == _FULL_RANGE
    ):
        picture = picture.reformat(
            width=size[0], height=size[1], format="yuv420p", dst_color_range=_LIMITED_RANGE
        )
    planes = []
    for plane in picture.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        planes.append(rows[: plane.height, : plane.width].tobytes())
    return planes


def _send(pipe: IO[bytes], raw: list[bytes]) -> None:
    for plane in raw:
        pipe.write(plane)
