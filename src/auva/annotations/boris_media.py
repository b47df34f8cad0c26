"""The place of the sheet's video in the time of a BORIS observation that shows it.

Facts of the program (its sources, versions 7 to 9): the times of an observation run through all
media that are queued in a player, one after the other, and have its time offset added. Version 8
names the media ("player #1:a.mp4;b.mp4|player #2:c.mp4"), their durations ("1.000;2.000|3.000") and
the offset in columns; version 7 names media and offset above the table, and one length: that of all
media, or the time of the last event if this is later.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auva.annotations.boris_table import (
    DURATION,
    MEDIA,
    OFFSET,
    SOURCE,
    TIMES,
    TOTAL,
    Row,
    column,
)
from auva.annotations.context import Context
from auva.annotations.media import file_name, taken_for, the_video
from auva.annotations.spans import MAX_SECONDS
from auva.annotations.text import parse_number, shown
from auva.errors import InputError

LONGER_BY, LONGER_BY_SHARE = 1.0, 0.02
"""A medium may be longer or shorter than the video by this many seconds, or by this share of the
video if that is more: sound and pictures do not end together, and lengths are rounded."""

_NONE = ("", "NA", "Not found", "LIVE", "-")
_PLAYER = re.compile(r"\|?\s*player #?\d+:\s*", re.IGNORECASE)
_ROW_OF_PLAYER = re.compile(r"player #?(\d+)", re.IGNORECASE)
_CLOCK_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)", re.ASCII)
_ROUNDED, _NEAR = 0.002, 0.05


@dataclass(frozen=True)
class MediaClock:
    """The clock of the video.

    Attributes
    ----------
    shift : float
        When the video begins on the clock of the observation (s).
    length : float or None
        How long the table says that it lasts (s).
    several : bool
        Whether the observation has further media, whose events are not the video's.
    read_as : tuple of str
        A medium of another name that is taken for the video.
    """

    shift: float = 0.0
    length: float | None = None
    several: bool = False
    read_as: tuple[str, ...] = ()


def video_length(context: Context) -> float | None:
    """Return how long a player shows the video (s), where its frames are known."""
    line = context.timeline
    return line.time(line.frames) if line.frames else None


def media_names(rows: Sequence[Row], preamble: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of all media of an observation."""
    return [name for queue in _players(rows, preamble) for name in queue]


def media_clock(
    path: Path, rows: Sequence[Row], preamble: Sequence[Sequence[str]], context: Context
) -> MediaClock:
    """Return the clock of the video in an observation.

    Parameters
    ----------
    path : Path
        The file, for messages.
    rows : sequence of Row
        All of the observation, of any behaviour.
    preamble : sequence of sequence of str
        The cells of the lines above the table.
    context : Context
        Of the video.

    Raises
    ------
    InputError
        If the observation has several media and not exactly one can be identified as the video; if
        the length of the media before it is unknown; if its length is not that of the video.
    """
    offset = _offset(path, rows, preamble)
    players = _players(rows, preamble)
    lengths = _lengths(path, rows, players)
    several = sum(map(len, players)) > 1
    place = _place(path, players, context.medium) if several else 0
    queue = players[0] if players else [""]
    before = lengths[:place]
    if any(length is None for length in before):
        cause = f"the lengths of the media before {shown(file_name(queue[place]))} are missing"
        raise InputError(cause, path)
    start = sum(length for length in before if length is not None)
    length = lengths[place] if place < len(lengths) else None
    if several and length is None:
        length = video_length(context)
    read_as = taken_for(context.medium, [name for name in queue[place : place + 1] if name])
    clock = MediaClock(offset + start, length, several, read_as)
    _check_names(path, rows, clock, queue[place], offset)
    _check_length(path, clock, context)
    return clock


def _offset(path: Path, rows: Sequence[Row], preamble: Sequence[Sequence[str]]) -> float:
    """Return the observation's time offset (s)."""
    above = [cells for cells in preamble if cells and cells[0].lower().startswith("time offset")]
    told = [(cells[1] if len(cells) > 1 else "", None) for cells in above]
    told += [(row.cells[OFFSET], row.line) for row in rows if OFFSET in row.cells]
    found: list[float] = []
    for cell, line in told:
        offset = 0.0 if cell in _NONE else _seconds(path, line, cell)
        if found and abs(offset - found[0]) > _ROUNDED:
            raise InputError(f"two time offsets ({found[0]:g} and {offset:g} s)", path, line)
        found.append(offset)
    return found[0] if found else 0.0


def _seconds(path: Path, line: int | None, cell: str) -> float:
    """Return a number of seconds, or hours, minutes and seconds."""
    match = _CLOCK_TIME.fullmatch(cell)
    if match:
        seconds = int(match[2]) * 3600 + int(match[3]) * 60 + float(match[4])
        return -seconds if match[1] else seconds
    return parse_number(path, line or 1, cell)


