"""HDF5 files between stages: written through a disk that may be full, sealed, checked when read.

The HDF5 library ends the process when it cannot write, and may do so when it reads a damaged file.
So it never meets either: what it writes goes through `_Disk`, and a written file carries the
SHA-256 of itself in its user block, 512 bytes before the HDF5 part that every HDF5 program skips.
A file without such a seal comes from elsewhere; what is read of it is checked all the same.
"""

import hashlib
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.files import atomic_path, sha256

_BLOCK = 512
_MARGIN = "margin"
_SEAL = b"auva sha256 "
_HDF5 = b"\x89HDF\r\n\x1a\n"
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32, 32000}
"""gzip, shuffle, checksums of chunks, LZF; any other would be looked for among plugins."""

_DAMAGE = (OSError, RuntimeError, ValueError, TypeError, KeyError, MemoryError, OverflowError)
"""What h5py raises at damaged content."""


class NewFile(h5py.File):
    """A file that is being written."""

    def __init__(self, disk: "_Disk") -> None:
        self._disk = disk
        super().__init__(disk, "w", libver=("v110", "v110"), userblock_size=_BLOCK)

    def check(self) -> None:
        """Raise the error of the disk, if it had one: call it after each part that was written."""
        self._disk.check()


@contextmanager
def create(path: str | Path) -> Iterator[NewFile]:
    """Yield a new file that takes the name `path` whole and sealed, or not at all.

    Raises
    ------
    OSError
        If the disk is full or fails; the process stays sound.
    """
    with atomic_path(path) as temporary:
        with _Disk(temporary) as disk:
            with NewFile(disk) as file:
                yield file
            disk.check()
        seal(temporary)


