"""What the names of tiers and behaviours and the values of spans say of Action Units.

A name has one or several units, each perhaps with a side and an intensity, and perhaps a statement:
"AU12", "AU6+12", "AU12L", "AU12B", "AU12 (lip corner puller)", "AU12 not visible". A value says
something of the units of its span: "C", "AU12: 3", "absent", "left", "?".
docs/reference/annotations.md has the whole grammar, `auva.annotations.facs` its words. What it does
not know raises `NotUnderstood`: only what says nothing further (an empty value, the unit's own
name) means that a unit is present.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from auva.annotations import facs
from auva.annotations.pieces import (
    ABSENT,
    PRESENT,
    UNKNOWN,
    NotUnderstood,
    Piece,
    Unit,
    is_bare,
    is_sided,
    mentions_unit,
    numbers,
    pieces,
    plain,
    speaks_of_units,
)
from auva.annotations.tables import MAX_INTENSITY
from auva.annotations.text import shown
from auva.units import THESIS_UNITS

_LISTING, _SOFT, _STATING = tuple("+&/,;"), tuple(",;"), tuple(":=-")


@dataclass(frozen=True)
class Claim:
    """What is said of one unit.

    Attributes
    ----------
    state : PRESENT, ABSENT, UNKNOWN or None
        None where at most an intensity is said.
    intensity : float or None
        In [0, 5].
    side : "left", "right", "both" or ""
        Empty where no side is named.
    own : bool
        Whether nothing is said but a number that is the unit's own: it may be its name.
    hidden : bool
        Whether it is unknown because it cannot be seen.
    """

    state: int | None = None
    intensity: float | None = None
    side: str = ""
    own: bool = False
    hidden: bool = False

    @property
    def reading(self) -> tuple[int, float]:
        """The presence (PRESENT, ABSENT or UNKNOWN) and the intensity."""
        if self.state == UNKNOWN:
            return UNKNOWN, 0.0
        if self.intensity is None:
            state = PRESENT if self.state is None else self.state
            return state, float(state)
        state = int(self.intensity > 0) if self.state is None else self.state
        return state, self.intensity


@dataclass(frozen=True)
class Name:
    """The units that a name is about, with what it says of each by itself."""

    claims: Mapping[int, Claim]

    @property
    def tells_absence(self) -> bool:
        """Whether its units are absent where no span is: not where the name denies them."""
        return all(claim.state in (None, PRESENT) for claim in self.claims.values())


def read_name(text: str, units: Sequence[int] = THESIS_UNITS) -> Name | None:
    """Return what the name of a tier or behaviour says, or None if it holds no labels of units.

    Parameters
    ----------
    text : str
        The name.
    units : sequence of int
        The units that are read: a name of others need not be understood.

    Raises
    ------
    NotUnderstood
        If it mentions an Action Unit and is outside the grammar.
    """
    name = plain(text)
    if is_sided(name):
        name = "au" + re.sub(r"[\s_-]", "", name)
    if not mentions_unit(name):
        if is_bare(name) and numbers(name) & set(units):
            raise NotUnderstood("a number alone may be a unit or count something: write AU before")
        return None
    try:
        said = _read(name, None)
    except NotUnderstood:
        found = numbers(name)
        if found & set(units) or not found <= facs.NUMBERS:
            raise
        # Other units are left out, whatever is said of them.
        return Name(dict.fromkeys(sorted(found), Claim()))
    return None if said.aside else Name(said.claims)


def read_value(text: str, name: Name) -> dict[int, Claim]:
    """Return what the value of a span says of the units of its name, and of further units.

    Raises
    ------
    NotUnderstood
        If it is outside the grammar, names other units instead, or contradicts the name.
    """
    said = _read(plain(text), frozenset(name.claims))
    if said.aside:
        raise NotUnderstood("it is a remark")
    if said.claims and not set(name.claims) <= set(said.claims):
        raise NotUnderstood(f"it names {', '.join(f'AU{number}' for number in said.claims)}")
    return {
        number: _agreed(name.claims[number], claim) if number in name.claims else claim
        for number, claim in (said.claims or dict.fromkeys(name.claims, said.loose)).items()
    }


def names_units(text: str, name: str) -> bool:
    """Return whether a value names its units, if the name of its tier names none.

    "AU1+2" does so by itself, "1+2" under a name as "AU" or "FACS".
    """
    value = plain(text)
    if is_bare(value) and speaks_of_units(plain(name)):
        return bool(numbers(value) & facs.NUMBERS)
    try:
        return mentions_unit(value, first=True) and bool(_read(value, frozenset()).claims)
    except NotUnderstood:
        return False


def names_used_unit(text: str, units: Sequence[int]) -> bool:
    """Return whether a value mentions one of some units, understood or not."""
    value = plain(text)
    return mentions_unit(value) and bool(numbers(value) & set(units))


def remarked_unit(text: str) -> int | None:
    """Return the unit that a tier of remarks is about ("AU12 comment"), or None."""
    try:
        found = list(pieces(plain(text)))
        said = _read(plain(text), None)
    except NotUnderstood:
        return None
    remarks = any(piece.kind == "aside" and piece.text in facs.REMARKS for piece in found)
    claims = [*said.claims.items()]
    return claims[0][0] if remarks and len(claims) == 1 and claims[0][1] == Claim() else None


def is_property(text: str) -> bool:
    """Return whether a name describes only a property of a unit ("intensity", "side")."""
    try:
        found = list(pieces(plain(text)))
    except NotUnderstood:
        return False
    return len(found) > 1 and all(piece.kind in ("neutral", "end") for piece in found)


def _agreed(name: Claim, value: Claim) -> Claim:
    """Return what a span says of a unit of which the name already says something."""
    denied = name.state in (ABSENT, UNKNOWN)
    if denied and (value.intensity is not None or value.state not in (None, name.state)):
        raise NotUnderstood("the name says something else")
    if value.state in (ABSENT, UNKNOWN):
        return value
    if name.intensity is not None and value.intensity not in (None, name.intensity):
        raise NotUnderstood("the name has another intensity")
    intensity = name.intensity if value.intensity is None else value.intensity
    state = name.state if value.state is None else value.state
    side = value.side or name.side
    hidden = value.hidden or name.hidden
    return replace(value, state=state, intensity=intensity, side=side, hidden=hidden)


@dataclass(frozen=True)
class _Said:
    """What a whole text says: of each unit that it names, or without naming any."""

    claims: dict[int, Claim]
    loose: Claim
    aside: bool


@dataclass
class _Group:
    """Units named together, and the statement that they share."""

    units: list[Unit] = field(default_factory=list)
    states: set[int] = field(default_factory=set)
    grades: list[float] = field(default_factory=list)
    sides: set[str] = field(default_factory=set)
    lettered: bool = False
    leads: bool = False
    own: bool = False
    hidden: bool = False

    @property
    def states_something(self) -> bool:
        return bool(self.states or self.grades)

    def claims(self) -> list[tuple[int, Claim]]:
        """Return what is said of each unit."""
        if self.leads and self.states_something and len(self.units) > 1:
            raise NotUnderstood("it does not tell which unit is meant")
        if self.grades and self.units and all(unit.grade is not None for unit in self.units):
            raise NotUnderstood("it has two intensities")
        return [(unit.number, self.claim(unit)) for unit in self.units]

    def claim(self, unit: Unit | None = None) -> Claim:
        """Return what is said, of a unit or without naming one."""
        grade = unit.grade if unit else None
        state = next(iter(self.states), None)
        denied = state == UNKNOWN or (state == ABSENT and (self.lettered or grade is not None))
        intensity = self.grades[0] if self.grades and grade is None else grade
        if len(self.states) > 1 or len(self.grades) > 1 or (denied and intensity is not None):
            raise NotUnderstood("it says two things at once")
        sides = {side for side in (*self.sides, unit.side if unit else "") if side}
        side = next(iter(sides), "") if len(sides) < 2 else facs.BOTH
        return Claim(state, intensity, side, self.own, self.hidden)


class _Reading:
    """A text as it is read piece by piece.

    Parameters
    ----------
    own : frozenset of int or None
        The units of the span of a value; None for a name.
    """

    def __init__(self, own: frozenset[int] | None) -> None:
        self.own = own
        self.groups = [_Group()]
        self.words: set[str] = set()
        self.aside = False

    def take(self, piece: Piece, before: Piece | None, after: Piece) -> None:
        """Read one piece between two others."""
        group = self.groups[-1]
        if piece.kind == "unit":
            if group.units and group.states_something and not group.leads:
                self.groups.append(group := _Group())
            group.leads |= not group.units and group.states_something
            group.units.append(piece.unit)
        elif piece.kind == "number":
            group.grades.append(self._intensity(piece, before))
            alone = before is None and after.kind == "end"
            group.own = alone and self.own is not None and group.grades[0] in self.own
        elif piece.kind == "grade":
            self._check_letter(piece, after, bool(group.units))
            group.grades.append(float(str(piece.meaning)))
            group.lettered = True
        elif piece.kind in ("state", "phase"):
            if self.own is None and (piece.kind == "phase" or piece.text in ("y", "n")):
                raise NotUnderstood(f"{shown(piece.text)} is not understood in a name")
            group.states.add(int(str(piece.meaning)))
            group.hidden |= " ".join(re.split(r"[\s_]+", piece.text)) in facs.HIDDEN
        elif piece.kind == "side":
            group.sides.add(str(piece.meaning))
        elif piece.kind == "word":
            self.words.add(piece.text)
        self.aside |= piece.kind == "aside"

    def end(self) -> _Said:
        """Return what the whole text says."""
        claims: dict[int, Claim] = {}
        for number, claim in (found for group in self.groups for found in group.claims()):
            claims[number] = _both(claims[number], claim) if number in claims else claim
        known = [facs.DESCRIPTIONS.get(number, ()) for number in (*claims, *(self.own or ()))]
        for word in sorted(self.words.difference(*known)):
            raise NotUnderstood(f"{shown(word)} does not describe it")
        loose = Claim() if claims else self.groups[0].claim()
        return _Said(claims, loose, self.aside)

    def as_unit(self, piece: Piece, before: Piece | None, after: Piece) -> bool:
        """Return whether a number is that of a unit: in a list or, in a value, at its beginning."""
        if not piece.digits.isdigit():
            return False
        number = int(piece.digits)
        if before is not None and before.kind == "unit" and piece.separator in _LISTING:
            small = number <= MAX_INTENSITY and number < before.unit.number
            if small and piece.separator in tuple("/,;"):
                raise NotUnderstood(f"{shown(piece.text)} may be a unit or an intensity")
            return True
        if self.own is None or before is not None:
            return False
        # A comma may be that of a decimal.
        listed = after.kind in ("unit", "number") and after.separator in ("+", "&")
        return listed or piece.joined or (number in self.own and number > MAX_INTENSITY)

    def _intensity(self, piece: Piece, before: Piece | None) -> float:
        """Return the intensity that a number is, or raise where it may be something else."""
        stated = piece.separator in (":", "=") or (before is not None and before.kind == "neutral")
        if self.own is None and not stated:
            raise NotUnderstood(f"{shown(piece.text)} may be an intensity or count something")
        if before is not None and before.kind == "unit" and not stated and piece.digits.isdigit():
            number = int(piece.digits)
            if number in facs.NUMBERS and number > before.unit.number:
                raise NotUnderstood(f"{shown(piece.text)} may be an intensity or a unit")
        if piece.joined or not float(piece.digits) <= MAX_INTENSITY:
            raise NotUnderstood(f"{shown(piece.text)} is not an intensity")
        return float(piece.digits)

    def _check_letter(self, piece: Piece, after: Piece, named: bool) -> None:
        """Refuse a letter that may be an annotator or an article."""
        if len(piece.text) > 1:
            return
        if self.own is None and (not named or set(piece.gap) & {"_", "-"}):
            raise NotUnderstood(f"{shown(piece.text)} may be an intensity or an annotator")
        if after.kind == "word":
            raise NotUnderstood(f"{shown(piece.text)} is not understood")


def _read(text: str, own: frozenset[int] | None) -> _Said:
    """Parse a plain text: a name, or a value of a span of the units `own`."""
    reading, before = _Reading(own), None
    found = list(pieces(text))
    for piece, after in zip(found, [*found[1:], Piece("end", "", "")], strict=True):
        if piece.kind == "number" and reading.as_unit(piece, before, after):
            piece = replace(piece, kind="unit")
        _check_gap(piece, before, bool(reading.groups[-1].units))
        reading.take(piece, before, after)
        before = piece
    return reading.end()


def _check_gap(piece: Piece, before: Piece | None, named: bool) -> None:
    """Refuse separators that mean nothing between two pieces, or at an end."""
    separator = piece.separator
    if not separator:
        return
    if before is None or piece.kind == "end":
        fine = False
    elif piece.kind == "unit":
        fine = separator in _LISTING and before.kind != "word"
        fine |= separator in _STATING and not named
    elif separator in _STATING:
        # A blank before a dash and none after it is a sign.
        fine = not (piece.kind == "number" and re.search(r"\s-$", piece.gap))
    else:
        fine = separator in _SOFT or before.kind == piece.kind in ("side", "word")
    if not fine:
        raise NotUnderstood(f"{shown(separator)} is not understood")


def _both(first: Claim, second: Claim) -> Claim:
    """Return what is said of a unit that is named on its two sides."""
    if first.side == second.side or replace(first, side="") != replace(second, side=""):
        raise NotUnderstood("it names a unit twice")
    return replace(first, side=facs.BOTH)
