"""Read MNIST (and datasets in its format), SVHN and CIFAR-10 from their original files."""

import gzip
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.models.gan.datasets import DIGITS, SUFFIXES
from auva.models.gan.digits import Pictures, write_digits

_CIFAR_SHAPE = (3, 32, 32)


def pack_digits(name: str, folder: str | Path, path: str | Path) -> None:
    """Read a dataset's original files and write them in the layout of `auva.models.gan.digits`.

    Parameters
    ----------
    name : str
        A key of `auva.models.gan.datasets.DIGITS`.
    folder : str or Path
        Folder of the original files.
    path : str or Path
        The HDF5 file, written whole or not at all.

    Raises
    ------
    InputError
        A file is missing or has another content than its name tells.
    """
    read = _READERS[name]
    sets: dict[str, Pictures] = {}
    for part, names in DIGITS[name].files.items():
        sets[part] = read([existing(folder, file) for file in names])
    write_digits(path, name, sets)


def existing(folder: str | Path, name: str) -> Path:
    """Return the path of an original file, with or without one of the known suffixes."""
    for suffix in SUFFIXES:
        path = Path(folder) / f"{name}{suffix}"
        if path.is_file():
            return path
    raise InputError(f"has no file {name}", folder)


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Return the array of an IDX file of bytes: magic number, sizes, then the values.

    Raises
    ------
    InputError
        The file does not hold bytes in this format, or is cut short.
    """
    opener: Callable[..., BinaryIO] = gzip.open if path.suffix == ".gz" else open  # type: ignore[assignment]
    try:
        with opener(path, "rb") as stream:
            data = stream.read()
        zero, kind, dimensions = struct.unpack(">HBB", data[:4])
        shape = struct.unpack(f">{dimensions}I", data[4 : 4 + 4 * dimensions])
        values = np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions)
        if zero or kind != 8:
            raise ValueError("not an IDX file of bytes")
        return values.reshape(shape)
    except (OSError, EOFError, ValueError, struct.error) as error:
        raise InputError(f"damaged or not an IDX file ({error})", path) from None


def _read_mnist(paths: list[Path]) -> Pictures:
    images, labels = (read_idx(path) for path in paths)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise InputError("images and labels do not fit each other", paths[0])
    return images[..., None], labels


def _read_svhn(paths: list[Path]) -> Pictures:
    """Read one MATLAB file: `X` [32, 32, 3, n] and `y` [n, 1], in which the digit 0 is a 10."""
    from scipy.io import loadmat

    try:
        content = loadmat(paths[0])
        images = np.ascontiguousarray(content["X"].transpose(3, 0, 1, 2).astype(np.uint8))
        labels = content["y"].ravel() % 10
    except (OSError, KeyError, ValueError, TypeError, NotImplementedError) as error:
        raise InputError(f"not a file of SVHN's cropped digits ({error})", paths[0]) from None
    return images, labels.astype(np.uint8)


def _read_cifar(paths: list[Path]) -> Pictures:
    parts = [_cifar_binary(p) if p.suffix == ".bin" else _cifar_pickle(p) for p in paths]
    images = np.concatenate([images for images, _ in parts])
    return images, np.concatenate([labels for _, labels in parts])


def _cifar_binary(path: Path) -> Pictures:
    """Read rows of one label byte and 3,072 pixels, colour by colour."""
    size = 1 + int(np.prod(_CIFAR_SHAPE))
    data = np.fromfile(path, np.uint8)
    if not len(data) or len(data) % size:
        raise InputError("damaged: not rows of 3073 bytes", path)
    rows = data.reshape(-1, size)
    return _colours_last(rows[:, 1:]), rows[:, 0].copy()


def _cifar_pickle(path: Path) -> Pictures:
    try:
        with path.open("rb") as stream:
            content = _ArraysOnly(stream, encoding="bytes").load()
        return _colours_last(np.asarray(content[b"data"], np.uint8)), np.asarray(
            content[b"labels"], np.uint8
        )
    except (pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError) as error:
        raise InputError(f"not a batch of CIFAR-10's Python version ({error})", path) from None


def _colours_last(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(rows.reshape(-1, *_CIFAR_SHAPE).transpose(0, 2, 3, 1))


class _ArraysOnly(pickle.Unpickler):
    """Unpickler for numbers, texts and arrays; it refuses the function calls of a pickle."""

    _allowed = frozenset(
        {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}
        | {(f"numpy.{core}.multiarray", "_reconstruct") for core in ("core", "_core")}
    )

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        if (module, name) not in self._allowed:
            raise pickle.UnpicklingError(f"names {module}.{name}")
        return super().find_class(module, name)


_READERS: dict[str, Callable[[list[Path]], Pictures]] = {
    "mnist": _read_mnist,
    "fashion_mnist": _read_mnist,
    "svhn": _read_svhn,
    "cifar10": _read_cifar,
}
