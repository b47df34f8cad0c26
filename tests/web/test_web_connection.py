"""A page over reloads, other videos, a server that dies, and its restart on the same port."""

import http.server
import json
import shlex
import sys
import threading
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from web_support import PATIENCE, at, go, open_page, press, spans

from auva.web.project import Project
from auva.web.resume import Resume, resume_key, usual_port
from auva.web.settings import Settings

pytestmark = pytest.mark.web
GONE = "The server does not answer"


def begun(page: Page, unit: str):
    return page.locator(f".lane[data-unit={unit}] .begun")


def test_place_and_begun_spans_survive_a_reload_and_another_video(corpus, serve, page):
    open_page(page, serve(corpus))
    go(page, 24)
    press(page, "7", "i", "d", "+", "+")
    page.reload()
    at(page, 24)
    expect(begun(page, "AU20")).to_have_count(1)
    expect(page.locator(".name.chosen")).to_contain_text("AU20")
    press(page, "n")
    expect(page).to_have_title("two – auva annotate")
    at(page, 1)
    expect(page.locator(".begun")).to_have_count(0)
    go(page, 40)
    press(page, "p")
    expect(page).to_have_title("one – auva annotate")
    at(page, 24)
    expect(page.locator("#status")).to_have_text("Saved")
    go(page, 30)
    press(page, "7")
    expect(page.locator(".lane[data-unit=AU20] .span:not(.preview)")).to_have_attribute(
        "aria-label", "AU20, frames 24 to 30, intensity D"
    )
    page.reload()
    at(page, 30)
    expect(page.locator(".begun")).to_have_count(0)
    press(page, "n")
    at(page, 40)


def restart(servers, corpus, server, *more: str):
    return servers(corpus, "--port", str(server.port), *more)


