"""CPU seconds of a training, including those before its saved state."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Meter:
    """Counts CPU seconds since its creation, plus those of a saved state."""

    def __init__(self) -> None:
        self._begun = time.process_time()

    def seconds(self) -> float:
        """Return the CPU seconds so far, on all cores."""
        return time.process_time() - self._begun

    def carry(self, seconds: float) -> None:
        """Add the seconds spent before the state from which the training continues."""
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
    """Return the CPU seconds of the metered training, 0 without one."""
    meter = _CURRENT.get()
    return 0.0 if meter is None else round(meter.seconds(), 2)


def carry(seconds: float) -> None:
    """Add the seconds spent before the state from which the training continues."""
    meter = _CURRENT.get()
    if meter is not None:
        meter.carry(seconds)
