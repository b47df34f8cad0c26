"""Access control: the checks of a request before it reaches its handler.

The server listens on loopback only, but every web page that the user has open can send requests to
loopback too. Therefore a request must name this server as its host (against DNS rebinding), must
not come from another origin, and must carry the session cookie. A browser gets this cookie only
from the address with the token.
"""

import json
import secrets
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auva.web.responses import ApiError, log_refused

MAX_BODY = 1_000_000
"""Maximum size of a request body in bytes; long curves are sent in several edits."""
MAX_TARGET = 2_000
"""Maximum number of characters of path and query."""

RESUME = ("/api/hello", "/api/resume")
"""Requests without a cookie, from a page whose server was restarted; see `auva.web.resume`."""

_AGAIN = "If that browser was closed, end the command (Ctrl-C) and start it again"

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self'; connect-src 'self' {live}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """ASGI middleware that lets through only requests of this server's own page.

    Parameters
    ----------
    app : ASGI application
        The application behind the checks.
    port : int
        The port that the server listens on.
    token : str
        The secret in the address that the command prints. It can be used once.
    start : str
        The page that this address leads to.
    """

    def __init__(self, app: ASGIApp, port: int, token: str, start: str = "/") -> None:
        self.app = app
        self.start = start
        self.token = token
        self._used = False
        self._session = secrets.token_urlsafe(32)
        self._name = f"auva-{port}"
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        live = " ".join(f"ws://{host}" for host in sorted(self.hosts))
        self.headers = [
            (name.encode(), value.format(live=live).encode()) for name, value in HEADERS.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            login = self._check(scope)
        except ApiError as error:
            await self._refuse(scope, receive, send, error)
            return
        if login:
            await self._welcome(scope, send)
            return
        await self.app(scope, self._limited(receive), self._with_headers(send))

    def _check(self, scope: Scope) -> bool:
        """Raise `ApiError` for a foreign request; return whether it is a login with the token."""
        headers = _headers(scope)
        if len(scope["path"]) + len(scope["query_string"]) > MAX_TARGET:
            raise ApiError(414, "the address is too long")
        if headers.get("host", "").lower() not in self.hosts:
            raise ApiError(403, f"host {headers.get('host', '')!r} is not this server")
        safe = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        self._check_origin(headers, safe)
        login = safe and scope["path"] == "/" and b"token=" in scope["query_string"]
        known = self._is_known(headers)
        if login:
            given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
            if not secrets.compare_digest(given.encode(), self.token.encode()):
                raise ApiError(401, "wrong token")
            if self._used and not known:
                raise ApiError(
                    401, f"this address was used already; it opens one browser. {_AGAIN}"
                )
            self._used = True
            return True
        site = headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none"):
            raise ApiError(403, f"the request comes from another site ({site})")
        if not known and scope["path"] not in RESUME:
            raise ApiError(401, f"no token: use the address that the command printed. {_AGAIN}")
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            raise ApiError(400, "content-length is not a number")
        if int(length) > MAX_BODY:
            raise ApiError(413, f"the body has {length} bytes; the limit is {MAX_BODY}")
        if not safe and scope["type"] == "http":
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise ApiError(415, f"content type {kind!r} is not application/json")
        return False

    def _is_known(self, headers: dict[str, str]) -> bool:
        given = _cookie(headers.get("cookie", ""), self._name)
        return secrets.compare_digest(given.encode(), self._session.encode())

    @property
    def cookie(self) -> str:
        """The header that sets the cookie of this session."""
        return f"{self._name}={self._session}; Path=/; HttpOnly; SameSite=Strict"

    def _check_origin(self, headers: dict[str, str], safe: bool) -> None:
        origin = headers.get("origin")
        if origin is None and not safe:
            raise ApiError(403, "missing origin")
        if origin is not None and origin.lower() != f"http://{headers['host'].lower()}":
            raise ApiError(403, f"origin {origin!r} is not this server")

    async def _welcome(self, scope: Scope, send: Send) -> None:
        """Exchange the token for a cookie, so that the token disappears from the address line.

        A browser that comes from the file of `auva.commands.browser.redirection` does not send the
        cookie after an HTTP redirection. A page of this server therefore forwards it.
        """
        headers = [*self.headers, (b"set-cookie", self.cookie.encode())]
        if _headers(scope).get("sec-fetch-site") == "cross-site":
            page = f'<!doctype html><meta http-equiv="refresh" content="0;url={self.start}">'
            kind = (b"content-type", b"text/html; charset=utf-8")
            await _answer(send, 200, [*headers, kind], page.encode())
            return
        await _answer(send, 303, [*headers, (b"location", self.start.encode())], b"")

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, error: ApiError) -> None:
        log_refused(scope, error)
        if scope["type"] == "websocket":
            await receive()
            if "websocket.http.response" in scope.get("extensions", {}):
                start = {"type": "websocket.http.response.start", "status": error.status}
                await send({**start, "headers": self.headers})
                await send({"type": "websocket.http.response.body", "body": b""})
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        if b"text/html" in dict(scope["headers"]).get(b"accept", b""):  # a person reads the answer
            body, kind = f"auva: {error.cause}.\n".encode(), b"text/plain; charset=utf-8"
        else:
            body = json.dumps({"error": error.cause, "code": error.code}).encode()
            kind = b"application/json"
        headers = [*self.headers, (b"content-type", kind), (b"connection", b"close")]
        await _answer(send, error.status, headers, body)

    def _limited(self, receive: Receive) -> Receive:
        """Count the body's bytes while reading, because a chunked body has no declared length."""
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                if size > MAX_BODY:
                    raise ApiError(413, f"the body is larger than {MAX_BODY} bytes")
            return message

        return counted

    def _with_headers(self, send: Send) -> Send:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self.headers]
            await send(message)

        return guarded


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by lower-case name; refuse a request with a repeated header."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        if name in headers and name in ("host", "origin", "content-length", "content-type"):
            raise ApiError(400, f"header {name} occurs twice")
        headers[name] = value.decode("latin-1")
    return headers


def _cookie(header: str, name: str) -> str:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    kept = [*headers, length, (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": kept})
    await send({"type": "http.response.body", "body": body})
