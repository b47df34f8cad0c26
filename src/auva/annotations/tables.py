"""The two tables that every annotation format is read into."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from auva.units import THESIS_UNITS, VA_NAMES

FramesOf = Literal["converted", "original"]
"""Which video the frame numbers of an annotation count."""
"""What a frame number counts: frames of the converted video, or of the one as it was published."""

DIMENSIONS = len(VA_NAMES)
MAX_INTENSITY = 5.0
"""Largest intensity: FACS grades A to E as 1 to 5 (Ekman, Friesen and Hager 2002)."""


SIDES = ("", "left", "right", "both")
"""Sides of the face on which an Action Unit is seen, by their number; the first: not stated."""


@dataclass(frozen=True)
class Comment:
    """A remark of a coder on consecutive frames of one Action Unit.

    Attributes
    ----------
    unit : int
        Its place among the units of the table.
    first, last : int
        1-based frames, inclusive.
    text : str
        One line.
    """

    unit: int
    first: int
    last: int
    text: str


@dataclass(frozen=True, eq=False)
class Coding:
    """Labels of Action Units beyond presence and intensity, frame by frame.

    Attributes
    ----------
    graded : bool array [n, u]
        True where an intensity is stated that is not plain absence; elsewhere it is the presence.
    hidden : bool array [n, u]
        True where the unit is not labelled because it cannot be seen (a hand, a turned head).
    side : uint8 array [n, u]
        The side, as its number in `SIDES`.
    comments : tuple of Comment
        Remarks; those of one unit do not overlap.
    """

    graded: np.ndarray
    hidden: np.ndarray
    side: np.ndarray
    comments: tuple[Comment, ...] = ()

    def equals(self, other: "Coding") -> bool:
        """Return whether two codings are equal."""
        arrays = ((self.graded, other.graded), (self.hidden, other.hidden), (self.side, other.side))
        same = sorted(self.comments, key=str) == sorted(other.comments, key=str)
        return same and all(np.array_equal(one, two) for one, two in arrays)


@dataclass(frozen=True, eq=False)
class ActionUnits:
    """Action Units of one video by one annotator.

    Parameters
    ----------
    frame : int64 array [n]
        1-based frame numbers, ascending.
    presence : uint8 array [n, u]
        1 where the Action Unit (order of `units`) is present; 0 where it is absent, and where it
        is not labelled.
    mask : bool array [n, u]
        True where it is labelled.
    intensity : float32 array [n, u], optional
        In [0, 5]; NaN where it is not labelled. Formats with presence only give 1 where it
        is present and 0 where it is absent, which is also the default.
    frames_of : "converted" or "original"
        What `frame` counts.
    left_out : tuple of str
        What the file holds of labels that the table does not.
    read_as : tuple of str
        What was decided in reading it where its format leaves a choice, as a threshold.
    coding : Coding, optional
        Labels beyond presence and intensity; None if the format cannot store them.
    units : tuple of int
        FACS numbers of the u columns.
    stated : bool array [n, u], optional
        True where the file has an intensity of the unit; elsewhere `intensity` is the presence. By
        default nowhere.

    Raises
    ------
    ValueError
        If the arrays do not fit together; a reader's errors are `InputError`.
    """

    frame: np.ndarray
    presence: np.ndarray
    mask: np.ndarray
    intensity: np.ndarray = None  # type: ignore[assignment]
    frames_of: FramesOf = "converted"
    left_out: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()
    coding: Coding | None = None
    units: tuple[int, ...] = THESIS_UNITS
    stated: np.ndarray = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        frame = np.asarray(self.frame, np.int64)
        mask = np.asarray(self.mask, bool)
        presence = np.where(mask, self.presence, 0).astype(np.uint8)
        given = presence if self.intensity is None else self.intensity
        intensity = np.where(mask, given, np.nan).astype(np.float32)
        _check(self.frames_of, frame, presence.shape, (len(frame), len(self.units)))
        labelled = intensity[mask]
        if presence.max(initial=0) > 1 or not np.all((labelled >= 0) & (labelled <= MAX_INTENSITY)):
            raise ValueError("presence must be 0 or 1 and intensity in [0, 5]")
        stated = mask & np.asarray(False if self.stated is None else self.stated, bool)
        _keep(self, frame=frame, presence=presence, mask=mask, intensity=intensity, stated=stated)

    def __len__(self) -> int:
        return len(self.frame)

    def equals(self, other: "ActionUnits") -> bool:
        """Return whether two tables hold the same labels, masks and frame numbers."""
        return (
            (self.frames_of, self.units) == (other.frames_of, other.units)
            and np.array_equal(self.frame, other.frame)
            and np.array_equal(self.mask, other.mask)
            and np.array_equal(self.presence, other.presence)
            and np.array_equal(self.intensity, other.intensity, equal_nan=True)
        )

    @property
    def has_intensity(self) -> bool:
        """Whether any intensity differs from the presence."""
        return bool(np.any(self.mask & (self.intensity != self.presence)))


@dataclass(frozen=True, eq=False)
class ValenceArousal:
    """Valence and arousal of one video by one annotator.

    Parameters
    ----------
    values : float64 array [n, 2]
        Valence and arousal in [-1, 1]; NaN where they are not labelled.
    mask : bool array [n, 2], optional
        True where they are labelled; by default where `values` is not NaN.
    frame : int64 array [n], optional
        1-based frame numbers; by default 1 to n.
    frames_of : "original" or "converted"
        What `frame` counts.
    left_out : tuple of str
        What the file holds of labels that the table does not.
    read_as : tuple of str
        What was decided in reading it where its format leaves a choice, as a threshold.

    Raises
    ------
    ValueError
        If the arrays do not fit together; a reader's errors are `InputError`.
    """

    values: np.ndarray
    mask: np.ndarray = None  # type: ignore[assignment]
    frame: np.ndarray = None  # type: ignore[assignment]
    frames_of: FramesOf = "original"
    left_out: tuple[str, ...] = ()
    read_as: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        values = np.asarray(self.values, np.float64)
        mask = ~np.isnan(values) if self.mask is None else np.asarray(self.mask, bool)
        values = np.where(mask, values, np.nan)
        frame = np.arange(1, len(values) + 1) if self.frame is None else self.frame
        frame = np.asarray(frame, np.int64)
        _check(self.frames_of, frame, values.shape, (len(frame), DIMENSIONS))
        if not np.all(np.abs(values[mask]) <= 1):
            raise ValueError("valence and arousal must be in [-1, 1]")
        _keep(self, values=values, mask=mask, frame=frame)

    def __len__(self) -> int:
        return len(self.frame)

    def equals(self, other: "ValenceArousal") -> bool:
        """Return whether two tables hold the same labels, masks and frame numbers."""
        return (
            self.frames_of == other.frames_of
            and np.array_equal(self.frame, other.frame)
            and np.array_equal(self.mask, other.mask)
            and np.array_equal(self.values, other.values, equal_nan=True)
        )


def _check(frames_of: str, frame: np.ndarray, shape: tuple, expected: tuple) -> None:
    if frames_of not in ("converted", "original"):
        raise ValueError(f"frames_of is 'converted' or 'original', not {frames_of!r}")
    if shape != expected:
        raise ValueError(f"the table has the shape {shape} where {expected} is expected")
    if len(frame) and (frame[0] < 1 or np.any(np.diff(frame) < 1)):
        raise ValueError("frames must ascend from 1 or later")


def _keep(table: object, **arrays: np.ndarray) -> None:
    """Set the canonical arrays of a frozen table, read-only."""
    for name, array in arrays.items():
        array.setflags(write=False)
        object.__setattr__(table, name, array)
