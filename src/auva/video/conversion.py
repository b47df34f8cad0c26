"""Conversion of a source video to a constant frame rate, with the manifest of its frames."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import IO

from auva.errors import InputError
from auva.files import atomic_path
from auva.progress import progress
from auva.records.manifest import MANIFEST, TIMESTAMPS, timestamps_path
from auva.records.table import table_writer
from auva.video.encoder import encoder, encoder_command
from auva.video.orientation import even
from auva.video.seal import seal
from auva.video.source import SourceFrame, SourceVideo
from auva.video.timing import check_amount, resample

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
    stream: int | None = None,
    fps: Fraction | str | None = None,
) -> None:
    """Convert a video to constant-rate H.264 mp4 and write which source frame each frame shows.

    Every source frame is decoded once with its presentation timestamp, the frame nearest in time to
    each output frame is chosen (`auva.video.timing`) and exactly that picture goes to the encoder;
    the same choice is the manifest (thesis, section 3.1.2: "the videos were all converted to the
    same format, i.e. .mp4 and 30 fps"). The picture is upright, with square pixels, an even size
    (the last column or row of an odd one is cut off) and no sound. Audio, container durations and
    frame counts of headers are not used.

    Parameters
    ----------
    source : path
        A local video file.
    mp4, manifest : path
        The video and the manifest (`frame, time, source_frame, source_time`) to write.
    cfg : dict
        The `video` section with all its keys (`auva.video.settings`).
    threads : int
        Threads of the decoder; the bytes do not depend on it.
    timestamps : path, optional
        The table of all source frames (`source_frame, source_time, player_time`), by default
        beside the manifest: x.frames.csv, x.source.csv.
    stream : int, optional
        Number of the video stream, where the file has several and no clear default.
    fps : Fraction, optional
        Frames per second of a raw stream that does not contain them. (`cfg["fps"]` is the rate of
        the converted video.)

    Raises
    ------
    InputError
        If the video is missing, unreadable, empty or damaged, or states a duration that its bytes
        or pictures cannot fill; then nothing is written.
    """
    rate = Fraction(cfg["fps"]).limit_denominator(100_000)
    video = SourceVideo(source, stream, fps)
    with ExitStack() as stack:
        target = stack.enter_context(atomic_path(mp4))
        row = stack.enter_context(table_writer(manifest, tuple(MANIFEST)))
        beside = timestamps or timestamps_path(manifest)
        stamp = stack.enter_context(table_writer(beside, tuple(TIMESTAMPS)))
        shown = _write(video, target, row, stamp, cfg, rate, threads)
        seal(target)
    log.info("%s: %d frames at %s fps", source, shown, rate)


def _time(seconds: Fraction) -> str:
    return f"{float(seconds):.6f}"


def _write(
    video: SourceVideo,
    target: Path,
    row: Row,
    stamp: Row,
    cfg: dict,
    rate: Fraction,
    threads: int,
) -> int:
    """Encode the chosen frames of a video, writing both tables on the way; return their number."""
    size = even(video.size)
    if min(size) < 2:
        cause = f"the picture of {video.size[0]}x{video.size[1]} pixels is too small"
        raise InputError(cause, video.path)
    shown = 0
    with encoder(encoder_command(target, size, video.colours, cfg), target, video.path) as pipe:
        for shown, frame, raw in _pictures(video, stamp, rate, threads):
            _send(pipe, raw)
            row(shown, _time((shown - 1) / rate), frame.number, _time(frame.time))
    return shown


def _pictures(
    video: SourceVideo, stamp: Row, rate: Fraction, threads: int
) -> Iterator[tuple[int, SourceFrame, list[bytes]]]:
    """Yield each output frame (from 1) with the source frame it shows and its raw picture."""
    decoded = 0

    def recorded() -> Iterator[tuple[Fraction, Fraction, SourceFrame]]:
        nonlocal decoded
        for frame in progress(video.frames(threads), label=video.path.name, unit="frame"):
            decoded = frame.number + 1
            stamp(frame.number, _time(frame.time), _time(frame.player_time))
            yield frame.time, frame.duration, frame

    size, bytes_ = even(video.size), video.path.stat().st_size
    number, raw = -1, []
    for output, frame in resample(recorded(), rate):
        check_amount((output + 1) / rate, decoded, bytes_, video.path)
        if frame.number != number:
            number, raw = frame.number, _raw(frame, size)
        yield output + 1, frame, raw


def _raw(frame: SourceFrame, size: tuple[int, int]) -> list[bytes]:
    """Return the three planes of a frame as yuv420p, without an odd last column or row."""
    width, height = size
    luma, *chroma = frame.planes("yuv420p")
    halves = [plane[: height // 2, : width // 2].tobytes() for plane in chroma]
    return [luma[:height, :width].tobytes(), *halves]


def _send(pipe: IO[bytes], raw: list[bytes]) -> None:
    for plane in raw:
        pipe.write(plane)