class _Disk(io.RawIOBase):
    """A file of which the HDF5 library sees no failure.

    After the first error the rest is kept in memory, so that the library can close in peace what it
    has begun; the writer learns of it by `check` and stops.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("r+b", buffering=0)
        self._place = 0
        self._size = 0
        self._error: OSError | None = None
        self._rest: list[tuple[int, bytes]] = []

    def check(self) -> None:
        """Raise the first error."""
        if self._error is not None:
            raise self._error

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place: from the start, or with `SEEK_END` from the end."""
        self._place = offset + (self._size if whence == io.SEEK_END else 0)
        return self._place

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer
        """Write all of `data`."""
        part = memoryview(data).cast("B")
        try:
            self.check()
            self._stream.seek(self._place)
            done = 0
            while done < len(part):
                done += self._stream.write(part[done:]) or 0
        except OSError as error:
            self._error = error
            self._rest.append((self._place, bytes(part)))
        self._place += len(part)
        self._size = max(self._size, self._place)
        return len(part)

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer
        """Read what was written, on the disk or in memory; zeros where nothing was."""
        part = memoryview(buffer).cast("B")
        part[:] = bytes(len(part))
        self._stream.seek(self._place)
        self._stream.readinto(part)
        for start, data in self._rest:
            low, high = max(start, self._place), min(start + len(data), self._place + len(part))
            if low < high:
                part[low - self._place : high - self._place] = data[low - start : high - start]
        self._place += len(part)
        return len(part)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file, or make it longer."""
        self._size = self._place if size is None else size
        try:
            self.check()
            self._stream.truncate(self._size)
        except OSError as error:
            self._error = error
        return self._size

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()


def seal(path: str | Path) -> None:
    """Seal a file of `create` again that was changed on purpose."""
    with Path(path).open("r+b") as stream:
        stream.write(_seal(stream))


def _seal(stream: io.BufferedReader | io.BufferedRandom) -> bytes:
    """Return the user block of a file, and go to its start."""
    stream.seek(_BLOCK)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return (_SEAL + digest.encode() + b"\n").ljust(_BLOCK, b"\0")


def digest(path: str | Path) -> str:
    """Return what identifies the content of a file: its seal, or its SHA-256.

    Raises
    ------
    InputError
        If it is missing, damaged or no HDF5 file.
    """
    return _sealed(Path(path)) or sha256(path)


def _sealed(path: Path) -> str | None:
    """Return the verified seal of a file, None of one from elsewhere."""
    if not path.is_file():
        raise InputError("no such file", path)
    facts = path.stat()
    return _verified(path.resolve(), facts.st_size, facts.st_mtime_ns, facts.st_ino)


@cache
def _verified(path: Path, *_facts: int) -> str | None:
    """Verify a file once in a process, as long as its size and date stay."""
    try:
        with path.open("rb") as stream:
            block = stream.read(_BLOCK)
            if block.startswith(_HDF5):
                return None
            if not block.startswith(_SEAL):
                raise InputError("is not an HDF5 file, or its beginning is damaged", path)
            wanted = _seal(stream)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path) from error
    if block != wanted:
        raise InputError("damaged, or changed since it was written", path)
    return block[len(_SEAL) : len(_SEAL) + 64].decode()


def open_file(path: str | Path) -> h5py.File:
    """Open a file to read it.

    Raises
    ------
    InputError
        If it is missing, damaged or no HDF5 file.
    """
    _sealed(Path(path))
    try:
        return h5py.File(path, "r")
    except _DAMAGE as error:
        raise InputError(
            f"cannot be read as HDF5: damaged, or another format ({error})", path
        ) from error


def set_attribute(
    holder: h5py.File | h5py.Dataset, name: str, value: str | int | float | Sequence[str]
) -> None:
    """Write an attribute: a text, a number or several texts.

    Texts have a fixed length. Texts of variable length are in a heap of the file, and the library
    may never return from reading a damaged heap.
    """
    if isinstance(value, int | float):
        holder.attrs[name] = value
        return
    texts = np.char.encode(np.asarray(value, dtype=np.str_), "utf-8")
    kind = h5py.string_dtype("utf-8", max(texts.dtype.itemsize, 1))
    holder.attrs.create(name, texts.astype(f"S{kind.itemsize}"), dtype=kind)


def has_attribute(holder: h5py.File, name: str, value: str) -> bool:
    """Return whether an attribute is there and has this value."""
    try:
        return bool(attribute(holder, name, str, holder.filename) == value)
    except InputError:
        return False


def attribute(holder: h5py.File, name: str, kind: type, path: str | Path) -> Any:  # noqa: ANN401
    """Return an attribute of `set_attribute`: `str`, `int`, `float`, `tuple` for several texts.

    Raises
    ------
    InputError
        If it is missing or of another kind, such as a text of variable length.
    """
    try:
        type_code = holder.attrs.get_id(name).dtype.kind
        value = np.asarray(holder.attrs[name]) if type_code in "iufS" else None
    except _DAMAGE as error:
        raise InputError(f"has no attribute '{name}' that can be read", path) from error
    expected = {int: ("iu", 0), float: ("f", 0), tuple: ("S", 1), str: ("S", 0)}[kind]
    if value is None or value.dtype.kind not in expected[0] or value.ndim != expected[1]:
        raise InputError(f"the attribute '{name}' is not of the kind that it should be", path)
    if kind in (int, float):
        return kind(value)
    try:
        texts = np.char.decode(value, "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"the attribute '{name}' is not text in UTF-8", path) from error
    return tuple(texts.tolist()) if kind is tuple else str(texts)


def margin(file: h5py.File, path: str | Path) -> float | None:
    """Return the setting `crops.margin` of the faces in a file; None if the file does not say it.

    Raises
    ------
    InputError
        If the attribute is damaged.
    """
    try:
        if _MARGIN not in file.attrs:
            return None
    except _DAMAGE as error:
        raise InputError(f"damaged: its attributes ({error})", path) from error
    found = attribute(file, _MARGIN, float, path)
    if not 0 <= found < math.inf:
        raise InputError(f"{_MARGIN} is {found}, not 0 or more", path)
    return found


def set_margin(file: h5py.File, value: float) -> None:
    """Write the setting `crops.margin` of the faces in a file."""
    set_attribute(file, _MARGIN, float(value))


def has_member(holder: h5py.Group, name: str, path: str | Path) -> bool:
    """Return whether a group or dataset is there; a damaged list of members is an `InputError`."""
    try:
        return name in holder
    except _DAMAGE as error:
        raise InputError(f"damaged: '{name}' ({error})", path) from error


def group(file: h5py.File, name: str, path: str | Path) -> h5py.Group:
    """Return a group of the file itself; an `InputError` if it is a link to another file."""
    found = _member(file, name, path)
    if not isinstance(found, h5py.Group):
        raise InputError(f"has no group '{name}'", path)
    return found


def dataset(
    holder: h5py.Group, name: str, dtype: str, shape: tuple[int | None, ...], path: str | Path
) -> h5py.Dataset:
    """Return a dataset after looking at everything but its values.

    Parameters
    ----------
    holder : h5py.Group
        The file or the group that it is in.
    name : str
        Its name.
    dtype : str
        Type of its values, as numpy writes it; "S" for bytes of any length.
    shape : tuple
        Its shape; None where any length will do.
    path : path
        The file, for messages.

    Raises
    ------
    InputError
        If it is missing, is outside of the file, is virtual, of another type or shape, packed in
        a way that auva does not use, or not whole.
    """
    found = _member(holder, name, path)
    place = f"{holder.name}/{name}".replace("//", "/")
    if not isinstance(found, h5py.Dataset):
        raise InputError(f"has no dataset '{place}'", path)
    try:
        if found.is_virtual or found.external:
            raise InputError(f"the values of '{place}' lie in another file", path)
        kind = found.dtype
        if kind.char != "S" if dtype == "S" else kind != np.dtype(dtype):
            raise InputError(f"'{place}' holds {kind}, not {np.dtype(dtype)}", path)
        right = len(found.shape) == len(shape) and all(
            wanted in (None, length) for wanted, length in zip(shape, found.shape, strict=True)
        )
        if not right:
            raise InputError(f"'{place}' has the shape {found.shape}", path)
        _check_storage(found, place, path)
    except _DAMAGE as error:
        raise InputError(f"damaged: '{place}' ({error})", path) from error
    return found


def values(source: h5py.Dataset, rows: Any, path: str | Path) -> NDArray[Any]:  # noqa: ANN401
    """Return rows of a dataset; damaged bytes are an `InputError`."""
    try:
        return np.asarray(source[rows])
    except _DAMAGE as error:
        raise InputError(f"damaged: '{source.name}' ({error})", path) from error


def _member(holder: h5py.Group, name: str, path: str | Path) -> object:
    try:
        link = holder.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise InputError(f"'{name}' is a link to elsewhere, which is not followed", path)
        return holder[name]
    except _DAMAGE as error:
        raise InputError(f"damaged: '{name}' ({error})", path) from error


def _check_storage(found: h5py.Dataset, place: str, path: str | Path) -> None:
    """Refuse unknown filters and values that were never written: the library would return zeros."""
    created = found.id.get_create_plist()
    filters = {created.get_filter(number)[0] for number in range(created.get_nfilters())}
    if not filters <= _FILTERS:
        raise InputError(f"'{place}' is packed by a filter that auva does not use", path)
    if found.size == 0:
        return
    if found.chunks is None:
        whole = found.id.get_storage_size() >= found.nbytes
    else:
        chunks = [
            -(-length // chunk) for length, chunk in zip(found.shape, found.chunks, strict=True)
        ]
        whole = found.id.get_num_chunks() == np.prod(chunks)
    if not whole:
        raise InputError(f"'{place}' is not whole: values were never written", path)
