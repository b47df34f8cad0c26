"""Which window may write, and messages to the windows about changes elsewhere.

The first window that opens a video may write; the others show it read-only. When it is closed, the
next window may write. A window counts as open as long as its live connection is open.
"""

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from auva.web.responses import ApiError, json_response, log_refused
from auva.web.schema import WINDOW, parse_object, parse_window

LOOK_SECONDS = 0.5
"""Seconds between two checks of a connection for changes."""
OUTSIDE_EVERY = 4
"""Number of checks between two checks of the annotation files on disk. Each of the latter is
reported to the window, so that a window without messages knows that the server has ended."""


class Watched(Protocol):
    """The content of a window, which may change here or on disk."""

    def state(self) -> dict[str, Any]:
        """Return values that change with the content; `version` changes with every saved edit."""
        ...

    def outside(self) -> list[str]:
        """Return the kinds of files that another program changed."""
        ...


Find = Callable[[str, str], Watched]
"""Returns the content of a page for a video from its newest files, or raises `ApiError`."""


class Windows:
    """The windows that are open on each page and video, in the order in which they were opened."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: dict[tuple[str, str], list[str]] = {}

    def join(self, page: str, video: str, window: str) -> None:
        """Register a window as open."""
        with self._lock:
            self._open.setdefault((page, video), []).append(window)

    def leave(self, page: str, video: str, window: str) -> None:
        """Register a window as closed; then the next one may write."""
        with self._lock:
            self._open[page, video].remove(window)

    def may_write(self, page: str, video: str, window: str) -> bool:
        """Return whether a window is the one that may write."""
        with self._lock:
            return self._open.get((page, video), [])[:1] == [window]

    def take(self, page: str, video: str, window: str) -> None:
        """Let an open window write instead of the current one."""
        with self._lock:
            known = self._open.get((page, video), [])
            if window in known:
                known.sort(key=lambda each: each != window)

    def check(self, page: str, video: str, window: str) -> None:
        """Refuse a window that may not write."""
        if not self.may_write(page, video, window):
            raise ApiError(409, "this video is being edited in another window", "readonly")


class Live:
    """The live connections.

    Parameters
    ----------
    windows : Windows
        A window is registered here while its connection is open.
    find : callable
        Returns the content of a page for a video.
    """

    def __init__(self, windows: Windows, find: Find) -> None:
        self.windows = windows
        self.find = find

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the live connections."""
        path = "/api/live/{page:str}/{video:str}"
        return [
            WebSocketRoute(path, self.connect),
            Route(path + "/take", self.take, methods=["POST"]),
        ]

    async def take(self, request: Request) -> Response:
        """Let a read-only window write; the window that wrote before becomes read-only."""
        window = parse_window(parse_object(await request.body()))
        self.windows.take(request.path_params["page"], request.path_params["video"], window)
        return json_response({"taken": True})

    async def connect(self, socket: WebSocket) -> None:
        """Serve one window until it is closed."""
        page, video = socket.path_params["page"], socket.path_params["video"]
        window = socket.query_params.get("window", "")
        try:
            if not WINDOW.fullmatch(window):
                raise ApiError(422, "missing window id")
            await run_in_threadpool(self.find, page, video)
        except ApiError as error:
            if error.code != "video":  # such a video may become available later
                log_refused(socket.scope, error)
                await socket.close(1008)
                return
        await socket.accept()
        self.windows.join(page, video, window)
        try:
            await self._tell(socket, (page, video, window))
        except WebSocketDisconnect:
            pass
        finally:
            self.windows.leave(page, video, window)

    async def _tell(self, socket: WebSocket, who: tuple[str, str, str]) -> None:
        """Send changes until the window is closed, or sends a message, which is an error."""
        page, video, _ = who
        listener = asyncio.ensure_future(socket.receive())
        told: dict[str, Any] = {}
        outside: list[str] = []
        looks = 0
        try:
            while not listener.done():
                on_disk = looks % OUTSIDE_EVERY == 0
                looks += 1
                state: dict[str, Any] = {"writer": self.windows.may_write(*who)}
                try:
                    watched = await run_in_threadpool(self.find, page, video)
                    if on_disk:
                        outside = await run_in_threadpool(watched.outside)
                    state |= {**watched.state(), "outside": outside}
                except ApiError as error:
                    state["problem"] = error.cause
                if state != told or on_disk:
                    await socket.send_json(state)
                    told = state
                await asyncio.wait([listener], timeout=LOOK_SECONDS)
            if listener.result()["type"] == "websocket.receive":
                log_refused(socket.scope, ApiError(422, "unexpected message"))
                await socket.close(1008)
        finally:
            listener.cancel()
