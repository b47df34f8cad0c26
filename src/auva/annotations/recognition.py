"""Which format an annotation file has, by its content alone."""

from auva.annotations.format import Content, Kind, Source, files_of
from auva.annotations.registry import formats_of
from auva.errors import InputError

_SPOKEN: dict[Kind, str] = {"au": "Action Unit", "va": "valence and arousal"}


def recognise_action_units(path: Source) -> str:
    """Return the format of an Action Unit file by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    return _recognise(path, "au")


def recognise_valence_arousal(path: Source) -> str:
    """Return the format of a valence and arousal file (or pair of files) by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    return _recognise(path, "va")


def _recognise(path: Source, kind: Kind) -> str:
    content, known = Content(files_of(path)), formats_of(kind)
    for name, entry in known.items():
        if entry.recognise(content):
            return name
    cause = f"the format of the {_SPOKEN[kind]} file is not recognised"
    raise InputError(f"{cause}; {kind}_format can be {', '.join(known)}", content.files[0], 1)
