"""The code book of the annotation page: names, keys, colours and pictures of the Action Units.

A YAML file that the coders write. It is checked completely when it is read, because a key with two
meanings would put labels on the wrong Action Unit.

    units:
      AU12:
        name: smile
        key: m
        colour: "#e0a030"
        picture: pictures/smile.jpg
        note: The corners go up and back.
    keys:
      play: k
      back: [j, ArrowLeft]
"""

import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.errors import InputError, suggest
from auva.reading import read_bytes, read_yaml
from auva.units import describe, number_of

if TYPE_CHECKING:
    from PIL import Image

KEY_TABLE = Path(__file__).parent / "static" / "keys.json"
"""Rows of [group, meaning, keys by action, derived keys]; the page reads this file too."""
NAMED = (
    *(f"F{number}" for number in range(1, 13)),
    *(f"Arrow{way}" for way in ("Left", "Right", "Up", "Down")),
    *("Home", "End", "PageUp", "PageDown", "Insert", "Delete", "Backspace", "Enter", "Escape"),
)
"""Named keys, spelled as in browsers, except that the space bar is "Space"."""
PICTURE_SIDE = 480
"""Longest side in pixels of a picture on the page."""
_DIGITS = 9
_ENTRY = ("name", "key", "colour", "picture", "note")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_KEY = re.compile(r"(?P<mods>(?:Ctrl\+)?(?:Alt\+)?(?:Shift\+)?)(?P<key>.+)", re.DOTALL)
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,300}")


@dataclass(frozen=True)
class Entry:
    """A code book's entry of one Action Unit; missing fields are None or empty.

    Attributes
    ----------
    name : str
        Its name on the page.
    key : str or None
        The key that begins and ends a span; None: the digit of its place.
    colour : str
        "#rrggbb".
    picture : Path or None
        An example picture.
    note : str
        Advice to the coders.
    """

    name: str = ""
    key: str | None = None
    colour: str = ""
    picture: Path | None = None
    note: str = ""


