"""The answers of the server: JSON, and errors with a status that says why a request is refused."""

import logging
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

log = logging.getLogger("auva.web")

FRAME_CACHE = "private, max-age=86400, immutable"
"""Pictures are asked for by an address that changes with the video's file."""


class ApiError(Exception):
    """A request is not served.

    Parameters
    ----------
    status : int
        HTTP status: 401 no token, 403 wrong host or origin, 404 no such thing, 409 not now,
        413 too large, 415 not JSON, 422 malformed, 500 it cannot be done here.
    cause : str
        One line for the log and for the page.
    code : str, optional
        A word that the page acts on, such as "outside" (the file changed outside).
    """

    def __init__(self, status: int, cause: str, code: str = "") -> None:
        super().__init__(cause)
        self.status = status
        self.cause = cause
        self.code = code


def json_response(content: dict[str, Any], status: int = 200) -> Response:
    """Return a JSON answer that is never kept."""
    return JSONResponse(content, status, headers={"cache-control": "no-store"})


async def error_response(request: Request, error: Exception) -> Response:
    """Log and answer a refused request."""
    assert isinstance(error, ApiError)
    log_refused(request.scope, error)
    return json_response({"error": error.cause, "code": error.code}, error.status)


def log_refused(scope: Scope, error: ApiError) -> None:
    """Write one line about a refused request, with nothing in it that could break the line."""
    target = ascii(scope.get("path", ""))[:200]
    method = ascii(scope.get("method", scope["type"]))[:20]
    log.warning("refused %d %s %s: %s", error.status, method, target, ascii(error.cause)[:300])
