"""Packing faces and labels into one HDF5 file per size, as a stream of videos."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from auva.dataset.resize import resize
from auva.dataset.schema import PROTOCOLS, SCHEMA, SCHEMA_VERSION, Column, columns, selection
from auva.dataset.write import GroupWriter
from auva.errors import InputError, suggest
from auva.files import atomic_path
from auva.progress import progress
from auva.splits.table import read_split
from auva.statistics.labels import Labels, read_labels
from auva.units import AU_NAMES, SETS, VA_NAMES

if TYPE_CHECKING:
    import h5py

_BLOCK = 512
"""Faces read from a crops file at once: bounds the memory whatever the length of a video."""


@dataclass(frozen=True)
class Settings:
    """Settings of the packed files, see `config/README.md`.

    Attributes
    ----------
    keep_frames_without_au : bool
        How frames were selected, which the file tells.
    compression : str
        Of the images: "lzf" (fast; read by h5py), "gzip" (a tenth smaller, half as fast; read by
        any HDF5 tool) or "none" (fastest, a fifth larger). Labels always are gzip.
    chunk_bytes : int
        Wanted size of a chunk of images before compression.
    """

    keep_frames_without_au: bool = False
    compression: str = "lzf"
    chunk_bytes: int = 16384

    @classmethod
    def of(cls, cfg: dict) -> "Settings":
        """Return the settings in a config dict; other keys of the stage are left alone."""
        settings = cls(**{k: v for k, v in cfg.items() if k in cls.__dataclass_fields__})
        known = ("gzip", "lzf", "none")
        if settings.compression not in known:
            hint = suggest(str(settings.compression), known)
            raise InputError(
                f"dataset.compression is '{settings.compression}', not gzip, lzf or none{hint}"
            )
        if settings.chunk_bytes < 1:
            raise InputError("dataset.chunk_bytes must be at least 1")
        return settings


def pack(
    split_csv: str | Path,
    crops: Mapping[str, str | Path],
    labels: Mapping[str, str | Path],
    out_h5: str | Path,
    size: int,
    cfg: dict,
    protocol: str = "identity",
    seed: int = 0,
) -> None:
    """Write the selected faces of all videos with their labels into one file.

    Parameters
    ----------
    split_csv : path
        The split: `video, identity, set, fold`.
    crops : mapping of str to path
        Video id -> its crops file.
    labels : mapping of str to path
        Video id -> its label table.
    out_h5 : path
        Groups `train`, `validation`, `test` with the datasets of `auva.dataset.schema`; frames
        sorted by video and frame.
    size : int
        Pixels of a face's side; at most the size of the crops.
    cfg : dict
        The settings, see `Settings`.
    protocol : str
        "identity": sets as in the split. "random_frames": as many frames per set as there, but
        drawn at random whatever the person, so that the worth of a leak can be measured.
    seed : int
        Entropy of the draw of "random_frames".

    Raises
    ------
    InputError
        For a video without files, a selected frame without a face, crops smaller than `size`.
    """
    import h5py

    settings = Settings.of(cfg)
    if protocol not in PROTOCOLS:
        raise InputError(f"protocol is '{protocol}', not one of {', '.join(PROTOCOLS)}")
    split = read_split(split_csv)
    for video in split:
        for files, kind in ((crops, "crops"), (labels, "label table")):
            if video not in files:
                raise InputError(f"video '{video}' has no {kind}", split_csv)
    kept = {video: _kept(labels[video]) for video in sorted(split)}
    places = _places(kept, split, protocol, seed)
    layout = columns(
        size,
        max((len(video.encode()) for video in split), default=1),
        max((len(row[0].encode()) for row in split.values()), default=1),
    )
    with (
        atomic_path(out_h5) as temporary,
        h5py.File(temporary, "w", libver=("v110", "v110")) as file,
    ):
        _describe(file, layout, size, protocol, settings)
        counts = np.bincount(np.concatenate([[], *places.values()]).astype(int), minlength=3)
        writers = [
            GroupWriter(file.create_group(name), layout, int(n), settings)
            for name, n in zip(SETS, counts, strict=True)
        ]
        names = progress(kept, len(kept), f"pack {size}", "video")
        for video in names:
            if len(kept[video]) == 0:
                continue
            table = read_labels(labels[video])
            fixed = {"video": video.encode(), "identity": split[video][0].encode()}
            start = 0
            for block in _blocks(crops[video], table, kept[video], size):
                rows = len(block["frame"])
                place = places[video][start : start + rows]
                start += rows
                for number, writer in enumerate(writers):
                    writer.append(
                        {name: data[place == number] for name, data in block.items()}, fixed
                    )
        for writer in writers:
            writer.close()


def _kept(path: str | Path) -> NDArray[np.int32]:
    """Return the rows of a label table that go into the dataset."""
    return np.flatnonzero(read_labels(path).selected).astype(np.int32)


def _places(
    kept: dict[str, NDArray[np.int32]],
    split: dict[str, tuple[str, str, int]],
    protocol: str,
    seed: int,
) -> dict[str, NDArray[np.int8]]:
    """Return the set of each kept frame, as its number in `SETS`."""
    by_person = {
        video: np.full(len(rows), SETS.index(split[video][1]), np.int8)
        for video, rows in kept.items()
    }
    if protocol == "identity":
        return by_person
    everything = np.concatenate([np.empty(0, np.int8), *by_person.values()])
    np.random.default_rng(seed).shuffle(everything)
    ends = np.cumsum([len(rows) for rows in kept.values()])
    return dict(zip(kept, np.split(everything, ends[:-1]), strict=True)) if kept else {}


def _blocks(
    path: str | Path, table: Labels, rows: NDArray[np.int32], size: int
) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the faces and labels of a video's kept frames, some hundred at a time."""
    import h5py

    wanted = table.frame[rows]
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InputError(f"cannot be read as a crops file ({error})", path) from error
    with file:
        for name in ("image", "frame"):
            if name not in file:
                raise InputError(f"no dataset '{name}'", path)
        image: h5py.Dataset = file["image"]  # type: ignore[assignment]
        frame = np.asarray(file["frame"])
        if len(image) and image.shape[1] < size:
            raise InputError(f"faces of {image.shape[1]} pixels cannot be enlarged to {size}", path)
        place = np.searchsorted(frame, wanted)
        found = place < len(frame)
        found[found] = frame[place[found]] == wanted[found]
        if not found.all():
            raise InputError(f"no face for the selected frame {wanted[~found][0]}", path)
        for start in range(0, len(rows), _BLOCK):
            part, inside = rows[start : start + _BLOCK], place[start : start + _BLOCK]
            faces = np.asarray(image[inside[0] : inside[-1] + 1])[inside - inside[0]]
            yield {
                "image": resize(faces, size),
                "au": table.au[part],
                "au_mask": table.au_mask[part],
                "va": table.va[part],
                "va_mask": table.va_mask[part],
                "frame": table.frame[part],
            }


def _describe(
    file: "h5py.File",
    layout: dict[str, Column],
    size: int,
    protocol: str,
    settings: Settings,
) -> None:
    """Write the attributes that make the file understood without this code."""
    file.attrs["schema"] = SCHEMA
    file.attrs["schema_version"] = SCHEMA_VERSION
    file.attrs["size"] = size
    file.attrs["protocol"] = protocol
    file.attrs["au_names"] = list(AU_NAMES)
    file.attrs["va_names"] = list(VA_NAMES)
    file.attrs["units"] = json.dumps({name: column.unit for name, column in layout.items()})
    file.attrs["meanings"] = json.dumps({name: column.meaning for name, column in layout.items()})
    file.attrs["selection"] = selection(settings.keep_frames_without_au)
