"""Requests of the adjudication page; they are refused to a named annotator, who must stay blind."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auva.web import schema
from auva.web.adjudication import Sources
from auva.web.annotate_api import AnnotateApi
from auva.web.live import Windows
from auva.web.open_video import OpenVideo, OpenVideos
from auva.web.project import Project
from auva.web.responses import ApiError, json_response
from auva.web.workers import Workers


class AdjudicationApi(AnnotateApi):
    """Handlers of the adjudication page.

    Parameters
    ----------
    project : Project
        The videos with the annotators' files.
    videos : OpenVideos
        The open videos with the consensus as their annotation.
    windows : Windows
        Which window may write.
    workers : Workers
        As of the annotation page.
    """

    page = "adjudicate"
    video_path = "/api/adjudicate/{video:str}"

    def __init__(
        self, project: Project, videos: OpenVideos, windows: Windows, workers: Workers
    ) -> None:
        super().__init__(project.adjudicating(), videos, windows, workers)
        self.annotators = project

    def routes(self) -> list[BaseRoute]:
        """Return the routes of this page."""
        video = self.video_path
        return [
            *self.video_routes(),
            Route(video + "/sources", self.show_sources),
            Route(video + "/begin", self.begin, methods=["POST"]),
            Route(video + "/take", self.take, methods=["POST"]),
        ]

    async def opened(self, request: Request) -> OpenVideo:
        """Return the open video of the request's path; refuse a named annotator."""
        if self.annotators.annotator:
            cause = "an annotator cannot adjudicate: start without --annotator"
            raise ApiError(403, cause, "blind")
        return await super().opened(request)

    async def show_sources(self, request: Request) -> Response:
        """Show the labels of each annotator and where they differ."""
        opened = await self.opened(request)
        return json_response(await run_in_threadpool(self._sources, opened))

    async def begin(self, request: Request) -> Response:
        """Take over the labels on which the annotators agree."""
        opened = await self.opened(request)
        window = schema.parse_window(schema.parse_object(await request.body()))
        self.windows.check(self.page, opened.video, window)

        def work() -> dict[str, Any]:
            sources = Sources.of(self.annotators, opened)
            about = {"source": "agreement", "of": sources.files()}
            entered: dict[str, str] = {}
            for kind, edits in (("au", sources.agreed_units()), ("va", sources.agreed_affect())):
                if edits:
                    entered |= self._save(opened, kind, edits, about)
            return {**opened.session.content(), **entered}

        return json_response({"saved": True, **await run_in_threadpool(work)})

    async def take(self, request: Request) -> Response:
        """Take the labels of one annotator."""
        opened = await self.opened(request)
        content = schema.parse_object(await request.body())
        message = schema.parse_take(content, opened.store.frames, self.project.au_names)
        self.windows.check(self.page, opened.video, message.window)
        opened.check_stamp(message.stamp)

        def work() -> dict[str, Any]:
            sources = Sources.of(self.annotators, opened)
            span = message.name, message.first, message.last
            edits = sources.taken(message.annotator, *span)
            about = {"source": "adjudication", "from": message.annotator}
            kind = "au" if message.name in self.project.au_names else "va"
            entered = self._save(opened, kind, edits, about)
            return {**opened.session.content({message.name}), **entered}

        return json_response({"saved": True, **await run_in_threadpool(work)})

    def _sources(self, opened: OpenVideo) -> dict[str, Any]:
        return Sources.of(self.annotators, opened).describe()

    def _save(
        self, opened: OpenVideo, kind: str, edits: list[dict[str, Any]], about: dict[str, Any]
    ) -> dict[str, str]:
        opened.session.edit(kind, edits, about)
        return self.enter(opened.video, kind)
