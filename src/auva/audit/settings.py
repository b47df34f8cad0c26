"""The `audit` section of the configuration."""

from dataclasses import dataclass
from typing import ClassVar

from auva.settings import Section, setting


@dataclass(frozen=True)
class AuditSettings(Section):
    """How thoroughly faces are compared."""

    section: ClassVar[str] = "audit"

    # In the Animated London Set the most similar faces of two videos of one person reach 0.92 to
    # 0.97, those of different people at most 0.88.
    threshold: float = setting(
        0.9,
        "similarity above which a pair of faces of two sets is reported",
        minimum=-1,
        maximum=1,
    )
    # Evenly spread over the frames of the video.
    faces: int = setting(16, "number of faces compared per video", minimum=1)


SETTINGS = AuditSettings.declared()
