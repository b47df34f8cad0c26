"""The time of each picture, from the times in the file or from the order of decoding.

Some containers state when each picture is shown (mp4, Matroska), some when each is decoded (AVI,
ASF), and a raw stream states nothing. Only times in the file itself are used: FFmpeg guesses
missing times, and B-frames make these guesses wrong.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

MAX_STEP_BACK = 1
"""Times that jump back by more than this (s) are an error: the clock is broken."""


@dataclass(frozen=True)
class Stamp:
    """The known times of one picture, in seconds.

    Attributes
    ----------
    shown : Fraction or None
        When the picture is shown, as the file states it.
    decoded : Fraction or None
        The time that the file states for the packet after which the decoder gave the picture. None
        for the last pictures: they come when there are no more packets.
    length : Fraction
        How long the picture lasts: as the file states it, or by the rate of the stream.
    """

    shown: Fraction | None
    decoded: Fraction | None
    length: Fraction


class Clock(Protocol):
    """Gives the time of each picture, asked in the order in which pictures are shown.

    Parameters
    ----------
    begin : Fraction
        The time of the first picture, should it have none.
    """

    def __init__(self, begin: Fraction = Fraction(0)) -> None: ...

    def time(self, stamp: Stamp) -> Fraction:
        """Return the time of the next picture in seconds; the origin is the file's own."""
        ...


class RateClock:
    """A stream without any time: each picture follows when the one before has lasted its length."""

    def __init__(self, begin: Fraction = Fraction(0)) -> None:
        self._next = begin

    def time(self, stamp: Stamp) -> Fraction:
        """Return the time of the next picture."""
        now = self._next
        self._next = now + stamp.length
        return now


class DecodingClock:
    """Times of decoding: a picture is shown when the decoder gives it, as every player does it.

    The decoder holds back as many pictures as the stream reorders, always the same number, so that
    the times of decoding are those of presentation but for one constant delay.
    """

    def __init__(self, begin: Fraction = Fraction(0)) -> None:
        self._begin = begin
        self._last: Fraction | None = None
        self._step: Fraction | None = None

    def time(self, stamp: Stamp) -> Fraction:
        """Return the time of the next picture.

        A picture that comes without a new packet (at the end, or several at once) follows after the
        same step as the picture before it.
        """
        now, last = stamp.decoded, self._last
        if last is None:
            now = self._begin if now is None else now
        elif now is None or last - MAX_STEP_BACK <= now <= last:
            now = last + (self._step or stamp.length)
        else:
            self._step = now - last
        self._last = now
        return now


class PresentationClock:
    """Times of presentation. Where some are missing, the stream's rate fills the gaps.

    MPEG program streams state one time for several pictures, and FFmpeg may give it to a neighbour
    of the picture that it belongs to. So where times are missing, one that differs from the running
    time by half a frame or more counts only when the next stated one agrees with it.
    """

    _RECENT = 16
    _SPARSE = 4

    def __init__(self, begin: Fraction = Fraction(0)) -> None:
        self._next = begin
        self._first = True
        self._missing: deque[bool] = deque(maxlen=self._RECENT)
        self._suspect: Fraction | None = None

    def time(self, stamp: Stamp) -> Fraction:
        """Return the time of the next picture."""
        running, stated = self._next, stamp.shown
        self._missing.append(stated is None)
        if stated is None:
            now = running
        elif self._first or self._believed(stated - running, stamp.length):
            now, self._suspect = stated, None
        else:
            now, self._suspect = running, stated - running
        self._first = False
        self._next = now + stamp.length
        return now

    def _believed(self, difference: Fraction, length: Fraction) -> bool:
        """Return whether a stated time counts that differs so much from the running one."""
        if sum(self._missing) < self._SPARSE or abs(difference) >= MAX_STEP_BACK:
            return True
        agrees = self._suspect is not None and abs(difference - self._suspect) < length / 2
        return abs(difference) < length / 2 or agrees


def choose_clock(stamps: Sequence[Stamp]) -> type[Clock]:
    """Return the clock for a video, from its first pictures in the order of presentation.

    Where all pictures have a time of presentation but the times of decoding run back less often,
    the file states times of decoding under the name of the others (H.264 in MXF, packed B-frames).
    """
    shown = [stamp.shown for stamp in stamps if stamp.shown is not None]
    decoded = [stamp.decoded for stamp in stamps if stamp.decoded is not None]
    if not shown:
        return DecodingClock if decoded else RateClock
    if len(shown) == len(stamps) and _steps_back(shown) > _steps_back(decoded):
        return DecodingClock
    return PresentationClock


def begin_of(stamps: Sequence[Stamp], length: Fraction) -> Fraction:
    """Return when the first picture is shown, from the first of them that states a time (s).

    Parameters
    ----------
    stamps : sequence of Stamp
        What the file states of the first pictures.
    length : Fraction
        How long each of them lasts.
    """
    for place, stamp in enumerate(stamps):
        if stamp.shown is not None:
            return stamp.shown - place * length
    return Fraction(0)


def _steps_back(times: Sequence[Fraction]) -> int:
    return sum(1 for before, after in pairwise(times) if after <= before)
