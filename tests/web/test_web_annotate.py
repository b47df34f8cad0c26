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


def test_annotates_by_keyboard_undoes_saves_and_reloads(corpus, serve, page):
    address = serve(corpus)
    before = corpus.au("one").read_bytes()
    open_page(page, address)
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


def test_makes_and_resizes_spans_by_mouse(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
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


def test_shows_the_exact_frame_of_the_manifest(corpus, serve, page, numbered):
    from auva.video import read_manifest

    address = serve(corpus)
    open_page(page, address)
    manifest = read_manifest(corpus.results / "video" / "one.frames.csv")
    for frame in (1, 2, 31, 57, 90):
        response = page.request.get(f"{address.partition('?')[0]}api/videos/one/frames/{frame}.jpg")
        image = np.asarray(Image.open(io.BytesIO(response.body())))
        assert numbered(image) == manifest["source_frame"][frame - 1]


def test_valence_and_arousal_keep_the_clock_of_the_original(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
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


def wheel_at(page: Page, valence: float, arousal: float) -> tuple[float, float]:
    """Return the place on the screen of a point of the wheel."""
    box = page.locator("#wheel").bounding_box()
    radius = min(box["width"], box["height"]) / 2 - 14
    return (
        box["x"] + box["width"] / 2 + valence * radius,
        box["y"] + box["height"] / 2 - arousal * radius,
    )


def test_traces_valence_and_arousal_while_playing(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address, "fresh")
    assert not corpus.va("fresh").exists()
    press(page, "t")
    page.mouse.move(*wheel_at(page, 0.5, 0.25))
    press(page, "Space")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    for step in range(8):
        page.mouse.move(*wheel_at(page, 0.5 - step / 10, 0.25))
        page.wait_for_timeout(120)
    press(page, "Space", "t")
    saved(page)
    table = read_valence_arousal(corpus.va("fresh"))
    assert len(table.values) == 75
    traced = np.flatnonzero(table.mask[:, 0])
    assert len(traced) >= 15
    assert traced.tolist() == list(range(traced[0], traced[-1] + 1))
    values = table.values[traced]
    assert values[0, 0] == pytest.approx(0.5, abs=0.03)
    assert values[-1, 0] < 0.2
    assert np.diff(values[:, 0]).max() <= 0.001
    assert values[:, 1] == pytest.approx(0.25, abs=0.03)
    press(page, "Control+z")
    expect(page.locator("#undo")).to_be_disabled()
    assert not read_valence_arousal(corpus.va("fresh")).mask.any()


def test_bends_a_curve_with_the_brush(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
    before = read_valence_arousal(corpus.va("one")).values.copy()
    page.get_by_role("button", name="Arousal", exact=True).click()
    page.select_option("#brush", "5")
    box = page.locator("#curves").bounding_box()
    x = box["x"] + (45 - 0.5) / 90 * box["width"]
    page.mouse.move(x, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 4, steps=3)
    page.mouse.up()
    saved(page)
    after = read_valence_arousal(corpus.va("one")).values
    changed = np.flatnonzero(np.abs(after[:, 0] - before[:, 0]) > 1e-9)
    assert after[:, 0].max() == pytest.approx(1.0, abs=0.05)
    assert changed.max() - changed.min() in range(7, 11)
    assert np.array_equal(after[:, 1], before[:, 1])


def test_a_new_annotation_enters_the_sample_sheet(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address, "fresh")
    assert "annotations/va/fresh.txt" not in corpus.sheet.read_text()
    page.mouse.click(*wheel_at(page, -0.5, 0.5))
    saved(page)
    row = next(line for line in corpus.sheet.read_text().splitlines() if line.startswith("fresh"))
    assert row.split("\t")[4:6] == ["annotations/au/fresh.txt", "annotations/va/fresh.txt"]
    press(page, "7", "ArrowRight", "7")
    expect(page.locator(".lane[data-unit=AU20] .span:not(.preview)")).to_have_count(1)
    assert spans(corpus.au("fresh"), "AU20") == [(1, 2)]
    assert len(read_action_units(corpus.au("fresh")).frame) == 90


def test_jumps_zooms_erases_and_turns_to_the_next_video(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", ".")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "20")
    press(page, ".")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "40")
    press(page, ",", "ArrowRight")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "21")
    width = page.locator(".lane[data-unit=AU6] .span").bounding_box()["width"]
    press(page, "+")
    page.wait_for_timeout(100)
    assert page.locator(".lane[data-unit=AU6] .span").bounding_box()["width"] > 1.3 * width
    press(page, "0", "Delete")
    expect(page.locator(".lane[data-unit=AU6] .span")).to_have_count(0)
    press(page, "Control+z")
    expect(page.locator(".lane[data-unit=AU6] .span")).to_have_count(1)
    press(page, "Home", "Shift+4", "g")
    page.keyboard.type("24")
    press(page, "Enter", "Shift+4")
    expect(page.locator(".lane[data-unit=AU6] .span")).to_have_attribute(
        "aria-label", "AU6, frames 25 to 39"
    )
    press(page, "1", "Escape")
    expect(page.locator(".span.preview")).to_have_count(0)
    press(page, "n")
    expect(page).to_have_title("two – auva annotate")
    expect(page.locator("#status")).to_have_text("Saved")
    press(page, "]", "End")
    expect(page.locator("#speed")).to_have_value("1.5")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "90")


def test_the_help_sheet_opens_on_a_question_mark(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
    press(page, "?")
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#help kbd").first).to_be_visible()
    press(page, "Escape")
    expect(page.locator("#help")).to_be_hidden()


def test_proposals_are_accepted_span_by_span_and_marked(corpus, serve, page):
    folder = corpus.folder / "model"
    folder.mkdir()
    units = [f"{name}_present" for name in AU_NAMES]
    rows = [",".join(["frame", *units])]
    for frame in range(1, 91):
        cells = ["0"] * 8
        cells[4] = str(int(30 <= frame <= 45 or 60 <= frame <= 70))
        cells[0] = str(int(frame == 80))  # a flicker is no span
        rows.append(",".join([str(frame), *cells]))
    (folder / "one.csv").write_text("\n".join(rows) + "\n")
    address = serve(corpus, predictions=folder)
    open_page(page, address)
    lane = page.locator(".lane[data-unit=AU12]")
    expect(lane.locator(".proposal")).to_have_count(2)
    expect(page.locator(".lane[data-unit=AU1] .proposal")).to_have_count(0)
    assert spans(corpus.au("one"), "AU12") == []
    lane.locator(".proposal").first.click()
    expect(lane.locator(".span.accepted")).to_have_count(1)
    expect(lane.locator(".proposal")).to_have_count(1)
    press(page, "5", "Escape", "g")
    page.keyboard.type("65")
    press(page, "Enter", "a")
    expect(lane.locator(".span.accepted")).to_have_count(2)
    assert spans(corpus.au("one"), "AU12") == [(30, 45), (60, 70)]
    assert [entry["source"] for entry in journal(corpus.au("one"))] == ["proposal"] * 2
    assert journal(corpus.au("one"))[0]["model"] == "predictions/model"
    page.reload()
    expect(lane.locator(".span.accepted")).to_have_count(2)


def test_touch_makes_a_span(corpus, serve, chromium):
    context = chromium.new_context(
        viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    address = serve(corpus)
    open_page(page, address)
    wire = context.new_cdp_session(page)
    start, end = lane_at(page, "AU2", 50), lane_at(page, "AU2", 60)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        content = [{"x": x, "y": y} for x, y in points]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": content})

    touch("touchStart", start)
    touch("touchMove", ((start[0] + end[0]) / 2, start[1]))
    touch("touchMove", end)
    touch("touchEnd")
    span = page.locator(".lane[data-unit=AU2] .span")
    expect(span).to_have_attribute("aria-label", "AU2, frames 50 to 60")
    page.locator("[data-unit=AU4].name").tap()
    page.locator("[data-do=forward10]").tap()
    page.locator("[data-unit=AU4].name").tap()
    expect(page.locator(".lane[data-unit=AU4] .span")).to_have_count(1)
    context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768), (768, 1024)])
def test_everything_fits_and_has_a_name(corpus, serve, page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    address = serve(corpus)
    open_page(page, address)
    for selector in ("#picture", "#wheel", "#transport", ".lane >> nth=7", "#overview", "#undo"):
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width + 1, selector
        assert box["y"] + box["height"] <= height + 1, selector
        assert box["height"] > 10
    controls = page.locator("button:visible, select:visible, input:visible, a:visible")
    for index in range(controls.count()):
        control = controls.nth(index)
        named = control.evaluate(
            "e => (e.getAttribute('aria-label') || e.textContent || "
            "e.closest('label')?.textContent || '').trim()"
        )
        assert named, control.evaluate("e => e.outerHTML")
