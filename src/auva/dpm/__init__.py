"""The deformable part model of Mathias et al. 2014, exact and fast.

`Detector` finds faces in pictures, `detect_frames` in the frames of a video, `fetch_model` gets the
model file. The names are imported when they are first used, so that `import auva.dpm` is light.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auva.dpm.boxes import Detection
    from auva.dpm.detector import Detector
    from auva.dpm.fetch import fetch_model
    from auva.dpm.stream import detect_frames

__all__ = ["Detection", "Detector", "detect_frames", "fetch_model"]

_MODULES = {
    "Detection": "boxes",
    "Detector": "detector",
    "detect_frames": "stream",
    "fetch_model": "fetch",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'auva.dpm' has no attribute '{name}'")
    return getattr(import_module(f"auva.dpm.{_MODULES[name]}"), name)
