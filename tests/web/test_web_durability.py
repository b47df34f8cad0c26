"""Killing the server or the browser at any moment loses nothing that was shown as saved."""

import errno
import itertools
import json
import random
import threading

import httpx
import numpy as np
import pytest
from playwright.sync_api import Page, expect
from web_support import PATIENCE, open_page
from websockets.sync.client import connect

from auva.annotations import read_action_units
from auva.units import THESIS_NAMES

pytestmark = pytest.mark.web
WINDOW = "killtest12345678"


class Writer:
    """A window that saves edits as fast as the server takes them."""

    def __init__(self, server) -> None:
        origin = f"http://127.0.0.1:{server.port}"
        self.client = httpx.Client(base_url=origin, headers={"origin": origin}, timeout=PATIENCE)
        self.client.get(f"/?token={server.token}")
        cookie = "; ".join(f"{k}={v}" for k, v in self.client.cookies.items())
        live = f"ws://127.0.0.1:{server.port}/api/live/annotate/one?window={WINDOW}"
        self.live = connect(live, origin=origin, additional_headers={"cookie": cookie})
        assert json.loads(self.live.recv(10))["writer"]

    def save(self, unit: str, frame: int, value: int) -> bool:
        """Save one label; return whether the server said that it is saved."""
        edit = {"name": unit, "first": frame, "last": frame, "value": value}
        message = {"window": WINDOW, "kind": "au", "edits": [edit]}
        try:
            answer = self.client.post("/api/videos/one/edits", json=message)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200 and answer.json()["saved"]


@pytest.mark.slow
def test_sigkill_while_saving_loses_no_saved_edit(corpus, servers):
    draw = random.Random(20170407)
    wanted = read_action_units(corpus.au("one")).presence.copy()
    saved = 0
    for _ in range(4):
        server = servers(corpus)
        writer = Writer(server)
        unsure, last = None, draw.randint(4, 12)
        for number in itertools.count():
            if number == last:  # the kill comes somewhere in the next few edits
                threading.Timer(draw.uniform(0, 0.03), server.kill).start()
            unit, frame = draw.choice(THESIS_NAMES), draw.randint(1, 90)
            value = draw.randint(0, 1)
            if not writer.save(unit, frame, value):
                unsure = (frame - 1, THESIS_NAMES.index(unit), value)
                break
            wanted[frame - 1, THESIS_NAMES.index(unit)] = value
            saved += 1
        server.process.wait(PATIENCE)
        # The edit under way may have been journaled; opening the video then finishes it.
        again = servers(corpus)
        Writer(again)
        found = read_action_units(corpus.au("one")).presence
        again.kill()
        row, unit, value = unsure
        differs = np.argwhere(found != wanted).tolist()
        assert differs in ([], [[row, unit]])
        wanted[row, unit] = found[row, unit]
        files = {path.name for path in corpus.au("one").parent.iterdir()}
        assert files == {"one.txt", "one.txt.journal.jsonl", "two.txt", "broken.txt"}
    assert saved >= 20


@pytest.mark.slow
def test_what_the_page_shows_as_saved_survives_killing_server_and_browser(
    corpus, servers, chromium
):
    for frame, command in ((3, "server"), (13, "browser")):
        server = servers(corpus)
        context = chromium.new_context(viewport={"width": 1280, "height": 720})
        page: Page = context.new_page()
        page.goto(server.address)
        expect(page.locator("#status")).to_have_text("Saved")
        page.keyboard.press("g")
        page.keyboard.type(str(frame))
        page.keyboard.press("Enter")
        expect(page.locator("#picture")).to_have_attribute("data-frame", str(frame))
        for key in ("8", "8"):
            page.keyboard.press(key)
        label = f"AU25, frames {frame} to {frame}"
        expect(page.locator(f"[aria-label='{label}']")).to_have_count(1)
        expect(page.locator("#status")).to_have_text("Saved")
        if command == "server":
            server.kill()
            expect(page.locator("#status")).to_contain_text("Not connected")
        context.close()
        present = read_action_units(corpus.au("one")).presence[:, THESIS_NAMES.index("AU25")]
        assert present[frame - 1] == 1
    page_again = chromium.new_page()
    page_again.goto(servers(corpus).address)
    expect(page_again.locator(".lane[data-unit=AU25] .span:not(.preview)")).to_have_count(2)
    page_again.close()


