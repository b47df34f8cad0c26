"""One door to all formats: read and write. `auva.annotations.recognition` tells them apart."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from auva.annotations import abaw, affwild, boris, elan, openface, thesis
from auva.annotations.context import Context
from auva.annotations.recognition import (
    Source,
    files_of,
    recognise_action_units,
    recognise_valence_arousal,
)
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.errors import InputError, suggest
from auva.samples import PAIR

Reader = Callable[[Path, Context], ActionUnits]
AffectReader = Callable[[tuple[Path, ...], Context], ValenceArousal]
Writer = Callable[[Path, ActionUnits, Context], None]
AffectWriter = Callable[[tuple[Path, ...], ValenceArousal, Context], None]
_Entry = TypeVar("_Entry")

# The names are those of `auva.samples.AU_FORMATS` and `VA_FORMATS`; a test compares them.
_AU_READERS: dict[str, Reader] = {
    "thesis": lambda path, context: thesis.read(path),
    "abaw": lambda path, context: abaw.read_action_units(path),
    "openface": lambda path, context: openface.read(path),
    "elan": elan.read_action_units,
    "boris": boris.read,
}
_AU_WRITERS: dict[str, Writer] = {
    "thesis": lambda path, table, context: thesis.write(path, table),
    "abaw": lambda path, table, context: abaw.write_action_units(path, table),
    "openface": lambda path, table, context: openface.write(path, table),
    "elan": elan.write_action_units,
    "boris": boris.write,
}
_VA_READERS: dict[str, AffectReader] = {
    "abaw": lambda files, context: abaw.read_valence_arousal(_one(files, "abaw")),
    "affwild": lambda files, context: affwild.read(*_pair(files)),
    "elan": lambda files, context: elan.read_valence_arousal(_one(files, "elan"), context),
}
_VA_WRITERS: dict[str, AffectWriter] = {
    "abaw": lambda files, table, context: abaw.write_valence_arousal(_one(files, "abaw"), table),
    "affwild": lambda files, table, context: affwild.write(*_pair(files), table),
    "elan": lambda files, *rest: elan.write_valence_arousal(_one(files, "elan"), *rest),
}

_OTHERS: dict[tuple[str, str], Callable[[Path], list[str]]] = {
    ("au", "abaw"): abaw.others,
    ("au", "openface"): openface.others,
    ("au", "elan"): lambda path: elan.others(path, "au"),
    ("au", "boris"): boris.others,
    ("va", "elan"): lambda path: elan.others(path, "va"),
}


def read_action_units(
    path: str | Path, format: str | None = None, context: Context | None = None
) -> ActionUnits:
    """Read the Action Units of one video by one annotator.

    Parameters
    ----------
    path : str or Path
        The annotation file.
    format : str, optional
        One of `auva.samples.AU_FORMATS`; without it the content decides.
    context : Context, optional
        The video's timeline and file, and what its row of the sheet chooses. The formats of spans
        (elan, boris) need the timeline: an annotation that ends early says that nothing follows.
        Without it the video has 30 fps, its pictures begin with the file, and the file itself must
        tell its length.

    Returns
    -------
    ActionUnits
        Frames, presence, mask and intensity, and the clock that the format counts on.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file and line.
    """
    read = _entry(_AU_READERS, format or recognise_action_units(path), path)
    return read(Path(path), context or Context())


def read_valence_arousal(
    path: Source, format: str | None = None, context: Context | None = None
) -> ValenceArousal:
    """Read valence and arousal of one video by one annotator.

    Parameters
    ----------
    path : str, Path or pair of them
        The annotation file; of Aff-Wild the valence and the arousal file, as two paths or joined
        by "|".
    format : str, optional
        One of `auva.samples.VA_FORMATS`; without it the content decides.
    context : Context, optional
        As for `read_action_units`; its `va_scale` tells the scale where the format does not.

    Returns
    -------
    ValenceArousal
        Values, mask and frames, and the clock that the format counts on.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file and line.
    """
    files = files_of(path)
    read = _entry(_VA_READERS, format or recognise_valence_arousal(path), files[0])
    return read(files, context or Context())


def write_action_units(
    path: str | Path, table: ActionUnits, format: str, context: Context | None = None
) -> None:
    """Write Action Units in a format, whole or not at all; `context` as for the readers.

    Raises
    ------
    InputError
        If the format cannot hold what the table says: nothing is lost silently.
    """
    _entry(_AU_WRITERS, format, path)(Path(path), table, context or Context())


def write_valence_arousal(
    path: Source, table: ValenceArousal, format: str, context: Context | None = None
) -> None:
    """Write valence and arousal in a format, whole or not at all; `context` as for the readers.

    Raises
    ------
    InputError
        If the format cannot hold what the table says: nothing is lost silently.
    """
    files = files_of(path)
    _entry(_VA_WRITERS, format, files[0])(files, table, context or Context())


def left_out(path: str | Path, kind: str, format: str) -> list[str]:
    """Return what an annotation file holds beyond its table: it would be lost by writing it anew.

    Parameters
    ----------
    path : str or Path
        The file.
    kind : "au" or "va"
        What is read from it.
    format : str
        Its format.

    Returns
    -------
    list of str
        Names of other Action Units, columns, tiers or behaviours.
    """
    names = _OTHERS.get((kind, format))
    return names(Path(path)) if names else []


def _entry(known: Mapping[str, _Entry], name: str, path: str | Path) -> _Entry:
    if name not in known:
        raise InputError(f"unknown format '{name}'{suggest(name, known)}", path)
    return known[name]


def _pair(files: Sequence[Path]) -> tuple[Path, Path]:
    if len(files) != 2:
        cause = f"Aff-Wild keeps valence and arousal in two files: 'VALENCE{PAIR}AROUSAL'"
        raise InputError(cause, files[0])
    return files[0], files[1]


def _one(files: Sequence[Path], name: str) -> Path:
    if len(files) != 1:
        raise InputError(f"the format {name} has one file, not {len(files)}", files[0])
    return files[0]
