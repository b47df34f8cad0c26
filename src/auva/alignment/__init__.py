"""Annotations joined to the frames of the converted video, one row and one reason per frame.

docs/alignment.md explains the rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auva.alignment.clocks import fit, interpolate
    from auva.alignment.labels import align, annotators

__all__ = ["align", "annotators", "fit", "interpolate"]

_HOMES = {"align": "labels", "annotators": "labels", "fit": "clocks", "interpolate": "clocks"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
