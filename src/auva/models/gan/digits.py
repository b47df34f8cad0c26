"""Labelled pictures of ten categories (MNIST, SVHN, CIFAR-10) in one HDF5 layout.

A group per set (`train`, `test`) with `image` uint8 [n, side, side, c] and `label` uint8 [n].
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.models.gan.nodes import CLASSES
from auva.records import hdf5

SCHEMA = "auva-digits"
SCHEMA_VERSION = 1

Pictures = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def write_digits(path: str | Path, name: str, sets: Mapping[str, Pictures]) -> None:
    """Write pictures and their classes, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The HDF5 file.
    name : str
        Name of the dataset, such as "mnist".
    sets : mapping
        Name of a set -> (images uint8 [n, side, side, c], labels uint8 [n] below 10).
    """
    with hdf5.create(path) as file:
        hdf5.set_attribute(file, "schema", SCHEMA)
        hdf5.set_attribute(file, "schema_version", SCHEMA_VERSION)
        hdf5.set_attribute(file, "name", name)
        for part, (image, label) in sets.items():
            if len(image) != len(label) or (len(label) and label.max() >= CLASSES):
                raise InputError(f"{name} {part}: labels do not fit the images", path)
            group = file.create_group(part)
            chunk = (min(1024, len(image)), *image.shape[1:])
            packing: dict[str, Any] = {"compression": "gzip", "track_times": False}
            group.create_dataset("image", data=image, chunks=chunk, **packing)
            file.check()
            group.create_dataset("label", data=label, track_times=False)


def is_digits(path: str | Path) -> bool:
    """Return whether `write_digits` wrote a file; `InputError` if the file cannot be read."""
    return digits_name(path) is not None


def digits_name(path: str | Path) -> str | None:
    """Return the name of the dataset in a file of `write_digits`, None for any other HDF5 file.

    Raises
    ------
    InputError
        A missing or damaged file.
    """
    with hdf5.open_file(path) as file:
        if not hdf5.has_attribute(file, "schema", SCHEMA):
            return None
        return hdf5.attribute(file, "name", str, path)


def load_digits(path: str | Path, part: str, size: int) -> Pictures:
    """Return images and classes of a set.

    Raises
    ------
    InputError
        A missing or damaged file, another layout version, no such set, images of another size, a
        class beyond the ten.
    """
    with hdf5.open_file(path) as file:
        version = hdf5.attribute(file, "schema_version", int, path)
        if version != SCHEMA_VERSION:
            raise InputError(
                f"has schema version {version}, this auva reads {SCHEMA_VERSION}", path
            )
        group = hdf5.group(file, part, path)
        images = hdf5.dataset(group, "image", "u1", (None, None, None, None), path)
        if images.shape[1:3] != (size, size):
            raise InputError(f"has images of {images.shape[1]} pixels, not {size}", path)
        if images.shape[3] not in (1, 3):
            raise InputError(f"has images of {images.shape[3]} colours", path)
        labels = hdf5.dataset(group, "label", "u1", (len(images),), path)
        image, label = (hdf5.values(each, slice(None), path) for each in (images, labels))
    if (label >= CLASSES).any():
        raise InputError(f"'{part}' has a class beyond {CLASSES - 1}", path)
    return image, label
