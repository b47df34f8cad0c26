"""The CPU seconds of a training, also of one that continues from a saved state."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Meter:
    """Counts from its creation on, plus the seconds in a saved state."""

    def __init__(self) -> None:
        self._begun = time.process_time()

    def seconds(self) -> float:
        """Return the CPU seconds so far, on all cores."""
        return time.process_time() - self._begun

    def carry(self, seconds: float) -> None:
        """Count the seconds that were spent up to the state from which the training continues."""
        self._begun -= seconds


_CURRENT: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Yield the meter of the training inside the block; states carry its count."""
    meter = Meter()
    token = _CURRENT.set(meter)
    try:
        yield meter
    finally:
        _CURRENT.reset(token)


def spent() -> float:
    """Return the CPU seconds of the training that is metered, 0 where none is."""
    meter = _CURRENT.get()
    return 0.0 if meter is None else round(meter.seconds(), 2)


def carry(seconds: float) -> None:
    """Add the seconds that were needed to reach the state from which the training continues."""
    meter = _CURRENT.get()
    if meter is not None:
        meter.carry(seconds)
