"""What the tiers of an .eaf file are about: units, valence or arousal, a person, another tier."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from auva.annotations.affect_spans import affect_of
from auva.annotations.eaf import Document, Tier
from auva.annotations.grammar import (
    Claim,
    Name,
    is_property,
    names_units,
    read_name,
    remarked_unit,
)
from auva.annotations.pieces import NotUnderstood
from auva.annotations.subjects import chosen_subject, folded
from auva.annotations.text import shown
from auva.annotations.unit_spans import counted
from auva.errors import InputError


class Tiers:
    """The tiers of a document, read by their names and attributes.

    Parameters
    ----------
    document : Document
        The document.
    units : sequence of int
        FACS numbers of the units that are read.

    Raises
    ------
    InputError
        For a tier that depends on one that is not there, or on itself.
    """

    def __init__(self, document: Document, units: Sequence[int]) -> None:
        self._asked = frozenset(units)
        self.path: Path = document.path
        self.all = document.tiers
        self._named = {tier.name: tier for tier in reversed(document.tiers)}
        for tier in self.all:
            self._check_parents(tier)

    @cached_property
    def _units(self) -> dict[int, Name | None]:
        return {id(tier): self._units_of(tier) for tier in self.all}

    @cached_property
    def _dimensions(self) -> dict[int, str | None]:
        return {id(tier): self._dimension_of(tier) for tier in self.all}

    def units(self, tier: Tier) -> Name | None:
        """Return the units that a tier is about, by its name or by that of the tier above it.

        Raises
        ------
        InputError
            If the name of any tier mentions an Action Unit and is not understood.
        """
        return self._units[id(tier)]

    def remarked(self, tier: Tier) -> int | None:
        """Return the unit that is read and a tier holds comments on, as "AU12 comment" does."""
        number = remarked_unit(self._label(tier))
        return number if number in self._asked else None

    def dimension(self, tier: Tier) -> str | None:
        """Return "valence" or "arousal" if a tier is about it; errors as of `units`."""
        return self._dimensions[id(tier)]

    def has_used(self, tier: Tier) -> bool:
        """Return whether a tier is about a unit that is read."""
        name = self.units(tier)
        return name is not None and bool(name.claims.keys() & self._asked)

    def parent(self, tier: Tier) -> Tier | None:
        """Return the tier that another depends on."""
        return self._named[tier.parent] if tier.parent else None

    def belongs(self, tier: Tier) -> bool:
        """Return whether a tier says more of the units of the tier that it depends on."""
        parent = self.parent(tier)
        above = self.units(parent) if parent else None
        name = self.units(tier)
        return bool(name and above and name.claims.keys() == above.claims.keys())

    def person(self, tier: Tier) -> str:
        """Return whose labels a tier has: by itself, by its name ("AU12@mother") or its parent."""
        own = tier.participant or tier.name.partition("@")[2].strip()
        parent = self.parent(tier)
        return own if own or parent is None else self.person(parent)

    def of_person(self, tiers: Iterable[Tier], wanted: str) -> list[Tier]:
        """Return all tiers of the person whose labels are read; the given tiers name the people.

        Raises
        ------
        InputError
            If they are of several people and the choice `wanted` is none of them.
        """
        chosen = chosen_subject(self.path, [self.person(tier) for tier in tiers], wanted)
        return [tier for tier in self.all if folded(self.person(tier)) == chosen]

    def told(self, tier: Tier) -> str:
        """Return a tier as reports list what is ignored."""
        who = self.person(tier)
        count = counted(len(tier.notes), "annotation")
        return f"tier {shown(tier.name)} ({count}{f' of {shown(who)}' if who else ''})"

    def lost(self, kind: str) -> list[str]:
        """Return the tiers that a table of `kind` cannot hold: they would be lost by writing it.

        They are those of other things and people, and those that say more than a plain `AU12`;
        comments on a unit are held.
        """
        several = len({folded(self.person(tier)) for tier in self.all}) > 1
        return [
            tier.name
            for tier in self.all
            if several or tier.parent or not self._is_plain(tier, kind)
        ]

    def check_unnamed(self, tier: Tier) -> None:
        """Refuse a tier whose values are all units, although its name has none."""
        values = [note for note in tier.notes if note.value.strip()]
        if values and all(names_units(note.value, tier.name) for note in values):
            cause = (
                f"the tier {shown(tier.name)} holds Action Units ({shown(values[0].value.strip())})"
                " and is not named after them"
            )
            raise InputError(cause, self.path, values[0].line)

    def check_once(self, tiers: Iterable[Tier]) -> None:
        """Refuse two tiers that say the same by their names."""
        seen: dict[object, str] = {}
        for tier in tiers:
            name = self.units(tier)
            if name is None or self.belongs(tier):
                continue
            said = tuple(sorted(name.claims.items(), key=lambda entry: entry[0]))
            if said in seen:
                cause = f"a second tier for {' and '.join(f'AU{number}' for number in name.claims)}"
                if seen[said] != tier.name:
                    cause += f", {shown(tier.name)} beside {shown(seen[said])}"
                raise InputError(cause, self.path, tier.line)
            seen[said] = tier.name

    def _is_plain(self, tier: Tier, kind: str) -> bool:
        if kind == "va":
            return self.dimension(tier) is not None
        if self.remarked(tier):
            return True
        name = self.units(tier)
        return name is not None and self.has_used(tier) and [*name.claims.values()] == [Claim()]

    def _units_of(self, tier: Tier) -> Name | None:
        label = self._label(tier)
        try:
            name = read_name(label, sorted(self._asked))
        except NotUnderstood as error:
            cause = f"the tier {shown(tier.name)} is about Action Units, but {error}"
            raise InputError(cause, self.path, tier.line) from None
        parent = self.parent(tier)
        if name is None and parent is not None and is_property(label):
            return self._units_of(parent)
        return name

    def _dimension_of(self, tier: Tier) -> str | None:
        try:
            return affect_of(self._label(tier))
        except NotUnderstood as error:
            cause = f"the tier {shown(tier.name)} is about valence or arousal, but {error}"
            raise InputError(cause, self.path, tier.line) from None

    def _label(self, tier: Tier) -> str:
        """Return a tier's name without those of the person and the annotator beside it."""
        label = tier.name.partition("@")[0].strip() or tier.name
        for who in filter(None, (self.person(tier), tier.annotator)):
            name = re.escape(who)
            bare = re.sub(rf"^{name}[\s_.:-]+", "", label, flags=re.IGNORECASE)
            bare = re.sub(rf"[\s_.:-]*[\s_.:(\[-]{name}[)\]]?$", "", bare, flags=re.IGNORECASE)
            # A person called 12 leaves nothing of "AU 12".
            if bare and (re.search("[0-9]", bare) or not re.search("[0-9]", label)):
                label = bare
        return label

    def _check_parents(self, tier: Tier) -> None:
        above: Tier | None = tier
        for _ in self.all:
            if above is None or not above.parent:
                return
            if above.parent not in self._named:
                cause = f"depends on {shown(above.parent)}, which is missing"
                raise InputError(f"the tier {shown(above.name)} {cause}", self.path, above.line)
            above = self._named[above.parent]
        raise InputError(f"the tier {shown(tier.name)} depends on itself", self.path, tier.line)
