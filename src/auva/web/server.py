"""The server of `auva annotate` and `auva review`: routes, and running on loopback."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket, WebSocketDisconnect

from auva.units import AU_DESCRIPTIONS, AU_NAMES
from auva.web import schema
from auva.web.live import Windows
from auva.web.opened import Opened, Shelf
from auva.web.project import Project, identities
from auva.web.refusal import Refusal
from auva.web.security import Guard, log_refusal

log = logging.getLogger("auva.web")
STATIC = Path(__file__).parent / "static"
FRAME_CACHE = "private, max-age=86400, immutable"
LOOK_SECONDS = 0.5
"""How often a window's connection looks for what has changed."""
OUTSIDE_EVERY = 4
"""Looks between two looks at the files on disk."""


class Annotate:
    """Handlers of the annotation page.

    Parameters
    ----------
    project : Project
        The videos.
    """

    page = "index.html"

    def __init__(self, project: Project) -> None:
        self.project = project
        self.shelf = Shelf(project)
        self.windows = Windows()

    def routes(self) -> list[BaseRoute]:
        """Return the routes of this page."""
        video = "/api/videos/{video:str}"
        return [
            Route("/api/project", self.show_project),
            Route(video, self.show_video),
            Route(video + "/frames/{frame:int}.jpg", self.show_frame),
            Route(video + "/content", self.show_content),
            Route(video + "/edits", self.edit, methods=["POST"]),
            Route(video + "/undo", self.undo, methods=["POST"]),
            Route(video + "/redo", self.redo, methods=["POST"]),
            Route(video + "/reload", self.reload, methods=["POST"]),
            WebSocketRoute("/api/live/{video:str}", self.live),
        ]

    async def show_project(self, request: Request) -> Response:
        """List the videos and the Action Units."""
        units = [{"name": name, "text": AU_DESCRIPTIONS[name]} for name in AU_NAMES]
        videos = [
            {**row, "problem": self.project.problem(row["id"])}
            for row in identities(self.project.videos)
        ]
        return answer({"videos": videos, "units": units, "annotator": self.project.annotator})

    async def show_video(self, request: Request) -> Response:
        """Show one video: frames, boxes, spans, curves."""
        opened = await self.opened(request)
        return answer(await run_in_threadpool(opened.describe))

    async def show_content(self, request: Request) -> Response:
        """Show what the annotation says now."""
        opened = await self.opened(request)
        return answer(await run_in_threadpool(opened.session.content))

    async def show_frame(self, request: Request) -> Response:
        """Show one exact frame."""
        opened = await self.opened(request)
        frame = request.path_params["frame"]
        if not 1 <= frame <= opened.store.frames:
            raise Refusal(404, "no such frame")
        data = await run_in_threadpool(opened.store.picture, frame)
        return Response(data, media_type="image/jpeg", headers={"cache-control": FRAME_CACHE})

    async def edit(self, request: Request) -> Response:
        """Apply and save an edit."""
        opened = await self.opened(request)
        frames = opened.store.frames
        message = schema.parse_edits(schema.parse_object(await request.body()), frames)
        self.windows.check(opened.video, message.window)
        origin = {"origin": int(message.source == "proposal")} if message.kind == "au" else {}
        edits = [{**edit, **origin} for edit in message.edits]

        def work() -> dict[str, Any]:
            opened.session.edit(message.kind, edits, message.source, message.model, message.group)
            self.project.enter(opened.video, message.kind)
            return opened.session.content()

        return answer({"saved": True, **await run_in_threadpool(work)})

    async def undo(self, request: Request) -> Response:
        """Take the last step back."""
        return await self._step(request, lambda opened: opened.session.undo())

    async def redo(self, request: Request) -> Response:
        """Do the last undone step again."""
        return await self._step(request, lambda opened: opened.session.redo())

    async def reload(self, request: Request) -> Response:
        """Read the annotation from disk again."""
        return await self._step(request, lambda opened: opened.session.reload())

    async def _step(self, request: Request, do: Callable[[Opened], object]) -> Response:
        opened = await self.opened(request)
        window = schema.parse_window(schema.parse_object(await request.body()))
        self.windows.check(opened.video, window)
        await run_in_threadpool(do, opened)
        return answer({"saved": True, **await run_in_threadpool(opened.session.content)})

    async def opened(self, request: Request) -> Opened:
        """Return the open video that the address names."""
        return await run_in_threadpool(self.shelf.get, request.path_params["video"])

    async def live(self, socket: WebSocket) -> None:
        """Tell a window whether it may write and what changes; the connection is its presence."""
        video = socket.path_params["video"]
        window = socket.query_params.get("window", "")
        if video not in self.project.videos or not schema.WINDOW.fullmatch(window):
            log_refusal(socket.scope, Refusal(404, "no such video or window"))
            await socket.close(1008)
            return
        await socket.accept()
        self.windows.join(video, window)
        try:
            await self._tell(socket, video, window)
        except WebSocketDisconnect:
            pass
        finally:
            self.windows.leave(video, window)

    async def _tell(self, socket: WebSocket, video: str, window: str) -> None:
        """Send what has changed until the window says anything (it must not) or goes away."""
        opened = await run_in_threadpool(self.shelf.get, video)
        listener = asyncio.ensure_future(socket.receive())
        told: dict[str, Any] = {}
        outside: list[str] = []
        looks = 0
        try:
            while not listener.done():
                if looks % OUTSIDE_EVERY == 0:
                    outside = await run_in_threadpool(opened.session.outside)
                looks += 1
                state = {
                    "writer": self.windows.may_write(video, window),
                    "version": opened.session.version,
                    "outside": outside,
                }
                if state != told:
                    await socket.send_json(state)
                    told = state
                await asyncio.wait([listener], timeout=LOOK_SECONDS)
            if listener.result()["type"] == "websocket.receive":
                log_refusal(socket.scope, Refusal(422, "a window sends nothing here"))
                await socket.close(1008)
        finally:
            listener.cancel()


