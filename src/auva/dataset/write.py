"""Writing a packed file, each group in whole chunks."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from auva.dataset.schema import GROUPS, SCHEMA, SCHEMA_VERSION, UNLABELLED, Column, columns
from auva.dataset_settings import DatasetSettings
from auva.records import hdf5
from auva.units import VA_NAMES

if TYPE_CHECKING:
    import h5py

    from auva.dataset.read import FaceSet

_LABEL_ROWS = 4096
"""Rows in a chunk of labels and names."""


class PackedWriter:
    """A packed file that is being written.

    Attributes
    ----------
    groups : dict of str to GroupWriter
        Of the sets, in the order of `SETS`, and of "unlabelled" where it was announced.
    """

    def __init__(self, file: hdf5.NewFile, groups: "dict[str, GroupWriter]") -> None:
        self._file = file
        self.groups = groups

    def check(self) -> None:
        """Raise the error of the disk, if it had one: call it after each block of rows."""
        self._file.check()


@contextmanager
def packed_file(
    path: str | Path,
    size: int,
    rows: Mapping[str, int],
    au_names: Sequence[str],
    names: tuple[Collection[str], Collection[str]],
    protocol: str,
    selection: str,
    bound_people: Sequence[Sequence[str]],
    margin: float | None,
    storage: DatasetSettings,
) -> Iterator[PackedWriter]:
    """Yield the writers of a packed file, which is whole or not at all.

    Parameters
    ----------
    path : path
        The file.
    size : int
        Pixels of a face's side.
    rows : mapping of str to int
        Each set of `SETS`, and "unlabelled" where there shall be such a group -> how many faces
        will come to it.
    au_names : sequence of str
        The Action Units, in the order of the columns.
    names : (collection of str, collection of str)
        All videos and all people.
    protocol : str
        How frames went to the sets, one of `auva.dataset.schema.PROTOCOLS`.
    selection : str
        Which frames of a video are here, in words.
    bound_people : sequence of sequence of str
        Groups of people who share a video file.
    margin : float or None
        `crops.margin` of the faces, if it is known.
    storage : DatasetSettings
        Compression and chunk size.
    """
    bytes_ = (max((len(name.encode()) for name in kind), default=1) for kind in names)
    layout = columns(size, len(au_names), *bytes_)
    with hdf5.create(path) as file:
        attributes: dict[str, str | int | Sequence[str]] = {
            "schema": SCHEMA,
            "schema_version": SCHEMA_VERSION,
            "size": size,
            "protocol": protocol,
            "selection": selection,
            "au_names": au_names,
            "va_names": VA_NAMES,
            "units": json.dumps({key: column.unit for key, column in layout.items()}),
            "meanings": json.dumps({key: column.meaning for key, column in layout.items()}),
        }
        for name, value in attributes.items():
            hdf5.set_attribute(file, name, value)
        if margin is not None:
            hdf5.set_margin(file, margin)
        groups_of_people = np.array([json.dumps(bound_people).encode()])
        file.create_dataset("bound_people", data=groups_of_people, track_times=False)
        groups = {
            name: GroupWriter(file.create_group(name), layout, count, storage)
            for name, count in rows.items()
        }
        yield PackedWriter(file, groups)
        for group in groups.values():
            group.close()


def write_faces(
    path: str | Path,
    sets: Mapping[str, "FaceSet"],
    protocol: str = "identity",
    bound_people: Sequence[Sequence[str]] = (),
    margin: float | None = None,
) -> None:
    """Write faces from memory: the opposite of `auva.dataset.load`.

    Parameters
    ----------
    path : path
        The packed file.
    sets : mapping of str to FaceSet
        Name of a set, or "unlabelled" -> its faces, sorted by video and frame; all of the same
        size.
    protocol, bound_people, margin
        As for `packed_file`.
    """
    faces = list(sets.values())
    size = faces[0].image.shape[1]
    videos, people = (
        {str(name) for each in faces for name in getattr(each, kind)}
        for kind in ("video", "identity")
    )
    rows = {
        name: len(sets[name]) if name in sets else 0
        for name in GROUPS
        if name != UNLABELLED or name in sets
    }
    with packed_file(
        path,
        size,
        rows,
        faces[0].au_names,
        (videos, people),
        protocol,
        "",
        list(bound_people),
        margin,
        DatasetSettings(),
    ) as packed:
        for name, group in packed.groups.items():
            if name in sets:
                block = sets[name].arrays()
                for kind in ("video", "identity"):
                    block[kind] = np.char.encode(block[kind], "utf-8")
                group.append(block, {})
                packed.check()


class GroupWriter:
    """Appends rows to the datasets of one group, a whole chunk of images at a time.

    Rows wait in memory until a chunk is full, so no chunk is compressed twice and the bytes do not
    depend on how the rows arrive.

    Parameters
    ----------
    group : h5py.Group
        The empty group.
    layout : dict of str to Column
        Its datasets.
    rows : int
        How many rows will come.
    storage : DatasetSettings
        Compression and chunk size.
    """

    def __init__(
        self, group: "h5py.Group", layout: dict[str, Column], rows: int, storage: DatasetSettings
    ) -> None:
        self._group = group
        self._layout = layout
        self._rows = rows
        self._written = 0
        self._waiting: list[dict[str, NDArray[Any]]] = []
        self._waiting_rows = 0
        self._chunk = min(_LABEL_ROWS, max(rows, 1))
        for name, column in layout.items():
            self._create(name, column, storage)

    def _create(self, name: str, column: Column, storage: DatasetSettings) -> None:
        dtype = np.dtype(column.dtype)
        chunk = self._chunk
        if name == "image":
            face = int(np.prod(column.shape))
            chunk = min(max(storage.chunk_bytes // face, 1), self._chunk)
        packing: dict[str, Any] = {"compression": "gzip", "compression_opts": 4}
        if name == "image":
            packing = {} if storage.compression == "none" else {"compression": storage.compression}
        if packing.get("compression") == "gzip" and name == "image":
            packing["compression_opts"] = 1
        dataset = self._group.create_dataset(
            name,
            shape=(self._rows, *column.shape),
            dtype=dtype,
            chunks=(chunk, *column.shape) if self._rows else None,
            fletcher32=bool(self._rows),
            track_times=False,
            **(packing if self._rows else {}),
        )
        hdf5.set_attribute(dataset, "unit", column.unit)
        hdf5.set_attribute(dataset, "meaning", column.meaning)

    def append(self, block: dict[str, NDArray[Any]], fixed: dict[str, bytes]) -> None:
        """Take rows: arrays [m, ...] by name, and the values that all these rows share."""
        rows = len(block["frame"])
        if rows == 0:
            return
        for name, value in fixed.items():
            block[name] = np.full(rows, value, self._layout[name].dtype)
        self._waiting.append(block)
        self._waiting_rows += rows
        if self._waiting_rows >= self._chunk:
            self._flush(self._waiting_rows // self._chunk * self._chunk)

    def close(self) -> None:
        """Write the rows that still wait."""
        self._flush(self._waiting_rows)
        if self._written != self._rows:
            raise ValueError(f"{self._rows} rows were announced, {self._written} came")

    def _flush(self, rows: int) -> None:
        if rows == 0:
            return
        end = self._written + rows
        rest: dict[str, NDArray[Any]] = {}
        for name in self._layout:
            data = np.concatenate([block[name] for block in self._waiting])
            self._group[name][self._written : end] = data[:rows]  # type: ignore[index]
            rest[name] = data[rows:].copy()
        self._waiting = [rest]
        self._waiting_rows = len(rest["frame"])
        self._written = end
