"""Check of the page's messages; an invalid one is refused with 422 and the field's name."""

import json
import math
import re
from dataclasses import dataclass
from functools import partial
from typing import Any

from auva.annotations.tables import SIDES
from auva.sheet import SEXES
from auva.units import VA_NAMES
from auva.web.responses import ApiError

WINDOW = re.compile(r"[A-Za-z0-9]{8,40}")
WORD = re.compile(r"[A-Za-z0-9_./-]{1,200}")
STAMP = re.compile(r"[0-9a-f.-]{1,200}")
COMMENT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,500}")
"""One line of text."""
PERSON = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,100}")
MAX_EDITS = 200
MAX_VALUES = 20_000
MAX_MILLISECONDS = 10**9


@dataclass(frozen=True)
class EditMessage:
    """One step of work: edits of one document that belong together."""

    window: str
    kind: str
    edits: list[dict[str, Any]]
    source: str
    model: str | None
    group: str | None
    stamp: str
    aided: bool
    trace: dict[str, Any] | None


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body."""
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ApiError(422, "the body is not JSON") from None
    if not isinstance(value, dict):
        raise ApiError(422, "the body is not a JSON object")
    return value


def parse_edits(message: dict[str, Any], frames: int, units: tuple[str, ...]) -> EditMessage:
    """Return a checked edit of a video with `frames` frames and these Action Units."""
    optional = ("source", "model", "group", "stamp", "aided", "trace")
    only_keys(message, ("window", "kind", "edits"), optional, "the message")
    kind = choice(message, "kind", ("au", "va"))
    edits = message["edits"]
    if not isinstance(edits, list) or not 1 <= len(edits) <= MAX_EDITS:
        raise ApiError(422, f"edits is not a list of 1 to {MAX_EDITS}")
    source = choice({"source": "human", **message}, "source", ("human", "proposal"))
    model = message.get("model")
    if (source == "proposal") != (model is not None):
        raise ApiError(422, "a proposal must name its model; other edits must not")
    if source == "proposal" and kind != "au":
        raise ApiError(422, "only Action Units can be accepted from a model")
    check = partial(_au_edit, units=units) if kind == "au" else _va_edit
    return EditMessage(
        window=word(message, "window", WINDOW),
        kind=kind,
        edits=[check(edit, frames) for edit in edits],
        source=source,
        model=None if model is None else word(message, "model", WORD),
        group=word(message, "group", WINDOW) if "group" in message else None,
        stamp=word(message, "stamp", STAMP) if "stamp" in message else "",
        aided=_flag(message, "aided"),
        trace=_trace(message["trace"], frames) if "trace" in message else None,
    )


def parse_window(message: dict[str, Any]) -> str:
    """Return the window of a message that has no other field."""
    only_keys(message, ("window",), (), "the message")
    return word(message, "window", WINDOW)


def only_keys(
    value: object, required: tuple[str, ...], optional: tuple[str, ...], name: str
) -> None:
    """Refuse a value that is not an object with these keys."""
    if not isinstance(value, dict):
        raise ApiError(422, f"{name} is not an object")
    missing = [key for key in required if key not in value]
    unknown = [key for key in value if key not in required + optional]
    if missing:
        raise ApiError(422, f"{name} has no {missing[0]}")
    if unknown:
        raise ApiError(422, f"{name} has the unknown key {str(unknown[0])[:40]!r}")


def choice(message: dict[str, Any], key: str, known: tuple[str, ...]) -> str:
    """Return a field whose value is one of `known`."""
    if message[key] not in known or not isinstance(message[key], str):
        raise ApiError(422, f"{key} is none of {', '.join(known)}")
    return message[key]


def word(message: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    """Return a text field that matches `pattern`."""
    value = message.get(key)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ApiError(422, f"{key} has a wrong length or characters that are not allowed")
    return value


def whole(message: dict[str, Any], key: str, low: int, high: int) -> int:
    """Return a field that is a whole number in [low, high]."""
    value = message[key]
    if type(value) is not int or not low <= value <= high:
        raise ApiError(422, f"{key} is not a whole number from {low} to {high}")
    return value


def number(value: object, low: float, high: float, name: str) -> float:
    """Return a finite number in [low, high]."""
    if type(value) not in (int, float) or not math.isfinite(value):  # type: ignore[arg-type]
        raise ApiError(422, f"{name} is not a number")
    if not low <= value <= high:  # type: ignore[operator]
        raise ApiError(422, f"{name} is not in [{low:g}, {high:g}]")
    return float(value)  # type: ignore[arg-type]


def _flag(message: dict[str, Any], key: str) -> bool:
    value = message.get(key, False)
    if not isinstance(value, bool):
        raise ApiError(422, f"{key} is not true or false")
    return value


def _trace(value: object, frames: int) -> dict[str, Any]:
    """Return the speed of a trace and the time at which each frame was on the screen (ms)."""
    only_keys(value, ("speed", "times"), (), "trace")
    assert isinstance(value, dict)
    times = value["times"]
    if not isinstance(times, list) or not 1 <= len(times) <= MAX_VALUES:
        raise ApiError(422, f"times is not a list of 1 to {MAX_VALUES}")
    last = (0, 0)
    for each in times:
        if not isinstance(each, list) or len(each) != 2:
            raise ApiError(422, "a time is not [frame, milliseconds]")
        frame = whole({"frame": each[0]}, "frame", last[0] + 1, frames)
        last = (frame, whole({"time": each[1]}, "time", last[1], MAX_MILLISECONDS))
    return {"speed": number(value["speed"], 0.1, 10, "speed"), "times": times}


def _au_edit(edit: object, frames: int, units: tuple[str, ...]) -> dict[str, Any]:
    more = ("intensity", "side", "comment")
    only_keys(edit, ("name", "first", "last", "value"), more, "an edit")
    assert isinstance(edit, dict)
    first = whole(edit, "first", 1, frames)
    value = edit["value"]
    if isinstance(value, str | None):
        known = value in (None, "hidden")
    else:
        known = type(value) is int and value in (0, 1)
    if not known:
        raise ApiError(422, "value is none of 0, 1, hidden, null")
    checked = {
        "name": choice(edit, "name", units),
        "first": first,
        "last": whole(edit, "last", first, frames),
        "value": value,
    }
    if value != 1 and ("intensity" in edit or "side" in edit):
        raise ApiError(422, "only a present Action Unit has an intensity and a side")
    if "intensity" in edit:
        given = edit["intensity"]
        checked["intensity"] = given if given is None else number(given, 0, 5, "intensity")
    if "side" in edit:
        checked["side"] = choice(edit, "side", SIDES)
    if "comment" in edit:
        checked["comment"] = word(edit, "comment", COMMENT).strip()
    return checked


def _va_edit(edit: object, frames: int) -> dict[str, Any]:
    only_keys(edit, ("name", "first", "values"), (), "an edit")
    assert isinstance(edit, dict)
    first = whole(edit, "first", 1, frames)
    values = edit["values"]
    most = min(MAX_VALUES, frames - first + 1)
    if not isinstance(values, list) or not 1 <= len(values) <= most:
        raise ApiError(422, f"values is not a list of 1 to {most}")
    checked = [None if value is None else number(value, -1, 1, "a value") for value in values]
    return {"name": choice(edit, "name", VA_NAMES), "first": first, "values": checked}


def _no_constant(name: str) -> float:
    raise ValueError(name)


@dataclass(frozen=True)
class TakeMessage:
    """Request to take one annotator's labels of a unit or dimension."""

    window: str
    stamp: str
    annotator: str
    name: str
    first: int
    last: int


