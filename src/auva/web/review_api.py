"""Requests of the review page: faces, corrections, and the jobs of the next run."""

from collections.abc import Callable
from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from auva.errors import InputError
from auva.web import plan, schema
from auva.web.live import Windows
from auva.web.overrides import OverridesFile
from auva.web.project import Project, identities
from auva.web.responses import FRAME_CACHE, ApiError, json_response
from auva.web.review import Review, review_stamp

STEPS = ("undo", "redo", "reload")


class ReviewApi:
    """Handlers of the review page.

    Parameters
    ----------
    project : Project
        The videos.
    windows : Windows
        Which window may write.
    """

    def __init__(self, project: Project, windows: Windows) -> None:
        self.project = project
        self.windows = windows
        self._lock = Lock()
        self._overrides: OverridesFile | None = None
        self._open: dict[str, Review] = {}

    def routes(self) -> list[BaseRoute]:
        """Return the routes of this page."""
        video = "/api/review/{video:str}"
        return [
            Route("/api/plan", self.show_plan),
            Route("/api/review", self.show_videos),
            Route(video, self.show),
            Route(video + "/changes", self.show_changes),
            Route(video + "/candidates", self.show_candidates),
            Route(video + "/faces/{frame:int}/{candidate:int}.jpg", self.show_face),
            Route(video + "/frames/{frame:int}.jpg", self.show_frame),
            Route(video + "/edits", self.edit, methods=["POST"]),
            *(Route(f"{video}/{step}", self.step, methods=["POST"]) for step in STEPS),
        ]

    def get(self, video: str) -> Review:
        """Return a video's review; refuse an id that is not in the sheet."""
        if video not in self.project.videos:
            raise ApiError(404, "no such video")
        with self._lock:
            if self._overrides is None:
                try:
                    self._overrides = OverridesFile(self.project.settings.overrides)
                except InputError as error:
                    raise ApiError(422, str(error), "video") from error
            known = self._open.get(video)
            if known is None or known.stamp != review_stamp(self.project.paths(video)):
                self._open[video] = Review(self.project, self._overrides, video)
                if known is not None:
                    known.store.close()
            return self._open[video]

    async def show_videos(self, request: Request) -> Response:
        """List the videos."""
        rows = identities(self.project.videos)
        videos = [{**row, "problem": self._problem(row["id"])} for row in rows]
        return json_response({"videos": videos, "path": str(self.project.settings.overrides)})

    def _problem(self, video: str) -> str:
        detections = self.project.paths(video).detections
        return "" if detections.exists() else f"{detections} does not exist yet"

    async def show_plan(self, request: Request) -> Response:
        """Show the jobs of the next run."""
        return json_response(await run_in_threadpool(plan.next_run, self.project.settings))

    async def show(self, request: Request) -> Response:
        """Show the faces of one video."""
        review = await self._find(request)
        return json_response(await run_in_threadpool(review.describe))

    async def show_changes(self, request: Request) -> Response:
        """Show the changes since a version."""
        review = await self._find(request)
        since = request.query_params.get("since", "")
        if not since.isdecimal():
            raise ApiError(422, "since is not a version")
        return json_response(await run_in_threadpool(review.changes, int(since)))

    async def show_candidates(self, request: Request) -> Response:
        """Show all detected boxes of one video, kept or not."""
        review = await self._find(request)
        content = {"candidates": await run_in_threadpool(review.candidates)}
        review.check_stamp(request.query_params.get("v", ""))
        return JSONResponse(content, headers={"cache-control": FRAME_CACHE})

    async def show_face(self, request: Request) -> Response:
        """Show one candidate of one frame."""
        review = await self._find(request)
        frame = self._frame(request, review)
        candidate = request.path_params["candidate"]
        async with review.decoding:
            # Requests for faces that were scrolled past are cancelled.
            if await request.is_disconnected():
                return Response(status_code=204)
            data = await run_in_threadpool(review.thumbnail, frame, candidate)
        review.check_stamp(request.query_params.get("v", ""))
        return Response(data, media_type="image/jpeg", headers={"cache-control": FRAME_CACHE})

    async def show_frame(self, request: Request) -> Response:
        """Show one whole frame."""
        review = await self._find(request)
        data = await run_in_threadpool(review.store.picture, self._frame(request, review))
        review.check_stamp(request.query_params.get("v", ""))
        return Response(data, media_type="image/jpeg", headers={"cache-control": FRAME_CACHE})

    async def edit(self, request: Request) -> Response:
        """Correct the choice of faces and save; respond with the changes."""
        review = await self._find(request)
        content = schema.parse_object(await request.body())
        message = schema.parse_faces(content, review.store.frames, review.store.size)
        self.windows.check("review", review.video, message["window"])
        runs = message["runs"]
        work: dict[str, Callable[[], None]] = {
            "drop": lambda: review.drop(runs),
            "restore": lambda: review.restore(runs),
            "other": lambda: review.other(runs),
            "accept": lambda: review.accept(runs),
            "choose": lambda: review.choose(runs, message["x"], message["y"]),
        }
        return await self._saved(review, work[message["action"]], message["since"])

    async def step(self, request: Request) -> Response:
        """Undo, redo, or read the file again."""
        review = await self._find(request)
        action = request.url.path.rpartition("/")[2]
        window, since = schema.parse_step(schema.parse_object(await request.body()))
        self.windows.check("review", review.video, window)
        if action == "reload":
            return await self._saved(review, review.overrides.reload, since)
        return await self._saved(review, lambda: review.overrides.step(review.video, action), since)

    async def _saved(self, review: Review, work: Callable[[], None], since: int) -> Response:
        def all_of_it() -> dict[str, Any]:
            work()
            return review.changes(since)

        try:
            return json_response({"saved": True, **await run_in_threadpool(all_of_it)})
        except InputError as error:
            raise ApiError(422, str(error)) from error

    async def _find(self, request: Request) -> Review:
        return await run_in_threadpool(self.get, request.path_params["video"])

    def _frame(self, request: Request, review: Review) -> int:
        frame = request.path_params["frame"]
        if not 1 <= frame <= review.store.frames:
            raise ApiError(404, "no such frame")
        return frame
