"""Labelled pictures of ten categories (MNIST, SVHN, CIFAR-10) in one HDF5 layout.

A group per set (`train`, `test`) with `image` uint8 [n, side, side, c] and `label` uint8 [n].
"""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.files import atomic_path
from auva.gan.nodes import CLASSES

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
    with atomic_path(path) as temporary, h5py.File(temporary, "w", track_order=True) as file:
        file.attrs["schema"] = SCHEMA
        file.attrs["schema_version"] = SCHEMA_VERSION
        file.attrs["name"] = name
        for part, (image, label) in sets.items():
            if len(image) != len(label) or (len(label) and label.max() >= CLASSES):
                raise InputError(f"{name} {part}: labels do not fit the images", path)
            group = file.create_group(part)
            chunk = (min(1024, len(image)), *image.shape[1:])
            group.create_dataset("image", data=image, chunks=chunk, compression="gzip")
            group.create_dataset("label", data=label)


def is_digits(path: str | Path) -> bool:
    """Tell whether a file is of `write_digits` (other files, also unreadable ones, are not)."""
    return digits_name(path) is not None


def digits_name(path: str | Path) -> str | None:
    """Return the name of the dataset in a file of `write_digits`, None of any other file."""
    try:
        with h5py.File(path) as file:
            known = file.attrs.get("schema") == SCHEMA
            return str(file.attrs["name"]) if known else None
    except OSError:
        return None


def load_digits(path: str | Path, part: str, size: int) -> Pictures:
    """Return images and classes of a set.

    Raises
    ------
    InputError
        Another layout version, no such set, images of another size.
    """
    with h5py.File(path) as file:
        version = int(file.attrs["schema_version"])  # type: ignore[arg-type]
        if version != SCHEMA_VERSION:
            raise InputError(
                f"has schema version {version}, this auva reads {SCHEMA_VERSION}", path
            )
        if part not in file:
            raise InputError(f"has no set '{part}'", path)
        image: NDArray[np.uint8] = file[f"{part}/image"][()]  # type: ignore[index]
        label: NDArray[np.uint8] = file[f"{part}/label"][()]  # type: ignore[index]
    if image.shape[1:3] != (size, size):
        raise InputError(f"has images of {image.shape[1]} pixels, not {size}", path)
    return image, label
