"""The few kinds of answers of the server."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from auva.web.refusal import Refusal
from auva.web.security import log_refusal

FRAME_CACHE = "private, max-age=86400, immutable"
"""Pictures are asked for by an address that changes with the video's file."""


def answer(content: dict[str, Any], status: int = 200) -> Response:
    """Return a JSON answer that is never kept."""
    return JSONResponse(content, status, headers={"cache-control": "no-store"})


async def refused(request: Request, refusal: Exception) -> Response:
    """Log and answer a refusal."""
    assert isinstance(refusal, Refusal)
    log_refusal(request.scope, refusal)
    return answer({"error": refusal.cause, "code": refusal.code}, refusal.status)
