"""Which window may write, and messages to the windows about changes elsewhere.

The first window that is open on a video may write; the others show it read-only and take over when
it is closed. A window counts as open as long as its live connection is open.
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
"""How often a connection looks for what has changed."""
OUTSIDE_EVERY = 4
"""Looks between two looks at the annotation files on disk; each of them is told to the window, so
that a window that hears nothing knows that the server is gone."""


class Watched(Protocol):
    """What a window shows: something that may change, here or on disk."""

    def state(self) -> dict[str, Any]:
        """Return words that change with what is shown: `version` with every saved edit, others."""
        ...

    def outside(self) -> list[str]:
        """Return what was changed by somebody else."""
        ...


Find = Callable[[str, str], Watched]
"""Returns what a page shows of a video, as of its newest files, or raises `ApiError`."""


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

    def take(self, page: str, video: str, window: str) -> None:
        """Make a window that is open the one that writes."""
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
        Noted here while their connection is open.
    find : callable
        Finds what a page shows of a video.
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
        """Let a window write that was read-only; the one that wrote before is read-only then."""
        window = parse_window(parse_object(await request.body()))
        self.windows.take(request.path_params["page"], request.path_params["video"], window)
        return json_response({"taken": True})

    async def connect(self, socket: WebSocket) -> None:
        """Serve one window until it goes away."""
        page, video = socket.path_params["page"], socket.path_params["video"]
        window = socket.query_params.get("window", "")
        try:
            if not WINDOW.fullmatch(window):
                raise ApiError(422, "missing window id")
            await run_in_threadpool(self.find, page, video)
        except ApiError as error:
            if error.code != "video":  # a video that cannot be shown now may be shown later
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
        """Send what has changed until the window says anything (it must not) or goes away."""
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
