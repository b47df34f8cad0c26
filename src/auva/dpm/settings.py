"""The settings of the detector: the `detector` section of the configuration."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from auva.errors import InputError
from auva.settings import Section, setting

MODES = ("pruned", "dense", "video")
"""Searches: calibrated full search, exhaustive full search, region search between full ones."""

MODEL_FILE = "resources/dpm/headhunter_dpm_baseline.txt"
"""Path at which the workflow and the commands keep the fetched model."""

_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?%?")


@dataclass(frozen=True)
class Settings(Section):
    """Settings of the face search."""

    section: ClassVar[str] = "detector"

    mode: str = setting(
        "pruned",
        "search of the dpm: pruned (calibrated full search), dense (exhaustive "
        "full search), video (search near known faces between full searches)",
        choices=MODES,
    )
    threshold: float = setting(1.0, "boxes with a higher score are kept")
    smallest_face: float | str | None = setting(
        None,
        "side of the smallest face to search for, in pixels of the converted "
        "video, or as a share of the picture's height such as 8%. It makes "
        "searches of large pictures much faster. null: all faces (from 72 "
        "pixels)",
        types=("number", "string", "null"),
    )
    overlap: float = setting(
        0.3,
        "a box is dropped if a better one covers at least this share of its area",
        above=0,
        maximum=1,
    )
    greyscale: bool = setting(True, "search the luminosity of the picture instead of its colours")
    # Memory grows with it: 2 x threads + 1 pieces of this many frames are held.
    rescan_interval: int = setting(
        30, "mode video: number of frames from one full search to the next", minimum=1
    )
    rescan_change: float = setting(
        16.0,
        "mode video: new faces are searched where squares of 16 x 16 pixels "
        "next to the known faces change by more than this many grey levels; in "
        "a dim picture the limit is lower, in proportion to its contrast",
        minimum=0,
    )
    # The frame before a search of the whole frame is searched too.
    rescan_pause: int = setting(
        10,
        "mode video: minimum number of frames between two such searches of "
        "changed areas. A newly found face is then tracked backwards",
        minimum=1,
    )
    rescan_drop: float = setting(
        1.0,
        "mode video: a drop of a face's score by more than this, or below the "
        "threshold, triggers a full search",
        minimum=0,
    )
    # On its own level, and the next finer and coarser one.
    window: int = setting(
        2, "mode video: cells searched on each side of the last position of a face", minimum=1
    )
    calibration: str | None = setting(
        None,
        "thresholds of the pruned search, written by `auva calibrate`; null: the shipped ones",
        types=("string", "null"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        smallest_side(self.smallest_face, 1)


SETTINGS = Settings.declared()


def smallest_side(smallest_face: float | str | None, height: int) -> float:
    """Return how many pixels `smallest_face` is in a picture of some height; 0 for None."""
    if smallest_face is None:
        return 0.0
    text = str(smallest_face)
    side = float(text.removesuffix("%")) if _SIZE.fullmatch(text) else 0.0
    if not side:
        raise InputError(
            f"detector.smallest_face: '{text}' is neither pixels (120) nor a share of the "
            "picture's height (8%)"
        )
    return side * height / 100 if text.endswith("%") else side


def read_settings(cfg: Mapping[str, Any] | None) -> Settings:
    """Return the settings in a configuration section; `name` and `model` are left to the caller.

    Raises
    ------
    InputError
        For an unknown key or a value out of range.
    """
    return Settings.read({k: v for k, v in (cfg or {}).items() if k not in ("name", "model")})
