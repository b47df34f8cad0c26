"""The one exception for bad input, and the helpers that make its message useful."""

import math
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class InputError(Exception):
    """Bad input from outside: one line that names the file, the line or field, and the cause.

    Programs show the message alone and exit with status 1; a traceback means a bug in auva.

    Parameters
    ----------
    cause : str
        What is wrong, in words a user of the file understands.
    path : str or Path, optional
        The file that is wrong.
    line : int, optional
        Its 1-based line.
    """

    def __init__(self, cause: str, path: str | Path | None = None, line: int | None = None) -> None:
        place = "" if path is None else f"{path}: " if line is None else f"{path}, line {line}: "
        super().__init__(" ".join(f"{place}{cause}".split()))
        self.cause = cause
        self.path = path
        self.line = line


class UnavailableError(InputError):
    """What a job needs cannot be had now (a registry, the network); a later attempt may get it."""


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
    """Return " (did you mean 'x'?)" for the known name nearest to `name`, or an empty string."""
    near = get_close_matches(name, list(known), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""
