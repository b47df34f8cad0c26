"""The people whose labels one file holds: one of them, or a choice."""

from collections.abc import Iterable
from pathlib import Path

from auva.annotations.text import shown
from auva.errors import InputError

NOBODY = "no focal subject"
"""How BORIS calls labels without a person; the sheet may choose them by it."""


def chosen_subject(path: Path, found: Iterable[str], wanted: str) -> str:
    """Return the person whose labels are read, as `folded` spells them.

    Parameters
    ----------
    path : Path
        The file, for messages.
    found : iterable of str
        The people of the labels, empty where none is named.
    wanted : str
        The sheet's column `subject`; empty where it chooses nobody.

    Raises
    ------
    InputError
        If there are several and none is chosen, or the chosen one is not there.
    """
    people = {folded(name): name.strip() for name in found}
    if wanted and folded(wanted) in people:
        return folded(wanted)
    named = ", ".join(shown(name or NOBODY) for _, name in sorted(people.items()))
    if len(people) > 1:
        cause = f"labels of several people ({named}); choose one in the sheet's column subject"
        if wanted:
            cause = f"there are no labels of {shown(wanted)}, only of {named}"
        raise InputError(cause, path)
    only = next(iter(people), "")
    if wanted and only:
        raise InputError(f"there are no labels of {shown(wanted)}, only of {named}", path)
    return only


def folded(name: str) -> str:
    """Return a name without case and blanks at its ends; empty where it names nobody."""
    name = " ".join(name.casefold().split())
    return "" if name == NOBODY else name
