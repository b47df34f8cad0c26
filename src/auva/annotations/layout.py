"""How a table of the user's own is laid out: a small YAML, or a cell of the sample sheet.

A cell has `key=value` pairs separated by commas (`time=t, unit=s, valence=FM1`), or the path of a
YAML file with the same keys; without a cell, the file `NAME.yaml` beside an annotation `NAME` is
the layout of it. docs/reference/annotations.md explains the keys.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

import yaml

from auva.annotations.text import parse_number, read_text, shown
from auva.errors import InputError, suggest
from auva.sheet.layouts import is_layout, layout_files
from auva.sheet.scale import Scale
from auva.units import DESCRIPTIONS, VA_NAMES, names_of

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " "}
DECIMALS = {"point": ".", "comma": ","}
UNITS = ("s", "ms", "clock", "frames", "converted_frames")
"""Units of time: seconds, milliseconds, h:mm:ss, frames of the original or the converted video."""

VALUES = ("presence", "intensity")
_UNIT = re.compile(r"AU0*(\d{1,2})", re.ASCII | re.IGNORECASE)
_COLUMNS = "columns"


@dataclass(frozen=True)
class Layout:
    """How a table is laid out.

    Attributes
    ----------
    separator, decimal : str or None
        What separates the columns, and a number's whole part from its fraction; None: told by the
        file, and a point.
    header : int
        The line that names the columns; 0: none, and the columns are called 1, 2, ….
    time : str or None
        The column of the time or frame; None: one row per frame.
    unit : str or None
        One of `UNITS`.
    first : int or None
        The number of the first frame: 0 or 1.
    offset : float
        Added to each time, in its unit (in seconds for `clock`).
    columns : dict of str to str
        The column of valence, of arousal and of each Action Unit ("AU12"), by their names.
    scale : Scale or None
        What is -1 and what is 1 in valence and arousal, or 0 and 5 in intensity.
    values : "presence", "intensity" or None
        What the columns of Action Units hold.
    threshold : float or None
        From which value on, as it is in the file, an Action Unit is present.
    missing : tuple of str
        What means "not labelled", in addition to an empty cell and nan.
    words : dict of str to float
        Words and their numbers.
    gap : float or None
        The longest time (s) between two rows that is bridged.
    subject, video : str or None
        The columns with the person and the video of a row.
    place : str
        Where this layout comes from, for messages.
    given : frozenset of str
        The keys that it has, without those of columns.
    """

    separator: str | None = None
    decimal: str = "."
    header: int = 1
    time: str | None = None
    unit: str | None = None
    first: int | None = None
    offset: float = 0.0
    columns: Mapping[str, str] = field(default_factory=dict)
    scale: Scale | None = None
    values: Literal["presence", "intensity"] | None = None
    threshold: float | None = None
    missing: tuple[str, ...] = ()
    words: Mapping[str, float] = field(default_factory=dict)
    gap: float | None = None
    subject: str | None = None
    video: str | None = None
    place: str = ""
    given: frozenset[str] = frozenset()


KEYS = frozenset(entry.name for entry in fields(Layout)) - {_COLUMNS, "place", "given"}
"""The keys of a layout beside valence, arousal and AU1, AU2, …."""


@dataclass(frozen=True)
class _Entry:
    """One key of a layout as it was written: text, texts or a mapping, and its line."""

    key: str
    value: Any
    line: int | None


def read_layout(annotation: Path, cell: str = "") -> Layout | None:
    """Return the layout of an annotation, or None if there is none.

    Parameters
    ----------
    annotation : Path
        The (first) file of the annotation, or its folder.
    cell : str, optional
        What the sample sheet says: a layout, the path of one, or nothing.

    Raises
    ------
    InputError
        For a key that is unknown, there twice or has a wrong value, with the line of the YAML.
    """
    if is_layout(cell):
        return parse_layout(cell, annotation)
    for path in layout_files(annotation, cell):
        return _checked(_of_yaml(path), path, str(path))
    return None


def threshold_of(layout: Layout | None, default: float) -> tuple[float, str]:
    """Return the threshold of a layout or the default one, and words that say which it is."""
    if layout is None or layout.threshold is None:
        return default, " (the default)"
    return layout.threshold, ""


def check_keys(annotation: Path, layout: Layout | None, known: frozenset[str], name: str) -> None:
    """Raise an `InputError` if an annotation has a layout with keys that its format has not."""
    if layout is None:
        return
    if layout.columns and "time" not in known:
        cause = f"the format {name} has fixed columns; {layout.place} names others"
        raise InputError(cause, annotation)
    for key in sorted(layout.given - known):
        known_keys = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
        cause = f"the format {name} has no key '{key}' in its layout ({known_keys})"
        raise InputError(cause, annotation)


def parse_layout(cell: str, path: Path, line: int | None = None) -> Layout:
    """Return the layout that a cell holds as text; `path` and `line` are for messages."""
    entries = []
    for part in cell.split(","):
        key, equals, value = (word.strip() for word in part.partition("="))
        if not (key and equals and value):
            cause = f"the layout has {shown(part.strip())} where KEY=VALUE is expected"
            raise InputError(cause, path, line)
        entries.append(_Entry(key, value, line))
    return _checked(entries, path, "the layout in the sample sheet")


def _of_yaml(path: Path) -> list[_Entry]:
    text = "\n".join(read_text(path).lines)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        cause = f"not readable YAML: {getattr(error, 'problem', None) or error}"
        raise InputError(cause, path, mark.line + 1 if mark else None) from None
    if not isinstance(node, yaml.MappingNode):
        raise InputError("a layout has lines KEY: VALUE", path, 1)
    return [
        _Entry(_scalar(path, key), _plain(path, value), key.start_mark.line + 1)
        for key, value in node.value
    ]


def _plain(path: Path, node: yaml.Node) -> Any:  # noqa: ANN401 - text, texts or a mapping
    """Return what a YAML node says, every scalar as the text that was written."""
    if isinstance(node, yaml.SequenceNode):
        return [_scalar(path, entry) for entry in node.value]
    if not isinstance(node, yaml.MappingNode):
        return _scalar(path, node)
    found: dict[str, str] = {}
    for key, value in node.value:
        name = _scalar(path, key)
        if name in found:
            raise InputError(f"{shown(name)} occurs twice", path, key.start_mark.line + 1)
        found[name] = _scalar(path, value)
    return found


def _scalar(path: Path, node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        cause = "a layout has words, numbers, lists of them and WORD: NUMBER, no deeper levels"
        raise InputError(cause, path, node.start_mark.line + 1)
    return node.value


def _checked(entries: Iterable[_Entry], path: Path, place: str) -> Layout:
    given: dict[str, Any] = {}
    columns: dict[str, str] = {}
    for entry in entries:
        name = column_key(entry.key)
        key = name or entry.key
        if key in given or key in columns:
            raise InputError(f"the key '{entry.key}' of the layout occurs twice", path, entry.line)
        if name:
            columns[name] = _text(path, entry)
        elif key in KEYS:
            given[key] = _READ[key](path, entry)
        else:
            known = sorted(KEYS | set(VA_NAMES) | set(names_of(DESCRIPTIONS)))
            cause = f"unknown key '{entry.key}' of the layout{suggest(entry.key, known)}"
            raise InputError(cause, path, entry.line)
    return Layout(columns=columns, place=place, given=frozenset(given), **given)


def column_key(key: str) -> str | None:
    """Return the canonical name of a key that names a column of labels ("au04": "AU4"), or None."""
    if key.lower() in VA_NAMES:
        return key.lower()
    match = _UNIT.fullmatch(key)
    return f"AU{int(match[1])}" if match else None


def _text(path: Path, entry: _Entry) -> str:
    if not isinstance(entry.value, str) or not entry.value:
        raise _wrong(path, entry, "one word")
    return entry.value


def _number(path: Path, entry: _Entry) -> float:
    try:
        value = parse_number(path, entry.line or 0, _text(path, entry))
    except InputError:
        value = math.nan
    if math.isnan(value):
        raise _wrong(path, entry, "a number")
    return value


def _choice(known: Mapping[str, Any]) -> Callable[[Path, _Entry], Any]:
    def read(path: Path, entry: _Entry) -> Any:  # noqa: ANN401 - the entry of the mapping
        word = _text(path, entry)
        if word not in known:
            raise _wrong(path, entry, " or ".join(known), suggest(word, known))
        return known[word]

    return read


def _positive(path: Path, entry: _Entry) -> float:
    value = _number(path, entry)
    if value <= 0:
        raise _wrong(path, entry, "a number above 0")
    return value


def _line(path: Path, entry: _Entry) -> int:
    word = _text(path, entry)
    if not (word.isascii() and word.isdigit() and len(word) < 5):
        raise _wrong(path, entry, "the number of a line, or 0 for none")
    return int(word)


def _scale(path: Path, entry: _Entry) -> Scale:
    try:
        return Scale.parse(_text(path, entry))
    except ValueError as error:
        raise InputError(f"scale {shown(str(entry.value))} {error}", path, entry.line) from None


def _texts(path: Path, entry: _Entry) -> tuple[str, ...]:
    """Return one or several texts; in a cell they are separated by blanks."""
    values = entry.value.split() if isinstance(entry.value, str) else entry.value
    if not (isinstance(values, list) and all(isinstance(value, str) for value in values)):
        raise _wrong(path, entry, "one or several words")
    return tuple(value.strip() for value in values)


def _words(path: Path, entry: _Entry) -> dict[str, float]:
    """Return words and their numbers; in a cell they are written WORD:NUMBER WORD:NUMBER."""
    if isinstance(entry.value, str):
        parts = (word.rpartition(":") for word in entry.value.split())
        pairs = [(word, number) for word, _, number in parts]
    elif isinstance(entry.value, dict):
        pairs = list(entry.value.items())
    else:
        raise _wrong(path, entry, "WORD: NUMBER")
    if not all(word.strip() for word, _ in pairs):
        raise _wrong(path, entry, "WORD:NUMBER")
    return {
        word.strip(): _number(path, _Entry(f"words: {word}", value, entry.line))
        for word, value in pairs
    }


def _wrong(path: Path, entry: _Entry, expected: str, hint: str = "") -> InputError:
    cause = f"the key '{entry.key}' of the layout has {shown(str(entry.value))}, not {expected}"
    return InputError(cause + hint, path, entry.line)


_READ: dict[str, Callable[[Path, _Entry], Any]] = {
    "separator": _choice(SEPARATORS),
    "decimal": _choice(DECIMALS),
    "header": _line,
    "time": _text,
    "unit": _choice({unit: unit for unit in UNITS}),
    "first": _choice({"0": 0, "1": 1}),
    "offset": _number,
    "scale": _scale,
    "values": _choice({value: value for value in VALUES}),
    "threshold": _number,
    "missing": _texts,
    "words": _words,
    "gap": _positive,
    "subject": _text,
    "video": _text,
}
