"""The aggregated events of BORIS: one row per event, with its start and its stop.

Columns as BORIS 7 and 8 write them (Friard and Gamba, Methods in Ecology and Evolution 2016):
`Behavior`, `Behavior type` (STATE, POINT), `Start (s)`, `Stop (s)`, `Duration (s)`, `Modifier #1` …
(or `Modifiers`), `Subject`, `Media file name`; tabs or commas. The rows are in the order of
subjects, behaviours and modifiers. All else is as in the export of events
(`auva.annotations.boris`).
"""

from pathlib import Path

from auva.annotations.boris_coding import Coding, others, read_coding, units_of
from auva.annotations.boris_table import (
    BEHAVIOUR,
    COMMENTS,
    DURATION,
    OBSERVATION,
    START,
    STOP,
    SUBJECT,
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
from auva.annotations.text import parse_number, read_text
from auva.annotations.unit_spans import unit_spans
from auva.errors import InputError
from auva.files import write_text
from auva.units import names_of

NAME = "boris_aggregated"
_LENGTH = "Duration (s)"
_COLUMNS = f"{BEHAVIOUR}, {TYPES[0]}, {START} and {STOP}"
_ROUNDED = 0.0021
"""What rounding start, stop and duration to milliseconds may add up to (s)."""

_WRITTEN = (
    OBSERVATION,
    DURATION,
    SUBJECT,
    BEHAVIOUR,
    "Behavioral category",
    "Modifier #1",
    TYPES[0],
    START,
    STOP,
    _LENGTH,
    "Comment start",
    "Comment stop",
)


def is_header(names: set[str]) -> bool:
    """Return whether names of columns are those of the export of aggregated events."""
    return {BEHAVIOUR, START, STOP} <= names and bool(names & set(TYPES))


def read(path: Path, context: Context) -> ActionUnits:
    """Read the Action Units of aggregated events.

    Parameters
    ----------
    path : Path
        The file.
    context : Context
        Of the video; without its frames the medium's length in the file is used.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line: a time that is none, a duration that
        contradicts start and stop, an Action Unit as a point event; if the events are of several
        people, observations or media, and the context does not say which is meant.
    """
    coding = read_coding(read_text(path), is_header, _COLUMNS, ("STATE",), context)
    spans = [(row.cells[BEHAVIOUR], _span(coding, row)) for row in coding.rows]
    return units_of(coding, spans, context)


def write(path: Path, table: ActionUnits, context: Context) -> None:
    """Write aggregated events (tab-separated, as version 8 has them), whole or not at all."""
    length = context.timeline.time(len(table))
    rows: list[tuple[str, ...]] = [_WRITTEN]
    for unit, name in enumerate(names_of(table.units)):
        spans = unit_spans(table, unit, context.timeline, with_comments=True)
        for span in spans or [Span(0, length, "0")]:
            times = (f"{time:.3f}" for time in (span.start, span.stop, span.stop - span.start))
            said = (name, "", span.value, "STATE", *times, span.comment, "")
            rows.append(("auva", f"{length:.3f}", "", *said))
    write_text(path, joined(rows))


def _span(coding: Coding, row: Row) -> Span:
    start, stop = (parse_number(coding.path, row.line, row.cells[name]) for name in (START, STOP))
    told = row.cells.get(_LENGTH, "")
    if told not in ("", "NA"):
        length = parse_number(coding.path, row.line, told)
        if not abs(stop - start - length) <= _ROUNDED:
            cause = f"the duration is {told} s, but the event lasts {stop - start:.6g} s"
            raise InputError(cause, coding.path, row.line)
    return Span(start, stop, row.modifier, row.line, column(row, COMMENTS))


FORMATS = (
    Format(
        name=NAME,
        kind="au",
        recognise=lambda content: find_header(content.text.lines, is_header) is not None,
        read=lambda files, context: read(only_file(files, NAME), context),
        write=lambda files, *rest: write(only_file(files, NAME), *rest),
        content="BORIS' aggregated events (tabs or commas): a row per state event of a behaviour "
        "per Action Unit, with `Start (s)` and `Stop (s)`",
        frames="spans in s",
        frames_of="converted",
        others=lambda path, units: others(read_text(path), is_header, units),
        intensities=True,
        coding=True,
        spans=True,
        suffixes=(".tsv", ".csv"),
    ),
)