def parse_take(message: dict[str, Any], frames: int, units: tuple[str, ...]) -> TakeMessage:
    """Return a checked choice between the annotators of a video with `frames` frames."""
    keys = ("window", "stamp", "from", "name", "first", "last")
    only_keys(message, keys, (), "the message")
    first = whole(message, "first", 1, frames)
    return TakeMessage(
        window=word(message, "window", WINDOW),
        stamp=word(message, "stamp", STAMP),
        annotator=word(message, "from", WORD),
        name=choice(message, "name", (*units, *VA_NAMES)),
        first=first,
        last=whole(message, "last", first, frames),
    )


def parse_person(message: dict[str, Any]) -> tuple[str, str]:
    """Return identity and sex of the person in a video."""
    only_keys(message, ("identity", "sex"), (), "the message")
    identity = word(message, "identity", PERSON).strip()
    if not identity:
        raise ApiError(422, "the identity is empty")
    return identity, choice(message, "sex", SEXES)


MAX_VERSION = 2**53
"""Largest version: the largest integer that JavaScript represents exactly."""


def parse_step(message: dict[str, Any]) -> tuple[str, int]:
    """Return the window of an undo, redo or reload, and the version that the page knows."""
    only_keys(message, ("window", "since"), (), "the message")
    return word(message, "window", WINDOW), whole(message, "since", 0, MAX_VERSION)


FACE_ACTIONS = ("drop", "restore", "other", "accept", "choose")
MAX_RUNS = 5_000


def parse_faces(message: dict[str, Any], frames: int, size: tuple[int, int]) -> dict[str, Any]:
    """Return a checked correction of the faces of a video.

    Parameters
    ----------
    message : dict
        `window`, `since` (the version that the page knows), `action` (drop, restore, other,
        accept, choose), `runs` (a list of [first, last] that do not overlap, in order) and for
        choose `x` and `y` (pixels).
    frames : int
        Frames of the video.
    size : tuple of int
        Its width and height.
    """
    point = ("x", "y") if message.get("action") == "choose" else ()
    only_keys(message, ("window", "since", "action", "runs", *point), (), "the message")
    checked: dict[str, Any] = {
        "window": word(message, "window", WINDOW),
        "since": whole(message, "since", 0, MAX_VERSION),
        "action": choice(message, "action", FACE_ACTIONS),
    }
    runs = message["runs"]
    if not isinstance(runs, list) or not 1 <= len(runs) <= MAX_RUNS:
        raise ApiError(422, f"runs is not a list of 1 to {MAX_RUNS}")
    begin, checked["runs"] = 1, []
    for run in runs:
        if not isinstance(run, list) or len(run) != 2:
            raise ApiError(422, "a run is not [first, last]")
        first = whole({"first": run[0]}, "first", begin, frames)
        last = whole({"last": run[1]}, "last", first, frames)
        checked["runs"].append((first, last))
        begin = last + 1
    for name, most in zip(point, size, strict=False):
        checked[name] = round(number(message[name], 0, most, name), 1)
    return checked