def test_a_dead_server_is_said_and_the_page_goes_on_after_a_restart(corpus, servers, page):
    server = servers(corpus)
    open_page(page, server.address)
    go(page, 5)
    press(page, "2")
    expect(begun(page, "AU2")).to_have_count(1)
    listing = page.context.new_page()
    listing.goto(f"http://127.0.0.1:{server.port}/videos")
    expect(listing.locator("#status")).to_have_text("Up to date")
    server.kill()
    listing.evaluate("dispatchEvent(new Event('focus'))")
    expect(listing.locator("#status")).to_have_text("the server does not answer")
    expect(page.locator("#gone")).to_contain_text(GONE)
    expect(page.locator("#status")).to_contain_text("Not connected")
    press(page, "ArrowRight", "2", "3", "3", "Delete", "o")  # nobody types for nothing
    assert page.locator("main").get_attribute("inert") is not None
    before = corpus.au("one").read_bytes()
    again = restart(servers, corpus, server)
    assert again.token != server.token
    expect(page.locator("#gone")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Saved")
    listing.evaluate("dispatchEvent(new Event('focus'))")
    expect(listing.locator("#status")).to_have_text("Up to date")
    assert corpus.au("one").read_bytes() == before
    at(page, 5)
    expect(page.locator(".begun")).to_have_count(1)
    go(page, 9)
    press(page, "2")
    expect(page.locator(".lane[data-unit=AU2] .span:not(.preview)")).to_have_count(1)
    assert spans(corpus.au("one"), "AU2") == [(5, 9)]
    page.reload()
    at(page, 9)
    expect(page.locator("#status")).to_have_text("Saved")


def test_an_edit_that_met_a_dead_server_is_saved_after_the_restart(corpus, servers, page):
    server = servers(corpus)
    open_page(page, server.address)
    page.route("**/api/videos/one/edits", lambda route: route.abort("connectionrefused"))
    press(page, "8", "8")
    expect(page.locator("#status")).to_have_text("Not saved: the server does not answer")
    page.unroute("**/api/videos/one/edits")
    assert spans(corpus.au("one"), "AU25") == []
    server.kill()
    expect(page.locator("#gone")).to_contain_text(GONE)
    restart(servers, corpus, server)
    expect(page.locator(".lane[data-unit=AU25] .span:not(.preview)")).to_have_count(1)
    expect(page.locator("#announce")).to_contain_text("saved")
    assert spans(corpus.au("one"), "AU25") == [(1, 1)]


class Impostor(http.server.BaseHTTPRequestHandler):
    """Somebody else's program on the port of a server that has died."""

    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Cookie")))
        answer = json.dumps({"server": "x", "nonce": "ab" * 16, "proof": "cd" * 32}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET

    def log_message(self, *_) -> None:
        pass


def test_a_page_tells_nothing_to_another_program_on_the_port(corpus, servers, page):
    server = servers(corpus)
    open_page(page, server.address)
    server.kill()
    expect(page.locator("#gone")).to_contain_text(GONE)
    Impostor.asked = []
    other = http.server.ThreadingHTTPServer(("127.0.0.1", server.port), Impostor)
    thread = threading.Thread(target=other.serve_forever)
    thread.start()
    expect(page.locator("#gone")).to_contain_text("Another program")
    other.shutdown()
    thread.join()
    other.server_close()
    assert Impostor.asked
    assert {path.partition("=")[0] for path, _ in Impostor.asked} == {"/api/hello?nonce"}
    assert {cookie for _, cookie in Impostor.asked} == {None}
    restart(servers, corpus, server)
    expect(page.locator("#gone")).to_be_hidden()
    expect(page.locator("#status")).to_have_text("Saved")


def test_a_read_only_window_can_take_over(corpus, serve, chromium):
    address = serve(corpus)
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    first, second = context.new_page(), context.new_page()
    open_page(first, address)
    second.goto(address)
    expect(second.locator("#status")).to_have_text("Read-only")
    second.get_by_role("button", name="Edit here").click()
    expect(second.locator("#status")).to_have_text("Saved")
    expect(first.locator("#status")).to_have_text("Read-only")
    press(second, "3", "3")
    expect(second.locator(".lane[data-unit=AU4] .span:not(.preview)")).to_have_count(1)
    expect(first.locator(".lane[data-unit=AU4] .span:not(.preview)")).to_have_count(1)
    context.close()


def test_the_address_opens_one_browser_and_stands_on_no_command_line(
    corpus, servers, page, tmp_path, chromium
):
    script = tmp_path / "browser.py"
    script.write_text(
        "import sys, pathlib, urllib.parse, urllib.request\n"
        "path = pathlib.Path(urllib.parse.urlparse(sys.argv[1]).path)\n"
        f"out = pathlib.Path({str(tmp_path)!r})\n"
        "(out / 'mode').write_text(oct(path.stat().st_mode & 0o777))\n"
        "(out / 'line.part').write_text(' '.join(sys.argv))\n"
        "(out / 'line.part').rename(out / 'line')\n"
    )
    browser = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} %s"
    server = servers(corpus, browser=browser)
    wait_for(tmp_path / "line")
    line = (tmp_path / "line").read_text()
    assert server.token not in line
    assert (tmp_path / "mode").read_text() == "0o600"
    file = line.split()[-1]
    page.goto(file)
    expect(page.locator("#status")).to_have_text("Saved")
    other = chromium.new_context().new_page()
    assert other.goto(server.address).status == 401
    other.context.close()
    assert page.goto(server.address).status == 200
    server.process.terminate()
    server.process.wait(PATIENCE)
    assert not list(corpus.results.glob(".auva-open-*"))


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    for _ in range(1200):
        if path.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{path.name} never came")


def test_the_usual_port_is_taken_again_and_another_one_where_it_is_not_free(corpus, servers):
    first = servers(corpus)
    assert first.port == usual_port(corpus.sheet, "")
    second = servers(corpus)
    assert second.port != first.port
    first.kill()
    assert servers(corpus).port == first.port


def test_keys_are_the_users_own_and_of_one_sheet_and_port(corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    key = resume_key(50_000, corpus.sheet)
    assert resume_key(50_000, corpus.sheet) == key
    assert resume_key(50_001, corpus.sheet) != key
    assert resume_key(50_000, tmp_path / "other.tsv") != key
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    for path in files:
        path.chmod(0o644)  # others may have read it
    assert resume_key(50_000, corpus.sheet) != key


def test_a_proof_is_good_for_one_nonce_once():
    key = "ab" * 32
    server, page = Resume(key), Resume(key)
    nonce = server.hello("00" * 16)["nonce"]
    proof = page._proof("page", nonce)
    assert not server.accept("11" * 16, proof)
    assert not server.accept(nonce, proof)  # a wrong try uses it up
    nonce = server.hello("00" * 16)["nonce"]
    assert not Resume("cd" * 32).accept(nonce, page._proof("page", nonce))
    assert server.accept(nonce, page._proof("page", nonce))
    assert not server.accept(nonce, page._proof("page", nonce))


@pytest.mark.parametrize("name", ["main", "Main", "consensus", "2", "017", "au", "a b", "", "../x"])
def test_names_that_mean_something_else_are_no_annotators(corpus, name):
    from auva.errors import InputError

    settings = Settings(corpus.sheet, corpus.results, corpus.overrides)
    if not name:
        assert Project(settings, annotator=name).annotator == ""
        return
    with pytest.raises(InputError, match="annotator's name"):
        Project(settings, annotator=name)
