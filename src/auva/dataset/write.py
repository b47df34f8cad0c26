"""Writing one group of a packed file in whole chunks."""

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from auva.dataset.schema import Column

if TYPE_CHECKING:
    import h5py

_LABEL_ROWS = 4096
"""Rows in a chunk of labels and names."""


class Storage(Protocol):
    """How chunks are stored."""

    @property
    def compression(self) -> str:
        """Filter of the images: lzf, gzip or none."""
        ...

    @property
    def chunk_bytes(self) -> int:
        """Wanted bytes of a chunk of images."""
        ...


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
    storage : Storage
        Compression and chunk size.
    """

    def __init__(
        self, group: "h5py.Group", layout: dict[str, Column], rows: int, storage: Storage
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

    def _create(self, name: str, column: Column, storage: Storage) -> None:
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
        dataset.attrs["unit"] = column.unit
        dataset.attrs["meaning"] = column.meaning

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
