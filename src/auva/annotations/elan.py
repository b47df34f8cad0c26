"""ELAN's .eaf files: tiers of Action Units, or of valence and arousal, with spans in ms.

`auva.annotations.grammar` tells what the names of tiers and their values say, `eaf_clock` when they
are. A tier that is there but empty says that its units never occur. A tier that depends on one of
an Action Unit and says more of it, as its intensity, belongs to it; any other one that depends on a
tier tells of the times alone that this has. A tier "AU12 comment" holds comments on AU12.
Tiers of other things are left out, and listed.
"""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from auva.annotations.affect_spans import affect_spans, valence_arousal
from auva.annotations.context import Context
from auva.annotations.eaf import FRAMES, ROOT, Tier, read_document
from auva.annotations.eaf_clock import Clock
from auva.annotations.elan_tiers import Tiers
from auva.annotations.format import Format, Kind, only_file
from auva.annotations.grammar import Name, read_value
from auva.annotations.pieces import ABSENT, NotUnderstood
from auva.annotations.spans import Span
from auva.annotations.tables import ActionUnits, ValenceArousal
from auva.annotations.text import shown
from auva.annotations.unit_spans import Track, action_units, comment_spans, unit_spans
from auva.errors import InputError
from auva.files import write_text
from auva.units import VA_NAMES, names_of

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
        For the first thing that is wrong, with its line; if the tiers are of several people or the
        media have several clocks, and the context does not say which is meant.
    """
    document, context = read_document(path), context or Context()
    tiers = Tiers(document, context.units)
    used = [tier for tier in tiers.all if tiers.has_used(tier)]
    if not used:
        known = ", ".join(names_of(context.units))
        raise InputError(f"no tier is named after one of {known}", document.path)
    theirs = tiers.of_person(used, context.subject)
    named = {id(tier): name for tier in theirs if (name := tiers.units(tier))}
    tiers.check_once(theirs)
    clock = Clock(document, context.medium)
    tracks: list[Track] = []
    left_out: list[str] = []
    remarks: dict[int, list[Span]] = {}
    for tier in tiers.all:
        remarked = tiers.remarked(tier)
        if remarked and tier in theirs:
            remarks.setdefault(remarked, []).extend(clock.spans(tier))
            continue
        if tiers.units(tier) is None and not remarked:
            tiers.check_unnamed(tier)
        if id(tier) not in named:
            left_out.append(tiers.told(tier))
            continue
        name, spans, parent = named[id(tier)], clock.spans(tier), tiers.parent(tier)
        if tiers.belongs(tier):
            _check_belonging(document.path, tier, name, spans)
            tracks.append(Track(name, spans, watched=()))
        else:
            tracks.append(Track(name, spans, clock.spans(parent) if parent else None))
    timeline = context.timeline
    own = document.length(timeline.rate)
    return action_units(
        document.path, tracks, own, timeline, context.units, left_out, clock.read_as, remarks
    )


def read_valence_arousal(path: str | Path, context: Context | None = None) -> ValenceArousal:
    """Read the tiers `valence` and `arousal` of an .eaf file.

    Parameters and errors as for `read_action_units`; also if a dimension has several tiers, or its
    scale is not known.
    """
    document, context = read_document(path), context or Context()
    tiers = Tiers(document, context.units)
    used = [tier for tier in tiers.all if tiers.dimension(tier)]
    if not used:
        raise InputError("no tier is named valence or arousal", document.path)
    chosen = tiers.of_person(used, context.subject)
    clock = Clock(document, context.medium)
    read: dict[str, Tier] = {}
    for tier in chosen:
        dimension = tiers.dimension(tier)
        if dimension in read:
            cause = (
                f"two tiers of {dimension}, {shown(read[dimension].name)} and {shown(tier.name)}; "
                "leave those of one annotator in the file"
            )
            raise InputError(cause, document.path, tier.line)
        if dimension:
            read[dimension] = tier
    spans = {dimension: clock.spans(tier) for dimension, tier in read.items()}
    left_out = [tiers.told(tier) for tier in tiers.all if tier not in read.values()]
    timeline = context.timeline
    own = document.length(timeline.rate)
    return valence_arousal(
        document.path, spans, own, timeline, context.va_scale, left_out, clock.read_as
    )


def holds(path: str | Path, kind: Kind, units: Sequence[int]) -> bool:
    """Return whether an .eaf file has tiers of Action Units ("au") or of affect ("va")."""
    tiers = Tiers(read_document(path), units)
    return any(
        tiers.has_used(tier) if kind == "au" else tiers.dimension(tier) for tier in tiers.all
    )


def _check_belonging(path: Path, tier: Tier, name: Name, spans: Sequence[Span]) -> None:
    """Refuse absence in a tier that says more of a unit where that is present."""
    for span in spans:
        try:
            claims = read_value(span.value, name)
        except NotUnderstood:
            continue  # `action_units` tells it
        if any(claim.reading[0] == ABSENT and not claim.side for claim in claims.values()):
            cause = (
                f"{shown(span.value.strip())} in the tier {shown(tier.name)} says that a unit is "
                f"absent where the tier {shown(tier.parent)} has it"
            )
            raise InputError(cause, path, span.line)


def write_action_units(
    path: str | Path, table: ActionUnits, context: Context | None = None
) -> None:
    """Write an .eaf file with one tier per Action Unit, whole or not at all.

    Remarks on a unit are in a tier beside it, "AU12 comment".
    """
    timeline = (context or Context()).timeline
    names = names_of(table.units)
    tiers = {name: unit_spans(table, unit, timeline) for unit, name in enumerate(names)}
    for unit, name in enumerate(names):
        if comments := comment_spans(table, unit, timeline):
            tiers[f"{name} comment"] = comments
    _write(path, table, tiers)


def write_valence_arousal(
    path: str | Path, table: ValenceArousal, context: Context | None = None
) -> None:
    """Write an .eaf file with the tiers valence and arousal, whole or not at all."""
    context = context or Context()
    tiers = {
        name: affect_spans(table, place, context.timeline, context.va_scale)
        for place, name in enumerate(VA_NAMES)
    }
    _write(path, table, tiers)


def _write(
    path: str | Path, table: ActionUnits | ValenceArousal, tiers: dict[str, list[Span]]
) -> None:
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
        content="`.eaf`: tiers named after Action Units (`AU12`, `AU6+12`, `AU12 left`); see below",
        frames="spans in ms",
        frames_of="converted",
        others=lambda path, units: Tiers(read_document(path), units).lost("au"),
        holds=lambda content: holds(content.files[0], "au", content.units),
        intensities=True,
        coding=True,
        spans=True,
        suffixes=(".eaf",),
    ),
    Format(
        name="elan",
        kind="va",
        recognise=lambda content: is_elan(content.data),
        read=lambda files, context: read_valence_arousal(only_file(files, "elan"), context),
        write=lambda files, *rest: write_valence_arousal(only_file(files, "elan"), *rest),
        content="`.eaf`: tiers `valence` and `arousal`, with numbers; see below",
        frames="spans in ms",
        frames_of="converted",
        others=lambda path, units: Tiers(read_document(path), units).lost("va"),
        holds=lambda content: holds(content.files[0], "va", content.units),
        scaled=True,
        spans=True,
        suffixes=(".eaf",),
    ),
)
