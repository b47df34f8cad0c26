"""The description of another tool's files: the keys of an entry of `peers`."""

from pathlib import Path

from auva.settings import NEEDED, Setting

FORMATS = ("openface", "pyfeat", "libreface", "abaw", "auva")
ENDINGS = {**dict.fromkeys(FORMATS, (".csv",)), "abaw": (".txt", ".csv")}
"""Endings of the files of each format. A tool may write others beside them (pictures, videos)."""

ORIGINAL, CONVERTED = "original", "converted"
VIDEOS = (ORIGINAL, CONVERTED)
"""Which video the tool read: the original one, or the one of 30 frames per second."""

SETTINGS: dict[str, Setting] = {
    "format": Setting(NEEDED, "format of the files", FORMATS, types=("string",)),
    "frames_of": Setting(
        ORIGINAL,
        "videos that the tool read: original, or converted (those of results/video)",
        VIDEOS,
    ),
}


def is_prediction(path: Path, format: str) -> bool:
    """Return whether a file of a tool's folder is one of a format, by its ending."""
    hidden = path.name.startswith(".")
    return path.suffix.lower() in ENDINGS[format] and not hidden and path.is_file()
