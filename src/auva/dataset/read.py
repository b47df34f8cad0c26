"""Reading packed faces: all of a set in memory, or frames on demand."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import h5py
import numpy as np
from numpy.typing import ArrayLike, NDArray

from auva.dataset.schema import SCHEMA, SCHEMA_VERSION, columns
from auva.errors import InputError, suggest
from auva.units import AU_NAMES, SETS, VA_NAMES


@dataclass(frozen=True)
class FaceSet:
    """n faces of size x size pixels with their labels.

    Attributes
    ----------
    image : uint8 array [n, size, size, 3]
        RGB.
    au, au_mask : uint8 and bool arrays [n, 8]
        Presence of each Action Unit, and whether it is labelled.
    va, va_mask : float32 and bool arrays [n, 2]
        Valence and arousal in [-1, 1], and whether they are labelled.
    video, identity : str arrays [n]
        Video of the frame and person in it.
    frame : int32 array [n]
        1-based frame of the 30 fps video.
    """

    image: NDArray[np.uint8]
    au: NDArray[np.uint8]
    au_mask: NDArray[np.bool_]
    va: NDArray[np.float32]
    va_mask: NDArray[np.bool_]
    video: NDArray[np.str_]
    identity: NDArray[np.str_]
    frame: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.frame)


class Faces:
    """One set of a packed file, read on demand.

    Parameters
    ----------
    path : path
        The packed file.
    set : str
        "train", "validation" or "test".
    size : int, optional
        The size of face that the caller expects.

    Raises
    ------
    InputError
        When the file is damaged, of another schema version, or has faces of another size.
    """

    def __init__(self, path: str | Path, set: str, size: int | None = None) -> None:
        self.path = Path(path)
        self.set = set
        if set not in SETS:
            raise InputError(f"set is '{set}', not one of {', '.join(SETS)}{suggest(set, SETS)}")
        self._file = _open(self.path)
        try:
            self.size = _check(self._file, self.path, size)
            self._data = _datasets(self._file[set], self.path)  # type: ignore[arg-type]
            self.provenance: dict[str, Any] = json.loads(str(self._file.attrs["provenance"]))
            self.protocol = str(self._file.attrs["protocol"])
        except InputError:
            self._file.close()
            raise

    def __len__(self) -> int:
        return len(self._data["frame"])

    def __enter__(self) -> "Faces":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, rows: ArrayLike | slice) -> FaceSet:
        """Return the faces of the given rows, in the order asked for.

        Parameters
        ----------
        rows : int array [m] or slice
            0-based rows of the set.
        """
        if not isinstance(rows, slice):
            rows = np.asarray(rows, np.int64)
            if rows.size and (rows.min() < 0 or rows.max() >= len(self)):
                raise IndexError(f"rows must lie in 0 to {len(self) - 1}")
        arrays = {name: self._column(name, rows) for name in self._data}
        for name in ("video", "identity"):
            arrays[name] = np.char.decode(arrays[name], "utf-8")
        return FaceSet(**arrays)

    def blocks(self, rows: int = 4096) -> Iterator[FaceSet]:
        """Yield the whole set in order, `rows` faces at a time."""
        for start in range(0, len(self), rows):
            yield self.read(slice(start, start + rows))

    def _column(self, name: str, rows: NDArray[np.int64] | slice) -> NDArray[Any]:
        dataset = self._data[name]
        try:
            if isinstance(rows, slice):
                return np.asarray(dataset[rows])
            unique, place = np.unique(rows, return_inverse=True)
            return np.asarray(dataset[unique])[place]
        except OSError as error:
            raise InputError(f"damaged: '{self.set}/{name}' ({error})", self.path) from error


def open(path: str | Path, set: str, size: int | None = None) -> Faces:
    """Open one set of a packed file to read frames on demand; see `Faces`."""
    return Faces(path, set, size)


def load(path: str | Path, set: str, size: int | None = None) -> FaceSet:
    """Read one set of a packed file into memory.

    Raises
    ------
    InputError
        As for `Faces`, and when any part of the set is damaged.
    """
    with Faces(path, set, size) as faces:
        return faces.read(slice(None))


def sizes(path: str | Path) -> dict[str, int]:
    """Return the number of frames of each set."""
    counts = {}
    for name in SETS:
        with Faces(path, name) as faces:
            counts[name] = len(faces)
    return counts


def _open(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise InputError(f"cannot be read as HDF5: missing or damaged ({error})", path) from error


def _check(file: h5py.File, path: Path, size: int | None) -> int:
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


def _datasets(group: h5py.Group, path: Path) -> dict[str, h5py.Dataset]:
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