def test_the_second_window_is_read_only_and_says_so(corpus, serve, chromium):
    address = serve(corpus)
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    first, second = context.new_page(), context.new_page()
    first.goto(address)
    expect(first.locator("#status")).to_have_text("Saved")
    second.goto(address)
    expect(second.locator("#status")).to_have_text("Read-only")
    expect(second.locator("#banner")).to_contain_text("edited in another window")
    before = corpus.au("one").read_bytes()
    second.keyboard.press("1")
    second.keyboard.press("1")
    expect(second.locator("#status")).to_contain_text("Read-only")
    assert corpus.au("one").read_bytes() == before
    for key in ("2", "2"):
        first.keyboard.press(key)
    expect(second.locator(".lane[data-unit=AU2] .span:not(.preview)")).to_have_count(1)
    first.close()
    expect(second.locator("#status")).to_have_text("Saved")
    expect(second.locator("#banner")).to_be_hidden()
    for key in ("3", "3"):
        second.keyboard.press(key)
    expect(second.locator(".lane[data-unit=AU4] .span:not(.preview)")).to_have_count(1)
    context.close()


def test_a_change_outside_is_noticed_and_can_be_loaded(corpus, serve, page):
    address = serve(corpus)
    page.goto(address)
    expect(page.locator("#status")).to_have_text("Saved")
    text = corpus.au("one").read_text().replace("\n50 0 0", "\n50 1 1")
    corpus.au("one").write_text(text)
    expect(page.locator("#banner")).to_contain_text("modified one.txt")
    page.keyboard.press("2")
    page.keyboard.press("2")
    expect(page.locator("#status")).to_contain_text("Not saved")
    assert corpus.au("one").read_text() == text
    page.locator("#banner button").click()
    expect(page.locator(".lane[data-unit=AU1] .span:not(.preview)")).to_have_count(1)
    expect(page.locator("#banner")).to_be_hidden()
    page.keyboard.press("2")
    page.keyboard.press("2")
    expect(page.locator(".lane[data-unit=AU2] .span:not(.preview)")).to_have_count(1)


def test_a_folder_that_cannot_be_written_is_said_before_the_first_edit(
    corpus, servers, page, unprivileged
):
    before = corpus.au("one").read_bytes()
    corpus.au("one").parent.chmod(0o555)
    server = servers(corpus, **unprivileged)
    page.goto(server.address)
    expect(page.locator("#banner")).to_contain_text("cannot be written to")
    expect(page.locator("#status")).to_have_text("Read-only")
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")  # keys act one after the other
    expect(page.locator("#picture")).to_have_attribute("data-frame", "2")
    expect(page.locator("#status")).to_have_text("Read-only")
    server.process.terminate()  # what the page sent is done with when the server has ended
    server.process.wait(PATIENCE)
    assert corpus.au("one").read_bytes() == before


def test_a_full_disk_is_said_at_the_edit_and_the_begun_span_waits_for_room(
    corpus, serve, page, monkeypatch
):
    page.goto(serve(corpus))
    expect(page.locator("#status")).to_have_text("Saved")
    before = corpus.au("one").read_bytes()

    def full(path):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("auva.web.session.sync_file", full)
        page.keyboard.press("2")
        page.keyboard.press("2")
        expect(page.locator("#status")).to_have_text("Not saved: No space left on device")
    assert corpus.au("one").read_bytes() == before
    page.keyboard.press("2")
    expect(page.locator(".lane[data-unit=AU2] .span:not(.preview)")).to_have_count(1)
    expect(page.locator("#status")).to_have_text("Saved")


def test_a_video_that_cannot_be_decoded_shows_its_error(corpus, serve, page):
    open_page(page, serve(corpus))
    page.keyboard.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    page.select_option("#video", "broken")
    expect(page.locator("#stage-note")).to_contain_text("broken.mp4")
    expect(page.locator("#status")).to_have_text("Cannot be opened")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    page.keyboard.press("p")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "1")
    expect(page.locator("#status")).to_have_text("Saved")


def test_the_video_that_was_chosen_last_is_shown(corpus, serve, page):
    """The first video's answer is held back until after the second one's."""
    held = []
    page.route("**/api/videos/one", lambda route: held.append(route))
    page.goto(serve(corpus))
    expect(page.locator("#status")).to_have_text("Opening…")
    page.select_option("#video", "two")
    expect(page.locator("#status")).to_have_text("Saved")
    held[0].continue_()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "2")
    page.keyboard.press("1")
    page.keyboard.press("1")
    expect(page.locator(".lane[data-unit=AU1] .span:not(.preview)")).to_have_count(1)
    assert read_action_units(corpus.au("two")).presence[1, 0] == 1
    assert read_action_units(corpus.au("one")).presence[1, 0] == 0
