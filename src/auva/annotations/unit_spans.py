"""Action Units as spans: the table that spans give, the spans that a table gives.

`auva.annotations.grammar` tells what a span says. Where spans of one unit overlap, it is present if
any of them says so, else not labelled if any says that it is not known, else absent: a unit that is
present on either side of the face is present.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from auva.annotations import facs
from auva.annotations.context import Timeline
from auva.annotations.grammar import Claim, Name, NotUnderstood, names_used_unit, read_value
from auva.annotations.pieces import ABSENT, PRESENT, UNKNOWN
from auva.annotations.spans import UNLABELLED, Span, count_rows, frames_of
from auva.annotations.tables import SIDES, ActionUnits, Coding, Comment
from auva.annotations.text import shown
from auva.errors import InputError

HIDDEN = "not visible"
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
    units: tuple[int, ...],
    left_out: Sequence[str] = (),
    read_as: Sequence[str] = (),
    remarks: Mapping[int, Sequence[Span]] | None = None,
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
    units : tuple of int
        FACS numbers of the columns of the table.
    left_out, read_as : sequence of str
        What else the file has, and how ambiguous content was read, as in the reports; what
        the spans themselves leave out or leave open is added.
    remarks : mapping of int to sequence of Span, optional
        Spans by FACS number whose values are comments; those of the spans themselves are added.

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
            for number, claim in _claims(path, track.name, span, units).items():
                said.setdefault(number, []).append((span, claim))
    spans = [span for track in tracks for span in (*track.spans, *(track.watched or ()))]
    rows = count_rows(path, spans, own, timeline)
    mask, graded, hidden = (np.zeros((rows, len(units)), bool) for _ in range(3))
    presence, side = (np.zeros((rows, len(units)), np.uint8) for _ in range(2))
    intensity = np.zeros((rows, len(units)), np.float32)
    comments: list[Comment] = []
    for unit, number in enumerate(units):
        for place in _watched(number, tracks, timeline):
            mask[place, unit] = True
        settled = _settled(said.get(number, []))
        readings = [(span, claim, *claim.reading) for span, claim in settled]
        readings.sort(key=lambda each: (_RANK[each[2]], each[3]))
        for span, claim, state, grade in readings:
            place = frames_of(span, timeline)
            # On both sides where spans of both say so.
            also = np.where(presence[place, unit] & (state == PRESENT), side[place, unit], 0)
            side[place, unit] = (SIDES.index(claim.side) if state == PRESENT else 0) | also
            mask[place, unit] = state != UNKNOWN
            presence[place, unit] = state == PRESENT
            intensity[place, unit] = grade
            stated = claim.intensity is not None and state != UNKNOWN
            graded[place, unit] = stated and (state == PRESENT or grade > 0)
            hidden[place, unit] = claim.hidden
        comments += _comments(unit, settled, (remarks or {}).get(number, ()), rows, timeline)
    others = [
        f"AU{number} ({counted(len(said[number]), 'span')})"
        for number in sorted(said.keys() - set(units))
    ]
    frame, told = np.arange(1, rows + 1), (*_taken(said, tracks, units), *read_as)
    coding = Coding(graded, hidden, side, tuple(comments))
    out = (*others, *left_out)
    # Where a unit has intensities at all, absence is the intensity 0.
    stated = graded | ((presence == 0) & graded.any(axis=0))
    return ActionUnits(
        frame, presence, mask, intensity, "converted", out, told, coding, units, stated
    )


def unit_spans(
    table: ActionUnits, unit: int, timeline: Timeline, with_comments: bool = False
) -> list[Span]:
    """Return the spans that say what a table says of its column `unit`.

    Absence needs none, unless it is remarked upon and the spans shall carry comments.
    """
    known, present, grade = table.mask[:, unit], table.presence[:, unit], table.intensity[:, unit]
    coding = table.coding
    stated = known if coding is None else coding.graded[:, unit]
    unseen = np.zeros(len(known), bool) if coding is None else coding.hidden[:, unit]
    side = np.zeros(len(known), np.uint8) if coding is None else coding.side[:, unit]
    texts, remark = _remarked(table, unit) if with_comments else ([""], np.zeros(len(known), int))
    columns = (known, present, np.where(known, grade, -1), stated, unseen, side, remark)
    starts = _changes(np.stack([column.astype(np.float64) for column in columns], axis=1))
    spans: list[Span] = []
    for first, last in pairwise([*starts, len(known)]):
        number = table.units[unit]
        if known[first]:
            intensity = grade[first] if stated[first] or not present[first] else None
            value = _statement(bool(present[first]), intensity, number, coding is not None)
        else:
            value = HIDDEN if unseen[first] else UNLABELLED
        if side[first] and present[first]:
            value = f"{value} {SIDES[side[first]]}"
        start, stop = timeline.time(first), timeline.time(last)
        span = Span(start, stop, value, comment=texts[remark[first]])
        if spans and (spans[-1].value, spans[-1].comment) == (span.value, span.comment):
            spans[-1] = replace(spans[-1], stop=stop)
        else:
            spans.append(span)
    return [span for span in spans if span.value != "0" or span.comment]


def comment_spans(table: ActionUnits, unit: int, timeline: Timeline) -> list[Span]:
    """Return the comments on the column `unit` of a table as separate spans."""
    comments = table.coding.comments if table.coding else ()
    return [
        Span(timeline.time(each.first - 1), timeline.time(each.last), each.text)
        for each in sorted(comments, key=lambda each: each.first)
        if each.unit == unit
    ]


def _comments(
    unit: int,
    said: Sequence[tuple[Span, Claim]],
    remarks: Sequence[Span],
    rows: int,
    timeline: Timeline,
) -> list[Comment]:
    """Return the comments on one unit; where they overlap, the later in the file is kept."""
    texts = [""]
    remark = np.zeros(rows, int)
    given = [(span, span.comment) for span, _ in said] + [(span, span.value) for span in remarks]
    for span, text in given:
        words = " ".join(text.split())
        if words:
            texts.append(words)
            remark[frames_of(span, timeline)] = len(texts) - 1
    starts = _changes(remark[:, None]) if rows else []
    return [
        Comment(unit, first + 1, last, texts[remark[first]])
        for first, last in pairwise([*starts, rows])
        if remark[first]
    ]


def _remarked(table: ActionUnits, unit: int) -> tuple[list[str], np.ndarray]:
    """Return the comments on a unit and which one each frame has; 0 is none."""
    texts, remark = [""], np.zeros(len(table), int)
    for each in table.coding.comments if table.coding else ():
        if each.unit == unit:
            texts.append(each.text)
            remark[each.first - 1 : each.last] = len(texts) - 1
    return texts, remark


def _changes(table: np.ndarray) -> list[int]:
    """Return the rows of a table that differ from the row above, and the first."""
    return [0, *(np.flatnonzero((table[1:] != table[:-1]).any(axis=1)) + 1).tolist()]


def counted(count: int, what: str) -> str:
    """Return a number of things in words: "1 span", "2 spans"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def tally(names: Sequence[str], what: str) -> list[str]:
    """Return each name once with the number of its rows, as reports list what is ignored."""
    return [f"{shown(name)} ({counted(count, what)})" for name, count in Counter(names).items()]


