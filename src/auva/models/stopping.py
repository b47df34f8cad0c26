"""SIGTERM (time limit of a cluster job) as an event that a training checks between two steps."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(SystemExit):
    """The run got SIGTERM and saved its state; exit status 143."""

    def __init__(self) -> None:
        super().__init__(143)


@contextmanager
def stop_on_sigterm() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM sets, if this is the main thread."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, before)
