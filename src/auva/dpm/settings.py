"""The settings of the detector: the `detector` section of the configuration."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from auva.errors import InputError, suggest

MODES = ("pruned", "dense", "video")
"""Searches: calibrated full search, exhaustive full search, region search between full ones."""


_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?%?")


@dataclass(frozen=True)
class Settings:
    """How faces are searched.

    Attributes
    ----------
    mode : str
        "pruned", "dense" or "video".
    smallest_face : float, str or None
        Side of the smallest face in pixels, or as a share of the picture's height such as "8%"; the
        levels of the pyramid below it are not searched. All faces where it is None.
    threshold : float
        Only detections with a score strictly above it are returned.
    overlap : float
        A box is dropped where a better one covers at least this share of its area, in (0, 1].
    greyscale : bool
        Search the luminosity of a colour picture, as menpo computes it, instead of its colours.
    rescan_interval : int
        Mode "video": every so many frames the whole frame is searched; at least 1.
        Memory grows with it: 2 x threads + 1 pieces of so many frames are held.
    rescan_change : float
        Mode "video": new faces are looked for where squares of 16 x 16 pixels beside the known
        faces differ by more grey levels from when that was done there last; in a picture of little
        contrast by fewer in proportion.
    rescan_pause : int
        Mode "video": frames from one such search to the next at least, for restless pictures (but
        the frame before a search of the whole one is searched too); who is found is followed back
        through the frames between.
    rescan_drop : float
        Mode "video": the whole frame is searched too when a face's score falls by more than this
        from one frame to the next, or below the threshold.
    window : int
        Mode "video": cells to each side of the last place of a face that are searched, on its own
        level and the next finer and coarser one; at least 1.
    calibration : str, optional
        A calibration of the pruned search, written by `auva calibrate`; the shipped one otherwise.
    """

    mode: str = "pruned"
    smallest_face: float | str | None = None
    threshold: float = 1.0
    overlap: float = 0.3
    greyscale: bool = True
    rescan_interval: int = 30
    rescan_change: float = 16.0
    rescan_pause: int = 10
    rescan_drop: float = 1.0
    window: int = 2
    calibration: str | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            known = ", ".join(MODES)
            hint = suggest(str(self.mode), MODES)
            raise InputError(f"detector.mode: '{self.mode}' is not one of {known}{hint}")
        smallest_side(self.smallest_face, 1)
        if not 0 < self.overlap <= 1:
            raise InputError(f"detector.overlap: {self.overlap} is not in (0, 1]")
        for name in ("rescan_drop", "rescan_change"):
            if getattr(self, name) < 0:
                raise InputError(f"detector.{name}: {getattr(self, name)} is below 0")
        for name in ("rescan_interval", "rescan_pause", "window"):
            if getattr(self, name) < 1:
                raise InputError(f"detector.{name}: {getattr(self, name)} is below 1")


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
    given = {key: value for key, value in (cfg or {}).items() if key not in ("name", "model")}
    known = [field.name for field in fields(Settings)]
    for key in given:
        if key not in known:
            raise InputError(f"detector.{key}: no such setting{suggest(key, known)}")
    return Settings(**given)
