"""The tabular export of BORIS: one row per event, state events as a START and a STOP.

Columns as BORIS 8 writes them (Friard and Gamba, Methods in Ecology and Evolution 2016):
`Behavior`, `Behavior type` (START, STOP, POINT), `Time` in seconds of the media, `Modifier #1` …,
`Subject`, `Media duration (s)`; version 7 says `Status`, `Modifiers` and `Total length`, below some
lines about the observation. Tabs or commas. A behaviour named after an Action Unit is one; its
modifier is the value of its span (`auva.annotations.spans`). Other behaviours are left alone.

The export lists what occurred, not what was looked for: a unit that never occurs is not labelled.
One event with the modifier 0 says that it was looked for and absent.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auva.annotations.context import Context, Timeline
from auva.annotations.format import Format, only_file
from auva.annotations.frames import check_writable
from auva.annotations.spans import (
    MAX_SECONDS,
    Span,
    action_units,
    check_span,
    unit_of,
    unit_spans,
)
from auva.annotations.tables import ActionUnits
from auva.annotations.text import Text, parse_number, read_text, shown
from auva.errors import InputError
from auva.files import write_text
from auva.units import ACTION_UNITS, AU_NAMES

_TIME, _BEHAVIOUR, _OBSERVATION, _SUBJECT = "Time", "Behavior", "Observation id", "Subject"
_OFFSET = "Time offset (s)"
_KINDS = ("Behavior type", "Status")
_LENGTHS = ("Media duration (s)", "Total length")
_MODIFIERS = ("Modifier #1", "Modifiers", "Modifier 1", "Modifiers #1")
_PREAMBLE = 60
"""Lines in which the header is looked for: version 7 puts the observation's variables above it."""

_WRITTEN = (
    _OBSERVATION,
    _LENGTHS[0],
    _SUBJECT,
    _BEHAVIOUR,
    "Behavioral category",
    _MODIFIERS[0],
    _KINDS[0],
    _TIME,
    "Comment",
)


@dataclass(frozen=True)
class _Event:
    observed: tuple[str, str]
    unit: int
    modifier: str
    kind: str
    time: float
    line: int


def find_header(lines: Sequence[str]) -> tuple[int, str] | None:
    """Return the 0-based line of the header and its delimiter, or None if there is none."""
    for number, line in enumerate(lines[:_PREAMBLE]):
        for delimiter in ("\t", ","):
            names = {name.strip().strip('"') for name in line.split(delimiter)}
            if {_TIME, _BEHAVIOUR} <= names and names & set(_KINDS):
                return number, delimiter
    return None


def read(path: str | Path, context: Context | None = None) -> ActionUnits:
    """Read the Action Units of a BORIS export.

    Parameters
    ----------
    path : str or Path
        The file.
    context : Context, optional
        Of the video; without its frames the media's duration in the file tells.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line: a time before that of the row above, a
        STOP without START, a START without STOP, an Action Unit as a point event, a second subject
        or observation.
    """
    text = read_text(path)
    rows = list(_rows(text))
    spans = _paired(text.path, [event for row in rows if (event := _event(text.path, *row))])
    if not set(spans) & set(ACTION_UNITS):
        raise InputError(f"no behaviour is named after one of {', '.join(AU_NAMES)}", text.path)
    # The media's duration is its longest stream's: what the video itself has is better.
    timeline = (context or Context()).timeline
    own = _frames(text.path, *rows[0], timeline) if timeline.frames is None else None
    return action_units(text.path, spans, own, timeline)


def others(path: Path) -> list[str]:
    """Return the behaviours that `read` leaves out."""
    names = dict.fromkeys(row[_BEHAVIOUR] for _, row in _rows(read_text(path)))
    return [name for name in names if unit_of(name) not in ACTION_UNITS]


def write(path: str | Path, table: ActionUnits, context: Context | None = None) -> None:
    """Write a BORIS export (tab-separated, as version 8 has it), whole or not at all.

    Raises
    ------
    InputError
        If the frames are not 1 to n of the converted video.
    """
    check_writable(path, table, "converted", "boris")
    timeline = (context or Context()).timeline
    length = timeline.time(len(table))
    events: list[tuple[float, int, str, str]] = []
    for unit, name in enumerate(AU_NAMES):
        for span in unit_spans(table, unit, timeline) or [Span(0, length, "0")]:
            events += [(span.stop, 0, name, span.value), (span.start, 1, name, span.value)]
    lines = ["\t".join(_WRITTEN)]
    for time, starts, name, value in sorted(events, key=lambda event: event[:2]):
        kind = "START" if starts else "STOP"
        row = ("auva", f"{length:.3f}", "", name, "", value, kind, f"{time:.3f}", "")
        lines.append("\t".join(row))
    write_text(path, "\n".join([*lines, ""]))


