"""The review page in a real Chromium: uncertain faces first, corrections, and their file."""

import json
import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page, expect

from auva.faces.overrides import read_overrides
from auva.web.plan import parse

pytestmark = pytest.mark.web
SECOND = {"first": 30, "last": 39, "action": "choose", "x": 158.0, "y": 28.0}


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#status")).to_have_text("Saved")
    expect(page.locator(".face").first).to_be_visible()
    page.select_option("#as", "frames")


ITEMS = """
async () => {
  const { view } = await import("/static/faces.js");
  return view.items.map(({ first, last }) => [first, last]);
}
"""
"""Function: what the list shows, also what is not in view."""


def items(page: Page) -> list[list[int]]:
    return page.evaluate(ITEMS)


def order(page: Page) -> list[int]:
    """Return the frames in their order where each is an item."""
    return [first for first, _ in items(page)]


def face(page: Page, frame: int):
    return page.locator(f"#face-{frame}")


def saved(page: Page) -> None:
    expect(page.locator("#undo")).to_be_enabled()
    expect(page.locator("#status")).to_have_text("Saved")


def test_uncertain_faces_come_first_and_all_causes_are_named(corpus, serve, page):
    open_page(page, serve(corpus, "/review"))
    shown = order(page)
    assert len(shown) == 87
    assert set(shown[:13]) == {*range(30, 40), 50, 60, 61}
    expect(face(page, 50)).to_have_attribute("aria-label", "Frame 50, only candidate: score")
    expect(face(page, 60)).to_have_attribute("aria-label", "Frame 60, only candidate: size")
    expect(face(page, 35)).to_have_attribute(
        "aria-label", "Frame 35, nearest to previous: candidates"
    )
    page.select_option("#filter", "none")
    assert order(page) == [70, 71, 72]
    page.select_option("#filter", "face")
    page.select_option("#order", "time")
    assert order(page)[:3] == [1, 2, 3]


def test_drops_chooses_restores_and_undoes(corpus, serve, page):
    open_page(page, serve(corpus, "/review"))
    page.select_option("#order", "time")
    face(page, 30).click()
    face(page, 39).click(modifiers=["Shift"])
    page.keyboard.press("c")
    saved(page)
    assert read_overrides(corpus.overrides) == {"one": [SECOND]}
    expect(face(page, 30)).to_contain_text("manual choice")
    page.keyboard.press("u")
    expect(page.locator("#overrides")).to_contain_text("None")
    assert read_overrides(corpus.overrides) == {}
    page.locator("#first").fill("5")
    page.locator("#last").fill("12")
    page.get_by_role("button", name="Drop range").click()
    expect(page.locator("#overrides")).to_contain_text("5–12")
    expect(page.locator("#count")).to_contain_text("79 of 90")
    drop = {"first": 5, "last": 12, "action": "drop"}
    assert read_overrides(corpus.overrides) == {"one": [drop]}
    page.locator("#grid").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#count")).to_contain_text("87 of 90")
    page.keyboard.press("Control+z")
    expect(face(page, 30)).to_contain_text("manual choice")
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#count")).to_contain_text("79 of 90")
    page.reload()
    expect(page.locator("#overrides")).to_contain_text("5–12")
    expect(page.locator("#undo")).to_be_enabled()
    page.get_by_role("button", name="Remove drop of frames 5 to 12").click()
    expect(page.locator("#count")).to_contain_text("87 of 90")
    assert read_overrides(corpus.overrides) == {}


def test_what_is_alike_is_one_item_and_only_what_is_in_view_is_made(corpus, serve, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, serve(corpus, "/review"))
    page.set_viewport_size({"width": 1280, "height": 360})
    assert len(items(page)) == 87
    assert page.locator(".face").count() < 60
    page.locator("#grid").evaluate("e => e.scrollTop = e.scrollHeight")
    expect(face(page, 90)).to_be_visible()
    expect(face(page, 50)).to_have_count(0)
    page.locator("#grid").evaluate("e => e.scrollTop = 0")
    page.keyboard.press("f")
    first = [[30, 39], [60, 60], [61, 61], [50, 50]]
    assert sorted(items(page)[:4]) == sorted(first)
    assert sorted(items(page)[4:]) == [[1, 29], [40, 49], [51, 59], [62, 69], [73, 90]]
    expect(face(page, 30)).to_have_attribute(
        "aria-label", "Frames 30 to 39, nearest to previous: candidates"
    )
    del asked[:]
    face(page, 30).click()
    page.keyboard.press("Enter")
    expect(face(page, 30)).to_have_class("face uncertain accepted long")
    expect(page.locator("#count")).to_contain_text("3 open")
    assert [url.rpartition("/")[2] for url in asked if "/edits" in url] == ["edits"]
    assert not any(url.endswith("/api/review/one") for url in asked)
    page.keyboard.press("f")
    face(page, 35).click()
    page.keyboard.press("c")
    saved(page)
    page.keyboard.press("f")
    expect(face(page, 35)).to_have_attribute("aria-label", "Frame 35, manual choice: manual choice")


