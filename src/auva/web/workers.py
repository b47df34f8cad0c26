"""Long work that writes nothing, in processes of their own: the server ends without waiting for it.

A thread cannot be ended, so one that predicts would keep the server alive until it is done.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import Any

from auva.errors import InputError
from auva.web.responses import ApiError


class Workers:
    """The processes that work for a server at the moment.

    Attributes
    ----------
    ended : bool
        Whether the server ends: nothing long is begun or continued.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[BaseProcess] = set()
        self.ended = False

    def run(self, work: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401 - as `work`
        """Return `work(*arguments)`, computed in a new process.

        Parameters
        ----------
        work : callable
            A function of a module; it and its arguments are pickled.

        Raises
        ------
        InputError
            If `work` raises one.
        ApiError
            If the process was ended, by `end` or from outside (such as for its memory).
        """
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(sender, work, arguments), daemon=True)
        with receiver:
            with sender, self._lock:
                if self.ended:
                    raise ApiError(503, "the server ends")
                process.start()
                self._running.add(process)
            try:
                result, problem = receiver.recv()
            except EOFError as error:
                cause = f"its process ended early (exit status {_status(process)})"
                raise ApiError(500, cause) from error
            finally:
                process.join()
                with self._lock:
                    self._running.discard(process)
        if problem is not None:
            raise InputError(problem)
        return result

    def end(self) -> None:
        """End all work at once; what waits for it gets an `ApiError`."""
        with self._lock:
            self.ended = True
            for process in self._running:
                process.kill()


def _status(process: BaseProcess) -> int | None:
    process.join()
    return process.exitcode


def _answer(sender: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """Send what `work` returns, or the message of its `InputError`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    Thread(target=_end_with_the_server, daemon=True).start()
    try:
        answer = work(*arguments), None
    except InputError as error:
        answer = None, str(error)
    sender.send(answer)


def _end_with_the_server() -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
