"""Which format an annotation file has, by its content alone."""

from collections.abc import Sequence
from pathlib import Path

from auva.annotations import abaw, boris, elan, openface, thesis
from auva.annotations.text import read_bytes, read_text
from auva.errors import InputError
from auva.samples import AU_FORMATS, VA_FORMATS, split_pair

Source = str | Path | Sequence[str | Path]
"""An annotation's file, or Aff-Wild's pair: two paths, or one that joins them by "|"."""


def recognise_action_units(path: str | Path) -> str:
    """Return the format of an Action Unit file by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    if elan.is_elan(read_bytes(path)):
        return "elan"
    lines = read_text(path).lines
    if openface.is_openface(lines[0]):
        return "openface"
    if abaw.is_action_units(lines[0]):
        return "abaw"
    if boris.find_header(lines):
        return "boris"
    if len(lines[0].split()) == thesis.COLUMNS:
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
    files = files_of(path)
    main = files[0]
    if elan.is_elan(read_bytes(main)):
        return "elan"
    first = read_text(main).lines[0]
    if abaw.is_valence_arousal(first):
        return "abaw"
    if len(files) > 1 or len(first.replace(",", " ").split()) == 1:
        return "affwild"
    known = ", ".join(VA_FORMATS)
    cause = (
        f"the format of the valence and arousal file is not recognised; va_format can be {known}"
    )
    raise InputError(cause, main, 1)


def files_of(path: Source) -> tuple[Path, ...]:
    """Return the files of one annotation: one, or the two of a pair."""
    parts = [path] if isinstance(path, (str, Path)) else path
    return tuple(file for part in parts for file in split_pair(part))