def test_faces_that_are_scrolled_past_are_not_loaded(corpus, serve, page):
    held, given_up = [], []
    page.route("**/faces/*/*.jpg*", lambda route: held.append(route))
    page.on("requestfailed", lambda request: given_up.append(request.url))
    page.set_viewport_size({"width": 1280, "height": 360})
    open_page(page, serve(corpus, "/review"))
    page.select_option("#order", "time")
    page.locator("#grid").evaluate("e => e.scrollTop = 0")
    expect(face(page, 1)).to_be_visible()
    page.locator("#grid").evaluate("e => e.scrollTop = e.scrollHeight")
    expect(face(page, 90)).to_be_visible()
    page.wait_for_timeout(0)
    while len(given_up) < 3:
        page.wait_for_event("requestfailed")
    page.unroute("**/faces/*/*.jpg*")
    for route in held:
        with suppress(Error):
            route.continue_()
    expect(face(page, 90).locator("img")).to_have_attribute("src", re.compile("^blob:"))
    loaded = {route.request.url for route in held} - set(given_up)
    assert not any("/faces/1/" in url for url in loaded)


def test_a_click_in_the_picture_chooses_the_candidate_there(corpus, serve, page):
    open_page(page, serve(corpus, "/review"))
    face(page, 34).click()
    expect(page.locator("#frame")).to_have_attribute(
        "aria-label", "frame 34 · nearest to previous · 2 candidates · uncertain: candidates"
    )
    box = page.locator("#frame").bounding_box()
    page.mouse.click(box["x"] + 158 / 192 * box["width"], box["y"] + 28 / 108 * box["height"])
    saved(page)
    chosen = SECOND | {"first": 34, "last": 34}
    assert read_overrides(corpus.overrides) == {"one": [chosen]}


def test_accepted_faces_are_remembered_until_their_box_changes(corpus, serve, page):
    address = serve(corpus, "/review")
    open_page(page, address)
    expect(page.locator("#count")).to_contain_text("13 open")
    page.get_by_role("button", name="Accept all").click()
    expect(page.locator("#count")).to_contain_text("0 open")
    assert not corpus.overrides.exists()
    page.reload()
    expect(page.locator("#count")).to_contain_text("0 open")
    page.select_option("#as", "frames")
    face(page, 35).click()
    page.keyboard.press("c")
    expect(face(page, 35)).to_contain_text("manual choice")
    expect(face(page, 35)).not_to_have_class("face accepted")
    face(page, 35).click()
    page.keyboard.press("Enter")
    expect(face(page, 35)).to_have_class("face accepted")


def test_corrections_of_others_and_comments_stay(corpus, serve, page):
    text = "# checked by hand\nvideo\tfirst\tlast\taction\tx\ty\ntwo\t1\t3\tdrop\t\t\n"
    corpus.overrides.write_text(text)
    open_page(page, serve(corpus, "/review"))
    face(page, 50).click()
    page.keyboard.press("d")
    saved(page)
    assert corpus.overrides.read_text() == text + "one\t50\t50\tdrop\t\t\n"
    corpus.overrides.write_text(text)
    expect(page.locator("#banner")).to_contain_text("Another program modified")
    face(page, 60).click()
    page.keyboard.press("d")
    expect(page.locator("#status")).to_contain_text("Not saved")
    assert corpus.overrides.read_text() == text
    page.locator("#banner button").click()
    expect(page.locator("#overrides")).to_contain_text("None")
    journal = corpus.overrides.with_name("face_overrides.tsv.journal.jsonl").read_text()
    assert [json.loads(line)["action"] for line in journal.splitlines()] == ["edit"]


@pytest.mark.slow
def test_a_second_window_and_a_folder_that_cannot_be_written_are_said(
    corpus, servers, chromium, unprivileged
):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    server = servers(corpus, command="review")
    first, second = context.new_page(), context.new_page()
    open_page(first, server.address)
    second.goto(server.address)
    expect(second.locator("#banner")).to_contain_text("another window")
    second.keyboard.press("d")
    expect(second.locator("#status")).to_contain_text("Read-only")
    context.close()
    corpus.folder.chmod(0o555)
    server = servers(corpus, command="review", **unprivileged)
    page = chromium.new_page()
    page.goto(server.address)
    expect(page.locator("#banner")).to_contain_text("cannot be written to")
    page.keyboard.press("d")
    expect(page.locator("#status")).to_contain_text("Read-only")
    page.close()
    corpus.folder.chmod(0o755)
    assert not corpus.overrides.exists()


def test_the_plan_is_read_from_a_dry_run():
    text = """Building DAG of jobs...
rule select_faces:
    input: results/faces/one.detections.csv
    output: results/faces/one.track.csv
    reason: Params have changed since last execution: before: [] now: [b, a]
    wildcards: video=one

localrule main:
    input: results/tables/au_f1.csv
    reason: Input files updated by another job: b.csv, a.csv; Code has changed
"""
    reason = "Params have changed since last execution: before: [] now: [b, a]"
    track = {"output": "results/faces/one.track.csv", "wildcards": "video=one", "reason": reason}
    assert parse(text)[0] == {"rule": "select_faces", **track}
    assert parse(text)[1]["reason"] == (
        "Input files updated by another job: a.csv, b.csv; Code has changed"
    )
    assert [job["rule"] for job in parse(text)] == ["select_faces", "main"]
