"""Action Units by their FACS numbers and names, and the affect dimensions, named in one place.

Which Action Units a corpus is read for is a list of FACS numbers, the setting `action_units`. Files
carry the names of theirs in the same order: label tables in their header, packed files in an
attribute, runs in `config.json`. Whoever reads a file takes the list from there.
"""

import re
from collections.abc import Iterable, Sequence

from auva.errors import InputError

DESCRIPTIONS = {
    **{1: "inner brow raiser", 2: "outer brow raiser", 4: "brow lowerer", 5: "upper lid raiser"},
    **{6: "cheek raiser", 7: "lid tightener", 8: "lips toward each other", 9: "nose wrinkler"},
    **{10: "upper lip raiser", 11: "nasolabial deepener", 12: "lip corner puller"},
    **{13: "sharp lip puller", 14: "dimpler", 15: "lip corner depressor"},
    **{16: "lower lip depressor", 17: "chin raiser", 18: "lip pucker", 19: "tongue show"},
    **{20: "lip stretcher", 21: "neck tightener", 22: "lip funneler", 23: "lip tightener"},
    **{24: "lip pressor", 25: "lips part", 26: "jaw drop", 27: "mouth stretch", 28: "lip suck"},
    **{29: "jaw thrust", 30: "jaw sideways", 31: "jaw clencher", 32: "lip bite"},
    **{33: "cheek blow", 34: "cheek puff", 35: "cheek suck", 36: "tongue bulge", 37: "lip wipe"},
    **{38: "nostril dilator", 39: "nostril compressor", 41: "lid droop", 42: "slit"},
    **{43: "eyes closed", 44: "squint", 45: "blink", 46: "wink", 51: "head turn left"},
    **{52: "head turn right", 53: "head up", 54: "head down", 55: "head tilt left"},
    **{56: "head tilt right", 57: "head forward", 58: "head back", 61: "eyes turn left"},
    **{62: "eyes turn right", 63: "eyes up", 64: "eyes down", 65: "walleye", 66: "cross-eye"},
}
"""Names of the Action Units that a list may hold (Ekman, Friesen and Hager 2002)."""

THESIS_UNITS = (1, 2, 4, 6, 12, 15, 20, 25)
"""The list of the thesis (section 3.1.1), and the default."""

VA_NAMES = ("valence", "arousal")
"""Column names of the affect dimensions, each in [-1, 1]."""

SETS = ("train", "validation", "test")
"""The parts of a split; `validation` is an identity-disjoint part of the training videos."""

_NAME = re.compile(r"AU([1-9]\d?)", re.ASCII)


def names_of(units: Iterable[int]) -> tuple[str, ...]:
    """Return the column names of Action Units: 12 is "AU12"."""
    return tuple(f"AU{number}" for number in units)


THESIS_NAMES = names_of(THESIS_UNITS)
"""Column names of the thesis' Action Units."""


def is_thesis(names: Iterable[str]) -> bool:
    """Return whether a list is that of the thesis: means and shares over it can be compared."""
    return set(names) == set(THESIS_NAMES)


def holds_thesis(names: Iterable[str]) -> bool:
    """Return whether a list has every Action Unit of the thesis."""
    return set(names) >= set(THESIS_NAMES)


def number_of(name: object) -> int | None:
    """Return the FACS number of a column name ("AU12"), None where it names no Action Unit."""
    match = _NAME.fullmatch(name) if isinstance(name, str) else None
    number = int(match[1]) if match else None
    return number if number in DESCRIPTIONS else None


def describe(name: str) -> str:
    """Return what FACS calls the Action Unit of a column name."""
    return DESCRIPTIONS[int(name.removeprefix("AU"))]


def is_list(names: Sequence[object]) -> bool:
    """Return whether these are column names of Action Units, at least one and none twice."""
    known = [name for name in names if number_of(name) is not None]
    return 0 < len(known) == len(names) == len(set(known))


def check_list(units: Sequence[object], place: str) -> tuple[int, ...]:
    """Return a list of Action Units, or raise an `InputError` that begins with `place`.

    Parameters
    ----------
    units : sequence
        FACS numbers; at least one, none twice, each a key of `DESCRIPTIONS`.
    place : str
        Place of the list, as "config: action_units".
    """
    if not units:
        raise InputError(f"{place}: is empty; name at least one Action Unit, as [1, 2, 12]")
    known: list[int] = []
    for unit in units:
        if type(unit) is not int or unit not in DESCRIPTIONS:
            hint = "; write its number alone, as 12" if number_of(unit) else ""
            raise InputError(f"{place}: {unit!r} is not the number of an Action Unit of FACS{hint}")
        if unit in known:
            raise InputError(f"{place}: {unit} is listed twice")
        known.append(unit)
    return tuple(known)


def check_same(found: Sequence[str], wanted: Sequence[str], where: str, path: object) -> None:
    """Raise an `InputError` if a file holds another list of Action Units than it should.

    Parameters
    ----------
    found, wanted : sequence of str
        The column names in the file, and those that are asked for.
    where : str
        Who asks for them, as "the run".
    path : path
        The file.
    """
    if tuple(found) != tuple(wanted):
        held = ", ".join(found) or "no Action Unit"
        raise InputError(f"holds {held}, but {where} {', '.join(wanted)}", str(path))
