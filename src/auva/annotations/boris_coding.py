"""What a table of BORIS holds of Action Units: rows of one person in one video, and their spans.

Shared by the tables of events and of aggregated events. `auva.annotations.grammar` tells what
behaviours and modifiers say, `boris_media` which time of the video a time is. Other behaviours,
people, observations and media are left out, and listed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auva.annotations.boris_media import MediaClock, media_clock, media_names
from auva.annotations.boris_table import (
    BEHAVIOUR,
    OBSERVATION,
    SUBJECT,
    TYPES,
    Row,
    column,
    find_header,
    preamble,
    read_rows,
)
from auva.annotations.context import Context
from auva.annotations.grammar import Name, names_units, read_name
from auva.annotations.media import the_video
from auva.annotations.pieces import NotUnderstood
from auva.annotations.spans import Span, check_span
from auva.annotations.subjects import NOBODY, chosen_subject, folded
from auva.annotations.tables import ActionUnits
from auva.annotations.text import Text, shown
from auva.annotations.unit_spans import Track, action_units, counted, tally
from auva.errors import InputError
from auva.units import names_of


@dataclass(frozen=True)
class Coding:
    """The rows of Action Units that are read.

    Attributes
    ----------
    path : Path
        The file.
    rows : list of Row
        Those of Action Units, of one person in one observation.
    names : dict of str to Name
        What each behaviour says.
    clock : MediaClock
        Of the video.
    left_out : list of str
        What else the table holds.
    """

    path: Path
    rows: list[Row]
    names: dict[str, Name]
    clock: MediaClock
    left_out: list[str]


def read_coding(
    text: Text,
    is_header: Callable[[set[str]], bool],
    columns: str,
    states: Sequence[str],
    context: Context,
) -> Coding:
    """Return the rows of Action Units of a table.

    Parameters
    ----------
    text : Text
        The file.
    is_header : callable
        Says of the names of columns whether they are those of the table.
    columns : str
        The columns that it needs, for messages.
    states : sequence of str
        What the column of types says of state events, in capitals.
    context : Context
        Of the video.

    Raises
    ------
    InputError
        If the table is not one of BORIS; if a behaviour mentions Action Units and is not
        understood, or is a point event; if its rows are of several people, observations or media,
        and the context does not say which is meant.
    """
    found = find_header(text.lines, is_header)
    if found is None:
        raise InputError(f"no header with the columns {columns}", text.path, 1)
    above = preamble(text, *found)
    rows, left_out = _of_one_observation(text.path, read_rows(text, *found), above, context)
    units = context.units
    names = _names(text.path, rows, units)
    used = [row for row in rows if _used(names.get(row.cells[BEHAVIOUR]), units)]
    if not used:
        known = ", ".join(names_of(units))
        raise InputError(f"no behaviour is named after one of {known}", text.path)
    clock = media_clock(text.path, rows, above, context)
    person = chosen_subject(text.path, map(_subject, used), context.subject)
    read, behaviours, people = [], [], []
    for row in rows:
        behaviour = row.cells[BEHAVIOUR]
        if folded(_subject(row)) != person:
            people.append(_subject(row) or NOBODY)
        elif behaviour not in names or not _is_state(
            text.path, row, names[behaviour], states, units
        ):
            behaviours.append(behaviour)
        else:
            read.append(row)
    left_out += tally(behaviours, "event")
    left_out += [f"subject {told}" for told in tally(people, "event")]
    return Coding(text.path, read, names, clock, left_out)


def units_of(coding: Coding, spans: Iterable[tuple[str, Span]], context: Context) -> ActionUnits:
    """Return the table that spans give.

    Parameters
    ----------
    coding : Coding
        What they were read from.
    spans : iterable of (str, Span)
        Their behaviours, and times on the clock of the observation.
    context : Context
        Of the video.
    """
    tracks: dict[str, list[Span]] = {}
    elsewhere = 0
    for behaviour, span in spans:
        inside = _on_video(coding, span)
        elsewhere += inside is None
        tracks.setdefault(behaviour, []).extend([inside] if inside else [])
    timeline, length = context.timeline, coding.clock.length
    own = None
    if timeline.frames is None and length is not None:
        # The medium's length is its longest stream's: what the video itself has is better.
        own = max(1, round(timeline.place(length)))
    left_out = list(coding.left_out)
    if elsewhere:
        left_out.append(f"other media ({counted(elsewhere, 'span')})")
    named = [Track(coding.names[behaviour], found) for behaviour, found in tracks.items()]
    return action_units(
        coding.path, named, own, timeline, context.units, left_out, coding.clock.read_as
    )


def others(text: Text, is_header: Callable[[set[str]], bool], units: Sequence[int]) -> list[str]:
    """Return the behaviours that rewriting the file would lose."""
    found = find_header(text.lines, is_header)
    rows = read_rows(text, *found) if found else []
    people = {folded(_subject(row)) for row in rows}
    names = _names(text.path, rows, units)
    plain = {
        behaviour
        for behaviour, name in names.items()
        if len(name.claims) == 1 and _used(name, units) and len(people) == 1
    }
    return [
        name for name in dict.fromkeys(row.cells[BEHAVIOUR] for row in rows) if name not in plain
    ]


def _on_video(coding: Coding, span: Span) -> Span | None:
    """Return the part of a span inside the video, on the video's clock; None if there is none."""
    clock = coding.clock
    moved = replace(span, start=span.start - clock.shift, stop=span.stop - clock.shift)
    if not clock.several:
        check_span(coding.path, moved)
        return moved
    check_span(coding.path, span)
    end = moved.stop if clock.length is None else clock.length
    inside = replace(moved, start=max(0.0, moved.start), stop=min(moved.stop, end))
    return inside if inside.start < inside.stop else None


