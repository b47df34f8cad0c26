"""Hostile requests against a running server: refused with the right status, logged, no trace."""

import asyncio
import base64
import hashlib
import http.client
import itertools
import json
import logging
import os
import re
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from web_support import PATIENCE

pytestmark = pytest.mark.web
WINDOW = "abcdefgh12345678"


def snapshot(folder: Path) -> dict[str, str]:
    """Return the checksum of every file of a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


class Client:
    """Sends requests as they are given, with the headers of the page unless told otherwise."""

    def __init__(self, server) -> None:
        self.server = server
        self.host = f"127.0.0.1:{server.port}"
        status, headers, _ = self.send("GET", f"/?token={server.token}", {"Host": self.host})
        assert status == 303
        self.cookie = headers["set-cookie"].partition(";")[0]

    @property
    def own(self) -> dict[str, str]:
        return {
            "Host": self.host,
            "Origin": f"http://{self.host}",
            "Cookie": self.cookie,
            "Content-Type": "application/json",
        }

    def send(self, method: str, path: str, headers: dict, body: bytes = b"") -> tuple:
        """Return (status, headers by lower-case name, body); the path goes out as it is."""
        lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        if body and "Transfer-Encoding" not in headers and "Content-Length" not in headers:
            lines.append(f"Content-Length: {len(body)}")
        lines += ["Connection: close", "", ""]
        with socket.create_connection(("127.0.0.1", self.server.port), 10) as wire:
            wire.sendall("\r\n".join(lines).encode("latin-1"))
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was read
                wire.sendall(body)
            response = http.client.HTTPResponse(wire, method=method)
            response.begin()
            content = response.read()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, content

    def post(self, path: str, content: object, **changes: str | None) -> int:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers = {**self.own, **{k.replace("_", "-"): v for k, v in changes.items()}}
        kept = {name: value for name, value in headers.items() if value is not None}
        return self.send("POST", path, kept, body)[0]


EDIT = {
    "window": WINDOW,
    "kind": "au",
    "edits": [{"name": "AU1", "first": 1, "last": 2, "value": 1}],
}


def without_token(client: Client):
    """Every address of the server, asked for without the cookie or with a wrong one."""
    gets = ["/", "/review", "/agreement", "/static/api.js", "/api/project", "/api/plan"]
    gets += ["/api/videos/one", "/api/videos/one/content", "/api/videos/one/frames/1.jpg"]
    gets += ["/api/units/AU1.jpg", "/api/review/one/changes", "/api/review/one/candidates"]
    gets += ["/api/review", "/api/review/one", "/api/agreement/one", "/static/../server.py"]
    posts = [f"/api/videos/one/{name}" for name in ("edits", "undo", "redo", "reload")]
    posts += ["/api/review/one/edits", "/api/review/one/undo", "/api/agreement/one/finish"]
    posts += ["/api/agreement/one/reopen"]
    name = client.cookie.partition("=")[0]
    cookies = [None, f"{name}=", f"{name}=x", f"{name}={client.server.token}", "other=1", "=;;\x01"]
    for cookie, path in itertools.product(cookies, gets):
        headers = {"Host": client.host} | ({"Cookie": cookie} if cookie else {})
        yield "GET", path, headers, b"", 401
    for cookie, path in itertools.product(cookies[:3], posts):
        headers = {key: value for key, value in client.own.items() if key != "Cookie"}
        headers |= {"Cookie": cookie} if cookie else {}
        yield "POST", path, headers, json.dumps(EDIT).encode(), 401
    for token in ("", "x", client.server.token[:-1], client.server.token.lower() + "x", "%00"):
        yield "GET", f"/?token={token}", {"Host": client.host}, b"", 401


def from_elsewhere(client: Client):
    """Requests with the right cookie but another host, origin or site."""
    port = client.server.port
    hosts = ["evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1.evil.example:{port}"]
    hosts += [f"0.0.0.0:{port}", f"[::1]:{port}", "localhost", f"127.0.0.1:{port + 1}", ""]
    for host in hosts:
        for path in ("/", "/api/videos/one", f"/?token={client.server.token}"):
            yield "GET", path, {**client.own, "Host": host, "Origin": f"http://{host}"}, b"", 403
        body = json.dumps(EDIT).encode()
        yield "POST", "/api/videos/one/edits", {**client.own, "Host": host}, body, 403
    origins = [
        "http://evil.example",
        "null",
        f"https://{client.host}",
        f"http://127.0.0.1:{port + 1}",
    ]
    origins += [f"http://{client.host}.evil.example", f"http://{client.host}/", "file://"]
    for origin in origins:
        body = json.dumps(EDIT).encode()
        yield "POST", "/api/videos/one/edits", {**client.own, "Origin": origin}, body, 403
        yield "POST", "/api/videos/one/undo", {**client.own, "Origin": origin}, body, 403
        yield "GET", "/api/videos/one", {**client.own, "Origin": origin}, b"", 403
    without = {key: value for key, value in client.own.items() if key != "Origin"}
    yield "POST", "/api/videos/one/undo", without, json.dumps({"window": WINDOW}).encode(), 403
    for site in ("cross-site", "same-site"):
        yield "GET", "/api/videos/one", {**without, "Sec-Fetch-Site": site}, b"", 403


def leaving_the_folder(client: Client):
    """Ids and paths that try to name something else than a video of the sheet."""
    names = [
        "..",
        "...",
        "%2e%2e",
        "..%2f..%2fetc%2fpasswd",
        "%2fetc%2fpasswd",
        "one%00",
        "one%2f..",
    ]
    names += [
        "one.mp4",
        "ONE",
        "one%20",
        "..%5c..%5cwindows",
        "%c0%ae%c0%ae",
        "C:",
        "nul",
        "*",
        "~",
    ]
    for name in names:
        yield "GET", f"/api/videos/{name}", client.own, b"", 404
        yield "GET", f"/api/review/{name}", client.own, b"", 404
        yield "GET", f"/api/videos/{name}/frames/1.jpg", client.own, b"", 404
        yield "POST", f"/api/videos/{name}/edits", client.own, json.dumps(EDIT).encode(), 404
    for path in (
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/static//etc/passwd",
        "/static/..%2f..%2f..%2fpyproject.toml",
        "/../../etc/passwd",
        "//etc/passwd",
        "/api",
        "/api/videos/",
        "/.git/config",
        "/api/videos/one/journal",
    ):
        yield "GET", path, client.own, b"", 404
    for unit in ("AU1", "..%2fone", "AU99", "%00"):
        yield "GET", f"/api/units/{unit}.jpg", client.own, b"", 404
    for since in ("", "?since=", "?since=-1", "?since=1.5", "?since=one"):
        yield "GET", f"/api/review/one/changes{since}", client.own, b"", 422
    for frame in ("0", "91", "999999999999", "-1", "1.5", "one", "1%2f..", ""):
        yield "GET", f"/api/videos/one/frames/{frame}.jpg", client.own, b"", 404
    for method in ("PUT", "DELETE", "PATCH"):
        yield method, "/api/videos/one/edits", client.own, b"{}", 405
    yield "GET", "/api/videos/one/edits", client.own, b"", 405
    yield "GET", "/api/videos/" + "a" * 3000, client.own, b"", 414


def too_large(client: Client):
    """Bodies that are larger than what is read, announced or not."""
    for path in ("/api/videos/one/edits", "/api/videos/one/undo", "/api/review/one/edits"):
        yield "POST", path, {**client.own, "Content-Length": "1000001"}, b"{", 413
        yield "POST", path, {**client.own, "Content-Length": "99999999999999"}, b"{", 413
        yield "POST", path, client.own, b" " * 1_000_001, 413
        chunks = b"".join(b"10000\r\n" + b" " * 65536 + b"\r\n" for _ in range(17)) + b"0\r\n\r\n"
        yield "POST", path, {**client.own, "Transfer-Encoding": "chunked"}, chunks, 413


def malformed(client: Client):
    """Messages that are not what the page would send."""

    def edit(**changes):
        return {**EDIT, "edits": [{**EDIT["edits"][0], **changes}]}

    def affect(values, **changes):
        made = {"name": "valence", "first": 1, "values": values, **changes}
        return {"window": WINDOW, "kind": "va", "edits": [made]}

    bodies = [b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff\xfe", b"{}", b'{"a":1}', b"[" * 9000]
    messages = [
        {**EDIT, "window": 7},
        {**EDIT, "window": "../../x"},
        {**EDIT, "window": ""},
        {**EDIT, "kind": "xx"},
        {**EDIT, "kind": None},
        {**EDIT, "more": 1},
        {**EDIT, "edits": []},
        {**EDIT, "edits": {}},
        {**EDIT, "edits": [1]},
        {**EDIT, "edits": EDIT["edits"] * 201},
        {**EDIT, "source": "model"},
        {**EDIT, "source": "proposal"},
        {**EDIT, "model": "au/x"},
        {**EDIT, "source": "proposal", "model": "a\nb"},
        {**EDIT, "group": "x y"},
        edit(name="AU3"),
        edit(name="au1"),
        edit(name=1),
        edit(first=0),
        edit(first=-1),
        edit(first=1.0),
        edit(first="1"),
        edit(first=True),
        edit(first=3),
        edit(last=91),
        edit(last=10**30),
        edit(value=2),
        edit(value=True),
        edit(value="1"),
        edit(value=0.5),
        edit(more=1),
        edit(first=None),
        edit(origin=0),
        {"window": WINDOW, "kind": "au"},
        affect([]),
        affect([2]),
        affect([-1.01]),
        affect(["0"]),
        affect([True]),
        affect([[0]]),
        affect([0] * 91),
        affect([0], first=0),
        affect([0, 0], first=90),
        affect({}),
        affect([0], name="dominance"),
        {**affect([0]), "source": "proposal", "model": "x"},
    ]
    bodies += [json.dumps(message).encode() for message in messages]
    bodies += [
        json.dumps(affect([0])).encode().replace(b"[0]", b"[%s]" % word)
        for word in (b"NaN", b"Infinity", b"1e999", b"-1e400")
    ]
    for body in bodies:
        yield "POST", "/api/videos/one/edits", client.own, body, 422
    for body in (b"", b"{}", b'{"window":1}', b'{"window":"abcdefgh","x":1}'):
        for action in ("undo", "redo", "reload"):
            yield "POST", f"/api/videos/one/{action}", client.own, body, 422
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        headers = {**client.own, "Content-Type": kind}
        yield "POST", "/api/videos/one/edits", headers, json.dumps(EDIT).encode(), 415
    body = json.dumps(EDIT).encode()
    yield "POST", "/api/videos/one/edits", client.own, body, 409


FAMILIES = [without_token, from_elsewhere, leaving_the_folder, too_large, malformed]


def test_hostile_requests_are_refused_logged_and_write_nothing(corpus, servers):
    server = servers(corpus)
    client = Client(server)
    assert client.send("GET", "/api/videos/one", client.own)[0] == 200
    before = snapshot(corpus.folder)
    sent = 0
    wrong = []
    for family in FAMILIES:
        for method, path, headers, body, expected in family(client):
            status, answered, content = client.send(method, path, headers, body)
            sent += 1
            if status != expected:
                wrong.append((family.__name__, method, path, body[:60], status, expected))
            assert "set-cookie" not in answered
            assert b"tracks" not in content
            assert str(corpus.folder).encode() not in content
    assert wrong == []
    assert sent >= 200
    assert snapshot(corpus.folder) == before
    log = server.log.read_text()
    assert len(re.findall(r"refused \d{3} ", log)) == sent
    assert "Traceback" not in log
    assert server.token not in log
    assert client.send("GET", "/api/videos/one", client.own)[0] == 200


def test_wire_garbage_is_answered_with_an_error_or_closed(corpus, servers):
    server = servers(corpus)
    client = Client(server)
    before = snapshot(corpus.folder)
    host = f"Host: {client.host}\r\n"
    for data in (
        b"\x16\x03\x01" + os.urandom(64),
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n" * 50,
        b"GET\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}Host: evil\r\n\r\n".encode(),
        f"POST / HTTP/1.1\r\n{host}Content-Length: x\r\n\r\n".encode(),
        f"POST / HTTP/1.1\r\n{host}Content-Length: -5\r\n\r\n".encode(),
        b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", server.port), PATIENCE) as wire:
            try:
                wire.sendall(data)
                wire.shutdown(socket.SHUT_WR)
                answer = wire.recv(65536)
            except ConnectionError:
                answer = b""
            assert answer == b"" or re.match(rb"HTTP/1\.1 4\d\d ", answer)
    assert snapshot(corpus.folder) == before
    assert client.send("GET", "/api/project", client.own)[0] == 200


def handshake(client: Client, path: str, **changes: str | None) -> int:
    """Return the status of a WebSocket handshake."""
    key = base64.b64encode(b"0123456789abcdef").decode()
    headers = {"Host": client.host, "Origin": f"http://{client.host}", "Cookie": client.cookie}
    headers |= {"Upgrade": "websocket", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    kept = {k: v for k, v in {**headers, **changes}.items() if v is not None}
    lines = [f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in kept.items())]
    text = "\r\n".join([*lines, "Connection: Upgrade", "", ""])
    with socket.create_connection(("127.0.0.1", client.server.port), 10) as wire:
        wire.sendall(text.encode())
        return int(wire.recv(4096).split()[1])


def test_live_connections_are_guarded_too(corpus, servers):
    client = Client(servers(corpus))
    path = f"/api/live/annotate/one?window={WINDOW}"
    assert handshake(client, path) == 101
    assert handshake(client, path, Cookie=None) == 401
    assert handshake(client, path, Cookie="auva=1") == 401
    assert handshake(client, path, Origin="http://evil.example") == 403
    assert handshake(client, path, Origin=None) == 403
    assert handshake(client, path, Host="evil.example") == 403
    for wrong in (
        "/api/live/annotate/none?window=" + WINDOW,
        "/api/live/x/one?window=" + WINDOW,
        "/api/live/annotate/one?window=..",
        "/api/live/annotate/one",
    ):
        assert handshake(client, wrong) in (403, 404, 422)


def test_answers_carry_the_headers_that_keep_others_out(corpus, servers):
    server = servers(corpus)
    client = Client(server)
    for path in ("/", "/api/project", "/static/annotate.js", "/api/none"):
        headers = client.send("GET", path, client.own)[1]
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers
    login = {"Host": client.host, "Cookie": client.cookie}
    status, headers, _ = client.send("GET", f"/?token={server.token}", login)
    assert status == 303
    assert {"HttpOnly", "SameSite=Strict"} <= set(headers["set-cookie"].split("; "))
    assert server.token not in headers["set-cookie"] + headers["location"]


def test_the_server_listens_on_loopback_only(corpus, servers):
    server = servers(corpus)
    ports = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    listening = re.findall(rf"(\w+):{server.port:04X} \w+:0000 0A", ports)
    assert listening == ["0100007F"]


@pytest.mark.parametrize(
    ("message", "error", "logged"),
    [
        ("Exception in ASGI application\n", asyncio.CancelledError(), False),
        ("Cancel %s running task(s), timeout graceful shutdown exceeded", None, False),
        ("Exception in ASGI application\n", KeyError("x"), True),
        ("Invalid HTTP request received.", None, True),
    ],
)
def test_the_end_of_the_server_logs_no_request_that_it_cuts_off(
    serve, corpus, message, error, logged
):
    serve(corpus)
    about = (type(error), error, None) if error else None
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 0, message, (), about)
    assert bool(logging.getLogger("uvicorn.error").filter(record)) == logged
