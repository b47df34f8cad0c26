"""Content of a packed file: names, shapes, units. Reader and writer share this module."""

from dataclasses import dataclass

from auva.units import SETS, VA_NAMES

SCHEMA = "auva-faces"
SCHEMA_VERSION = 4

PROTOCOLS = ("identity", "random_frames")
"""How frames went to the sets: by `split.csv`, or drawn at random whatever the person."""

UNLABELLED = "unlabelled"
"""The group of faces without any label in the videos of training people, which a file has where
`keep_unlabelled_faces` asks for it."""

GROUPS = (*SETS, UNLABELLED)
"""The groups of faces that a file may have."""


@dataclass(frozen=True)
class Column:
    """One dataset of a group: `shape` without the first axis, `unit` and `meaning` for readers."""

    dtype: str
    shape: tuple[int, ...]
    unit: str
    meaning: str


def columns(size: int, units: int, video_bytes: int, identity_bytes: int) -> dict[str, Column]:
    """Return the datasets of each group for faces of size x size pixels and some Action Units.

    Names are fixed-length UTF-8 strings: readable without a lookup table, in any HDF5 tool, and
    almost nothing after compression, because the frames of a video are consecutive.
    """
    au, va = (units,), (len(VA_NAMES),)
    return {
        "image": Column("u1", (size, size, 3), "0 to 255", "face, rows x columns x RGB"),
        "au": Column("u1", au, "0 or 1", "presence of each Action Unit; 0 where not labelled"),
        "au_mask": Column("?", au, "bool", "whether the Action Unit is labelled"),
        "va": Column("f4", va, "-1 to 1", "valence and arousal; 0 where not labelled"),
        "va_mask": Column("?", va, "bool", "whether the value is labelled"),
        "intensity": Column(
            "f4", au, "0 to 5", "intensity of each Action Unit; 0 where none was read"
        ),
        "intensity_mask": Column("?", au, "bool", "whether an intensity was read"),
        "video": Column(f"S{max(video_bytes, 1)}", (), "id", "video of the frame"),
        "identity": Column(f"S{max(identity_bytes, 1)}", (), "id", "person in the video"),
        "frame": Column("i4", (), "1-based", "frame of the 30 fps video"),
    }


def selection(keep_frames_without_au: bool, keep_unlabelled_faces: bool = False) -> str:
    """Return which frames go into the dataset."""
    kept = "Only frames with a face and at least one Action Unit were kept."
    if keep_frames_without_au:
        kept = "Every frame with a face and a known label was kept."
    if keep_unlabelled_faces:
        kept += (
            " Faces without any label are in a separate group; none is of a person in the "
            "validation or the test set."
        )
    return kept
