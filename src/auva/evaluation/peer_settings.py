"""The description of another tool's files: the keys of an entry of `peers`."""

from auva.settings import NEEDED, Setting

FORMATS = ("openface", "pyfeat", "libreface", "abaw", "auva")
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
