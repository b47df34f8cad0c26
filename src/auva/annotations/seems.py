"""What a file seems to be that has none of the formats: for the one line that refuses it."""

import re
from collections import Counter

from auva.annotations.abaw import unit_number
from auva.annotations.columns import listed
from auva.annotations.format import Content, Kind
from auva.annotations.text import Text, is_number, shown
from auva.units import VA_NAMES

_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
_WORDS = {"\t": "tab", ";": "semicolon", " ": "space"}
_LINES = 10
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_TIMES = ("time", "timestamp", "second", "seconds", "ms", "frame", "t")
_UTTERANCE = frozenset(("emotion", "emotionmaxvote", "utterance", "link", "video", "start", "end"))


def seems(content: Content, kind: Kind) -> str:
    """Return what a file seems to be and how to say what it is, in one line.

    Parameters
    ----------
    content : Content
        The file; its first lines are read.
    kind : "au" or "va"
        What is looked for in it.
    """
    text = content.text
    if text.lines[0].lstrip()[:1] in ("<", "{", "["):
        return "seems to be XML, HTML or JSON, not a table of annotations"
    separator = _separator(text)
    if separator is None:
        return f"seems to be prose ({shown(text.lines[0])}), not a table of annotations"
    return _of_table(text, separator, kind)


def _separator(text: Text) -> str | None:
    """Return what separates the columns of the first lines, or None if they are not a table.

    A table has as many columns in (nearly) every line, and below its header mostly numbers; of a
    header alone it takes a column that is known.
    """
    lines = [line for line in text.lines[:_LINES] if line.strip()]
    for separator in (*_SEPARATORS, " "):
        rows = [line.split(_cut(separator)) for line in lines]
        width, often = Counter(map(len, rows)).most_common(1)[0]
        cells = [cell for row in rows[1:] for cell in row]
        numbers = sum(map(_is_number, cells))
        if not cells:
            whole = all(map(_is_number, rows[0])) or any(map(_is_known, rows[0]))
        else:
            whole = numbers * (1 if separator == " " else 2) >= len(cells)
        if width > 1 and often >= len(lines) - 1 and whole:
            return separator
    return None


def _of_table(text: Text, separator: str, kind: Kind) -> str:
    names = [name.strip().strip('"') for name in text.lines[0].split(_cut(separator))]
    header = not all(_is_number(name) for name in names)
    low = [name.lower() for name in names]
    if header and set(VA_NAMES) & set(low) and set(low) & _UTTERANCE and not set(low) & {*_TIMES}:
        cause = "seems to be labels of whole utterances, as OMG's (a row each, none per frame)"
        return f"{cause}; auva needs labels of frames"
    what = f"columns {listed(names)}" if header else f"{len(names)} columns of numbers, no header"
    found = f"seems to be a table separated by {_SEPARATORS.get(separator, 'blanks')} ({what})"
    comma = separator != "," and _has_decimal_commas(text, separator)
    found += " with decimal commas" if comma else ""
    fex = "; if they are py-feat's probabilities, say au_format fex"
    probable = kind == "au" and "frame" in low and any(map(unit_number, names))
    layout = ", ".join(_layout(names if header else [], separator, comma, kind))
    return f"{found}{fex if probable else ''}; say its layout: {kind}_layout '{layout}'"


def _layout(names: list[str], separator: str, comma: bool, kind: Kind) -> list[str]:
    """Return the pairs of a layout, in capitals what only the user knows."""
    time = next((name for name in names if name.lower() in _TIMES), None)
    pairs = [f"separator={_WORDS[separator]}"] if separator in _WORDS else []
    pairs += ["decimal=comma"] if comma else []
    pairs += [] if names else ["header=0"]
    frames = time is not None and time.lower() == "frame"
    if time or not names:
        unit = "frames, first=0 or 1" if frames else "s or ms or frames"
        pairs += [f"time={time or 'COLUMN'}", f"unit={unit}"]
    else:
        pairs += ["unit=frames"]
    if kind == "va":
        known = {name.lower(): name for name in names}
        labels = [f"{name}={known.get(name, 'COLUMN')}" for name in VA_NAMES]
        return [*pairs, "scale=LOW:HIGH", *labels]
    units = [f"AU{unit_number(name)}={name}" for name in names if unit_number(name)]
    return [*pairs, "values=presence or intensity", *(units[:1] or ["AU12=COLUMN"]), "…"]


def _has_decimal_commas(text: Text, separator: str) -> bool:
    cells = (cell for line in text.lines[:_LINES] for cell in line.split(_cut(separator)))
    return any(_DECIMAL_COMMA.fullmatch(cell.strip()) for cell in cells)


def _cut(separator: str) -> str | None:
    return None if separator == " " else separator


def _is_known(cell: str) -> bool:
    name = cell.strip().strip('"')
    return name.lower() in (*_TIMES, *VA_NAMES) or bool(unit_number(name))


def _is_number(cell: str) -> bool:
    word = cell.strip().strip('"')
    return is_number(word) or bool(_DECIMAL_COMMA.fullmatch(word))
