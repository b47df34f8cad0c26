"""Videos: sources, conversion to a constant frame rate with its manifest, and exact reading.

Every frame number of auva is the 1-based place of a frame in the converted video; the manifest says
which source frame it shows. The two are written by one pass over the source, so they cannot
disagree. docs/alignment.md explains the rules.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auva.video.conversion import convert as convert
    from auva.video.encoder import ffmpeg_binary as ffmpeg_binary
    from auva.video.reader import FrameReader as FrameReader
    from auva.video.reader import iterate_frames as iterate_frames
    from auva.video.source import SourceVideo as SourceVideo

_HOMES = {
    "convert": "conversion",
    "ffmpeg_binary": "encoder",
    "FrameReader": "reader",
    "iterate_frames": "reader",
    "SourceVideo": "source",
}


def __getattr__(name: str) -> object:
    # Public names load their module on first use: importing the package stays light.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
