"""The sample sheet: one row per video, with its annotations and the person in it.

Light on purpose (csv and dataclasses only): the workflow reads the sheet each time it is parsed.
Whether the named files exist is not checked here; the rules that read them report it.
"""

from auva.pairs import join_pair, split_pair
from auva.sheet.names import ANNOTATORS
from auva.sheet.people import Recording, bound_people, recordings
from auva.sheet.reading import (
    COLUMNS,
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    read_sample_sheet,
)
from auva.sheet.scale import Scale
from auva.sheet.video import (
    SEXES,
    VIDEO_ID,
    Video,
    frame_rate,
)
from auva.sheet.writing import write_sample_sheet

__all__ = [
    "ANNOTATORS",
    "COLUMNS",
    "OPTIONAL_COLUMNS",
    "REQUIRED_COLUMNS",
    "SEXES",
    "VIDEO_ID",
    "Recording",
    "Scale",
    "Video",
    "bound_people",
    "frame_rate",
    "join_pair",
    "read_sample_sheet",
    "recordings",
    "split_pair",
    "write_sample_sheet",
]
