"""Readers and writers of AU and VA files in every supported format, and the consensus of several.

Missing labels are a mask, never a number. A reader gives a whole table or one `InputError`.
"""

from auva.annotations.consensus import consensus_action_units, consensus_valence_arousal
from auva.annotations.context import Context, Timeline
from auva.annotations.formats import (
    left_out,
    read_action_units,
    read_valence_arousal,
    write_action_units,
    write_valence_arousal,
)
from auva.annotations.recognition import recognise_action_units, recognise_valence_arousal
from auva.annotations.registry import AU_FORMATS, FORMATS, SUFFIXES, VA_FORMATS, formats_of
from auva.annotations.tables import ActionUnits, ValenceArousal

__all__ = [
    "AU_FORMATS",
    "FORMATS",
    "SUFFIXES",
    "VA_FORMATS",
    "ActionUnits",
    "Context",
    "Timeline",
    "ValenceArousal",
    "consensus_action_units",
    "consensus_valence_arousal",
    "formats_of",
    "left_out",
    "read_action_units",
    "read_valence_arousal",
    "recognise_action_units",
    "recognise_valence_arousal",
    "write_action_units",
    "write_valence_arousal",
]
