"""Requests of the agreement page; they are refused to an annotator who is still blind."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auva.web import schema
from auva.web.compare import compare
from auva.web.open_video import OpenVideos
from auva.web.project import Project
from auva.web.responses import ApiError, json_response
from auva.web.session import Session


class AgreementApi:
    """Handlers of the agreement page.

    Parameters
    ----------
    project : Project
        The videos.
    videos : OpenVideos
        The open videos.
    """

    def __init__(self, project: Project, videos: OpenVideos) -> None:
        self.project = project
        self.videos = videos

    def routes(self) -> list[BaseRoute]:
        """Return the routes of this page."""
        return [
            Route("/api/agreement/{video:str}", self.show),
            Route("/api/agreement/{video:str}/finish", self.finish, methods=["POST"]),
            Route("/api/agreement/{video:str}/reopen", self.reopen, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the agreement of the annotators of one video."""
        opened = await run_in_threadpool(self.videos.get, request.path_params["video"])
        if self.project.annotator and not opened.session.finished:
            cause = "this page shows the labels of the other annotators; finish the video first"
            raise ApiError(403, cause, "blind")
        work = (compare, self.project, opened.video, opened.source)
        return json_response(await run_in_threadpool(*work))

    async def finish(self, request: Request) -> Response:
        """Record that this annotator has finished a video."""
        return await self._state(request, Session.finish)

    async def reopen(self, request: Request) -> Response:
        """Record that this annotator continues a video that was marked as finished."""
        return await self._state(request, Session.reopen)

    async def _state(self, request: Request, note: Callable[[Session], None]) -> Response:
        opened = await run_in_threadpool(self.videos.get, request.path_params["video"])
        message = schema.parse_object(await request.body())
        schema.only_keys(message, (), (), "the message")
        await run_in_threadpool(note, opened.session)
        return json_response({"done": opened.session.done})
