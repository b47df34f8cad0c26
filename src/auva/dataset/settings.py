"""The `dataset` section of the configuration."""

from dataclasses import dataclass
from typing import ClassVar

from auva.settings import Section, setting

COMPRESSIONS = ("gzip", "lzf", "none")


@dataclass(frozen=True)
class DatasetSettings(Section):
    """Which frames are packed, and how."""

    section: ClassVar[str] = "dataset"

    sizes: tuple[int, ...] = setting(
        (28,), "sides of the face images in pixels; one file each", minimum=8, maximum=1024
    )
    keep_frames_without_au: bool = setting(False, "also keep faces without any Action Unit")
    keep_unlabelled_faces: bool = setting(
        False,
        "also pack the faces without any label, in a separate group: those of videos without "
        "annotations and the unlabelled ones of training people, but none of a person in the "
        "validation or the test set. `training.unlabelled_batch` learns from them",
    )
    # lzf: fast, read by h5py; gzip: a tenth smaller, half as fast, read by any HDF5 tool; none:
    # fastest, a fifth larger. Labels always are gzip.
    compression: str = setting("lzf", "compression of the images", choices=COMPRESSIONS)
    chunk_bytes: int = setting(
        16384,
        "target size of a chunk of images in bytes, before compression. Small chunks make random "
        "batches fast",
        minimum=1,
    )


SETTINGS = DatasetSettings.declared()