@dataclass(frozen=True)
class CodeBook:
    """A code book; without arguments, the defaults of the page.

    Attributes
    ----------
    units : dict
        Entries by the names of Action Units.
    keys : dict
        Keys of the actions that differ from the default keys.
    """

    units: dict[str, Entry] = field(default_factory=dict)
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def describe(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Return name, text, key, colour, note and whether there is a picture, for each unit."""
        found = []
        for place, name in enumerate(names):
            entry = self.units.get(name, Entry())
            found.append(
                {
                    "name": name,
                    "text": entry.name or describe(name),
                    "key": unit_key(entry, place),
                    "colour": entry.colour,
                    "note": entry.note,
                    "picture": entry.picture is not None,
                }
            )
        return found

    def picture(self, name: str) -> bytes | None:
        """Return the picture of a unit as JPEG, None if the book has none."""
        path = self.units.get(name, Entry()).picture
        return None if path is None else _jpeg(path)


def read_code_book(path: Path, names: Sequence[str]) -> CodeBook:
    """Read a code book.

    Parameters
    ----------
    path : Path
        The file; pictures are named relative to it.
    names : sequence of str
        The Action Units that the page shows, in order. Other entries are checked but not used.

    Raises
    ------
    InputError
        If the file is not a code book, a picture cannot be read, or a key has two meanings.
    """
    content = read_yaml(path, "code book")
    try:
        parts = _mapping(content, "the code book", ("units", "keys"))
        units = _mapping(parts.get("units"), "units")
        keys = _mapping(parts.get("keys"), "keys", tuple(actions()))
        book = CodeBook(
            {name: _entry(name, entry, path.parent) for name, entry in units.items()},
            {action: _keys(action, given) for action, given in keys.items()},
        )
        _check_keys(book, names)
    except InputError as error:
        if error.path is not None:
            raise
        raise InputError(error.cause, path) from None
    return book


@cache
def actions() -> dict[str, tuple[str, ...]]:
    """Return the default keys of each action of the page."""
    table = json.loads(KEY_TABLE.read_text(encoding="utf-8"))
    return {action: tuple(keys) for row in table for action, keys in row[2].items()}


def unit_key(entry: Entry, place: int) -> str:
    """Return the key of the unit at a 0-based place, empty if it has none."""
    if entry.key is not None:
        return entry.key
    return str(place + 1) if place < _DIGITS else ""


def key_name(given: object, where: str) -> str:
    """Return a key's name in the page's spelling: modifiers, then a character or a name.

    Raises
    ------
    InputError
        If the key does not exist.
    """
    text = str(given) if type(given) in (int, str) else ""
    match = _KEY.fullmatch(text)
    key = match["key"] if match else ""
    if key == "Space":
        key = " "
    if len(key) == 1 and key.isprintable():
        key = key.lower()
    elif key not in NAMED:
        named = suggest(key, NAMED)
        raise InputError(f"{where}: {given!r} is not a key: write a character or its name{named}")
    mods = match["mods"] if match else ""
    if "Shift+" in mods and _is_symbol(key):
        raise InputError(f"{where}: {given!r}: write the character itself, without Shift")
    return mods + key


def _is_symbol(key: str) -> bool:
    """Return whether a key is a symbol, whose Shift variant is another character."""
    return len(key) == 1 and not key.isalpha() and not key.isdecimal()


def _entry(name: str, given: object, folder: Path) -> Entry:
    where = f"units.{name}"
    if number_of(name) is None:
        raise InputError(f"{where}: no such Action Unit; write AU and its number, as AU12")
    parts = _mapping(given, where, _ENTRY)
    for part in ("name", "note", "colour", "picture"):
        text = parts.get(part, "")
        if not isinstance(text, str) or not _LINE.fullmatch(text):
            raise InputError(f"{where}.{part}: {text!r} is not one line of text")
    colour = parts.get("colour", "")
    if colour and not _COLOUR.fullmatch(colour):
        raise InputError(f"{where}.colour: {colour!r} is not #rrggbb, as #4cc296")
    picture = folder / parts["picture"] if parts.get("picture") else None
    if picture is not None:
        _open_picture(picture).close()
    key = None
    if "key" in parts:
        key = key_name(parts["key"], f"{where}.key") if parts["key"] not in ("", None) else ""
        if "Ctrl+" in key or "Alt+" in key or "Shift+" in key:
            raise InputError(f"{where}.key: {parts['key']!r}: a unit's key has no modifier")
    return Entry(parts.get("name", ""), key, colour, picture, parts.get("note", ""))


def _keys(action: str, given: object) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [] if given in ("", None) else [given]
    return tuple(key_name(key, f"keys.{action}") for key in listed)


def _check_keys(book: CodeBook, names: Sequence[str]) -> None:
    """Raise an `InputError` if a key means two things."""
    meant: dict[str, str] = {}
    for key, what in _meanings(book, names):
        if meant.setdefault(key, what) != what:
            raise InputError(f"the key {key!r} has two meanings: {meant[key]} and {what}")


def _meanings(book: CodeBook, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for place, name in enumerate(names):
        key = unit_key(book.units.get(name, Entry()), place)
        if key:
            yield key, name
        if key and not _is_symbol(key):
            yield f"Shift+{key}", f"{name} absent"
    for action, keys in (actions() | book.keys).items():
        for key in keys:
            yield key, f"the action {action}"


def _mapping(given: object, where: str, known: tuple[str, ...] = ()) -> dict[str, Any]:
    given = {} if given is None else given
    if not isinstance(given, dict):
        raise InputError(f"{where}: has no keys")
    for key in given:
        if known and key not in known:
            raise InputError(f"{where}: {key!r} is not known{suggest(str(key), known)}")
    return given


def _open_picture(path: Path) -> "Image.Image":
    """Return a picture whose pixels are not decoded yet, or raise an `InputError`."""
    from PIL import Image

    data = read_bytes(path, "picture of the code book")
    try:
        return Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("is not a picture (JPEG, PNG or WebP)", path) from error


def _jpeg(path: Path) -> bytes:
    """Return a picture as JPEG of at most `PICTURE_SIDE` pixels on its longer side."""
    stream = io.BytesIO()
    try:
        with _open_picture(path) as picture:
            made = picture.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise InputError(f"the picture is damaged: {error}", path) from error
    made.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    made.save(stream, "JPEG", quality=88)
    return stream.getvalue()
