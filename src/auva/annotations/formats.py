"""Reading and writing in all formats. `auva.annotations.recognition` recognises the format."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from auva.annotations.context import Context
from auva.annotations.format import (
    AnyFormat,
    Kind,
    Source,
    check_writable,
    files_of,
    layout_of,
)
from auva.annotations.layout import check_keys
from auva.annotations.recognition import recognise_action_units, recognise_valence_arousal
from auva.annotations.registry import formats_of
from auva.annotations.scales import UNIT
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.errors import InputError, suggest
from auva.units import THESIS_UNITS

_AS_TABLE = "a table with other values needs a va_layout"


def read_action_units(
    path: Source,
    format: str | None = None,
    context: Context | None = None,
) -> ActionUnits:
    """Read the Action Units of one video by one annotator.

    Parameters
    ----------
    path : str or Path
        The annotation file.
    format : str, optional
        One of `auva.annotations.AU_FORMATS`; without it the content decides.
    context : Context, optional
        The video's timeline and file, and what its row of the sheet chooses. The formats of spans
        (elan, boris) need the timeline: an annotation that ends early means that nothing follows.
        Without it the video has 30 fps, its pictures begin with the file, and the file itself must
        give its length.

    Returns
    -------
    ActionUnits
        Frames, presence, mask and intensity, and whose frames the format counts.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file and line.
    """
    context = context or Context()
    name = format or recognise_action_units(path, context.layout)
    return _read("au", path, name, context)


def read_valence_arousal(
    path: Source,
    format: str | None = None,
    context: Context | None = None,
) -> ValenceArousal:
    """Read valence and arousal of one video by one annotator.

    Parameters
    ----------
    path : str, Path or pair of them
        The annotation file; of Aff-Wild the valence and the arousal file, as two paths or as
        `auva.pairs.join_pair` makes one of them.
    format : str, optional
        One of `auva.annotations.VA_FORMATS`; without it the content decides.
    context : Context, optional
        As for `read_action_units`; its `va_scale` is the scale if the format has none.

    Returns
    -------
    ValenceArousal
        Values, mask and frames, and whose frames the format counts.

    Raises
    ------
    InputError
        For the first thing that is wrong, with file and line.
    """
    context = context or Context()
    name = format or recognise_valence_arousal(path, context.layout)
    return _read("va", path, name, context)


def write_action_units(
    path: Source, table: ActionUnits, format: str, context: Context | None = None
) -> None:
    """Write Action Units in a format, whole or not at all; `context` as for the readers.

    Raises
    ------
    InputError
        If the format cannot hold what the table says: nothing is lost silently.
    """
    _write("au", path, table, format, context)


def write_valence_arousal(
    path: Source, table: ValenceArousal, format: str, context: Context | None = None
) -> None:
    """Write valence and arousal in a format, whole or not at all; `context` as for the readers.

    Raises
    ------
    InputError
        If the format cannot hold what the table says: nothing is lost silently.
    """
    _write("va", path, table, format, context)


def left_out(
    path: str | Path, kind: Kind, format: str, units: Sequence[int] = THESIS_UNITS
) -> list[str]:
    """Return what an annotation file has beyond its table; rewriting the file would lose it.

    Parameters
    ----------
    path : str or Path
        The file.
    kind : "au" or "va"
        What is read from it.
    format : str
        Its format.
    units : sequence of int
        FACS numbers of the Action Units that are read.

    Returns
    -------
    list of str
        Names of other Action Units, columns, tiers or behaviours.
    """
    others = _entry(kind, format, path).others
    return others(Path(path), units) if others else []


def _read(kind: Kind, path: Source, name: str, context: Context) -> Any:  # noqa: ANN401 - a table
    files = files_of(path)
    entry = _entry(kind, name, files[0])
    layout = layout_of(path, context.layout)
    check_keys(files[0], layout, entry.layout, name)
    if kind == "va" and not entry.scaled and context.va_scale not in (None, UNIT):
        cause = f"the format {name} is on [-1, 1] and not on the sheet's va_scale"
        raise InputError(f"{cause} {context.va_scale}; {_AS_TABLE}", files[0])
    return entry.read(files, replace(context, layout=layout))


def _write(
    kind: Kind,
    path: Source,
    table: ActionUnits | ValenceArousal,
    format: str,
    context: Context | None,
) -> None:
    files = files_of(path)
    entry = _entry(kind, format, files[0])
    if entry.write is None:
        raise InputError(f"auva reads the format {format} and does not write it", files[0])
    check_writable(entry, files[0], table)
    entry.write(files, table, context or Context())


def _entry(kind: Kind, name: str, path: str | Path) -> AnyFormat:
    known = formats_of(kind)
    if name not in known:
        raise InputError(f"unknown format '{name}'{suggest(name, known)}", path)
    return known[name]
