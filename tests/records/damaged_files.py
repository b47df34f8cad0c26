"""Damage to the files between stages, by chance and on purpose, each told by a seed."""

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import torch
from safetensors.torch import load, save

from auva.records import hdf5

ANYTHING = [None, True, -1, 0, 1, 7, 2**31, 2**70, 0.5, -0.0, 1e300, "", "x", "AU7", [], [[]], {}]
"""Values of JSON that do not belong where they are put."""


@dataclass(frozen=True)
class Mutation:
    """Other bytes for a file.

    Attributes
    ----------
    data : bytes
        The new content.
    how : str
        What was done, in a word.
    sealed : bool
        Whether the checksum is right again, so that the content is as good as any that was written.
    forbidden : bool
        Whether no reader may accept it, whatever it says.
    """

    data: bytes
    how: str
    sealed: bool = False
    forbidden: bool = False


def mutate(name: str, data: bytes, folder: Path, seed: int) -> Mutation:
    """Return one mutation of a file.

    Parameters
    ----------
    name : str
        Its name; the suffix tells what may be done to it.
    data : bytes
        Its content.
    folder : path
        A folder for files beside it, empty or as the last call left it.
    seed : int
        Tells the mutation.
    """
    draw = random.Random(f"{name} {seed}")
    ways = _WAYS.get(Path(name).suffix, [_plain])
    return draw.choice(ways)(draw, data, folder)


def _flipped(draw: random.Random, data: bytearray) -> None:
    for _ in range(draw.choice([1, 1, 1, 2, 20])):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)


def _overwritten(draw: random.Random, data: bytearray) -> None:
    start = draw.randrange(len(data))
    length = min(draw.choice([1, 2, 4, 8, 64, 512]), len(data) - start)
    value = draw.choice([b"\0", b"\xff", b"\x7f", b"\x80", b"0", b"9", b",", b'"', b"\n"])
    data[start : start + length] = draw.choice([value * length, draw.randbytes(length)])


def _cut(draw: random.Random, data: bytearray) -> None:
    del data[draw.randrange(len(data)) :]


def _block(draw: random.Random, data: bytearray) -> tuple[int, int]:
    length = draw.choice([1, 8, 64, 512, 4096])
    start = draw.randrange(max(len(data) - length, 1))
    return start, min(start + length, len(data))


def _swapped(draw: random.Random, data: bytearray) -> None:
    (a, b), (c, d) = sorted((_block(draw, data), _block(draw, data)))
    if b <= c:
        data[:] = data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]
    else:
        data[a:d] = data[a:d][::-1]


def _doubled(draw: random.Random, data: bytearray) -> None:
    start, stop = _block(draw, data)
    data[stop:stop] = data[start:stop]


def _removed(draw: random.Random, data: bytearray) -> None:
    start, stop = _block(draw, data)
    del data[start:stop]


_BYTES = [_flipped, _flipped, _overwritten, _overwritten, _cut, _swapped, _doubled, _removed]