def _claims(path: Path, name: Name, span: Span, units: Sequence[int]) -> dict[int, Claim]:
    """Return what a span says of each unit."""
    try:
        return read_value(span.value, name)
    except NotUnderstood as error:
        used = set(name.claims) & set(units)
        if not used and not names_used_unit(span.value, units):
            return dict(name.claims)
        named = " and ".join(f"AU{number}" for number in name.claims)
        cause = (
            f"{shown(span.value)} says neither an intensity (0 to 5, A to E) nor present, absent "
            f"or '?' of {named}: {error}"
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


def _taken(
    said: Mapping[int, Sequence[tuple[Span, Claim]]],
    tracks: Sequence[Track],
    units: Sequence[int],
) -> list[str]:
    """Return in words what was taken for something though it may mean more or less."""
    told = []
    for number in units:
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


def _statement(present: bool, intensity: float | None, number: int, stated: bool) -> str:
    """Return the statement of a span; `stated` where an intensity of 1 differs from none."""
    if intensity is None:
        return "present"
    # Without an exponent: in a value, E is a grade.
    text = np.format_float_positional(np.float32(intensity), trim="-")
    # The number of the unit alone may be its name.
    named = intensity == number and (stated or intensity > 1)
    if present == (intensity > 0) and not named:
        return text
    return f"{'present' if present else 'absent'} {text}"
