"""Progress of long work: a bar with speed and time left on a terminal, lines in a log."""

import logging
import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

Item = TypeVar("Item")
_LOG_SECONDS = 10.0


def progress(
    items: Iterable[Item], total: int | None = None, label: str = "", unit: str = "it"
) -> Iterator[Item]:
    """Yield `items` while showing how far the work is.

    Parameters
    ----------
    items : iterable
        The work.
    total : int, optional
        How many items there are; without it no time left can be told.
    label : str
        What is being done.
    unit : str
        What one item is called ("frame", "video", …).
    """
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(items, total=total, desc=label, unit=unit)
        return
    yield from _logged(items, total, label, unit)


def _logged(items: Iterable[Item], total: int | None, label: str, unit: str) -> Iterator[Item]:
    log = logging.getLogger("auva")
    start = last = monotonic()
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        now = monotonic()
        if now - last >= _LOG_SECONDS:
            last = now
            rate = done / (now - start)
            left = f", {(total - done) / rate:.0f} s left" if total else ""
            log.info("%s: %d of %s %ss, %.1f/s%s", label, done, total or "?", unit, rate, left)
    seconds = max(monotonic() - start, 1e-9)
    log.info("%s: %d %ss in %.1f s (%.1f/s)", label, done, unit, seconds, done / seconds)
