"""Progress of long work: a bar with speed and time left on a terminal, lines in a log.

A job of a workflow run writes lines in its log only: the run itself shows one line on the terminal.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import TypeVar

from auva.workflow.pace import spoken
from auva.workflow.terminal import in_a_run

Item = TypeVar("Item")
_LOG_SECONDS = 10.0


def progress(
    items: Iterable[Item],
    total: int | None = None,
    label: str = "",
    unit: str = "it",
    status: Callable[[], str] = str,
) -> Iterator[Item]:
    """Yield `items` and show how many are done and how long the rest will take.

    Parameters
    ----------
    items : iterable
        The work.
    total : int, optional
        Number of items; without it no time left is shown.
    label : str
        Name of the work.
    unit : str
        One word for an item ("frame", "video", …); it is shown with an "s".
    status : callable
        Returns further text to show, such as the newest losses.
    """
    if sys.stderr.isatty() and not in_a_run():
        from tqdm import tqdm

        bar = tqdm(items, total=total, desc=label, unit=unit)
        for item in bar:
            yield item
            bar.set_postfix_str(status(), refresh=False)
        return
    yield from _logged(items, total, label, unit, status)


def _logged(
    items: Iterable[Item], total: int | None, label: str, unit: str, status: Callable[[], str]
) -> Iterator[Item]:
    log = logging.getLogger("auva")
    start = last = monotonic()
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        now = monotonic()
        if now - last >= _LOG_SECONDS:
            last = now
            rate = done / (now - start)
            left = f", {spoken((total - done) / rate)} left" if total else ""
            said = f", {status()}" if status() else ""
            place = f"{done} of {total or '?'} {unit}s"
            log.info("%s: %s, %s%s%s", label, place, _speed(rate), left, said)
    seconds = max(monotonic() - start, 1e-9)
    log.info("%s: %d %ss in %.1f s (%s)", label, done, unit, seconds, _speed(done / seconds))


def _speed(rate: float) -> str:
    """Return items per second, or seconds per item if that is more than two."""
    return f"{rate:.1f}/s" if rate >= 0.5 or rate == 0 else f"{1 / rate:.0f} s each"
