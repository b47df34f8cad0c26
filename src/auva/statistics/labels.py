"""Reading the label table of one video: one row per frame of the 30 fps video."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError, suggest
from auva.units import AU_NAMES, VA_NAMES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("frame", *AU_NAMES, *VA_NAMES, "status", "reason", "selected")
"""Columns of `labels/{video}.csv`."""

_WORDS = {"1": True, "0": False, "True": True, "False": False, "true": True, "false": False}


@dataclass(frozen=True)
class Labels:
    """Labels of the n frames of a video.

    Attributes
    ----------
    frame : int64 array [n]
        1-based frame of the 30 fps video, ascending.
    au, au_mask : uint8 and bool arrays [n, 8]
        Presence of each Action Unit, and whether it is labelled (presence is 0 where it is not).
    va, va_mask : float32 and bool arrays [n, 2]
        Valence and arousal in [-1, 1], and whether they are labelled (0 where they are not).
    face : bool array [n]
        Whether a face was kept.
    reason : str array [n]
        Why the frame has a face or none.
    selected : bool array [n]
        Whether the frame belongs to the dataset, as alignment decided.
    """

    frame: NDArray[np.int64]
    au: NDArray[np.uint8]
    au_mask: NDArray[np.bool_]
    va: NDArray[np.float32]
    va_mask: NDArray[np.bool_]
    face: NDArray[np.bool_]
    reason: NDArray[np.str_]
    selected: NDArray[np.bool_]


def read_labels(path: str | Path) -> Labels:
    """Read a label table.

    Raises
    ------
    InputError
        For an unreadable file, a missing column or a value that does not belong there, with its
        line.
    """
    table = _read(Path(path))
    frame = _numbers(table["frame"], "frame", path, low=1)
    if np.isnan(frame).any() or (np.diff(frame) <= 0).any():
        raise InputError("the column 'frame' must ascend without empty cells", path)
    au = np.stack([_numbers(table[name], name, path, 0, 1) for name in AU_NAMES], 1)
    wrong = np.argwhere((au != 0) & (au != 1) & ~np.isnan(au))
    if len(wrong):
        row, unit = wrong[0]
        raise InputError(f"{AU_NAMES[unit]} is {au[row, unit]:g}, not 0 or 1", path, row + 2)
    va = np.stack([_numbers(table[name], name, path, -1, 1) for name in VA_NAMES], 1)
    return Labels(
        frame=frame.astype(np.int64),
        au=np.nan_to_num(au).astype(np.uint8),
        au_mask=~np.isnan(au),
        va=np.nan_to_num(va).astype(np.float32),
        va_mask=~np.isnan(va),
        face=(table["status"] == "face").to_numpy(bool),
        reason=table["reason"].fillna("").to_numpy(str),
        selected=_flags(table["selected"], path),
    )


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    try:
        table = pd.read_csv(
            path,
            dtype={"status": "string", "reason": "string", "selected": "string"},
            keep_default_na=False,
            na_values={name: [""] for name in (*AU_NAMES, *VA_NAMES)},
        )
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read as a label table ({error})", path) from error
    for name in COLUMNS:
        if name not in table.columns:
            raise InputError(f"no column '{name}'{suggest(name, table.columns)}", path, 1)
    return table


def _numbers(
    column: "pd.Series", name: str, path: str | Path, low: float = -np.inf, high: float = np.inf
) -> NDArray[np.float64]:
    """Return a column as float64 with NaN for empty cells, checked against its range."""
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    text = column.astype("string").fillna("").to_numpy(str) if np.isnan(values).any() else None
    bad = (values < low) | (values > high) | np.isinf(values)
    if text is not None:
        bad |= np.isnan(values) & (text != "")
    if bad.any():
        row = int(np.argmax(bad))
        shown = column.iloc[row]
        raise InputError(f"{name} is '{shown}', not a number in its range", path, row + 2)
    return values


def _flags(column: "pd.Series", path: str | Path) -> NDArray[np.bool_]:
    """Return the column `selected` as booleans."""
    known = column.isin(list(_WORDS)).to_numpy(bool)
    if not known.all():
        row = int(np.argmin(known))
        raise InputError(f"selected is '{column.iloc[row]}', not 0 or 1", path, row + 2)
    return column.map(_WORDS).to_numpy(bool)