def _plain(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change bytes, whatever they mean."""
    changed, change = bytearray(data), draw.choice(_BYTES)
    change(draw, changed)
    return Mutation(bytes(changed), change.__name__.strip("_"))


# HDF5


def _sealed_hdf5(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change bytes behind the seal, and seal them."""
    mutation = _plain(draw, data[512:], folder)
    digest = hashlib.sha256(mutation.data).hexdigest()
    block = (b"auva sha256 " + digest.encode() + b"\n").ljust(512, b"\0")
    return Mutation(block + mutation.data, f"{mutation.how}, sealed", sealed=True)


@cache
def _foreign(data: bytes, folder: Path) -> bytes:
    """Return the file as another program would have written it: without a seal."""
    source, target = folder / "source.h5", folder / "foreign.h5"
    source.write_bytes(data)
    with h5py.File(source) as known, h5py.File(target, "w") as file:
        file.attrs.update(known.attrs)
        for name in known:
            known.copy(name, file)
    return target.read_bytes()


def _foreign_bytes(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change bytes of a file without a seal."""
    mutation = _plain(draw, _foreign(data, folder), folder)
    return Mutation(mutation.data, f"{mutation.how}, no seal", sealed=True)


def _datasets(file: h5py.File) -> list[str]:
    names: list[str] = []

    def note(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            names.append(name)

    file.visititems(note)
    return sorted(names)


def _structured(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change what the file says by the library's own means, and seal it or leave the seal out."""
    change, forbidden = draw.choice(_CHANGES)
    sealed = draw.random() < 0.5
    path = folder / "changed.h5"
    path.write_bytes(data if sealed else _foreign(data, folder))
    with h5py.File(path, "r+") as file:
        changed = change(draw, file, folder)
    if sealed:
        hdf5.seal(path)
    how = f"{change.__name__.strip('_')}, {'sealed' if sealed else 'no seal'}"
    return Mutation(
        path.read_bytes(), how, sealed=True, forbidden=forbidden and changed is not False
    )


def _beside(file: h5py.File, folder: Path) -> Path:
    """Write the same datasets into another file, to which a link may lead."""
    other = folder / "other.h5"
    with h5py.File(other, "w") as target:
        for name in file:
            file.copy(name, target)
    return other


def _external_link(draw: random.Random, file: h5py.File, folder: Path) -> None:
    other, name = _beside(file, folder), draw.choice(_datasets(file))
    if draw.random() < 0.3:
        name = name.split("/")[0]
    del file[name]
    file[name] = h5py.ExternalLink(other, name)


def _soft_link(draw: random.Random, file: h5py.File, folder: Path) -> None:
    name = draw.choice(_datasets(file))
    file.move(name, "elsewhere")
    file[name] = h5py.SoftLink(draw.choice(["/elsewhere", "/nowhere", f"/{name}"]))


def _external_storage(draw: random.Random, file: h5py.File, folder: Path) -> None:
    name = draw.choice(_datasets(file))
    values = file[name][()]
    (folder / "raw").write_bytes(values.tobytes())
    del file[name]
    external = [(str(folder / "raw"), 0, h5py.h5f.UNLIMITED)]
    file.create_dataset(name, values.shape, values.dtype, external=external)


def _virtual(draw: random.Random, file: h5py.File, folder: Path) -> None:
    other, name = _beside(file, folder), draw.choice(_datasets(file))
    shape, dtype = file[name].shape, file[name].dtype
    del file[name]
    layout = h5py.VirtualLayout(shape, dtype)
    layout[:] = h5py.VirtualSource(other, name, shape)
    file.create_virtual_dataset(name, layout)


def _attribute(draw: random.Random, file: h5py.File, folder: Path) -> None:
    if not len(file.attrs):
        return
    name = draw.choice(sorted(file.attrs))
    del file.attrs[name]
    value = draw.choice(
        [None, 3, -1, 2**40, 0.5, "x", b"\xff", ["a"], [1, 2], True, h5py.Empty("i4")]
    )
    if value is not None:
        if isinstance(value, str):
            hdf5.set_attribute(file, name, value)  # as auva would read it
        else:
            file.attrs[name] = value


def _gone(draw: random.Random, file: h5py.File, folder: Path) -> None:
    name = draw.choice(_datasets(file))
    del file[draw.choice([name, name.split("/")[0]])]


def _shape(draw: random.Random, file: h5py.File, folder: Path) -> None:
    name = draw.choice(_datasets(file))
    values = file[name][()]
    axis = draw.randrange(values.ndim)
    changed = draw.choice(
        [
            np.delete(values, -1, axis),
            np.concatenate([values, values], axis),
            values[None],
            values.ravel(),
            values[..., None],
            values[:0],
        ]
    )
    del file[name]
    file[name] = changed


def _dtype(draw: random.Random, file: h5py.File, folder: Path) -> None:
    name = draw.choice(_datasets(file))
    values = file[name][()]
    del file[name]
    kind = draw.choice(["i1", "u2", "i8", "f2", "f8", ">f4", "S1", "c8", "?", "V4"])
    if values.dtype.kind == "S":
        values = np.arange(len(values))
    file[name] = np.zeros(values.shape, kind) if kind in ("S1", "V4") else values.astype(kind)


def _values(draw: random.Random, file: h5py.File, folder: Path) -> None:
    data = file[draw.choice(_datasets(file))]
    place = tuple(draw.randrange(length) for length in data.shape)
    if data.dtype.kind == "S":
        data[place] = draw.choice([b"", b"\xff", b"\0a", b"other", b"../x"])
    elif data.dtype.kind == "f":
        data[place] = draw.choice([np.nan, np.inf, -1.5, 1e30, 0.25])
    else:
        data[place] = draw.choice([0, 1, 7, 100])


def _nan(draw: random.Random, file: h5py.File, folder: Path) -> bool:
    names = [name for name in _datasets(file) if file[name].dtype.kind == "f"]
    for name in names:
        file[name][draw.randrange(len(file[name]))] = draw.choice([np.nan, np.inf, 1.001])
    return bool(names)


def _seven(draw: random.Random, file: h5py.File, folder: Path) -> bool:
    names = [name for name in _datasets(file) if name.endswith("/au")]
    for name in names[:1]:
        file[name][draw.randrange(len(file[name])), draw.randrange(8)] = 7
    return bool(names)


def _unwritten(draw: random.Random, file: h5py.File, folder: Path) -> None:
    name = draw.choice(_datasets(file))
    shape, dtype = file[name].shape, file[name].dtype
    del file[name]
    file.create_dataset(name, shape, dtype, chunks=shape)


def _endless(draw: random.Random, file: h5py.File, folder: Path) -> None:
    for name in _datasets(file):
        shape, dtype = file[name].shape, file[name].dtype
        del file[name]
        file.create_dataset(name, (2**40, *shape[1:]), dtype, chunks=shape)


_CHANGES: list[tuple[Callable[..., Any], bool]] = [
    (_external_link, True),
    (_soft_link, True),
    (_external_storage, True),
    (_virtual, True),
    (_attribute, False),
    (_gone, True),
    (_shape, False),
    (_dtype, False),
    (_values, False),
    (_nan, True),
    (_seven, True),
    (_unwritten, True),
    (_endless, True),
]
"""Changes of an HDF5 file, and whether no reader may accept them."""


# Files of tensors


def _with_checksum(data: bytes) -> bytes:
    """Write the right checksum into a file of tensors, where its place can still be found."""
    mark = data.find(b'sha256\\": \\"')
    if mark < 0:
        return data
    start = mark + len(b'sha256\\": \\"')
    zeros = data[:start] + 64 * b"0" + data[start + 64 :]
    return data[:start] + hashlib.sha256(zeros).hexdigest().encode() + data[start + 64 :]


def _sealed_tensors(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change bytes and correct the checksum."""
    mutation = _plain(draw, data, folder)
    return Mutation(_with_checksum(mutation.data), f"{mutation.how}, sealed", sealed=True)


def _header_bytes(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change bytes of the header and correct the checksum."""
    length = 8 + int.from_bytes(data[:8], "little")
    mutation = _plain(draw, data[8:length], folder)
    head = mutation.data.ljust(length - 8) if draw.random() < 0.7 else mutation.data
    size = len(head) if draw.random() < 0.8 else draw.choice([0, 2**63, len(data), length])
    changed = size.to_bytes(8, "little") + head + data[length:]
    return Mutation(_with_checksum(changed), f"{mutation.how} in the header, sealed", sealed=True)


def _tensors(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change tensors or notes, as `auva.records.tensors` would have written them."""
    length = int.from_bytes(data[:8], "little")
    notes = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["auva"])
    tensors = load(data)
    name = draw.choice(sorted(tensors))
    how = draw.choice(["gone", "shape", "dtype", "nan", "value", "note", "note gone", "more"])
    if how == "gone":
        del tensors[name]
    elif how == "shape":
        tensors[name] = draw.choice([tensors[name].reshape(-1)[:1], tensors[name][None]]).clone()
    elif how == "dtype":
        kind = draw.choice([torch.float64, torch.int64, torch.uint8, torch.bfloat16, torch.bool])
        tensors[name] = tensors[name].to(kind)
    elif how in ("nan", "value"):
        flat = tensors[name].reshape(-1)
        if flat.numel():
            value = draw.choice([float("nan"), float("inf")]) if how == "nan" else 0.25
            place = draw.randrange(flat.numel())
            flat[place] = value if flat.dtype.is_floating_point else draw.randrange(256)
    elif how == "more":
        tensors["more"] = torch.zeros(3)
    else:
        key = draw.choice(sorted(notes))
        if how == "note":
            notes[key] = draw.choice(ANYTHING)
        else:
            del notes[key]
    notes = {**notes, "sha256": 64 * "0"} if "sha256" in notes else notes
    changed = save(tensors, metadata={"auva": json.dumps(notes, sort_keys=True)})
    return Mutation(_with_checksum(changed), f"{how}, sealed", sealed=True)


# JSON


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, entry in entries:
        found.append((*place, key))
        if isinstance(entry, dict | list):
            found += _places(entry, (*place, key))
    return found


def _document(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change a value, or leave it out."""
    page = json.loads(data)
    *way, key = draw.choice(_places(page))
    holder = page
    for step in way:
        holder = holder[step]
    if draw.random() < 0.3:
        del holder[key]
    else:
        holder[key] = draw.choice(ANYTHING)
    return Mutation(json.dumps(page).encode() + b"\n", "another value", sealed=True)


def _cell(draw: random.Random, data: bytes, folder: Path) -> Mutation:
    """Change a cell of a table."""
    rows = [line.split(b",") for line in data.split(b"\n")]
    row = draw.choice([row for row in rows if row != [b""]])
    wrong = [
        b"",
        b"nan",
        b"-nan(ind)",
        b"1e999",
        b"-1",
        b"7",
        b"0.5",
        b"x",
        b'"',
        b"'",
        b"1,2",
        b" 1",
    ]
    row[draw.randrange(len(row))] = draw.choice(wrong)
    return Mutation(b"\n".join(b",".join(row) for row in rows), "another cell", sealed=True)


_WAYS: dict[str, list[Callable[[random.Random, bytes, Path], Mutation]]] = {
    ".h5": [_plain, _sealed_hdf5, _foreign_bytes, _structured],
    ".safetensors": [_plain, _sealed_tensors, _header_bytes, _tensors],
    ".json": [_plain, _document],
    ".csv": [_plain, _cell],
}
"""Ways to change a file, by its suffix, each as often."""
