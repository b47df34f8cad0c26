"""One door to all formats: recognise by content, read, write."""

from collections.abc import Sequence
from pathlib import Path

from auva.annotations import abaw, affwild, thesis
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.annotations.text import read_text
from auva.errors import InputError, suggest
from auva.samples import AU_FORMATS, PAIR, VA_FORMATS, split_pair

Source = str | Path | Sequence[str | Path]
"""An annotation's file, or Aff-Wild's pair: two paths, or one that joins them by "|"."""


def read_action_units(path: str | Path, format: str | None = None) -> ActionUnits:
    """Read the Action Units of one video by one annotator.

    Parameters
    ----------
    path : str or Path
        The annotation file.
    format : str, optional
        One of `auva.samples.AU_FORMATS`; without it the content decides.

    Returns
    -------
    ActionUnits
        Frames, presence, mask and intensity, and the clock that the format counts on.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file and line.
    """
    name = format or recognise_action_units(path)
    if name == "thesis":
        return thesis.read(path)
    if name == "abaw":
        return abaw.read_action_units(path)
    raise _unknown(name, AU_FORMATS, path)


def read_valence_arousal(path: Source, format: str | None = None) -> ValenceArousal:
    """Read valence and arousal of one video by one annotator.

    Parameters
    ----------
    path : str, Path or pair of them
        The annotation file; of Aff-Wild the valence and the arousal file, as two paths or joined
        by "|".
    format : str, optional
        One of `auva.samples.VA_FORMATS`; without it the content decides.

    Returns
    -------
    ValenceArousal
        Values, mask and frames, and the clock that the format counts on.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file and line.
    """
    name = format or recognise_valence_arousal(path)
    files = _files(path)
    if name == "affwild":
        return affwild.read(*_pair(files))
    if name == "abaw":
        return abaw.read_valence_arousal(_one(files, name))
    raise _unknown(name, VA_FORMATS, files[0])


def write_action_units(path: str | Path, table: ActionUnits, format: str) -> None:
    """Write Action Units in a format, whole or not at all.

    Raises
    ------
    InputError
        If the format cannot hold what the table says: nothing is lost silently.
    """
    if format == "thesis":
        thesis.write(path, table)
    elif format == "abaw":
        abaw.write_action_units(path, table)
    else:
        raise _unknown(format, AU_FORMATS, path)


def write_valence_arousal(path: Source, table: ValenceArousal, format: str) -> None:
    """Write valence and arousal in a format, whole or not at all.

    Raises
    ------
    InputError
        If the format cannot hold what the table says: nothing is lost silently.
    """
    files = _files(path)
    if format == "affwild":
        affwild.write(*_pair(files), table)
    elif format == "abaw":
        abaw.write_valence_arousal(_one(files, format), table)
    else:
        raise _unknown(format, VA_FORMATS, files[0])


def recognise_action_units(path: str | Path) -> str:
    """Return the format of an Action Unit file by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    first = read_text(path).lines[0]
    if abaw.is_action_units(first):
        return "abaw"
    if len(first.split()) == thesis.COLUMNS:
        return "thesis"
    known = ", ".join(AU_FORMATS)
    cause = f"the format of the Action Unit file is not recognised; au_format can be {known}"
    raise InputError(cause, path, 1)


def recognise_valence_arousal(path: Source) -> str:
    """Return the format of a valence and arousal file (or pair of files) by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    files = _files(path)
    first = read_text(files[0]).lines[0]
    if abaw.is_valence_arousal(first):
        return "abaw"
    if len(files) > 1 or len(first.replace(",", " ").split()) == 1:
        return "affwild"
    known = ", ".join(VA_FORMATS)
    cause = (
        f"the format of the valence and arousal file is not recognised; va_format can be {known}"
    )
    raise InputError(cause, files[0], 1)


def _files(path: Source) -> list[Path]:
    parts = [path] if isinstance(path, (str, Path)) else path
    return [file for part in parts for file in split_pair(part)]


def _pair(files: Sequence[Path]) -> tuple[Path, Path]:
    if len(files) != 2:
        cause = f"Aff-Wild keeps valence and arousal in two files: 'VALENCE{PAIR}AROUSAL'"
        raise InputError(cause, files[0])
    return files[0], files[1]


def _one(files: Sequence[Path], name: str) -> Path:
    if len(files) != 1:
        raise InputError(f"the format {name} has one file, not {len(files)}", files[0])
    return files[0]


def _unknown(name: str, known: Sequence[str], path: str | Path) -> InputError:
    return InputError(f"unknown format '{name}'{suggest(name, known)}", path)
