"""Annotations as spans of time, of ELAN and BORIS, and the frames that they cover.

Times are seconds of the video as a player shows it. At 30 fps frame k of a video whose pictures
begin with the file lasts from (k - 1)/30 to k/30 s; `Timeline` has other rates and later starts.
A span covers the frames whose middle is inside it. So bounds rounded to milliseconds, or set by
eye at the edge of a frame, give the intended frames. A span that contains no middle covers the
frame in which it starts.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from auva.annotations.context import Timeline
from auva.errors import InputError

MAX_SECONDS = 24 * 3600.0
"""Later times are refused: no video of the field is that long, but a wrong unit of time is."""

UNLABELLED = "?"

ROUNDED = 0.001
"""Bounds of spans may be rounded by this much (s)."""


@dataclass(frozen=True)
class Span:
    """One stretch of time with a value.

    Attributes
    ----------
    start, stop : float
        Seconds.
    value : str
        What the annotator wrote.
    line : int
        Its line in the file, for messages.
    comment : str
        What the annotator remarks on it, where the format has a place for that.
    """

    start: float
    stop: float
    value: str
    line: int = 0
    comment: str = ""


def check_span(path: Path, span: Span) -> None:
    """Raise an `InputError` for a span that ends before it starts or is outside any video."""
    for time in (span.start, span.stop):
        if time < 0:
            raise InputError(f"the time {time:.6g} s comes before 0 s", path, span.line)
        if not time <= MAX_SECONDS:
            raise InputError(f"the time {time:.6g} s is not in a video", path, span.line)
    if span.stop == span.start:
        raise InputError(f"the span ends when it starts ({span.start:.6g} s)", path, span.line)
    if span.stop < span.start:
        cause = f"the span ends ({span.stop:.6g} s) before it starts ({span.start:.6g} s)"
        raise InputError(cause, path, span.line)


def frames_of(span: Span, timeline: Timeline) -> slice:
    """Return the 0-based frames that a span covers: at least one, if it ends after the first."""
    begin, end = (timeline.place(time) for time in (span.start, span.stop))
    first, last = (max(0, math.ceil(round(place - 0.5, 6))) for place in (begin, end))
    if last <= first and end > 0:
        first = int(max(0.0, begin))
        last = first + 1
    return slice(first, last)


def count_rows(path: Path, spans: Iterable[Span], own: int | None, timeline: Timeline) -> int:
    """Return how many frames a table of spans has: what they cover counts beyond the video's end.

    Parameters
    ----------
    path : Path
        The file, for messages.
    spans : iterable of Span
        All of them.
    own : int or None
        The number of frames that the file states; else that of the video counts.
    timeline : Timeline
        Of the video.
    """
    last = max((frames_of(span, timeline).stop for span in spans), default=0)
    length = own if own is not None else timeline.frames
    if length is None and not last:
        raise InputError("nothing is annotated and the file does not tell the video's length", path)
    return max(last, length or 0)


def runs(states: Sequence[str], timeline: Timeline) -> list[Span]:
    """Return one span for each run of equal states of frames."""
    starts = [k for k, state in enumerate(states) if not k or state != states[k - 1]]
    ends = [*starts[1:], len(states)]
    return [
        Span(timeline.time(start), timeline.time(end), states[start])
        for start, end in zip(starts, ends, strict=True)
    ]
