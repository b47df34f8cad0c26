"""A packed file as a container: what must be true before its faces are read."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from auva.dataset.schema import (
    GROUPS,
    PROTOCOLS,
    SCHEMA,
    SCHEMA_VERSION,
    UNLABELLED,
    columns,
)
from auva.errors import InputError
from auva.records import hdf5
from auva.units import VA_NAMES, is_list

_SIZES = range(1, 4097)


@dataclass(frozen=True)
class Facts:
    """What the attributes of a packed file say.

    Attributes
    ----------
    size : int
        Pixels of a face's side.
    protocol : str
        How frames went to the sets, one of `PROTOCOLS`.
    bound_people : tuple of tuple of str
        Groups of people who share a video file.
    au_names : tuple of str
        Names of the Action Units, in the order of the columns.
    groups : tuple of str
        The groups of faces that it has: `SETS`, and `UNLABELLED` where it has such faces.
    margin : float or None
        `crops.margin` of the faces, if the file contains it.
    """

    size: int
    protocol: str
    bound_people: tuple[tuple[str, ...], ...]
    au_names: tuple[str, ...]
    groups: tuple[str, ...]
    margin: float | None


def read_facts(file: h5py.File, path: Path, size: int | None = None) -> Facts:
    """Check the attributes of an open file and return what they say.

    Raises
    ------
    InputError
        If it is not a packed dataset, has another schema version, or has faces of another size than
        `size`.
    """
    if not hdf5.has_attribute(file, "schema", SCHEMA):
        raise InputError("not a dataset packed by auva, or by one before schema version 4", path)
    version = hdf5.attribute(file, "schema_version", int, path)
    if version != SCHEMA_VERSION:
        raise InputError(f"has schema version {version}, this auva reads {SCHEMA_VERSION}", path)
    if hdf5.attribute(file, "va_names", tuple, path) != VA_NAMES:
        raise InputError(f"va_names are not {', '.join(VA_NAMES)}", path)
    units = hdf5.attribute(file, "au_names", tuple, path)
    if not is_list(units):
        raise InputError("au_names are not names of Action Units, each once", path)
    protocol = hdf5.attribute(file, "protocol", str, path)
    if protocol not in PROTOCOLS:
        raise InputError(f"protocol is '{protocol}', not one of {', '.join(PROTOCOLS)}", path)
    found = hdf5.attribute(file, "size", int, path)
    if found not in _SIZES:
        raise InputError(f"size is {found}, not one of 1 to {_SIZES[-1]} pixels", path)
    if size is not None and found != size:
        raise InputError(f"has faces of {found} pixels, not {size}", path)
    has_unlabelled = hdf5.has_member(file, UNLABELLED, path)
    groups = tuple(name for name in GROUPS if name != UNLABELLED or has_unlabelled)
    margin = hdf5.margin(file, path)
    return Facts(found, protocol, _bound_people(file, path), units, groups, margin)


def _bound_people(file: h5py.File, path: Path) -> tuple[tuple[str, ...], ...]:
    try:
        stored = hdf5.dataset(file, "bound_people", "S", (1,), path)
        groups = json.loads(hdf5.values(stored, 0, path).item())
        if all(isinstance(person, str) for group in groups for person in group):
            return tuple(tuple(group) for group in groups)
    except (ValueError, TypeError, RecursionError):
        pass
    raise InputError("'bound_people' is not a list of groups of people", path)


def columns_of(file: h5py.File, name: str, facts: Facts, path: Path) -> dict[str, h5py.Dataset]:
    """Return the datasets of a set, checked for everything but their values."""
    group = hdf5.group(file, name, path)
    data: dict[str, h5py.Dataset] = {}
    for column, kind in columns(facts.size, len(facts.au_names), 1, 1).items():
        dtype = "S" if kind.dtype.startswith("S") else kind.dtype
        data[column] = hdf5.dataset(group, column, dtype, (None, *kind.shape), path)
    if len({len(dataset) for dataset in data.values()}) != 1:
        raise InputError(f"damaged: the datasets of '{group.name}' have different lengths", path)
    return data


def check_numbers(numbers: dict[str, NDArray[Any]], name: str, path: Path) -> None:
    """Refuse labels that no reader could understand.

    Parameters
    ----------
    numbers : dict of str to array
        `au`, `va`, `intensity`, their masks and `frame` of a whole group.
    name : str
        The group.
    path : path
        The file.

    Raises
    ------
    InputError
        Names the first row with an Action Unit or a mask that is not 0 or 1, with valence or
        arousal that are not numbers from -1 to 1, an intensity that is not one from 0 to 5, a frame
        below 1, or a label among the faces without one.
    """
    va, grade = numbers["va"], numbers["intensity"]
    masks = [numbers[f"{name}_mask"].view(np.uint8) for name in ("au", "va", "intensity")]
    wrong = {
        "an Action Unit is not 0 or 1": (numbers["au"] > 1).any(1),
        "a mask is not 0 or 1": np.any([(mask > 1).any(1) for mask in masks], axis=0),
        "valence or arousal is not from -1 to 1": ~(np.abs(va) <= 1).all(1),
        "an intensity is not from 0 to 5": ~((grade >= 0) & (grade <= 5)).all(1),
        "a frame is not 1, 2, …": numbers["frame"] < 1,
    }
    if name == UNLABELLED:
        wrong["the face has a label"] = np.any([mask.any(1) for mask in masks], axis=0)
    for cause, rows in wrong.items():
        if rows.any():
            raise InputError(f"'{name}', row {int(np.argmax(rows))}: {cause}", path)


def check_order(
    frame: NDArray[np.int32],
    end: NDArray[np.int64],
    video: NDArray[np.str_],
    identity: NDArray[np.str_],
    name: str,
    path: Path,
) -> None:
    """Refuse a set whose rows are not sorted.

    Parameters
    ----------
    frame : int32 array [n]
        Frame of each row.
    end : int64 array [r]
        End of each run of rows of one video and person.
    video, identity : str arrays [r]
        Of each run.
    name, path
        The set and the file.

    Raises
    ------
    InputError
        If the rows of a video are not consecutive or show two people, or its frames do not ascend.
    """
    if len(set(video.tolist())) < len(video):
        raise InputError(f"'{name}': the rows of a video are not consecutive", path)
    if (np.char.str_len(video) == 0).any() or (np.char.str_len(identity) == 0).any():
        raise InputError(f"'{name}': a row without a video or a person", path)
    falls = np.flatnonzero(np.diff(frame) <= 0) + 1
    inside = falls[~np.isin(falls, end)]
    if len(inside):
        raise InputError(
            f"'{name}', row {inside[0]}: the frames of a video are not in ascending order", path
        )
