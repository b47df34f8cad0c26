"""Requests of a page to a restarted server: check that it is the same one, and continue."""

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from auva.web import schema
from auva.web.responses import ApiError, json_response
from auva.web.resume import Resume

_HEX = re.compile(r"[0-9a-f]{16,128}")


class ResumeApi:
    """Handlers of pages that continue after a restart.

    Parameters
    ----------
    resume : Resume
        The key of this server.
    cookie : callable
        Returns the header that sets the cookie of this session.
    """

    def __init__(self, resume: Resume, cookie: Callable[[], str]) -> None:
        self.resume = resume
        self.cookie = cookie

    def routes(self) -> list[BaseRoute]:
        """Return the routes, the first two of which need no cookie."""
        return [
            Route("/api/hello", self.hello),
            Route("/api/resume", self.go_on, methods=["POST"]),
            Route("/api/key", self.show_key),
        ]

    async def hello(self, request: Request) -> Response:
        """Send the server's id and prove that it knows the key."""
        nonce = schema.word(dict(request.query_params), "nonce", _HEX)
        return json_response(self.resume.hello(nonce))

    async def go_on(self, request: Request) -> Response:
        """Send the cookie of this session to a page that knows the key."""
        message = schema.parse_object(await request.body())
        schema.only_keys(message, ("nonce", "proof"), (), "the message")
        nonce, proof = (schema.word(message, key, _HEX) for key in ("nonce", "proof"))
        if not self.resume.accept(nonce, proof):
            raise ApiError(401, "the page does not know the key of this server")
        response = json_response({"server": self.resume.server})
        response.headers["set-cookie"] = self.cookie()
        return response

    async def show_key(self, request: Request) -> Response:
        """Send the key to a page of this session, which keeps it in memory."""
        return json_response({"server": self.resume.server, "key": self.resume.key})
