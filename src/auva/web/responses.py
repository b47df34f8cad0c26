"""Responses of the server: JSON, and errors whose status gives the reason for a refusal."""

import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

log = logging.getLogger("auva.web")

FRAME_CACHE = "private, max-age=86400, immutable"
"""The address of a picture changes with the video's file, so pictures can be cached."""


class ApiError(Exception):
    """A request is refused.

    Parameters
    ----------
    status : int
        HTTP status: 401 no token, 403 wrong host or origin, 404 not found, 409 conflict with the
        current state, 413 too large, 415 not JSON, 422 malformed, 500 failure on this machine.
    cause : str
        One line for the log and for the page.
    code : str, optional
        A word to which the page reacts, such as "outside" (another program changed the file).
    """

    def __init__(self, status: int, cause: str, code: str = "") -> None:
        super().__init__(cause)
        self.status = status
        self.cause = cause
        self.code = code


def json_response(content: dict[str, Any], status: int = 200) -> Response:
    """Return a JSON response that is never cached."""
    return JSONResponse(content, status, headers={"cache-control": "no-store"})


async def error_response(request: Request, error: Exception) -> Response:
    """Log and answer a refused request."""
    assert isinstance(error, ApiError)
    log_refused(request.scope, error)
    return json_response({"error": error.cause, "code": error.code}, error.status)


def log_refused(scope: Scope, error: ApiError) -> None:
    """Log one line about a refused request; control characters are escaped."""
    target = ascii(scope.get("path", ""))[:200]
    method = ascii(scope.get("method", scope["type"]))[:20]
    log.warning("refused %d %s %s: %s", error.status, method, target, ascii(error.cause)[:300])
