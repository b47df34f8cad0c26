"""The pieces of a name or value: units, numbers, known words, and what separates them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from auva.annotations import facs
from auva.annotations.text import shown

PRESENT, ABSENT, UNKNOWN = 1, 0, -1

_LETTER, _END = r"[^\W\d_]", r"(?![^\W_])"
_NAME = r"(?:facial[\s_-]*)?(?:f?a\.?u\.?s?|action[\s_-]*units?)"
_NUMBER = (
    r"(?P<before>[lru])?(?P<digits>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?P<side>left|right|both|[lr])?(?P<grade>[a-e])?(?P<late>[lr])?(?![^\W_]|\.[0-9])"
)
_LIST = r"[lru]?\s*[0-9]{1,2}[lr]?[a-e]?"
_MENTION = re.compile(rf"(?<!{_LETTER}){_NAME}(?!{_LETTER}{{2}})[\s_.:#-]*[lru]?[0-9]")
_ABOUT = re.compile(rf"(?<!{_LETTER})(?:{_NAME}|facs)(?!{_LETTER})")
_SIDED = re.compile(r"[lru][\s_-]?[0-9]{2}(?:\s?[a-e])?|[0-9]{2}[\s_-]?[lr]")
_BARE = re.compile(rf"{_LIST}(?:[\s_+&/,;-]+{_LIST})*")
_GAP = re.compile(r"(?:[\s_+&/,;:=()\[\]-]|\.(?![0-9]))*")
_REST = re.compile(rf"{_LETTER}+|\S")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DASHES = dict.fromkeys(map(ord, "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")

_MEANINGS: dict[str, tuple[str, object]] = {
    **{word: ("word", word) for words in facs.DESCRIPTIONS.values() for word in words},
    **dict.fromkeys(facs.NEUTRAL, ("neutral", None)),
    **dict.fromkeys(facs.ASIDE, ("aside", None)),
    **dict.fromkeys(facs.PHASES, ("phase", PRESENT)),
    **dict.fromkeys(facs.PRESENT, ("state", PRESENT)),
    **dict.fromkeys(facs.ABSENT, ("state", ABSENT)),
    **dict.fromkeys(facs.UNKNOWN, ("state", UNKNOWN)),
    **{word: ("grade", grade) for word, grade in facs.GRADES.items()},
    **{word: ("side", side) for word, side in facs.SIDES.items()},
    "and": ("and", None),
}
_PHRASE = re.compile(
    "|".join(
        r"[\s_]+".join(map(re.escape, phrase.split())) + (_END if phrase[-1].isalpha() else "")
        for phrase in sorted(_MEANINGS, key=lambda phrase: (-len(phrase), phrase))
    )
)
_PATTERNS = (
    ("unit", re.compile(rf"{_NAME}[\s_.:#-]*{_NUMBER}")),
    ("phrase", _PHRASE),
    ("number", re.compile(_NUMBER)),
)


class NotUnderstood(ValueError):
    """A text about Action Units is outside the grammar; the message gives the cause."""


@dataclass(frozen=True)
class Unit:
    """A unit as it is named, with the side and the intensity that are joined to its number."""

    number: int
    side: str = ""
    grade: float | None = None


@dataclass(frozen=True)
class Piece:
    """One piece of a text.

    Attributes
    ----------
    kind : str
        "unit" ("au12l"), "number" ("3", "12c", "l12"), "state", "phase", "grade", "side", "word"
        (of a description), "neutral", "aside", or "end" after the last one.
    text : str
        The piece.
    gap : str
        What lies between it and the piece before.
    meaning : object
        The state, intensity, side or word.
    parts : mapping of str to str
        Of a unit or number: `digits` and what is joined to them.
    """

    kind: str
    text: str
    gap: str
    meaning: object = None
    parts: dict[str, str] | None = None

    @property
    def separator(self) -> str:
        """The gap without blanks, brackets and full stops."""
        return re.sub(r"[\s_().\[\]]", "", self.gap)

    @property
    def digits(self) -> str:
        """The digits of a unit or number."""
        return (self.parts or {}).get("digits", "")

    @property
    def joined(self) -> bool:
        """Whether a number has a side or an intensity after it, as that of a unit may."""
        return bool(self.parts and {"side", "grade", "late"} & self.parts.keys())

    @property
    def unit(self) -> Unit:
        """The unit that the digits name; raises `NotUnderstood` if there is none."""
        parts = self.parts or {}
        number = int(self.digits) if self.digits.isdigit() else 0
        if number not in facs.NUMBERS:
            raise NotUnderstood(f"{shown(self.text)} is not an Action Unit")
        named = [parts[name] for name in ("before", "side", "late") if name in parts]
        sides = {facs.SIDES[name] for name in named if name != "u"}
        side = facs.BOTH if len(sides) > 1 else "".join(sides)
        grade = facs.GRADES[parts["grade"]] if "grade" in parts else None
        return Unit(number, side, None if grade is None else float(grade))


def plain(text: str) -> str:
    """Return a text in lower case, words apart, one kind of dash and blank, nothing invisible."""
    seen = (
        sign
        for sign in unicodedata.normalize("NFC", _CAMEL.sub(" ", text)).translate(_DASHES)
        if unicodedata.category(sign) != "Cf"
    )
    # Full-width letters are letters; a raised 2 is no 2.
    folded = (
        sign if unicodedata.category(sign) == "No" else unicodedata.normalize("NFKC", sign)
        for sign in seen
    )
    return " ".join("".join(folded).casefold().split())


def mentions_unit(text: str, first: bool = False) -> bool:
    """Return whether a plain text names a unit, or whether it begins with one."""
    return bool(_MENTION.match(text) if first else _MENTION.search(text))


def speaks_of_units(text: str) -> bool:
    """Return whether a plain text is about Action Units, though it may name none."""
    return bool(_ABOUT.search(text))


def is_sided(text: str) -> bool:
    """Return whether a plain text is a number with a side, as FACS writes a unit: "l12"."""
    return bool(_SIDED.fullmatch(text))


def is_bare(text: str) -> bool:
    """Return whether a plain text is nothing but numbers that may be units."""
    return bool(_BARE.fullmatch(text))


def numbers(text: str) -> set[int]:
    """Return the whole numbers in a plain text."""
    return {int(digits) for digits in re.findall("[0-9]+", text)}


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a plain text, the last one of the kind "end".

    Raises
    ------
    NotUnderstood
        For the first word or sign that is not known.
    """
    place, gap = 0, ""
    while True:
        skipped = _GAP.match(text, place)
        gap += skipped[0] if skipped else ""
        place = skipped.end() if skipped else place
        if place == len(text):
            yield Piece("end", "", gap)
            return
        found = ((kind, pattern.match(text, place)) for kind, pattern in _PATTERNS)
        kind, match = next(((kind, match) for kind, match in found if match), ("", None))
        if match is None:
            rest = _REST.match(text, place)
            raise NotUnderstood(f"{shown(rest[0] if rest else text)} is not understood")
        place = match.end()
        if kind != "phrase":
            parts = {name: part for name, part in match.groupdict().items() if part}
            yield Piece(kind, match[0], gap, None, parts)
            gap = ""
            continue
        kind, meaning = _MEANINGS[" ".join(match[0].replace("_", " ").split())]
        if kind == "and":
            gap += "&"
            continue
        yield Piece(kind, match[0], gap, meaning)
        gap = ""
