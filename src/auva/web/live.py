"""Which window may write, and telling the windows what changes elsewhere.

The first window that is open on a video may write; the others show it read-only and take over when
it is closed. A window is open for as long as its live connection stands.
"""

import asyncio
from threading import Lock
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from auva.web.refusal import Refusal
from auva.web.schema import WINDOW
from auva.web.security import log_refusal

LOOK_SECONDS = 0.5
"""How often a connection looks for what has changed."""
OUTSIDE_EVERY = 4
"""Looks between two looks at the files on disk."""


class Watched(Protocol):
    """What a window shows: something with a version, that may change on disk."""

    @property
    def version(self) -> int:
        """Changes with every saved edit."""
        ...

    def outside(self) -> list[str]:
        """Return what was changed by somebody else."""
        ...


class Shelves(Protocol):
    """Where the watched things of the pages are found."""

    def __call__(self, page: str, video: str) -> Watched:
        """Return what a page shows of a video, or refuse."""
        ...


class Windows:
    """The windows that are open on each page and video, in the order in which they were opened."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[tuple[str, str], list[str]] = {}

    def join(self, page: str, video: str, window: str) -> None:
        """Note a window as open."""
        with self._lock:
            self._open.setdefault((page, video), []).append(window)

    def leave(self, page: str, video: str, window: str) -> None:
        """Note a window as closed; the next one may write then."""
        with self._lock:
            self._open[page, video].remove(window)

    def may_write(self, page: str, video: str, window: str) -> bool:
        """Return whether a window is the one that writes."""
        with self._lock:
            return self._open.get((page, video), [])[:1] == [window]

    def check(self, page: str, video: str, window: str) -> None:
        """Refuse a window that may not write."""
        if not self.may_write(page, video, window):
            raise Refusal(409, "this video is being edited in another window", "readonly")


class Live:
    """The live connections.

    Parameters
    ----------
    windows : Windows
        Noted here while their connection stands.
    find : callable
        Finds what a page shows of a video.
    """

    def __init__(self, windows: Windows, find: Shelves) -> None:
        self.windows = windows
        self.find = find

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the live connections."""
        return [WebSocketRoute("/api/live/{page:str}/{video:str}", self.connect)]

    async def connect(self, socket: WebSocket) -> None:
        """Serve one window until it goes away."""
        page, video = socket.path_params["page"], socket.path_params["video"]
        window = socket.query_params.get("window", "")
        try:
            if not WINDOW.fullmatch(window):
                raise Refusal(422, "no window's name")
            watched = await run_in_threadpool(self.find, page, video)
        except Refusal as refusal:
            log_refusal(socket.scope, refusal)
            await socket.close(1008)
            return
        await socket.accept()
        self.windows.join(page, video, window)
        try:
            await self._tell(socket, watched, (page, video, window))
        except WebSocketDisconnect:
            pass
        finally:
            self.windows.leave(page, video, window)

    async def _tell(self, socket: WebSocket, watched: Watched, who: tuple[str, str, str]) -> None:
        """Send what has changed until the window says anything (it must not) or goes away."""
        listener = asyncio.ensure_future(socket.receive())
        told: dict[str, Any] = {}
        outside: list[str] = []
        looks = 0
        try:
            while not listener.done():
                if looks % OUTSIDE_EVERY == 0:
                    outside = await run_in_threadpool(watched.outside)
                looks += 1
                writer = self.windows.may_write(*who)
                state = {"writer": writer, "version": watched.version, "outside": outside}
                if state != told:
                    await socket.send_json(state)
                    told = state
                await asyncio.wait([listener], timeout=LOOK_SECONDS)
            if listener.result()["type"] == "websocket.receive":
                log_refusal(socket.scope, Refusal(422, "a window sends nothing here"))
                await socket.close(1008)
        finally:
            listener.cancel()
