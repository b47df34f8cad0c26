"""Annotations as spans of time, of ELAN and BORIS: which frames they cover, what their values say.

Times are seconds of the video as a player shows it. At 30 fps frame k of a video whose pictures
begin with the file lasts from (k - 1)/30 to k/30 s; `Timeline` tells other rates and later starts.
A span covers the frames whose middle lies in it, so that bounds rounded to milliseconds, or set by
eye at the edge of a frame, give the frames that were meant; one too short to hold a middle covers
the frame in which it starts.

What a span of an Action Unit says (docs/annotations.md): nothing, the unit's own name or "present":
the unit is there; a number in [0, 5] or a FACS grade A to E: its intensity (0: absent); "?": not
labelled. "present" and "absent" before a number make presence and intensity independent.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from auva.annotations.context import Timeline
from auva.annotations.tables import MAX_INTENSITY, UNITS, ActionUnits, ValenceArousal
from auva.annotations.text import shown
from auva.errors import InputError
from auva.units import ACTION_UNITS, VA_NAMES

MAX_SECONDS = 24 * 3600.0
"""Later times are refused: no video of the field is that long, but a wrong unit of time is."""

UNLABELLED = "?"

_AU_NAME = re.compile(r"AU[ _-]?0*(\d{1,2})(?![\w.])[^\w]*.*", re.ASCII | re.IGNORECASE)
_GRADE = re.compile(r"(?:AU)?0*(\d{1,2})?\s*([A-E])", re.ASCII | re.IGNORECASE)
_STATED = re.compile(r"(present|absent)?\s*([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)?", re.ASCII)


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
    """

    start: float
    stop: float
    value: str
    line: int = 0


def unit_of(name: str) -> int | None:
    """Return the FACS number that a tier or behaviour names ("AU12", "au 12 (smile)"), or None."""
    match = _AU_NAME.fullmatch(name.strip())
    return int(match[1]) if match else None


def check_span(path: Path, span: Span) -> None:
    """Raise an `InputError` for a span that ends before it starts or lies outside any video."""
    for time in (span.start, span.stop):
        if not 0 <= time <= MAX_SECONDS:
            raise InputError(f"the time {time:.6g} s is not in a video", path, span.line)
    if span.stop <= span.start:
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


def action_units(
    path: Path, spans: Mapping[int, Sequence[Span]], own: int | None, timeline: Timeline
) -> ActionUnits:
    """Return the table that spans of each unit give.

    Parameters
    ----------
    path : Path
        The file, for messages.
    spans : mapping of int to sequence of Span
        By FACS number. A unit without an entry is not labelled; one with an entry is absent where
        no span covers a frame. Units that auva does not know are checked and left out.
    own : int or None
        The number of frames that the file states; else that of the video counts.
    timeline : Timeline
        Of the video.
    """
    read = {
        number: [(frames_of(span, timeline), *_reading(path, number, span)) for span in entries]
        for number, entries in spans.items()
    }
    places = [place for entries in read.values() for place, *_ in entries]
    rows = _rows(path, places, own, timeline.frames)
    mask = np.zeros((rows, UNITS), bool)
    presence = np.zeros((rows, UNITS), np.uint8)
    intensity = np.zeros((rows, UNITS), np.float32)
    for number in set(read) & set(ACTION_UNITS):
        unit = ACTION_UNITS.index(number)
        mask[:, unit] = True
        # What is known wins over what is not, the stronger over the weaker: overlaps are one event.
        for place, present, grade in sorted(read[number], key=lambda entry: entry[1:]):
            mask[place, unit] = present >= 0
            presence[place, unit] = present > 0
            intensity[place, unit] = grade
    return ActionUnits(np.arange(1, rows + 1), presence, mask, intensity, "converted")


