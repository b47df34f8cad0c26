"""The `crops` section of the configuration."""

from dataclasses import dataclass
from typing import ClassVar

from auva.settings import Section, setting


@dataclass(frozen=True)
class CropSettings(Section):
    """Settings of the crops of the kept faces."""

    section: ClassVar[str] = "crops"

    size: int = setting(
        96,
        "pixels of a crop's side; at least the largest of dataset.sizes",
        minimum=8,
        maximum=1024,
    )
    margin: float = setting(
        0.0, "margin added on each side, as a share of the box", minimum=0, maximum=2
    )


SETTINGS = CropSettings.declared()
