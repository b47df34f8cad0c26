"""A packed file as a container: what must be true before its faces are read."""

from pathlib import Path

import h5py

from auva.dataset.schema import SCHEMA, SCHEMA_VERSION, columns
from auva.errors import InputError
from auva.units import AU_NAMES, VA_NAMES


def open_file(path: Path) -> h5py.File:
    """Open a file for reading; an `InputError` when it is missing or no HDF5."""
    if not path.is_file():
        raise InputError("no such file", path)
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise InputError(
            f"cannot be read as HDF5: damaged, or another format ({error})", path
        ) from error


def check(file: h5py.File, path: Path, size: int | None) -> int:
    """Check schema, version and size, and return the size."""
    if file.attrs.get("schema") != SCHEMA:
        raise InputError("is not a dataset packed by auva", path)
    version = int(file.attrs["schema_version"])  # type: ignore[arg-type]
    if version != SCHEMA_VERSION:
        raise InputError(f"has schema version {version}, this auva reads {SCHEMA_VERSION}", path)
    for name, expected in (("au_names", AU_NAMES), ("va_names", VA_NAMES)):
        if tuple(str(value) for value in file.attrs[name]) != expected:  # type: ignore[union-attr]
            raise InputError(f"{name} are not {', '.join(expected)}", path)
    found = int(file.attrs["size"])  # type: ignore[arg-type]
    if size is not None and found != size:
        raise InputError(f"has faces of {found} pixels, not {size}", path)
    return found


def columns_of(group: h5py.Group, path: Path) -> dict[str, h5py.Dataset]:
    """Return the datasets of a group, checked for presence and equal length."""
    size = int(group.file.attrs["size"])  # type: ignore[arg-type]
    data: dict[str, h5py.Dataset] = {}
    for name, column in columns(size, 1, 1).items():
        dataset = group.get(name)
        if not isinstance(dataset, h5py.Dataset):
            raise InputError(f"damaged: no dataset '{group.name}/{name}'", path)
        if dataset.shape[1:] != column.shape:
            raise InputError(f"damaged: '{group.name}/{name}' has shape {dataset.shape}", path)
        data[name] = dataset
    if len({len(dataset) for dataset in data.values()}) != 1:
        raise InputError(f"damaged: the datasets of '{group.name}' have different lengths", path)
    return data
