"""ELAN's .eaf files: a tier per Action Unit (or for valence and arousal) with spans in ms.

Facts of the format as its schema tells (EAF 3.0, Max Planck Institute for Psycholinguistics): time
slots in milliseconds, tiers of annotations between two slots, an offset of the media
(`TIME_ORIGIN`), free properties. `auva.annotations.spans` tells what a span means. Tiers with other
names are left alone; a tier that is there but empty says that the unit never occurs.
"""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from auva.annotations.context import Context
from auva.annotations.eaf import FRAMES, ROOT, read_document
from auva.annotations.format import Format, only_file
from auva.annotations.frames import check_writable
from auva.annotations.spans import (
    Span,
    action_units,
    affect_spans,
    unit_of,
    unit_spans,
    valence_arousal,
)
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.annotations.text import shown
from auva.errors import InputError
from auva.files import write_text
from auva.units import ACTION_UNITS, AU_NAMES, VA_NAMES

_MARK = ROOT.encode()
_HEAD = 4096


def is_elan(data: bytes) -> bool:
    """Return whether the beginning of a file looks like ELAN's, in whatever encoding."""
    return _MARK in data[:_HEAD].replace(b"\0", b"")


def read_action_units(path: str | Path, context: Context | None = None) -> ActionUnits:
    """Read the tiers of an .eaf file that are named after Action Units.

    Parameters
    ----------
    path : str or Path
        The file.
    context : Context, optional
        Of the video; its frames count where the file does not state its own number.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line.
    """
    document = read_document(path)
    spans: dict[int, list[Span]] = {}
    for tier in document.tiers:
        number = unit_of(tier.name)
        if number is None:
            continue
        if number in spans:
            raise InputError(f"a second tier for AU{number}", document.path, tier.line)
        spans[number] = document.spans(tier)
    if not set(spans) & set(ACTION_UNITS):
        raise InputError(f"no tier is named after one of {', '.join(AU_NAMES)}", document.path)
    timeline = (context or Context()).timeline
    return action_units(document.path, spans, document.length(timeline.rate), timeline)


def read_valence_arousal(path: str | Path, context: Context | None = None) -> ValenceArousal:
    """Read the tiers `valence` and `arousal` of an .eaf file; their values lie in [-1, 1].

    Parameters and errors as for `read_action_units`.
    """
    document = read_document(path)
    spans: dict[str, list[Span]] = {}
    for tier in document.tiers:
        name = tier.name.strip().lower()
        if name not in VA_NAMES:
            continue
        if name in spans:
            raise InputError(f"a second tier {shown(tier.name)}", document.path, tier.line)
        spans[name] = document.spans(tier)
    if not spans:
        raise InputError("no tier is named valence or arousal", document.path)
    timeline = (context or Context()).timeline
    return valence_arousal(document.path, spans, document.length(timeline.rate), timeline)


def others(path: Path, kind: str) -> list[str]:
    """Return the tiers that the reader of `kind` ("au" or "va") leaves out."""
    names = [tier.name for tier in read_document(path).tiers]
    if kind == "au":
        return [name for name in names if unit_of(name) not in ACTION_UNITS]
    return [name for name in names if name.strip().lower() not in VA_NAMES]


def write_action_units(
    path: str | Path, table: ActionUnits, context: Context | None = None
) -> None:
    """Write an .eaf file with one tier per Action Unit, whole or not at all.

    Raises
    ------
    InputError
        If the frames are not 1 to n of the converted video.
    """
    timeline = (context or Context()).timeline
    tiers = {name: unit_spans(table, unit, timeline) for unit, name in enumerate(AU_NAMES)}
    _write(path, table, tiers)


def write_valence_arousal(
    path: str | Path, table: ValenceArousal, context: Context | None = None
) -> None:
    """Write an .eaf file with the tiers valence and arousal, whole or not at all.

    Raises
    ------
    InputError
        If the frames are not 1 to n of the converted video.
    """
    timeline = (context or Context()).timeline
    tiers = {name: affect_spans(table, place, timeline) for place, name in enumerate(VA_NAMES)}
    _write(path, table, tiers)


def _write(
    path: str | Path, table: ActionUnits | ValenceArousal, tiers: dict[str, list[Span]]
) -> None:
    check_writable(path, table, "converted", "elan")
    write_text(path, _written(tiers, len(table)))


def _written(tiers: dict[str, list[Span]], frames: int) -> str:
    slots: list[int] = []
    body: list[str] = []
    for name, spans in tiers.items():
        body.append(f'<TIER LINGUISTIC_TYPE_REF="default-lt" TIER_ID={quoteattr(name)}>')
        for span in spans:
            slots += [round(span.start * 1000), round(span.stop * 1000)]
            place = len(slots)
            body += [
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{place // 2}" '
                f'TIME_SLOT_REF1="ts{place - 1}" TIME_SLOT_REF2="ts{place}">',
                f"<ANNOTATION_VALUE>{escape(span.value)}</ANNOTATION_VALUE>",
                "</ALIGNABLE_ANNOTATION></ANNOTATION>",
            ]
        body.append("</TIER>")
    # ELAN keeps its slots in the order of time.
    order = sorted(range(len(slots)), key=lambda slot: slots[slot])
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        # The schema asks for a date; a fixed one keeps equal tables equal files.
        f'<{ROOT} AUTHOR="auva" DATE="2000-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0"',
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">',
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">',
        f'<PROPERTY NAME="{FRAMES}">{frames}</PROPERTY>',
        "</HEADER>",
        "<TIME_ORDER>",
        *(f'<TIME_SLOT TIME_SLOT_ID="ts{k + 1}" TIME_VALUE="{slots[k]}"/>' for k in order),
        "</TIME_ORDER>",
        *body,
        '<LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="default-lt" '
        'TIME_ALIGNABLE="true"/>',
        f"</{ROOT}>",
        "",
    ]
    return "\n".join(lines)


FORMATS = (
    Format(
        name="elan",
        kind="au",
        recognise=lambda content: is_elan(content.data),
        read=lambda files, context: read_action_units(only_file(files, "elan"), context),
        write=lambda files, *rest: write_action_units(only_file(files, "elan"), *rest),
        content="`.eaf`: a tier per Action Unit (`AU12`, `AU 12 (smile)`)",
        frames="spans in ms",
        clock="converted",
        others=lambda path: others(path, "au"),
        intensities=True,
        spans=True,
        suffixes=(".eaf",),
    ),
    Format(
        name="elan",
        kind="va",
        recognise=lambda content: is_elan(content.data),
        read=lambda files, context: read_valence_arousal(only_file(files, "elan"), context),
        write=lambda files, *rest: write_valence_arousal(only_file(files, "elan"), *rest),
        content="`.eaf`: tiers `valence` and `arousal`",
        frames="spans in ms",
        clock="converted",
        others=lambda path: others(path, "va"),
        spans=True,
        suffixes=(".eaf",),
    ),
)
