"""The annotation page in a real Chromium: keyboard, mouse, undo, saving, and what is on disk."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from auva.annotations import read_action_units, read_valence_arousal
from auva.units import AU_NAMES

pytestmark = pytest.mark.web


def open_page(page: Page, address: str, video: str = "one") -> None:
    page.goto(address)
    expect(page.locator("#status")).to_have_text("Saved")
    if page.locator("#video").input_value() != video:
        page.select_option("#video", video)
        expect(page.locator("#status")).to_have_text("Saved")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "1")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def saved(page: Page, undo: bool = True) -> None:
    expect(page.locator("#status")).to_have_text("Saved")
    if undo:
        expect(page.locator("#undo")).to_be_enabled()


def spans(path, name: str) -> list[tuple[int, int]]:
    """Return the spans of one Action Unit in a file (1-based, inclusive)."""
    present = read_action_units(path).presence[:, AU_NAMES.index(name)]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present, [0]])))
    return [(int(a) + 1, int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def journal(path) -> list[dict]:
    lines = path.with_name(path.name + ".journal.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def lane_at(page: Page, name: str, frame: int, frames: int = 90) -> tuple[float, float]:
    """Return the place on the screen of the middle of a frame on a track (whole video shown)."""
    box = page.locator(f".lane[data-unit={name}]").bounding_box()
    return box["x"] + (frame - 0.5) / frames * box["width"], box["y"] + box["height"] / 2


def test_annotates_by_keyboard_undoes_saves_and_reloads(corpus, servers, page):
    server = servers(corpus)
    before = corpus.au("one").read_bytes()
    open_page(page, server.address)
    press(page, "ArrowRight", "ArrowRight", "1", "Shift+ArrowRight", "1")
    span = page.locator(".lane[data-unit=AU1] .span")
    expect(span).to_have_attribute("aria-label", "AU1, frames 3 to 13")
    saved(page)
    assert spans(corpus.au("one"), "AU1") == [(3, 13)]
    assert spans(corpus.au("one"), "AU6") == [(20, 39)]
    press(page, "Control+z")
    expect(span).to_have_count(0)
    expect(page.locator("#redo")).to_be_enabled()
    assert corpus.au("one").read_bytes() == before
    press(page, "Control+Shift+z")
    expect(span).to_have_count(1)
    page.reload()
    expect(span).to_have_attribute("aria-label", "AU1, frames 3 to 13")
    assert spans(corpus.au("one"), "AU1") == [(3, 13)]
    assert [entry["action"] for entry in journal(corpus.au("one"))] == ["edit", "undo", "redo"]


def test_makes_and_resizes_spans_by_mouse(corpus, servers, page):
    server = servers(corpus)
    open_page(page, server.address)
    page.mouse.move(*lane_at(page, "AU12", 10))
    page.mouse.down()
    page.mouse.move(*lane_at(page, "AU12", 30), steps=4)
    page.mouse.up()
    span = page.locator(".lane[data-unit=AU12] .span")
    expect(span).to_have_attribute("aria-label", "AU12, frames 10 to 30")
    box = span.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(*lane_at(page, "AU12", 50), steps=4)
    page.mouse.up()
    expect(span).to_have_attribute("aria-label", "AU12, frames 10 to 50")
    box = span.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(*lane_at(page, "AU12", 20), steps=4)
    page.mouse.up()
    expect(span).to_have_attribute("aria-label", "AU12, frames 20 to 50")
    assert spans(corpus.au("one"), "AU12") == [(20, 50)]
    page.mouse.click(*lane_at(page, "AU12", 40))
    expect(span).to_have_class("span picked")
    press(page, "Delete")
    expect(span).to_have_count(0)
    assert spans(corpus.au("one"), "AU12") == []


def test_shows_the_exact_frame_of_the_manifest(corpus, servers, page, numbered):
    from auva.video import read_manifest

    server = servers(corpus)
    open_page(page, server.address)
    manifest = read_manifest(corpus.results / "video" / "one.frames.csv")
    for frame in (1, 2, 31, 57, 90):
        response = page.request.get(
            f"http://127.0.0.1:{server.port}/api/videos/one/frames/{frame}.jpg"
        )
        image = np.asarray(Image.open(io.BytesIO(response.body())))
        assert numbered(image) == manifest["source_frame"][frame - 1]


def test_valence_and_arousal_keep_the_clock_of_the_original(corpus, servers, page):
    server = servers(corpus)
    open_page(page, server.address)
    before = read_valence_arousal(corpus.va("one")).values.copy()
    page.select_option("#brush", "0")
    press(page, "g")
    page.keyboard.type("61")
    press(page, "Enter", "Alt+ArrowUp")
    saved(page)
    after = read_valence_arousal(corpus.va("one")).values
    assert len(after) == 75
    changed = np.flatnonzero((before != after).any(axis=1))
    row = 50  # frame 61 is shown at 2.0 s; original frame 50 of 25 fps
    assert changed.tolist() == [row]
    assert after[row].tolist() == pytest.approx([before[row, 0], before[row, 1] + 0.02])
