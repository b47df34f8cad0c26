"""Which source frame each frame of the constant-rate video shows."""

from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TypeVar

from auva.errors import InputError

Item = TypeVar("Item")

TIE = Fraction(2, 1000)
"""Distances that differ by at most 2 ms are equal, and the earlier frame is shown: Matroska rounds
timestamps to whole milliseconds, so that without it equal distances would be decided by rounding
noise."""

LONGEST_LAST = 60
"""A last frame that claims to last longer (s) has a broken duration."""

_FEWEST_BYTES = 10
"""Bytes that a second has at least in a video of some minutes; those of faces have thousands."""

_SOME_MINUTES = 180

_LONGEST_STILLS = 10
"""Seconds for which a picture stands at most, on average over a long video."""

_LONG = 600


def check_amount(seconds: Fraction, pictures: int, size: int, path: str | Path) -> None:
    """Refuse a video that claims far more time than it has bytes or pictures for.

    A few bytes of a damaged or malicious file are enough to claim hours, which would fill the disk
    with copies of few pictures. A picture may stand still for a minute, and slides for longer.

    Parameters
    ----------
    seconds : Fraction
        Length so far of the converted video.
    pictures : int
        Pictures decoded for it.
    size : int
        Size of the source in bytes.
    path : path
        The source, for the message.

    Raises
    ------
    InputError
        If it claims too much.
    """
    if seconds > _SOME_MINUTES and seconds * _FEWEST_BYTES > size:
        raise InputError(f"claims more than {float(seconds):.0f} s in {size} bytes", path)
    if seconds > _LONG and seconds > _LONGEST_STILLS * pictures:
        cause = f"claims more than {float(seconds):.0f} s with only {pictures} pictures"
        raise InputError(cause, path)


def frame_count(duration: Fraction, rate: Fraction) -> int:
    """Return the number of frames of a video of `duration` seconds: rounded, halves up, 1 or more.

    The same as the number of frames of FFmpeg's filter `fps` for constant rates.
    """
    return max(1, floor(duration * rate + Fraction(1, 2)))


def resample(
    frames: Iterable[tuple[Fraction, Fraction, Item]], rate: Fraction
) -> Iterator[tuple[int, Item]]:
    """Choose the source frame nearest in time for each frame of a constant-rate video.

    Frame k (from 0) is shown at k / `rate` after the first source frame. The length of the video is
    the last frame's time plus its duration. Frames are taken and given one by one, so that memory
    stays constant.

    Parameters
    ----------
    frames : iterable of (time, duration, item)
        Seconds after the first frame, never decreasing, the first 0. Of frames with the same time
        the first is shown, the others never. Only the last duration counts; one that is missing,
        less than half the shortest step between frames (AVI tells one tick of its clock) or absurd
        is replaced by that step, and by the output's own step for a single frame.
    rate : Fraction
        Frames per second of the output.

    Yields
    ------
    tuple of (int, item)
        The 0-based output frame and what it shows.
    """
    waiting: deque[tuple[int, Item]] = deque()
    shown = 0
    previous: tuple[Fraction, Fraction, Item] | None = None
    shortest: Fraction | None = None
    for frame in frames:
        if previous is None:
            previous = frame
            continue
        time, before = frame[0], previous[0]
        if time <= before:
            continue
        while 2 * shown / rate <= before + time + TIE:
            waiting.append((shown, previous[2]))
            shown += 1
        # The video lasts longer than this frame's time, so output frames up to half a step before
        # it surely exist; later ones wait until the length is known.
        while waiting and (waiting[0][0] + Fraction(1, 2)) / rate <= time:
            yield waiting.popleft()
        shortest = time - before if shortest is None else min(shortest, time - before)
        previous = frame
    if previous is None:
        return
    step = shortest or 1 / rate
    duration = previous[1]
    if not (shortest or 0) / 2 <= duration <= LONGEST_LAST or duration <= 0:
        duration = step
    total = frame_count(previous[0] + duration, rate)
    yield from (entry for entry in waiting if entry[0] < total)
    yield from ((k, previous[2]) for k in range(shown, total))
