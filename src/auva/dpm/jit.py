"""How the detector's inner loops are compiled."""

from collections.abc import Callable
from functools import partial
from typing import Any

from numba import njit

_compiler = partial(njit, nogil=True, fastmath=True, error_model="numpy")


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function a part of each kernel that calls it.

    A function that is compiled on its own is linked into its callers. Which of its copies a process
    runs then depends on what it compiled itself and what it loaded, and copies round differently.
    """
    return _compiler(inline="always")(function)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays: once per machine (kept beside the source), without the GIL.

    Where neither the package nor the user's cache can be written, as in a read-only container,
    each process compiles anew, unless `NUMBA_CACHE_DIR` names a folder.
    """
    try:
        return _compiler(cache=True)(function)
    except RuntimeError:  # numba found no folder
        return _compiler()(function)