def valence_arousal(
    path: Path, spans: Mapping[str, Sequence[Span]], own: int | None, timeline: Timeline
) -> ValenceArousal:
    """Return the table that spans of valence and arousal give; elsewhere they are not labelled.

    Parameters as for `action_units`; `spans` by name ("valence", "arousal").
    """
    read = {
        name: [(frames_of(span, timeline), span) for span in entries]
        for name, entries in spans.items()
    }
    places = [place for entries in read.values() for place, _ in entries]
    rows = _rows(path, places, own, timeline.frames)
    values = np.full((rows, len(VA_NAMES)), np.nan)
    for name, entries in read.items():
        column = values[:, VA_NAMES.index(name)]
        taken = np.zeros(rows, bool)
        for place, span in entries:
            if taken[place].any():
                raise InputError(f"two spans of {name} cover one frame", path, span.line)
            taken[place] = True
            column[place] = _affect(path, name, span)
    return ValenceArousal(values, frame=np.arange(1, rows + 1), clock="converted")


def unit_spans(table: ActionUnits, unit: int, timeline: Timeline) -> list[Span]:
    """Return the spans that say what a table says of its column `unit`; absence needs none."""
    states = [
        _statement(bool(known), bool(present), grade)
        for known, present, grade in zip(
            table.mask[:, unit], table.presence[:, unit], table.intensity[:, unit], strict=True
        )
    ]
    return [span for span in _runs(states, timeline) if span.value != "0"]


def affect_spans(table: ValenceArousal, dimension: int, timeline: Timeline) -> list[Span]:
    """Return the spans that say what a table says of valence (0) or arousal (1)."""
    values = table.values[:, dimension].tolist()
    known = table.mask[:, dimension]
    states = [repr(v) if k else UNLABELLED for v, k in zip(values, known, strict=True)]
    return [span for span in _runs(states, timeline) if span.value != UNLABELLED]


def _rows(path: Path, places: Sequence[slice], own: int | None, frames: int | None) -> int:
    last = max((place.stop for place in places), default=0)
    length = own if own is not None else frames
    if length is None and not last:
        raise InputError("nothing is annotated and the file does not tell the video's length", path)
    return max(last, length or 0)


def _reading(path: Path, number: int, span: Span) -> tuple[int, float]:
    """Return (presence, intensity) of a span of a unit; presence -1: not labelled."""
    text = span.value.strip()
    if text == UNLABELLED:
        return -1, 0.0
    if not text or text.lower() == "present" or _names_unit(text, number):
        return 1, 1.0
    grade = _GRADE.fullmatch(text)
    if grade and grade[1] in (None, str(number)):
        return 1, float("ABCDE".index(grade[2].upper()) + 1)
    stated = _STATED.fullmatch(text.lower())
    if stated:
        intensity = float(stated[2] or 0)
        present = stated[1] == "present" if stated[1] else intensity > 0
        if 0 <= intensity <= MAX_INTENSITY:
            return int(present), intensity
    cause = f"{shown(text)} says neither an intensity (0 to 5, A to E) nor '?' of AU{number}"
    raise InputError(cause, path, span.line)


def _names_unit(text: str, number: int) -> bool:
    return unit_of(text) == number or (number > MAX_INTENSITY and text == str(number))


def _affect(path: Path, name: str, span: Span) -> float:
    text = span.value.strip()
    if text == UNLABELLED:
        return np.nan
    try:
        value = float(text)
    except ValueError:
        raise InputError(f"{name} {shown(text)} is not a number", path, span.line) from None
    if not abs(value) <= 1:
        raise InputError(f"{name} {shown(text)} is outside [-1, 1]", path, span.line)
    return value


def _statement(known: bool, present: bool, intensity: np.float32) -> str:
    if not known:
        return UNLABELLED
    number = str(int(intensity)) if not intensity % 1 else str(intensity)
    if present == (intensity > 0):
        return number
    return f"{'present' if present else 'absent'} {number}"


def _runs(states: Sequence[str], timeline: Timeline) -> list[Span]:
    """Return one span for each run of equal states."""
    starts = [k for k, state in enumerate(states) if not k or state != states[k - 1]]
    ends = [*starts[1:], len(states)]
    return [
        Span(timeline.time(start), timeline.time(end), states[start])
        for start, end in zip(starts, ends, strict=True)
    ]
