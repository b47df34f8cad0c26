"""The `quality` section of the config, and the columns of what is measured under it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class QualitySettings:
    """How image quality is measured.

    Attributes
    ----------
    extractor_steps : int
        Training steps of the network whose features are compared.
    images : int
        Generated images per checkpoint, and real ones of each set at most.
    subsets, subset_size : int
        Random subsets over which the kernel distance is averaged, and their size at most.
    checkpoints : int
        Checkpoints of a run that are measured, spread evenly; the last is among them.
    collapse_below : float
        Share of the real images' diversity below which a generator has collapsed.
    seed : int
        Root of noise, subsets and the extractor's training.
    """

    extractor_steps: int = 1_000
    images: int = 2_000
    subsets: int = 50
    subset_size: int = 500
    checkpoints: int = 4
    collapse_below: float = 0.1
    seed: int = 0


def read(cfg: Mapping[str, Any] | None) -> QualitySettings:
    """Return the settings of a config section that was checked against the schema."""
    known = {field.name for field in fields(QualitySettings)}
    return QualitySettings(**{key: value for key, value in (cfg or {}).items() if key in known})
