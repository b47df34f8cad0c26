"""The `quality` section of the config, and the columns of what is measured under it."""

from dataclasses import dataclass
from typing import ClassVar

from auva.settings import Section, setting


@dataclass(frozen=True)
class QualitySettings(Section):
    """How image quality is measured."""

    section: ClassVar[str] = "quality"

    extractor_steps: int = setting(
        1000, "training steps of the network whose features are compared", minimum=1
    )
    images: int = setting(
        2000, "generated images per checkpoint, and real ones of each set at most", minimum=2
    )
    subsets: int = setting(
        50, "number of random subsets over which the kernel distance is averaged", minimum=1
    )
    subset_size: int = setting(500, "maximum number of images of a subset", minimum=2)
    checkpoints: int = setting(
        4, "number of checkpoints measured per run, evenly spread, including the last", minimum=1
    )
    collapse_below: float = setting(
        0.1,
        "share of the real images' diversity below which a generator has collapsed",
        minimum=0,
        maximum=1,
    )
    seed: int = setting(
        0, "random seed of noise, subsets and the training of the extractor", minimum=0
    )


SETTINGS = QualitySettings.declared()
