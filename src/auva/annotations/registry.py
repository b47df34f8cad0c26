"""The list of all annotation formats, in the order in which recognition tries them.

A new format is a module that fills its `FORMATS`, and a line here.
"""

from auva.annotations import (
    abaw,
    abaw_images,
    affwild,
    boris,
    boris_aggregated,
    bp4d,
    disfa,
    elan,
    fex,
    openface,
    table,
    thesis,
)
from auva.annotations.format import AnyFormat, Kind

FORMATS: tuple[AnyFormat, ...] = (
    *table.FORMATS,
    *elan.FORMATS,
    *openface.FORMATS,
    *fex.FORMATS,
    *abaw_images.FORMATS,
    *abaw.FORMATS,
    *boris_aggregated.FORMATS,
    *boris.FORMATS,
    *bp4d.FORMATS,
    *disfa.FORMATS,
    *thesis.FORMATS,
    *affwild.FORMATS,
)


def formats_of(kind: Kind) -> dict[str, AnyFormat]:
    """Return the formats of a kind by their names."""
    return {entry.name: entry for entry in FORMATS if entry.kind == kind}


AU_FORMATS = tuple(formats_of("au"))
"""Names of the formats of Action Units, as in the column `au_format` of the sample sheet."""

VA_FORMATS = tuple(formats_of("va"))
"""Names of the formats of valence and arousal, as in the column `va_format`."""

SUFFIXES = frozenset(suffix for entry in FORMATS for suffix in entry.suffixes)
"""How the names of annotation files end, in lower case."""
