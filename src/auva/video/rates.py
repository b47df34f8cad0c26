"""The frame rate of a video, and so the length of a picture without a time."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from auva.errors import InputError
from auva.video.clock import Clock, DecodingClock, RateClock, Stamp

FASTEST = 1000
"""A stream with a rate from this number on gives the ticks of its clock, not its frame rate."""

_FEWEST_FIELDS, _MOST_FIELDS = 2, 6
"""A picture may ask to be shown for up to three frames. Of two fields that make one picture FFmpeg
tells the length of the first alone."""

_ENOUGH = 8
"""Number of steps between stated times that determine a rate."""

HOW_TO_TELL = "give it in the sheet's column 'fps' (or by --fps)"


class Lengths:
    """The frame rate of a video and the lengths of its pictures.

    Parameters
    ----------
    video : VideoStream
        The open stream.
    clock : type of Clock
        The kind of times in the file.
    stamps : sequence of Stamp
        The times and lengths of the first pictures in the file.
    fps : Fraction or None
        The rate given by the user.
    path : path
        Name of the file, for messages.

    Attributes
    ----------
    rate : Fraction or None
        Mean frames per second.

    Raises
    ------
    InputError
        If a rate is needed and neither the stream nor the user gives it, or if the user gives one
        that is not needed or contradicts the stream.
    """

    def __init__(
        self,
        video: VideoStream,
        clock: type[Clock],
        stamps: Sequence[Stamp],
        fps: Fraction | None,
        path: str | Path,
    ) -> None:
        own = _plausible(video.codec_context.framerate)
        mean, usual = _plausible(video.average_rate), _plausible(video.guessed_rate)
        # GIF states how long each picture lasts, and nothing else.
        self._stated = clock is RateClock and all(stamp.length for stamp in stamps)
        gaps = clock is not DecodingClock and any(stamp.shown is None for stamp in stamps)
        needed = gaps and not self._stated
        if fps is not None:
            _check_told(fps, own, needed, path)
        if needed:
            # FFmpeg's rates are made up where times are missing: 25 frames/s for whatever there is.
            self._rate = mean = own or fps or _usual_rate(stamps)
        elif clock is DecodingClock:
            self._rate = mean or usual or own
        else:
            self._rate = own or usual or mean
        if needed and self._rate is None:
            raise InputError(f"the stream states no frame rate; {HOW_TO_TELL}", path)
        self.rate = _mean_rate(clock, stamps, mean or self._rate)
        self._ticks = None if clock is DecodingClock else video.codec_context.framerate or fps

    def of(self, picture: VideoFrame) -> Fraction:
        """Return the length of a picture in seconds by the rate of the stream, 0 without a rate.

        A coded picture is one frame, or as many fields as it asks for: films in NTSC show every
        second picture for three. FFmpeg reads that from the bit stream, AVI has no such lengths.
        """
        seconds = (picture.duration or 0) * Fraction(picture.time_base or 0)
        if self._stated:
            return seconds
        if self._rate is None:
            return Fraction(0)
        fields = _FEWEST_FIELDS
        if seconds and self._ticks:
            fields = round(2 * seconds * self._ticks)
        fields = min(max(_FEWEST_FIELDS, fields), _MOST_FIELDS)
        return Fraction(fields, 2) / self._rate


def _plausible(rate: Fraction | None) -> Fraction | None:
    return rate if rate and 0 < rate < FASTEST else None


def _usual_rate(stamps: Sequence[Stamp]) -> Fraction | None:
    """Return the rate of neighbouring pictures that both have a time, if there are enough."""
    steps = [
        after.shown - before.shown
        for before, after in pairwise(stamps)
        if before.shown is not None and after.shown is not None
    ]
    usual = median(steps) if len(steps) >= _ENOUGH else 0
    return _plausible(1 / Fraction(usual)) if usual > 0 else None


def _mean_rate(
    clock: type[Clock], stamps: Sequence[Stamp], stated: Fraction | None
) -> Fraction | None:
    """Return the stated rate, or that of the first pictures if it differs: AVI may count ticks."""
    times = [stamp.decoded if clock is DecodingClock else stamp.shown for stamp in stamps]
    while times and times[-1] is None:
        times.pop()
    known = [time for time in times if time is not None]
    if len(known) < max(2, len(times)) or known[-1] <= known[0]:
        return stated
    measured = _plausible((len(known) - 1) / (known[-1] - known[0]))
    if stated and measured and abs(stated - measured) * 100 < stated:
        return stated
    return measured or stated


def _check_told(fps: Fraction, own: Fraction | None, needed: bool, path: str | Path) -> None:
    if not needed:
        raise InputError("the file states its own times: leave 'fps' empty", path)
    if own is not None and abs(own - fps) > own / 1000:
        cause = f"fps is {float(fps):.6g}, but the stream itself states {float(own):.6g} frames/s"
        raise InputError(cause, path)
