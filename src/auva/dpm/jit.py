"""Compilation of the detector's inner loops."""

from collections.abc import Callable
from functools import partial
from typing import Any

from numba import njit

_compiler = partial(njit, nogil=True, fastmath=True, error_model="numpy")


def inner(function: Callable[..., Any]) -> Callable[..., Any]:
    """Inline a function into each kernel that calls it.

    Without inlining, a compiled function has several copies that may round differently. Which copy
    a process runs would depend on what it compiled itself and what it loaded from the cache.
    """
    return _compiler(inline="always")(function)


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of arrays once per machine (cached beside the source), without the GIL.

    If neither the package's folder nor the user's cache is writable, as in a read-only container,
    each process compiles again, unless `NUMBA_CACHE_DIR` names a folder.
    """
    try:
        return _compiler(cache=True)(function)
    except RuntimeError:  # numba found no writable folder
        return _compiler()(function)
