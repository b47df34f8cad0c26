"""Valence and arousal as spans: names of tiers, the table that spans give, and the way back."""

import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from auva.annotations import facs
from auva.annotations.context import Timeline
from auva.annotations.pieces import NotUnderstood, plain
from auva.annotations.scales import ASK, implied_scale, on_scale
from auva.annotations.spans import ROUNDED, UNLABELLED, Span, count_rows, frames_of, runs
from auva.annotations.tables import ValenceArousal
from auva.annotations.text import shown
from auva.errors import InputError
from auva.sheet import Scale
from auva.units import VA_NAMES

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]+|[0-9]+|[^\s\w]")
_RATERS = frozenset(("r", "rater", "coder", "annotator", "observer", "judge", "a", "c"))
_NEUTRAL = frozenset(
    (
        *("rating", "ratings", "score", "value", "values", "trace", "affect", "emotional"),
        *("dimension", "level", "mean", "average", "continuous", *"():-.#"),
    )
)


def affect_of(text: str) -> str | None:
    """Return whether the name of a tier is about "valence" or "arousal", or None for neither.

    The name may say whose ratings they are: "Valence_R1", "arousal (rater 2)".

    Raises
    ------
    NotUnderstood
        If it says more than that.
    """
    words = _WORD.findall(plain(text))
    named = [word for word in words if word in VA_NAMES]
    if not named or set(words) & set(facs.ASIDE):
        return None
    rest = [word for word in words if word not in (*VA_NAMES, *_NEUTRAL, *_RATERS)]
    if len(named) > 1:
        raise NotUnderstood("it names two dimensions")
    for word in rest:
        if not word.isdigit():
            raise NotUnderstood(f"{shown(word)} is not understood")
    return named[0]


def valence_arousal(
    path: Path,
    spans: Mapping[str, Sequence[Span]],
    own: int | None,
    timeline: Timeline,
    scale: Scale | None = None,
    left_out: Sequence[str] = (),
    read_as: Sequence[str] = (),
) -> ValenceArousal:
    """Return the table that spans of valence and arousal give; elsewhere they are not labelled.

    A frame has the value of the span that holds its middle. Where spans are shorter than a frame,
    it has their mean, weighted by the time that they share with it.

    Parameters
    ----------
    path : Path
        The file, for messages.
    spans : mapping of str to sequence of Span
        By name, "valence" or "arousal".
    own : int or None
        The number of frames that the file states; else that of the video counts.
    timeline : Timeline
        Of the video.
    scale : Scale or None
        Scale of the values, if the sheet states it.
    left_out, read_as : sequence of str
        What else the file has, and how ambiguous content was read, as in the reports.

    Raises
    ------
    InputError
        For the first value that is not a number on its scale; if the scale is unknown; if two
        spans of one dimension overlap.
    """
    rows = count_rows(path, [span for each in spans.values() for span in each], own, timeline)
    values = np.full((rows, len(VA_NAMES)), np.nan)
    numbers = {name: [_number(path, name, span) for span in each] for name, each in spans.items()}
    used = scale or _scale(path, spans, numbers)
    for name, each in spans.items():
        read = [
            (span, number if math.isnan(number) else on_scale(path, span.line, name, number, used))
            for span, number in zip(each, numbers[name], strict=True)
        ]
        _check_apart(path, name, each)
        values[:, VA_NAMES.index(name)] = _painted(read, rows, timeline)
    frame = np.arange(1, rows + 1)
    told = tuple(left_out), tuple(read_as)
    return ValenceArousal(values, ~np.isnan(values), frame, "converted", *told)


def affect_spans(
    table: ValenceArousal, dimension: int, timeline: Timeline, scale: Scale | None = None
) -> list[Span]:
    """Return the spans that say what a table says of valence (0) or arousal (1), on a scale."""
    column = table.values[:, dimension]
    values = (column if scale is None else scale.from_unit(column)).tolist()
    known = table.mask[:, dimension]
    states = [repr(v) if k else UNLABELLED for v, k in zip(values, known, strict=True)]
    return [span for span in runs(states, timeline) if span.value != UNLABELLED]


def _number(path: Path, name: str, span: Span) -> float:
    """Return the number that a span has; NaN where it says that there is none."""
    text = span.value.strip()
    if text.casefold() in facs.UNKNOWN:
        return math.nan
    if not _DECIMAL.fullmatch(text) or math.isinf(float(text)):
        raise InputError(f"{name} {shown(text)} is not a number", path, span.line)
    return float(text)


def _scale(
    path: Path, spans: Mapping[str, Sequence[Span]], numbers: Mapping[str, Sequence[float]]
) -> Scale:
    """Return the scale of the values, or raise an `InputError` if several are possible."""
    decimal = any(set(span.value) & set(".eE") for each in spans.values() for span in each)
    found = implied_scale(np.array([n for each in numbers.values() for n in each]), decimal)
    if found is not None:
        return found
    for name, each in spans.items():
        for span, number in zip(each, numbers[name], strict=True):
            if abs(number) > 1:
                cause = f"{name} {shown(span.value.strip())} is outside [-1, 1]; {ASK}"
                raise InputError(cause, path, span.line)
    raise InputError(f"whole numbers from -1 to 1 alone may be on several scales; {ASK}", path)


def _check_apart(path: Path, name: str, spans: Sequence[Span]) -> None:
    """Raise an `InputError` if two spans of one dimension cover the same time."""
    ordered = sorted(spans, key=lambda span: (span.start, span.stop))
    for first, second in pairwise(ordered):
        if second.start < first.stop - ROUNDED:
            cause = f"two spans of {name} overlap at {second.start:.6g} s"
            raise InputError(cause, path, max(first.line, second.line))


def _painted(read: Sequence[tuple[Span, float]], rows: int, timeline: Timeline) -> np.ndarray:
    """Return the value of each frame, NaN where it has none."""
    values, brief = np.full(rows, np.nan), np.zeros(rows, bool)
    shared, weight = np.zeros(rows), np.zeros(rows)
    for span, value in read:
        place = frames_of(span, timeline)
        if span.stop - span.start >= 1 / timeline.rate - ROUNDED:
            values[place] = value
            continue
        brief[place] = True
        begin, end = (max(0.0, timeline.place(time)) for time in (span.start, span.stop))
        for frame in range(int(begin), min(rows, math.ceil(end)) if not math.isnan(value) else 0):
            share = min(end, frame + 1) - max(begin, frame)
            shared[frame] += share * value
            weight[frame] += share
    filled = brief & np.isnan(values) & (weight > 0)
    values[filled] = shared[filled] / weight[filled]
    return values
