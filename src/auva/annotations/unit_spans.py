"""Action Units as spans: the table that spans give, the spans that a table gives.

`auva.annotations.grammar` tells what a span says. Where spans of one unit overlap, it is present if
any of them says so, else not labelled if any says that it is not known, else absent: a unit that is
present on either side of the face is present.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from auva.annotations import facs
from auva.annotations.context import Timeline
from auva.annotations.grammar import Claim, Name, NotUnderstood, names_used_unit, read_value
from auva.annotations.pieces import ABSENT, PRESENT, UNKNOWN
from auva.annotations.spans import UNLABELLED, Span, count_rows, frames_of, runs
from auva.annotations.tables import UNITS, ActionUnits
from auva.annotations.text import shown
from auva.errors import InputError
from auva.units import ACTION_UNITS

_RANK = {ABSENT: 0, UNKNOWN: 1, PRESENT: 2}


@dataclass(frozen=True)
class Track:
    """The spans under one name: those of a tier or of a behaviour.

    Attributes
    ----------
    name : Name
        What the name says of Action Units.
    spans : sequence of Span
        Its spans.
    watched : sequence of Span or None
        Where its units were looked for, and are absent if no span is there; None: everywhere.
    """

    name: Name
    spans: Sequence[Span]
    watched: Sequence[Span] | None = None


def action_units(
    path: Path,
    tracks: Sequence[Track],
    own: int | None,
    timeline: Timeline,
    left_out: Sequence[str] = (),
    read_as: Sequence[str] = (),
) -> ActionUnits:
    """Return the table that the spans of Action Units give.

    Parameters
    ----------
    path : Path
        The file, for messages.
    tracks : sequence of Track
        All spans. A unit that no track is named after is labelled only in the spans that name it.
    own : int or None
        The number of frames that the file states; else that of the video counts.
    timeline : Timeline
        Of the video.
    left_out, read_as : sequence of str
        What else the file holds, and what of it was taken for something, as reports tell it; what
        the spans themselves leave out or leave open is added.

    Raises
    ------
    InputError
        For the first value that the grammar does not know, with its line.
    """
    said: dict[int, list[tuple[Span, Claim]]] = {}
    for track in tracks:
        for number in track.name.claims:
            said.setdefault(number, [])
        for span in track.spans:
            for number, claim in _claims(path, track.name, span).items():
                said.setdefault(number, []).append((span, claim))
    spans = [span for track in tracks for span in (*track.spans, *(track.watched or ()))]
    rows = count_rows(path, spans, own, timeline)
    mask = np.zeros((rows, UNITS), bool)
    presence = np.zeros((rows, UNITS), np.uint8)
    intensity = np.zeros((rows, UNITS), np.float32)
    for unit, number in enumerate(ACTION_UNITS):
        for place in _watched(number, tracks, timeline):
            mask[place, unit] = True
        readings = [(span, *claim.reading) for span, claim in _settled(said.get(number, []))]
        for span, state, grade in sorted(readings, key=lambda each: (_RANK[each[1]], each[2])):
            place = frames_of(span, timeline)
            mask[place, unit] = state != UNKNOWN
            presence[place, unit] = state == PRESENT
            intensity[place, unit] = grade
    others = [
        f"AU{number} ({counted(len(said[number]), 'span')})"
        for number in sorted(said.keys() - set(ACTION_UNITS))
    ]
    frame, told = np.arange(1, rows + 1), (*_taken(said, tracks), *read_as)
    return ActionUnits(frame, presence, mask, intensity, "converted", (*others, *left_out), told)


def unit_spans(table: ActionUnits, unit: int, timeline: Timeline) -> list[Span]:
    """Return the spans that say what a table says of its column `unit`; absence needs none."""
    states = [
        _statement(bool(known), bool(present), grade, ACTION_UNITS[unit])
        for known, present, grade in zip(
            table.mask[:, unit], table.presence[:, unit], table.intensity[:, unit], strict=True
        )
    ]
    return [span for span in runs(states, timeline) if span.value != "0"]


def counted(count: int, what: str) -> str:
    """Return a number of things in words: "1 span", "2 spans"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def tally(names: Sequence[str], what: str) -> list[str]:
    """Return each name once with the number of its rows, as reports tell what is left out."""
    return [f"{shown(name)} ({counted(count, what)})" for name, count in Counter(names).items()]


def _claims(path: Path, name: Name, span: Span) -> dict[int, Claim]:
    """Return what a span says of each unit."""
    try:
        return read_value(span.value, name)
    except NotUnderstood as error:
        used = set(name.claims) & set(ACTION_UNITS)
        if not used and not names_used_unit(span.value):
            return dict(name.claims)
        units = " and ".join(f"AU{number}" for number in name.claims)
        cause = (
            f"{shown(span.value)} says neither an intensity (0 to 5, A to E) nor present, absent "
            f"or '?' of {units}: {error}"
        )
        raise InputError(cause, path, span.line) from None


def _settled(said: Sequence[tuple[Span, Claim]]) -> list[tuple[Span, Claim]]:
    """Return the claims of one unit, its own number read as its name unless intensities are given.

    On AU4 the value 4 may be the unit or an intensity. Where all values are 4, nothing more is said
    than that the unit is present.
    """
    graded = any(claim.intensity is not None and not claim.own for _, claim in said)
    return [
        (span, claim if graded or not claim.own else replace(claim, intensity=None))
        for span, claim in said
    ]


def _taken(said: Mapping[int, Sequence[tuple[Span, Claim]]], tracks: Sequence[Track]) -> list[str]:
    """Return in words what was taken for something though it may mean more or less."""
    told = []
    for number in ACTION_UNITS:
        claims = said.get(number, ())
        settled = _settled(claims)
        if number > 1 and any(c.own and c.intensity is None for _, c in settled):
            told.append(f"the value {number} of AU{number}: present, no intensity")
        sides = {
            track.name.claims[number].side
            for track in tracks
            if number in track.name.claims and track.name.tells_absence
        }
        if sides in ({facs.LEFT}, {facs.RIGHT}):
            side = sides.pop()
            told.append(f"AU{number}, of the {side} side alone: absent where nothing is said")
    return told


def _watched(number: int, tracks: Sequence[Track], timeline: Timeline) -> list[slice]:
    """Return where a unit is absent if no span says more."""
    places = []
    for track in tracks:
        if number in track.name.claims and track.name.tells_absence:
            if track.watched is None:
                return [slice(None)]
            places += [frames_of(span, timeline) for span in track.watched]
    return places


def _statement(known: bool, present: bool, intensity: np.float32, number: int) -> str:
    if not known:
        return UNLABELLED
    # Without an exponent: in a value, E is a grade.
    text = np.format_float_positional(intensity, trim="-")
    # The number of the unit alone may be its name.
    if present == (intensity > 0) and not 1 < intensity == number:
        return text
    return f"{'present' if present else 'absent'} {text}"
