"""How the detector's inner loops are compiled."""

from collections.abc import Callable
from typing import Any

from numba import njit

kernel: Callable[[Callable[..., Any]], Callable[..., Any]] = njit(
    cache=True, nogil=True, fastmath=True, error_model="numpy"
)
"""Compile a function of arrays: once per machine (kept beside the source), without the GIL."""
