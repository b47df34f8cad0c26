"""Packing faces and labels into one HDF5 file per size, as a stream of videos."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.dataset.resize import resize
from auva.dataset.schema import PROTOCOLS, UNLABELLED, selection
from auva.dataset.write import packed_file
from auva.dataset_settings import DatasetSettings
from auva.errors import InputError
from auva.progress import progress
from auva.records.crops import Crops
from auva.records.labels import Labels, read_labels
from auva.records.split import Place, read_split, refuse_overlap
from auva.sheet import Recording
from auva.units import SETS, check_same

_BLOCK = 512
"""Faces read from a crops file at once: bounds the memory whatever the length of a video."""


def pack(
    split_csv: str | Path,
    people: Sequence[Recording],
    crops: Mapping[str, str | Path],
    labels: Mapping[str, str | Path],
    out_h5: str | Path,
    size: int,
    cfg: Mapping[str, Any],
    protocol: str = "identity",
    seed: int = 0,
) -> None:
    """Write the selected faces of all videos with their labels into one file.

    Parameters
    ----------
    split_csv : path
        The split: `video, identity, set, fold`.
    people : sequence of Recording
        The videos of the sample sheet, who they show, and who shares a video file.
    crops : mapping of str to path
        Video id -> its crops file.
    labels : mapping of str to path
        Video id -> its label table.
    out_h5 : path
        Groups `train`, `validation`, `test` with the datasets of `auva.dataset.schema`; frames
        sorted by video and frame. With the setting `keep_unlabelled_faces` also `unlabelled`: every
        kept face without a label in the videos that the split puts into training.
    size : int
        Pixels of a face's side; at most the size of the crops.
    cfg : mapping
        The `dataset` section of the configuration.
    protocol : str
        "identity": sets as in the split. "random_frames": as many frames per set as there, but
        drawn at random whatever the person, so that the worth of a leak can be measured.
    seed : int
        Random seed of the draw of "random_frames".

    Raises
    ------
    InputError
        For a video without files, a split that shows one person on two sides or another person
        than the sheet, a selected frame without a face, crops of another video, smaller than `size`
        or with another margin than those of the other videos.
    """
    settings = DatasetSettings.read(cfg)
    if protocol not in PROTOCOLS:
        raise InputError(f"protocol is '{protocol}', not one of {', '.join(PROTOCOLS)}")
    bound = _bound(people)
    split = _read_split(split_csv, people, bound)
    for video in split:
        for files, kind in ((crops, "crops"), (labels, "label table")):
            if video not in files:
                raise InputError(f"video '{video}' has no {kind}", split_csv)
    kept: dict[str, NDArray[np.int32]] = {}
    spare: dict[str, NDArray[np.int32]] = {}
    units: tuple[str, ...] = ()
    for video in progress(sorted(split), len(split), "read labels", "video"):
        table = read_labels(labels[video])
        units = units or table.au_names
        check_same(table.au_names, units, f"that of '{min(split)}'", labels[video])
        kept[video] = np.flatnonzero(table.selected).astype(np.int32)
        learnt = settings.keep_unlabelled_faces and split[video].set == SETS[0]
        spare[video] = np.flatnonzero(_unlabelled(table) & learnt).astype(np.int32)
    places = _places(kept, split, protocol, seed)
    counts = np.bincount(np.concatenate([[], *places.values()]).astype(int), minlength=3)
    rows: dict[str, int] = dict(zip(SETS, counts.tolist(), strict=True))
    if settings.keep_unlabelled_faces:
        rows[UNLABELLED] = sum(map(len, spare.values()))
    names = (list(split), [place.identity for place in split.values()])
    margin = _margin(crops, min(split, default=None))
    selected = selection(settings.keep_frames_without_au, settings.keep_unlabelled_faces)
    with packed_file(
        out_h5, size, rows, units, names, protocol, selected, bound, margin, settings
    ) as packed:
        for video in progress(kept, len(kept), f"pack {size}", "video"):
            table = read_labels(labels[video])
            fixed = {"video": video.encode(), "identity": split[video].identity.encode()}
            start = 0
            for block in _blocks(crops[video], video, table, kept[video], size, margin):
                place = places[video][start : start + len(block["frame"])]
                start += len(place)
                for number, name in enumerate(SETS):
                    part = {column: data[place == number] for column, data in block.items()}
                    packed.groups[name].append(part, fixed)
                packed.check()
            more = spare[video]
            if not len(more):
                continue
            for block in _blocks(crops[video], video, table, more, size, margin):
                packed.groups[UNLABELLED].append(block, fixed)
                packed.check()


def _margin(crops: Mapping[str, str | Path], first: str | None) -> float | None:
    """Return `crops.margin` of the first video, which the others must share."""
    if first is None:
        return None
    with Crops(crops[first]) as faces:
        return faces.margin


def _unlabelled(table: Labels) -> NDArray[np.bool_]:
    """Return which frames have a face and no label at all."""
    known = table.au_mask.any(1) | table.va_mask.any(1) | table.intensity_mask.any(1)
    return table.face & ~known


def _bound(people: Sequence[Recording]) -> list[list[str]]:
    """Return the groups of people who share a video file, sorted."""
    groups: dict[str, set[str]] = {}
    for each in people:
        groups.setdefault(each.group, set()).add(each.identity)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def _read_split(
    path: str | Path, people: Sequence[Recording], bound: Sequence[Sequence[str]]
) -> dict[str, Place]:
    """Read the split and compare it with the sample sheet."""
    known = {each.id: each.identity for each in people}
    split = read_split(path, known)
    for video, place in split.items():
        if place.identity != known[video]:
            raise InputError(
                f"video '{video}' shows '{place.identity}', but '{known[video]}' in the sample "
                "sheet",
                path,
            )
    refuse_overlap(((place.identity, place.set) for place in split.values()), bound, path)
    return split


def _places(
    kept: dict[str, NDArray[np.int32]],
    split: Mapping[str, Place],
    protocol: str,
    seed: int,
) -> dict[str, NDArray[np.int8]]:
    """Return the set of each kept frame, as its number in `SETS`."""
    by_person = {
        video: np.full(len(rows), SETS.index(split[video].set), np.int8)
        for video, rows in kept.items()
    }
    if protocol == "identity":
        return by_person
    everything = np.concatenate([np.empty(0, np.int8), *by_person.values()])
    np.random.default_rng(seed).shuffle(everything)
    ends = np.cumsum([len(rows) for rows in kept.values()])
    return dict(zip(kept, np.split(everything, ends[:-1]), strict=True)) if kept else {}


def _blocks(
    path: str | Path,
    video: str,
    table: Labels,
    rows: NDArray[np.int32],
    size: int,
    margin: float | None,
) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield the faces and labels of a video's kept frames, some hundred at a time."""
    wanted = table.frame[rows]
    with Crops(path, len(table.frame)) as crops:
        if crops.video != video:
            raise InputError(f"holds faces of the video '{crops.video}', not of '{video}'", path)
        if crops.margin != margin:
            cause = f"crops.margin is {crops.margin}, but {margin} for other videos: cut it anew"
            raise InputError(cause, path)
        if len(rows) and crops.size < size:
            raise InputError(f"faces of {crops.size} pixels cannot be enlarged to {size}", path)
        place = np.searchsorted(crops.frame, wanted)
        found = place < len(crops)
        found[found] = crops.frame[place[found]] == wanted[found]
        if not found.all():
            raise InputError(f"no face for the selected frame {wanted[~found][0]}", path)
        for start in range(0, len(rows), _BLOCK):
            part, inside = rows[start : start + _BLOCK], place[start : start + _BLOCK]
            first = int(inside[0])
            faces = crops.faces(first, int(inside[-1]) + 1)[inside - first]
            yield {
                "image": resize(faces, size),
                "au": table.au[part],
                "au_mask": table.au_mask[part],
                "va": table.va[part],
                "va_mask": table.va_mask[part],
                "intensity": table.intensity[part],
                "intensity_mask": table.intensity_mask[part],
                "frame": table.frame[part],
            }
