"""What auva needs of an .eaf file: time slots, tiers and the media's offset, with their lines."""

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from auva.annotations.spans import MAX_SECONDS, Span, check_span
from auva.annotations.text import read_bytes, shown
from auva.errors import InputError

FRAMES = "auva:frames"
"""The property in which auva keeps the number of frames; ELAN leaves it in place."""

ROOT = "ANNOTATION_DOCUMENT"
_DIGITS = 15


@dataclass
class Note:
    """An annotation as the file has it: two slots, a value, its line."""

    slots: tuple[str, str] | None
    line: int
    value: str = ""


@dataclass
class Tier:
    """A tier with its annotations."""

    name: str
    line: int
    notes: list[Note] = field(default_factory=list)


class Document:
    """What auva needs of an .eaf file, gathered while it is parsed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.slots: dict[str, str | None] = {}
        self.tiers: list[Tier] = []
        self.origin: str | None = None
        self.frames: str | None = None
        self._text: list[str] | None = None
        self._depth = 0
        self._property = ""
        self._media = 0
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
            cause = f"no well-formed XML: {expat.ErrorString(error.code)}"
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
            self._media += 1
            if self._media == 1:
                self.origin = attributes.get("TIME_ORIGIN")
        elif name == "PROPERTY":
            self._property, self._text = attributes.get("NAME", ""), []
        elif name == "TIME_SLOT":
            key = self._needed(attributes, "TIME_SLOT_ID")
            if key in self.slots:
                raise self._error(f"the time slot {shown(key)} is there twice")
            self.slots[key] = attributes.get("TIME_VALUE")
        elif name == "TIER":
            tier = Tier(self._needed(attributes, "TIER_ID"), self._parser.CurrentLineNumber)
            self.tiers.append(tier)
        elif name in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            self._note(name, attributes)
        elif name == "ANNOTATION_VALUE":
            self._text = []

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        if not self.tiers:
            raise self._error("an annotation outside a tier")
        slots = None
        if name == "ALIGNABLE_ANNOTATION":
            first = self._needed(attributes, "TIME_SLOT_REF1")
            slots = first, self._needed(attributes, "TIME_SLOT_REF2")
        self.tiers[-1].notes.append(Note(slots, self._parser.CurrentLineNumber))

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

    def offset(self) -> float:
        """Return by how many seconds the media runs ahead of the annotations."""
        return self._seconds(self.origin, "TIME_ORIGIN", None) if self.origin else 0.0

    def length(self, rate: float) -> int | None:
        """Return the number of frames that auva wrote, if it wrote the file for that rate."""
        if self.frames is None:
            return None
        word = self.frames.strip()
        fine = word.isascii() and word.isdigit() and len(word) <= _DIGITS
        if not (fine and 0 < int(word) <= MAX_SECONDS * rate):
            raise InputError(f"{FRAMES} is {shown(word)}, not a video's frames", self.path)
        return int(word)

    def spans(self, tier: Tier) -> list[Span]:
        """Return the annotations of a tier with their times."""
        offset, found = self.offset(), []
        for note in tier.notes:
            if note.slots is None:
                cause = f"an annotation of the tier {shown(tier.name)} has no times of its own"
                raise InputError(cause, self.path, note.line)
            start, stop = (self._slot(slot, note.line) + offset for slot in note.slots)
            span = Span(start, stop, note.value, note.line)
            check_span(self.path, span)
            found.append(span)
        return found

    def _slot(self, key: str, line: int) -> float:
        if key not in self.slots:
            raise InputError(f"there is no time slot {shown(key)}", self.path, line)
        value = self.slots[key]
        if value is None:
            raise InputError(f"the time slot {shown(key)} has no time", self.path, line)
        return self._seconds(value, f"the time slot {shown(key)}", line)

    def _seconds(self, value: str, name: str, line: int | None) -> float:
        word = value.strip()
        if not (word.isascii() and word.lstrip("-").isdigit() and len(word) <= _DIGITS):
            raise InputError(f"{name} is {shown(word)}, not a time in ms", self.path, line)
        return int(word) / 1000


def read_document(path: str | Path) -> Document:
    """Read an .eaf file, or raise an `InputError` with the line where it is none."""
    document = Document(Path(path))
    data = read_bytes(path)
    if not data.strip():
        raise InputError("the annotation file is empty", path)
    document.parse(data)
    return document