def _rows(text: Text) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, cells by column) of every event."""
    found = find_header(text.lines)
    if found is None:
        cause = "no header with the columns Time, Behavior and Behavior type (or Status)"
        raise InputError(cause, text.path, 1)
    skip, delimiter = found
    lines = io.StringIO("\n".join(text.lines[skip:]), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    line = skip + 1
    try:
        for cells in reader:
            line = skip + reader.line_num
            if not header:
                header = _header(text.path, line, [cell.strip() for cell in cells])
                continue
            if len(cells) != len(header):
                cause = f"{len(cells)} cells where the header has {len(header)}"
                raise InputError(cause, text.path, line)
            yield line, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        line = skip + reader.line_num
        raise InputError(f"not a readable table: {error}", text.path, line) from None
    if skip + 1 >= len(text.lines):
        raise InputError("no events follow the header", text.path)
    if not text.ended and header[-1] in (_TIME, *_LENGTHS):
        raise InputError("the file ends within this line (it was cut off)", text.path, line)


def _header(path: Path, line: int, names: list[str]) -> list[str]:
    known = (_TIME, _BEHAVIOUR, _OBSERVATION, _SUBJECT, _OFFSET, *_KINDS, *_LENGTHS, *_MODIFIERS)
    for name in known:
        if names.count(name) > 1:
            raise InputError(f"column '{name}' is named twice", path, line)
    return names


def _first(row: dict[str, str], names: Sequence[str]) -> str:
    return next((row[name] for name in names if name in row), "")


def _event(path: Path, line: int, row: dict[str, str]) -> _Event | None:
    """Return a row's event if it is one of an Action Unit."""
    if row.get(_OFFSET, "") not in ("", "0", "0.0", "0.000", "NA"):
        cause = f"the observation has a time offset ({shown(row[_OFFSET])}); export it without one"
        raise InputError(cause, path, line)
    unit = unit_of(row[_BEHAVIOUR])
    time = parse_number(path, line, row[_TIME])
    if unit is None:
        return None
    kind = _first(row, _KINDS).upper()
    if kind not in ("START", "STOP"):
        cause = f"AU{unit} is {shown(kind)}, not START or STOP; Action Units are state events"
        raise InputError(cause, path, line)
    observed = row.get(_OBSERVATION, ""), row.get(_SUBJECT, "")
    return _Event(observed, unit, _first(row, _MODIFIERS), kind, time, line)


def _paired(path: Path, events: Sequence[_Event]) -> dict[int, list[Span]]:
    """Return the spans between each START and the STOP of the same unit and modifier."""
    spans: dict[int, list[Span]] = {}
    running: dict[tuple[int, str], _Event] = {}
    last = 0.0
    for event in events:
        if event.observed != events[0].observed:
            cause = "Action Units of a second subject or observation; export one per file"
            raise InputError(cause, path, event.line)
        if event.time < last:
            cause = f"the time {event.time:.6g} s comes after {last:.6g} s (out of order)"
            raise InputError(cause, path, event.line)
        last = event.time
        key = event.unit, event.modifier
        started = running.pop(key, None)
        if event.kind == "START":
            if started:
                cause = f"AU{event.unit} starts again before it stops (line {started.line})"
                raise InputError(cause, path, event.line)
            running[key] = event
            continue
        if not started:
            raise InputError(f"AU{event.unit} stops without a start", path, event.line)
        span = Span(started.time, event.time, _value(event.modifier), started.line)
        check_span(path, span)
        spans.setdefault(event.unit, []).append(span)
    for event in running.values():
        raise InputError(f"AU{event.unit} starts and never stops", path, event.line)
    return spans


def _value(modifier: str) -> str:
    """Return what a modifier says; BORIS writes None where one could be chosen and was not."""
    return "" if modifier in ("None", "NA") else modifier


def _frames(path: Path, line: int, row: dict[str, str], timeline: Timeline) -> int | None:
    """Return the number of frames by the media's duration, where the export tells it."""
    duration = _first(row, _LENGTHS)
    if duration in ("", "NA"):
        return None
    seconds = parse_number(path, line, duration)
    if not 0 < seconds <= MAX_SECONDS:
        raise InputError(f"the media's duration {seconds:.6g} s is not a video's", path, line)
    return max(1, round(timeline.place(seconds)))


FORMATS = (
    Format(
        name="boris",
        kind="au",
        recognise=lambda content: find_header(content.text.lines) is not None,
        read=lambda files, context: read(only_file(files, "boris"), context),
        write=lambda files, *rest: write(only_file(files, "boris"), *rest),
        content="the tabular export (version 7 or 8, tabs or commas): state events START and STOP "
        "of a behaviour per Action Unit",
        frames="spans in s",
        clock="converted",
        others=others,
        intensities=True,
        spans=True,
        suffixes=(".tsv", ".csv"),
    ),
)
