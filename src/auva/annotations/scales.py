"""The scale of valence and arousal: from the values of a file, or stated in the sheet."""

from pathlib import Path

import numpy as np

from auva.errors import InputError
from auva.sheet import Scale

UNIT = Scale()
THOUSANDTHS = Scale(-1000, 1000)

ASK = "name the scale in the sheet's column va_scale, as -100:100 or 1:9"

_LARGEST_OTHER = 100
"""Scales of whole numbers in use end at 100 (or 10, 9, 7, 1); larger numbers are thousandths."""


def implied_scale(values: np.ndarray, decimal: bool, thousandths: bool = False) -> Scale | None:
    """Return the scale that the values imply, or None if several are possible.

    Parts of 1 lie on [-1, 1]. Whole numbers may lie on any scale; but only zeros are 0 on each that
    has a middle of 0, and nothing else goes beyond 100 than thousandths.

    Parameters
    ----------
    values : float array
        All values of a file; NaN where there is none.
    decimal : bool
        Whether any is written with a decimal point or an exponent.
    thousandths : bool
        Whether the format is known to hold thousandths too.
    """
    largest = float(np.nanmax(np.abs(values), initial=0))
    whole = not np.nansum(values % 1)
    if thousandths and whole and largest > _LARGEST_OTHER:
        return THOUSANDTHS
    if largest <= 1 and (decimal or not whole or not largest):
        return UNIT
    return None


def on_scale(path: Path, line: int, name: str, value: float, scale: Scale) -> float:
    """Return a value on [-1, 1], or raise an `InputError` if its scale does not have it."""
    if not scale.low <= value <= scale.high:
        kind = "outside [-1, 1]" if scale == UNIT else f"outside the scale {scale}"
        raise InputError(f"{name} {value:.6g} is {kind}", path, line)
    return float(scale.to_unit(value))
