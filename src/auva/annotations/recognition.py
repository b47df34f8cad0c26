"""Recognition of the format of an annotation file from its content."""

from auva.annotations.format import Content, Kind, Source, files_of, layout_of
from auva.annotations.layout import Layout
from auva.annotations.registry import formats_of
from auva.annotations.seems import seems
from auva.errors import InputError

_SPOKEN: dict[Kind, str] = {"au": "Action Units", "va": "valence and arousal"}


def recognise_action_units(path: Source, layout: Layout | None = None) -> str:
    """Return the format of an Action Unit file by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    return _recognise(path, "au", layout)


def recognise_valence_arousal(path: Source, layout: Layout | None = None) -> str:
    """Return the format of a valence and arousal file (or pair of files) by its content.

    Raises
    ------
    InputError
        If it is none that auva knows.
    """
    return _recognise(path, "va", layout)


def _recognise(path: Source, kind: Kind, layout: Layout | None) -> str:
    content, known = Content(files_of(path), layout_of(path, layout)), formats_of(kind)
    for name, entry in known.items():
        if entry.recognise(content):
            return name
    other = "va" if kind == "au" else "au"
    held = [name for name, entry in formats_of(other).items() if entry.recognise(content)]
    what = f"holds {_SPOKEN[other]} (format {held[0]})" if held else seems(content, kind)
    cause = f"no known format of {_SPOKEN[kind]}: it {what}"
    raise InputError(
        f"{cause} (docs/reference/annotations.md lists the formats)", content.files[0], 1
    )
