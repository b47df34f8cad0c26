"""Messages of jobs on a terminal that shows a run's line of progress."""

import os
import sys

ONE_LINE = "AUVA_ONE_LINE"
"""Environment variable that marks the jobs of such a run."""

CLEAR = "\r\033[K"
"""Moves to the beginning of the terminal's line and erases it."""


def in_a_run() -> bool:
    """Return whether this process is a job of a run that shows a line of progress."""
    return ONE_LINE in os.environ


def tell(line: str) -> None:
    """Print a line on standard error; on a terminal it replaces the run's line of progress."""
    clear = CLEAR if in_a_run() and sys.stderr.isatty() else ""
    print(f"{clear}auva: {line}", file=sys.stderr)
