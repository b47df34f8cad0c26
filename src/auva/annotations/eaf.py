"""What auva needs of an .eaf file: media, time slots, tiers, annotations, with their lines.

`auva.annotations.eaf_clock` tells the times of the annotations.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from auva.annotations.spans import MAX_SECONDS
from auva.annotations.text import read_bytes, shown
from auva.errors import InputError

FRAMES = "auva:frames"
"""The property in which auva keeps the number of frames; ELAN leaves it in place."""

ROOT = "ANNOTATION_DOCUMENT"
_DIGITS = 15


@dataclass
class Note:
    """An annotation as the file has it.

    Attributes
    ----------
    line : int
        Its line.
    key : str
        Its id.
    slots : tuple of str or None
        Its two time slots.
    parent, previous : str
        Without slots: the ids of the parent's annotation, and of the one before it there.
    value : str
        Its text.
    times : tuple of float or None
        Its start and stop on the clock of the slots (ms), once `Clock` has found them.
    """

    line: int
    key: str
    slots: tuple[str, str] | None = None
    parent: str = ""
    previous: str = ""
    value: str = ""
    times: tuple[float, float] | None = None


@dataclass
class Tier:
    """A tier with its annotations; `parent` is the name of the tier that it depends on."""

    name: str
    line: int
    parent: str = ""
    participant: str = ""
    annotator: str = ""
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Medium:
    """A medium: its URL, and its time at 0 of the annotation (ms, as text)."""

    url: str
    origin: str


class Document:
    """What auva needs of an .eaf file, gathered while it is parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.slots: dict[str, str | None] = {}
        self.tiers: list[Tier] = []
        self.media: list[Medium] = []
        self.frames: str | None = None
        self._text: list[str] | None = None
        self._depth = 0
        self._property = ""
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def parse(self, data: bytes) -> None:
        """Read the whole file, given as its bytes."""
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            cause = f"not well-formed XML: {expat.ErrorString(error.code)}"
            raise InputError(cause, self.path, error.lineno) from None
        except (ValueError, LookupError) as error:
            raise self._error(f"no readable XML: {error}") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._depth and name != ROOT:
            raise self._error(f"no ELAN file (its root is {shown(name)})")
        self._depth += 1
        if name == "HEADER" and attributes.get("TIME_UNITS", "milliseconds") != "milliseconds":
            raise self._error(f"the unit of time is {shown(attributes['TIME_UNITS'])}, not ms")
        if name == "MEDIA_DESCRIPTOR":
            url = attributes.get("MEDIA_URL") or attributes.get("RELATIVE_MEDIA_URL", "")
            self.media.append(Medium(url, attributes.get("TIME_ORIGIN", "0")))
        elif name == "PROPERTY":
            self._property, self._text = attributes.get("NAME", ""), []
        elif name == "TIME_SLOT":
            key = self._needed(attributes, "TIME_SLOT_ID")
            if key in self.slots:
                raise self._error(f"the time slot {shown(key)} occurs twice")
            self.slots[key] = attributes.get("TIME_VALUE")
        elif name == "TIER":
            self._tier(attributes)
        elif name in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            self._note(name, attributes)
        elif name == "ANNOTATION_VALUE":
            self._text = []

    def _tier(self, attributes: dict[str, str]) -> None:
        name = self._needed(attributes, "TIER_ID")
        parent, participant, annotator = (
            attributes.get(key, "") for key in ("PARENT_REF", "PARTICIPANT", "ANNOTATOR")
        )
        line = self._parser.CurrentLineNumber
        self.tiers.append(Tier(name, line, parent, participant.strip(), annotator.strip()))

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        if not self.tiers:
            raise self._error("an annotation outside a tier")
        note = Note(self._parser.CurrentLineNumber, attributes.get("ANNOTATION_ID", ""))
        if name == "ALIGNABLE_ANNOTATION":
            first = self._needed(attributes, "TIME_SLOT_REF1")
            note.slots = first, self._needed(attributes, "TIME_SLOT_REF2")
        else:
            note.parent = self._needed(attributes, "ANNOTATION_REF")
            note.previous = attributes.get("PREVIOUS_ANNOTATION", "")
        self.tiers[-1].notes.append(note)

    def _end(self, name: str) -> None:
        self._depth -= 1
        text = "".join(self._text or [])
        if name == "ANNOTATION_VALUE":
            if not (self.tiers and self.tiers[-1].notes):
                raise self._error("a value outside an annotation")
            self.tiers[-1].notes[-1].value = text
        elif name == "PROPERTY" and self._property == FRAMES:
            self.frames = text
        if name in ("ANNOTATION_VALUE", "PROPERTY"):
            self._text = None

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _entity(self, *_: object) -> None:
        raise self._error("the file declares entities, which ELAN does not")

    def _needed(self, attributes: dict[str, str], name: str) -> str:
        if name not in attributes:
            raise self._error(f"{name} is missing")
        return attributes[name]

    def _error(self, cause: str) -> InputError:
        return InputError(cause, self.path, self._parser.CurrentLineNumber)

    def length(self, rate: float) -> int | None:
        """Return the number of frames that auva wrote, if it wrote the file for that rate."""
        if self.frames is None:
            return None
        word = self.frames.strip()
        fine = word.isascii() and word.isdigit() and len(word) <= _DIGITS
        if not (fine and 0 < int(word) <= MAX_SECONDS * rate):
            raise InputError(f"{FRAMES} is {shown(word)}, not a video's frames", self.path)
        return int(word)

    def milliseconds(self, value: str, name: str, line: int | None = None) -> int:
        """Return a time as a whole number of ms, or raise an `InputError` that names it."""
        word = value.strip()
        if not re.fullmatch(rf"-?[0-9]{{1,{_DIGITS}}}", word):
            raise InputError(f"{name} is {shown(word)}, not a time in ms", self.path, line)
        return int(word)


def read_document(path: str | Path) -> Document:
    """Read an .eaf file, or raise an `InputError` with the line where it is none."""
    document = Document(Path(path))
    data = read_bytes(path)
    if not data.strip():
        raise InputError("the annotation file is empty", path)
    document.parse(data)
    return document
