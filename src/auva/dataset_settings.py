"""The sections `dataset` and `datasheet` of the configuration.

They lie beside the package `auva.dataset`, whose import needs NumPy and h5py: every process of the
workflow reads them when it starts.
"""

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


def _told(text: str) -> str | None:
    return setting(None, text, types=("string", "null"))


@dataclass(frozen=True)
class DatasheetSettings(Section):
    """What only the makers of a dataset know; None: they do not state it."""

    section: ClassVar[str] = "datasheet"

    name: str = setting("auva-faces", "name of the dataset")
    version: str = setting("1.0.0", "its version, as in 1.0.0")
    creators: tuple[str, ...] = setting((), "names of people or organisations")
    url: str | None = _told("page of the dataset")
    published: str | None = _told("day of publication, as in 2026-01-31")
    citation: str | None = _told("how it is cited, best as BibTeX")
    purpose: str | None = _told("purpose of the dataset")
    collection: str | None = _told("how the videos were found or filmed")
    annotators: str | None = _told("who annotated them")
    consent: str | None = _told("what the people shown agreed to")
    uses: str | None = _told("allowed and excluded uses")
    maintenance: str | None = _told("who maintains it, and how errors are corrected")


DATASET = DatasetSettings.declared()
DATASHEET = DatasheetSettings.declared()
