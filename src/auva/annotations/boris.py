"""The tabular export of BORIS: one row per event, state events as a START and a STOP.

Columns as BORIS 8 writes them (Friard and Gamba, Methods in Ecology and Evolution 2016):
`Behavior`, `Behavior type` (START, STOP, POINT), `Time` in seconds of the observation,
`Modifier #1` …, `Subject`; version 7 says `Status` and `Modifiers`, below some lines about the
observation. Tabs or commas.

The export lists what occurred, not what was looked for: a unit that never occurs is not labelled.
One event with the modifier 0 says that it was looked for and absent.
"""

from pathlib import Path

from auva.annotations.boris_coding import Coding, others, read_coding, units_of
from auva.annotations.boris_table import (
    BEHAVIOUR,
    COMMENTS,
    DURATION,
    OBSERVATION,
    SUBJECT,
    TIME,
    TYPES,
    Row,
    column,
    find_header,
    joined,
)
from auva.annotations.context import Context
from auva.annotations.format import Format, only_file
from auva.annotations.spans import Span
from auva.annotations.tables import ActionUnits
from auva.annotations.text import parse_number, read_text, shown
from auva.annotations.unit_spans import unit_spans
from auva.errors import InputError
from auva.files import write_text
from auva.units import names_of

_COLUMNS = "Time, Behavior and Behavior type (or Status)"
_WRITTEN = (
    OBSERVATION,
    DURATION,
    SUBJECT,
    BEHAVIOUR,
    "Behavioral category",
    "Modifier #1",
    TYPES[0],
    TIME,
    "Comment",
)


def is_header(names: set[str]) -> bool:
    """Return whether names of columns are those of the export of events."""
    return {TIME, BEHAVIOUR} <= names and bool(names & set(TYPES))


def read(path: str | Path, context: Context | None = None) -> ActionUnits:
    """Read the Action Units of a BORIS export.

    Parameters
    ----------
    path : str or Path
        The file.
    context : Context, optional
        Of the video; without its frames the medium's length in the file is used.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line: a time before that of the row above, a
        STOP without START, a START without STOP, an Action Unit as a point event; if the events are
        of several people, observations or media, and the context does not say which is meant.
    """
    context = context or Context()
    coding = read_coding(read_text(path), is_header, _COLUMNS, ("START", "STOP"), context)
    return units_of(coding, _paired(coding), context)


def write(path: str | Path, table: ActionUnits, context: Context | None = None) -> None:
    """Write a BORIS export (tab-separated, as version 8 has it), whole or not at all."""
    timeline = (context or Context()).timeline
    length = timeline.time(len(table))
    events: list[tuple[float, int, str, Span]] = []
    for unit, name in enumerate(names_of(table.units)):
        spans = unit_spans(table, unit, timeline, with_comments=True) or [Span(0, length, "0")]
        for span in spans:
            events += [(span.stop, 0, name, span), (span.start, 1, name, span)]
    rows: list[tuple[str, ...]] = [_WRITTEN]
    for time, starts, name, span in sorted(events, key=lambda event: event[:2]):
        said = ("START", f"{time:.3f}", span.comment) if starts else ("STOP", f"{time:.3f}", "")
        rows.append(("auva", f"{length:.3f}", "", name, "", span.value, *said))
    write_text(path, joined(rows))


def _paired(coding: Coding) -> list[tuple[str, Span]]:
    """Return the spans between each START and the STOP of the same behaviour and modifiers."""
    path, spans = coding.path, []
    running: dict[tuple[str, str], tuple[Row, float]] = {}
    last: float | None = None
    for row in coding.rows:
        behaviour, time = row.cells[BEHAVIOUR], parse_number(path, row.line, row.cells[TIME])
        if last is not None and time < last:
            cause = f"the time {time:.6g} s comes after {last:.6g} s (out of order)"
            raise InputError(cause, path, row.line)
        last = time
        key = behaviour, row.modifier
        started = running.pop(key, None)
        if column(row, TYPES).upper() == "START":
            if started:
                cause = f"{shown(behaviour)} starts again before it stops (line {started[0].line})"
                raise InputError(cause, path, row.line)
            running[key] = row, time
            continue
        if not started:
            raise InputError(f"{shown(behaviour)} stops without a start", path, row.line)
        comment = column(started[0], COMMENTS)
        spans.append((behaviour, Span(started[1], time, row.modifier, started[0].line, comment)))
    for (behaviour, _), (row, _) in running.items():
        raise InputError(f"{shown(behaviour)} starts and never stops", path, row.line)
    return spans


FORMATS = (
    Format(
        name="boris",
        kind="au",
        recognise=lambda content: find_header(content.text.lines, is_header) is not None,
        read=lambda files, context: read(only_file(files, "boris"), context),
        write=lambda files, *rest: write(only_file(files, "boris"), *rest),
        content="the export of events (version 7 to 9, tabs or commas): START and STOP of "
        "behaviours named after Action Units; see below",
        frames="spans in s",
        frames_of="converted",
        others=lambda path, units: others(read_text(path), is_header, units),
        intensities=True,
        coding=True,
        spans=True,
        suffixes=(".tsv", ".csv"),
    ),
)