def _of_one_observation(
    path: Path, rows: Sequence[Row], above: Sequence[Sequence[str]], context: Context
) -> tuple[list[Row], list[str]]:
    """Return the rows of the observation that shows the video, and what others there are."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.cells.get(OBSERVATION, ""), []).append(row)
    keys = list(groups)
    if len(keys) > 1:
        keys = [key for key in keys if the_video(context.medium, media_names(groups[key], above))]
    if len(keys) != 1:
        cause = (
            f"events of several observations ({', '.join(map(shown, groups))}), of which not one "
            "alone shows the video by its name; export one per file"
        )
        raise InputError(cause, path, groups[list(groups)[1]][0].line)
    left_out = [
        f"observation {shown(key)} ({counted(len(group), 'event')})"
        for key, group in groups.items()
        if key != keys[0]
    ]
    return groups[keys[0]], left_out


def _names(path: Path, rows: Sequence[Row], units: Sequence[int]) -> dict[str, Name]:
    """Return what the behaviours of Action Units say."""
    names: dict[str, Name] = {}
    said: dict[str, list[Row]] = {}
    for row in rows:
        said.setdefault(row.cells[BEHAVIOUR], []).append(row)
    for behaviour, group in said.items():
        try:
            name = read_name(behaviour, units)
        except NotUnderstood as error:
            cause = f"the behaviour {shown(behaviour)} is about Action Units, but {error}"
            raise InputError(cause, path, group[0].line) from None
        if name is not None:
            names[behaviour] = name
            continue
        naming = [row for row in group if names_units(row.modifier, behaviour)]
        if naming:
            cause = (
                f"the behaviour {shown(behaviour)} has Action Units as modifiers "
                f"({shown(naming[0].modifier)}) and is not named after them"
            )
            raise InputError(cause, path, naming[0].line)
    return names


def _used(name: Name | None, units: Sequence[int]) -> bool:
    return name is not None and bool(name.claims.keys() & set(units))


def _is_state(
    path: Path, row: Row, name: Name, states: Sequence[str], units: Sequence[int]
) -> bool:
    """Return whether a row is a state event; a used unit must be one."""
    kind = column(row, TYPES).upper()
    if kind in states:
        return True
    if not _used(name, units):
        return False
    cause = f"{shown(row.cells[BEHAVIOUR])} is {shown(kind)}, not {' or '.join(states)}"
    raise InputError(f"{cause}; Action Units are state events", path, row.line)


def _subject(row: Row) -> str:
    return row.cells.get(SUBJECT, "")