def answer(content: dict[str, Any]) -> Response:
    """Return a JSON answer that is never kept."""
    return JSONResponse(content, headers={"cache-control": "no-store"})


def build(handlers: Annotate, port: int, token: str) -> ASGIApp:
    """Return the guarded application for a server on `port`."""

    async def page(request: Request) -> Response:
        return FileResponse(STATIC / handlers.page, headers={"cache-control": "no-cache"})

    routes = [
        Route("/", page),
        *handlers.routes(),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    refused: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = {
        Refusal: _refused,
        HTTPException: _not_found,
        Exception: _failed,
    }
    return Guard(Starlette(routes=routes, exception_handlers=refused), port, token)


async def _refused(request: Request, refusal: Refusal) -> Response:
    log_refusal(request.scope, refusal)
    content = {"error": refusal.cause, "code": refusal.code}
    return JSONResponse(content, refusal.status, headers={"cache-control": "no-store"})


async def _not_found(request: Request, error: HTTPException) -> Response:
    return await _refused(request, Refusal(error.status_code, error.detail))


async def _failed(request: Request, error: Exception) -> Response:
    return await _refused(request, Refusal(500, f"internal error: {type(error).__name__}"))


def listen(port: int = 0) -> socket.socket:
    """Return a socket bound to loopback, on a free port unless one is given."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def serve(handlers: Annotate, port: int, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C; `ready` is called with the address once it can be opened."""
    import uvicorn

    bound = listen(port)
    port = bound.getsockname()[1]
    token = secrets.token_urlsafe(24)
    config = uvicorn.Config(
        build(handlers, port, token),
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=1_000,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    bound.listen(128)
    ready(f"http://127.0.0.1:{port}/?token={token}")
    uvicorn.Server(config).run(sockets=[bound])
