"""The label table of one video: written by the alignment, one row per frame of the 30 fps video."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.records.table import (
    Column,
    check_numbered,
    read_table,
    real,
    text,
    whole,
    write_table,
)
from auva.records.track import FACE, NONE
from auva.units import THESIS_NAMES, VA_NAMES, number_of

if TYPE_CHECKING:
    import pandas as pd


def intensity_of(name: str) -> str:
    """Return the column that holds the intensity of an Action Unit."""
    return f"{name}_intensity"


def label_columns(names: Iterable[str]) -> dict[str, Column]:
    """Return the columns of `labels/{video}.csv`; `names` may be its header.

    The Action Units are those that are named, in that order, or the thesis' where there are none.
    Their intensities are the last columns, if the table has any.
    """
    header = list(names)
    units = [name for name in header if number_of(name)] or THESIS_NAMES
    grades = [intensity_of(name) for name in units]
    graded = grades if set(grades) & set(header) else []
    return {
        "frame": whole(1),
        **dict.fromkeys(units, real(0, 1, empty=True)),
        **dict.fromkeys(VA_NAMES, real(-1, 1, empty=True)),
        "status": text(FACE, NONE),
        "reason": text(),
        "selected": whole(0, 1),
        **dict.fromkeys(graded, real(0, 5, empty=True)),
    }


@dataclass(frozen=True)
class Labels:
    """Labels of the n frames of a video.

    Attributes
    ----------
    frame : int64 array [n]
        1-based frame of the 30 fps video, ascending.
    au_names : tuple of str
        Names of the u Action Units.
    au, au_mask : uint8 and bool arrays [n, u]
        Presence of each Action Unit, and whether it is labelled (presence is 0 where it is not).
    va, va_mask : float32 and bool arrays [n, 2]
        Valence and arousal in [-1, 1], and whether they are labelled (0 where they are not).
    intensity, intensity_mask : float32 and bool arrays [n, u]
        Intensity of each Action Unit in [0, 5], and whether one was read (0 where none was).
    face : bool array [n]
        Whether a face was kept.
    reason : str array [n]
        Why the frame has a face or none.
    selected : bool array [n]
        Whether the frame belongs to the dataset, as alignment decided.
    """

    frame: NDArray[np.int64]
    au_names: tuple[str, ...]
    au: NDArray[np.uint8]
    au_mask: NDArray[np.bool_]
    va: NDArray[np.float32]
    va_mask: NDArray[np.bool_]
    intensity: NDArray[np.float32]
    intensity_mask: NDArray[np.bool_]
    face: NDArray[np.bool_]
    reason: NDArray[np.str_]
    selected: NDArray[np.bool_]


def write_labels(path: str | Path, table: "pd.DataFrame") -> None:
    """Write a label table: its `label_columns`, one row per frame, NaN where not labelled."""
    write_table(path, tuple(label_columns(map(str, table.columns))), table, float_format="%.6f")


def read_labels(path: str | Path) -> Labels:
    """Read a label table.

    Raises
    ------
    InputError
        For a missing or damaged file, another column, a frame out of order or a value that does
        not belong there, with its line.
    """
    table = read_table(path, "label table", label_columns)
    frame = table["frame"].to_numpy()
    check_numbered(frame, path)
    names = tuple(str(name) for name in table.columns if number_of(name))
    au, va = table[list(names)].to_numpy(), table[list(VA_NAMES)].to_numpy()
    wrong = np.argwhere((au > 0) & (au < 1))
    if len(wrong):
        row, unit = wrong[0]
        raise InputError(f"{names[unit]} is {au[row, unit]:g}, not 0 or 1", path, row + 2)
    grades = [intensity_of(name) for name in names]
    known = grades[0] in table
    intensity = table[grades].to_numpy() if known else np.full(au.shape, np.nan)
    face, selected = (table["status"] == FACE).to_numpy(), (table["selected"] == 1).to_numpy()
    if (selected & ~face).any():
        row = int(np.argmax(selected & ~face))
        raise InputError("the frame is selected, but has no face", path, row + 2)
    return Labels(
        frame=frame,
        au_names=names,
        au=np.nan_to_num(au).astype(np.uint8),
        au_mask=~np.isnan(au),
        va=np.nan_to_num(va).astype(np.float32),
        va_mask=~np.isnan(va),
        intensity=np.nan_to_num(intensity).astype(np.float32),
        intensity_mask=~np.isnan(intensity),
        face=face,
        reason=table["reason"].to_numpy(str),
        selected=selected,
    )
