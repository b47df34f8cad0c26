"""The server of `auva annotate` and `auva review`: pages, routes, and listening on loopback."""

import asyncio
import logging
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from auva.errors import InputError
from auva.web.adjudication_api import AdjudicationApi
from auva.web.agreement_api import AgreementApi
from auva.web.annotate_api import AnnotateApi
from auva.web.live import Live, Watched, Windows
from auva.web.open_video import OpenVideos
from auva.web.overview_api import OverviewApi
from auva.web.project import Project
from auva.web.responses import ApiError, error_response
from auva.web.resume import Resume, resume_key, usual_port
from auva.web.resume_api import ResumeApi
from auva.web.review_api import ReviewApi
from auva.web.security import Guard
from auva.web.workers import Workers

if TYPE_CHECKING:
    import uvicorn

STATIC = Path(__file__).parent / "static"
PAGES = {
    "/": "index.html",
    "/adjudicate": "index.html",
    "/agreement": "agreement.html",
    "/videos": "videos.html",
    "/review": "review.html",
}


def build(project: Project, workers: Workers, port: int, token: str, start: str = "/") -> Guard:
    """Return the guarded application.

    Parameters
    ----------
    project : Project
        The videos.
    workers : Workers
        Where long work is done.
    port : int
        The port of the server; the host of each request must contain it.
    token : str
        The secret of the address.
    start : str
        The page that the address leads to.
    """
    windows, videos = Windows(), OpenVideos(project)
    decisions = OpenVideos(project.adjudicating())
    review = ReviewApi(project, windows)

    def find(page: str, video: str) -> Watched:
        if page == "annotate":
            return videos.get(video)
        if page == "review":
            return review.get(video)
        if page == "adjudicate" and not project.annotator:
            return decisions.get(video)
        raise ApiError(404, "no such page")

    resume = Resume(resume_key(port, project.sheet))
    parts = [
        OverviewApi(project),
        AnnotateApi(project, videos, windows, workers),
        review,
        AgreementApi(project, videos),
        AdjudicationApi(project, decisions, windows, workers),
        Live(windows, find),
        ResumeApi(resume, lambda: guard.cookie),
    ]
    routes: list[BaseRoute] = [Route(path, _page(name)) for path, name in PAGES.items()]
    for part in parts:
        routes += part.routes()
    routes.append(Mount("/static", _Static(directory=STATIC)))
    handlers: dict[Any, Any] = {
        ApiError: error_response,
        HTTPException: _not_found,
        InputError: _unusable,
        Exception: _failed,
    }
    guard = Guard(Starlette(routes=routes, exception_handlers=handlers), port, token, start)
    return guard


class _Static(StaticFiles):
    """The static files of the page; browsers revalidate them, in case auva was updated."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def _page(name: str) -> Callable:
    async def page(request: Request) -> Response:
        return FileResponse(STATIC / name, headers={"cache-control": "no-cache"})

    return page


async def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return await error_response(request, ApiError(error.status_code, error.detail))


async def _unusable(request: Request, error: Exception) -> Response:
    return await error_response(request, ApiError(422, str(error)))


async def _failed(request: Request, error: Exception) -> Response:
    return await error_response(request, ApiError(500, f"internal error: {type(error).__name__}"))


def listen(port: int = 0) -> socket.socket:
    """Return a socket bound to loopback, on a free port unless one is given.

    Raises
    ------
    InputError
        If the port is in use or not permitted.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
        bound.listen(128)
    except OSError as error:
        bound.close()
        raise InputError(f"cannot listen on port {port} ({error.strerror})") from error
    return bound


def listen_again(project: Project) -> socket.socket:
    """Return a socket bound to the usual port of a project, or to a free one if it is in use."""
    with suppress(InputError):
        return listen(usual_port(project.sheet, project.annotator))
    return listen()


def _is_no_ending(record: logging.LogRecord) -> bool:
    """Return False for uvicorn's log lines about requests that the shutdown interrupted."""
    kind = record.exc_info[0] if record.exc_info else None
    cut_off = kind is not None and issubclass(kind, asyncio.CancelledError)
    return not cut_off and not str(record.msg).startswith("Cancel ")


def prepare(
    project: Project, port: int = 0, start: str = "/"
) -> tuple["uvicorn.Server", socket.socket, str]:
    """Return a server, its socket and the address that opens its page.

    The default is the project's usual port, so that pages can continue after a restart.
    """
    import uvicorn

    class Server(uvicorn.Server):
        """A server that does not wait for its workers when it ends."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            workers.end()
            await super().shutdown(sockets)

    workers = Workers()
    logging.getLogger("uvicorn.error").addFilter(_is_no_ending)
    bound = listen(port) if port else listen_again(project)
    port = bound.getsockname()[1]
    token = secrets.token_urlsafe(24)
    config = uvicorn.Config(
        build(project, workers, port, token, start),
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_max_size=1_000,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    return Server(config), bound, f"http://127.0.0.1:{port}/?token={token}"