def _players(rows: Sequence[Row], preamble: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the media that are queued in each player."""
    source = column(rows[0], (SOURCE,))
    if source not in _NONE:
        queues = [part for part in _PLAYER.split(source) if part.strip()]
        return [[name.strip() for name in queue.split(";")] for queue in queues]
    above: dict[str, list[str]] = {}
    for cells in preamble:
        match = _ROW_OF_PLAYER.fullmatch(cells[0]) if len(cells) > 1 else None
        if match:
            above.setdefault(match[1], []).append(cells[1])
    if above:
        return list(above.values())
    named = dict.fromkeys(column(row, MEDIA) for row in rows)
    names = [name for name in named if name not in _NONE]
    return [names] if names else []


def _lengths(
    path: Path, rows: Sequence[Row], players: Sequence[Sequence[str]]
) -> list[float | None]:
    """Return how long the media of the first player last, None where it is not told."""
    queue = players[0] if players else [""]
    cell = column(rows[0], (DURATION,))
    cells = [part.strip() for part in cell.split("|")[0].split(";")]
    if cell in _NONE:
        alone = len(queue) == 1 and len(players) < 2
        return [_total(path, rows)] if alone else [None] * len(queue)
    if len(cells) != len(queue):
        # Each row tells how long its own medium lasts.
        own = {column(row, MEDIA): column(row, (DURATION,)) for row in rows}
        cells = [own.get(name, "") for name in queue]
    return [None if cell in _NONE else _length(path, rows[0].line, cell) for cell in cells]


def _total(path: Path, rows: Sequence[Row]) -> float | None:
    """Return the length of the only medium by version 7, if it is not the last event's time."""
    cell = column(rows[0], (TOTAL,))
    if cell in _NONE:
        return None
    length = _length(path, rows[0].line, cell)
    last = max(parse_number(path, row.line, column(row, TIMES)) for row in rows)
    return None if abs(length - last) <= _ROUNDED else length


def _length(path: Path, line: int, cell: str) -> float:
    length = _seconds(path, line, cell)
    if not 0 < length <= MAX_SECONDS:
        raise InputError(f"the medium's length {length:.6g} s is not a video's", path, line)
    return length


def _place(path: Path, players: Sequence[Sequence[str]], video: str) -> int:
    """Return the place of the video in the queue of the first player."""
    flat = [(player, place) for player, queue in enumerate(players) for place in range(len(queue))]
    names = [name for queue in players for name in queue]
    hits = [flat[hit] for hit in the_video(video, names)]
    first = [place for player, place in hits if player == 0]
    if len(first) == 1:
        return first[0]
    shown_names = ", ".join(shown(file_name(name)) for name in names)
    if hits and not first:
        cause = (
            f"{shown(video)} was shown beside {shown(file_name(players[0][0]))}, and the table "
            "does not give their delay; code the video alone"
        )
    elif video:
        cause = f"the observation has several media ({shown_names}); none can be identified as "
        cause += shown(video)
    else:
        cause = f"the observation has several media ({shown_names}), and the video is not named"
    raise InputError(cause, path)


def _check_names(
    path: Path, rows: Sequence[Row], clock: MediaClock, name: str, offset: float
) -> None:
    """Refuse rows whose medium, by its name, is not the one that their time lies in."""
    # With an offset, version 8 looks up the name at a time that is not the medium's.
    if not clock.several or (offset and any(OFFSET in row.cells for row in rows)):
        return
    end = math.inf if clock.length is None else clock.length
    for row in rows:
        medium = column(row, MEDIA)
        if medium in _NONE:
            continue
        time = parse_number(path, row.line, column(row, TIMES)) - clock.shift
        ours = file_name(medium) == file_name(name)
        if ours != (0 <= time <= end) and min(abs(time), abs(time - end)) > _NEAR:
            cause = (
                f"a row of {shown(file_name(medium))} is at {time:.6g} s of "
                f"{shown(file_name(name))}, by the lengths of the media"
            )
            raise InputError(cause, path, row.line)


def _check_length(path: Path, clock: MediaClock, context: Context) -> None:
    """Refuse a medium whose length is not the video's."""
    seconds = video_length(context)
    if seconds is None or clock.length is None:
        return
    limit = max(LONGER_BY, LONGER_BY_SHARE * seconds)
    if abs(clock.length - seconds) > limit:
        cause = f"the medium lasts {clock.length:.6g} s, the video {seconds:.6g} s"
        raise InputError(f"{cause} (they may differ by {limit:.3g} s)", path)
