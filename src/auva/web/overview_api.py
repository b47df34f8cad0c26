"""Requests of the start page: the list of videos with its annotators, and preparation of videos."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auva.errors import InputError
from auva.web import schema
from auva.web.overview import Overview
from auva.web.preparation import Preparation
from auva.web.project import Project
from auva.web.responses import ApiError, json_response


class OverviewApi:
    """Handlers of the start page.

    Parameters
    ----------
    project : Project
        The videos.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.overview = Overview(project)
        self.preparation = Preparation(project)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of this page."""
        return [
            Route("/api/overview", self.show),
            Route("/api/overview/{video:str}/person", self.name_person, methods=["POST"]),
            Route("/api/prepare", self.prepare, methods=["POST"]),
            Route("/api/prepare/stop", self.stop, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """List the videos with the progress of their preparation and their annotators."""
        return json_response(await run_in_threadpool(self._all))

    def _all(self) -> dict[str, Any]:
        videos = [
            {**self.overview.of(video), "prepared": self.preparation.progress(video)}
            for video in self.project.videos
        ]
        return {
            "videos": videos,
            "annotator": self.project.annotator,
            "preparing": self.preparation.state(),
            "unlisted": self.project.unlisted,
        }

    async def prepare(self, request: Request) -> Response:
        """Start to convert the videos that are not ready, and to detect their faces."""
        message = schema.parse_object(await request.body())
        schema.only_keys(message, (), (), "the message")

        def work() -> None:
            progress = self.preparation.progress
            open_ = [video for video in self.project.videos if progress(video)["stage"] != "ready"]
            if not open_:
                raise ApiError(409, "every video is prepared already")
            self.preparation.start(open_)

        await run_in_threadpool(work)
        return json_response({"preparing": self.preparation.state()})

    async def stop(self, request: Request) -> Response:
        """End preparing."""
        schema.only_keys(schema.parse_object(await request.body()), (), (), "the message")
        await run_in_threadpool(self.preparation.stop)
        return json_response({"preparing": self.preparation.state()})

    async def name_person(self, request: Request) -> Response:
        """Set the columns identity and sex of a video's row in the sheet."""
        message = schema.parse_object(await request.body())
        identity, sex = schema.parse_person(message)
        video = request.path_params["video"]
        if video not in self.project.videos:
            raise ApiError(404, "no such video")
        changed = {"identity": identity, "sex": sex}
        try:
            await run_in_threadpool(self.project.change_row, video, changed)
        except InputError as error:
            raise ApiError(422, str(error)) from error
        return json_response({"saved": True, **changed})
