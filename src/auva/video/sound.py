"""The sound of a source video; its time 0 is the first frame of the converted video."""

import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from numpy.typing import NDArray

from auva.errors import InputError
from auva.files import atomic_path
from auva.video.decoding import cause
from auva.video.source import open_video

RATE = 24_000
"""Samples per second; speech has little energy above 12 kHz."""
_HEADER = 44
"""Bytes of a WAV file before its samples, as `wave` writes it."""
_JITTER = 0.03
"""Stated times of the sound that differ by less (s) are taken for continuous."""
_CHUNK = 300
"""Seconds of sound in memory at one time."""


def write_sound(
    source: str | Path,
    wav: str | Path,
    start: float,
    seconds: float,
    stream: int | None = None,
    is_stopped: Callable[[], bool] = bool,
) -> None:
    """Write the sound of a video as WAV: one channel, 16 bits, `RATE` samples per second.

    Each piece is placed by its time. Sound before the first picture or after `seconds` is left out;
    gaps are silent.

    Parameters
    ----------
    source : path
        The original video.
    wav : path
        The file to write.
    start : float
        When a player of the original shows the first picture (s).
    seconds : float
        How long the converted video is.
    stream : int, optional
        Number of the video stream, where the file has several.
    is_stopped : callable
        Asked at each piece of sound: whether to give up.

    Raises
    ------
    InputError
        If the video has no sound, or it cannot be decoded, or the work was stopped; then nothing
        is written.
    """
    total = round(seconds * RATE)
    with atomic_path(wav) as target, wave.open(str(target), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        written, end = 0, -total  # no piece ends there
        for place, samples in _pieces(Path(source), start, stream):
            if is_stopped():
                raise InputError("reading the sound was stopped", source)
            begin = end if abs(place - end) <= _JITTER * RATE else place
            end = begin + len(samples)
            out.writeframes(_silence(min(begin, total) - written))
            written = max(written, min(begin, total))
            kept = samples[max(0, written - begin) : max(0, total - begin)]
            out.writeframes(kept.tobytes())
            written += len(kept)
            if written >= total:
                break
        out.writeframes(_silence(total - written))


def _silence(samples: int) -> bytes:
    return bytes(2 * max(0, samples))


def _pieces(
    source: Path, start: float, stream: int | None
) -> Iterator[tuple[int, NDArray[np.int16]]]:
    """Yield pieces of sound with the sample at which each begins, after the first picture."""
    with open_video(source, stream=stream) as (container, _):
        audio = _audio(container, source)
        zero = (container.start_time or 0) / av.time_base + start
        resampler = AudioResampler("s16", "mono", RATE)
        place = 0
        try:
            for frame in container.decode(audio):
                if frame.time is not None:
                    place = round((frame.time - zero) * RATE)
                frame.pts = None
                for piece in resampler.resample(frame):
                    samples = piece.to_ndarray()[0]
                    yield place, samples
                    place += len(samples)
            for piece in resampler.resample(None):
                yield place, piece.to_ndarray()[0]
        except (FFmpegError, ValueError) as error:
            after = f" after {max(0, place) / RATE:.1f} s" if place > 0 else ""
            why = f"the sound cannot be decoded{after} ({cause(error)})"
            raise InputError(why, source) from error


def choice(source: str | Path, stream: int | None = None) -> str:
    """Return which of several sounds of a video `write_sound` takes, empty where there is one.

    Parameters
    ----------
    source : path
        The original video.
    stream : int, optional
        Number of the video stream, where the file has several.

    Raises
    ------
    InputError
        If the video cannot be opened, or has no sound.
    """
    with open_video(source, stream=stream) as (container, _):
        taken, sounds = _audio(container, Path(source)), container.streams.audio
        if len(sounds) == 1:
            return ""
        language = f" ({taken.language})" if taken.language else ""
        return f"sound {sounds.index(taken) + 1} of {len(sounds)}{language}"


def _audio(container: InputContainer, source: Path) -> AudioStream:
    """Return the stream of the sound: the first that is marked as the default, else the first."""
    sounds = container.streams.audio
    if not sounds:
        raise InputError("the video has no sound", source)
    found = next((each for each in sounds if each.disposition & Disposition.default), sounds[0])
    if found.codec_context is None:
        raise InputError("the sound cannot be decoded (its codec is unknown)", source)
    return found


def loudness(wav: str | Path, frames: int, fps: float) -> NDArray[np.uint8]:
    """Return the largest amplitude of the sound of `write_sound` during each frame, 0 to 255.

    Parameters
    ----------
    wav : path
        The sound.
    frames : int
        Number of frames of the converted video.
    fps : float
        Its frames per second.

    Returns
    -------
    uint8 array [frames]
        255 is the largest amplitude that the file can hold.
    """
    samples = np.memmap(wav, "<i2", "r", offset=_HEADER)
    edges = np.minimum(np.rint(np.arange(frames + 1) / fps * RATE).astype(np.int64), len(samples))
    loud = np.zeros(frames, np.uint8)
    step = max(1, int(_CHUNK * fps))
    for first in range(0, frames, step):
        last = min(first + step, frames)
        part = np.abs(samples[edges[first] : edges[last]].astype(np.int32))
        if len(part):
            cuts = np.minimum(edges[first:last] - edges[first], len(part) - 1)
            peaks = np.maximum.reduceat(part, cuts)
            peaks[np.diff(edges[first : last + 1]) == 0] = 0
            loud[first:last] = np.minimum(peaks >> 7, 255)
    return loud
