"""Faces: detection, the choice of one face per frame, manual corrections and crops.

docs/faces.md explains the rules. The names are imported when they are first used, so that reading
the overrides at the start of the workflow stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auva.faces.crops import crop_faces
    from auva.faces.detection import detect_faces
    from auva.faces.overrides import read_overrides
    from auva.faces.selection import select_faces

__all__ = ["crop_faces", "detect_faces", "read_overrides", "select_faces"]

_HOMES = {
    "crop_faces": "crops",
    "detect_faces": "detection",
    "read_overrides": "overrides",
    "select_faces": "selection",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
