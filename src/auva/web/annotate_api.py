"""Requests of the annotation page: videos, frames, edits."""

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from auva.errors import InputError
from auva.web import schema
from auva.web.code_book import CodeBook
from auva.web.live import Windows
from auva.web.open_video import OpenVideo, OpenVideos
from auva.web.project import Project, identities
from auva.web.proposals import Proposals
from auva.web.responses import FRAME_CACHE, ApiError, json_response
from auva.web.sounds import Sounds
from auva.web.workers import Workers


class AnnotateApi:
    """Handlers of the annotation page.

    Parameters
    ----------
    project : Project
        The videos.
    videos : OpenVideos
        The open videos.
    windows : Windows
        Which window may write.
    workers : Workers
        Where models predict.
    """

    page = "annotate"
    video_path = "/api/videos/{video:str}"

    def __init__(
        self, project: Project, videos: OpenVideos, windows: Windows, workers: Workers
    ) -> None:
        self.project = project
        self.videos = videos
        self.windows = windows
        self.proposals = Proposals(project, workers)
        self.sounds = Sounds(workers)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of this page."""
        video = self.video_path
        return [
            Route("/api/project", self.show_project),
            Route("/api/units/{unit:str}.jpg", self.show_picture),
            *self.video_routes(),
            Route(video + "/proposals", self.show_proposals),
        ]

    def video_routes(self) -> list[BaseRoute]:
        """Return the routes of one video."""
        video = self.video_path
        return [
            Route(video, self.show_video),
            Route(video + "/frames/{frame:int}.jpg", self.show_frame),
            Route(video + "/sound", self.show_loudness),
            Route(video + "/sound.wav", self.show_sound),
            Route(video + "/content", self.show_content),
            Route(video + "/boxes", self.show_boxes),
            Route(video + "/edits", self.edit, methods=["POST"]),
            Route(video + "/undo", self.undo, methods=["POST"]),
            Route(video + "/redo", self.redo, methods=["POST"]),
            Route(video + "/reload", self.reload, methods=["POST"]),
        ]

    async def show_project(self, request: Request) -> Response:
        """List the videos, and the Action Units and keys of the code book."""
        book = await run_in_threadpool(self._code_book)
        videos = [
            {**row, "problem": self.project.problem(row["id"])}
            for row in identities(self.project.videos)
        ]
        units = book.describe(self.project.au_names)
        annotator = self.project.annotator
        content = {"videos": videos, "units": units, "keys": book.keys, "annotator": annotator}
        return json_response(content)

    async def show_picture(self, request: Request) -> Response:
        """Send the code book's picture of an Action Unit."""
        name = request.path_params["unit"]
        try:
            data = await run_in_threadpool(lambda: self._code_book().picture(name))
        except InputError as error:
            raise ApiError(422, str(error)) from error
        if data is None:
            raise ApiError(404, "no such picture")
        return Response(data, media_type="image/jpeg", headers={"cache-control": "no-store"})

    def _code_book(self) -> CodeBook:
        try:
            return self.project.code_book()
        except InputError as error:
            raise ApiError(422, str(error)) from error

    async def show_video(self, request: Request) -> Response:
        """Show one video: frames, boxes, spans, curves."""
        opened = await self.opened(request)
        return json_response(await run_in_threadpool(opened.describe))

    async def show_content(self, request: Request) -> Response:
        """Show the current annotation."""
        opened = await self.opened(request)
        return json_response(await run_in_threadpool(opened.session.content))

    async def show_boxes(self, request: Request) -> Response:
        """Show the kept face of each frame."""
        opened = await self.opened(request)
        return json_response({"boxes": await run_in_threadpool(opened.boxes)})

    async def show_proposals(self, request: Request) -> Response:
        """Show the proposals of a trained model."""
        opened = await self.opened(request)
        return json_response(await run_in_threadpool(self.proposals.of, opened.video))

    async def show_frame(self, request: Request) -> Response:
        """Show one exact frame."""
        opened = await self.opened(request)
        frame = request.path_params["frame"]
        if not 1 <= frame <= opened.store.frames:
            raise ApiError(404, "no such frame")
        async with opened.decoding:
            # Requests for pictures ahead are cancelled when the user jumps elsewhere.
            if await request.is_disconnected():
                return Response(status_code=204)
            data = await run_in_threadpool(opened.store.picture, frame)
        opened.check_stamp(request.query_params.get("v", ""))
        return Response(data, media_type="image/jpeg", headers={"cache-control": FRAME_CACHE})

    async def show_loudness(self, request: Request) -> Response:
        """Show the loudness of each frame; the first request extracts the sound."""
        opened = await self.opened(request)
        content = await run_in_threadpool(self.sounds.describe, opened)
        opened.check_stamp(request.query_params.get("v", ""))
        return json_response(content)

    async def show_sound(self, request: Request) -> Response:
        """Send the original's sound, all or a byte range; time zero is the first frame."""
        opened = await self.opened(request)
        try:
            wav = await run_in_threadpool(self.sounds.file, opened)
        except InputError as error:
            raise ApiError(404, str(error)) from error
        opened.check_stamp(request.query_params.get("v", ""))
        return FileResponse(wav, media_type="audio/wav", headers={"cache-control": FRAME_CACHE})

    async def edit(self, request: Request) -> Response:
        """Apply and save an edit."""
        opened = await self.opened(request)
        frames = opened.store.frames
        body = schema.parse_object(await request.body())
        message = schema.parse_edits(body, frames, self.project.au_names)
        self.windows.check(self.page, opened.video, message.window)
        opened.check_stamp(message.stamp)
        origin = {"origin": int(message.source == "proposal")} if message.kind == "au" else {}
        edits = [{**edit, **origin} for edit in message.edits]

        def work() -> dict[str, Any]:
            said = {"source": message.source, "model": message.model, "group": message.group}
            more = {**said, "aided": message.aided or None, "trace": message.trace}
            opened.session.edit(message.kind, edits, {k: v for k, v in more.items() if v})
            entered = self.enter(opened.video, message.kind)
            return {**opened.session.content({edit["name"] for edit in edits}), **entered}

        return json_response({"saved": True, **await run_in_threadpool(work)})

    async def undo(self, request: Request) -> Response:
        """Undo the last step."""
        return await self._step(request, lambda opened: opened.session.undo())

    async def redo(self, request: Request) -> Response:
        """Redo the last undone step."""
        return await self._step(request, lambda opened: opened.session.redo())

    async def reload(self, request: Request) -> Response:
        """Read the annotation from disk again."""
        return await self._step(request, lambda opened: opened.session.reload())

    async def _step(self, request: Request, do: Callable[[OpenVideo], set[str] | None]) -> Response:
        opened = await self.opened(request)
        window = schema.parse_window(schema.parse_object(await request.body()))
        self.windows.check(self.page, opened.video, window)

        def work() -> dict[str, Any]:
            return opened.session.content(do(opened))

        return json_response({"saved": True, **await run_in_threadpool(work)})

    def enter(self, video: str, kind: str) -> dict[str, str]:
        """Enter a file in the sheet; if that is impossible, return the cause as `unlisted`."""
        try:
            self.project.enter(video, kind)
        except InputError as error:
            return {"unlisted": f"saved, but not added to the sample sheet: {error}"}
        return {}

    async def opened(self, request: Request) -> OpenVideo:
        """Return the open video of the request's path."""
        return await run_in_threadpool(self.videos.get, request.path_params["video"])
