"""The one exception for bad input, and the helpers that make its message useful."""

import errno
import math
import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

_MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.EIO,
}
"""Errors of the operating system that say nothing about auva: full disk, no permission, …"""


class InputError(Exception):
    """Bad input: its message is one line with the file, the line or field, and the cause.

    Programs print only the message and exit with status 1. A traceback means a bug in auva.

    Parameters
    ----------
    cause : str
        The cause, in words that a user of the file understands.
    path : str or Path, optional
        The file that is wrong.
    line : int, optional
        The 1-based line.
    """

    def __init__(self, cause: str, path: str | Path | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}: " if line is None else f"{path}, line {line}: "
        super().__init__(printable(" ".join(f"{place}{cause}".split())))
        self.cause = cause
        self.path = path
        self.line = line


def printable(line: str) -> str:
    """Return a line that every terminal and log can show: no control characters, no lone bytes."""
    shown = (sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)
    return "".join(shown)


class UnavailableError(InputError):
    """Something that a job needs (a registry, the network) is not available now; retry later."""


def trouble(error: BaseException | None, place: str | Path) -> str | None:
    """Return one line for an error of the machine (a full disk, no permission), None for a bug.

    Parameters
    ----------
    error : exception
        Its chained causes are checked too.
    place : str or Path
        Where something was to be written, named when the error names no file.
    """
    while error is not None:
        number = getattr(error, "errno", None)
        if number in _MACHINE:
            named = getattr(error, "filename", None) or place
            return f"{named}: cannot be read or written ({os.strerror(number)})"
        error = error.__cause__ or error.__context__
    return None


def number_hint(value: object) -> str:
    """Return a hint for a number that YAML reads as text (`1e-4`), or an empty string."""
    if not isinstance(value, str):
        return ""
    try:
        number = float(value)
    except ValueError:
        return ""
    if not math.isfinite(number):
        return ""
    written = int(number) if number.is_integer() else number
    return f" (YAML reads it as text; write {written!r})"


def suggest(name: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the known name nearest to `name`, or an empty string.

    Capitals make no difference: `VIDEO` is near to `video`.
    """
    names = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), names, n=1)
    return f" (did you mean '{names[near[0]]}'?)" if near else ""
