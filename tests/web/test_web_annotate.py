"""The annotation page in a real Chromium: keyboard, mouse, undo, saving, and what is on disk."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from web_support import (
    Client,
    at,
    go,
    journal,
    lane_at,
    open_page,
    press,
    propose,
    saved,
    spans,
    wheel_at,
)

from auva.annotations import read_action_units
from auva.records.predictions import read_predictions, write_predictions
from auva.units import THESIS_NAMES

pytestmark = pytest.mark.web


def test_annotates_by_keyboard_undoes_saves_and_reloads(corpus, serve, page):
    address = serve(corpus)
    before = corpus.au("one").read_bytes()
    open_page(page, address)
    press(page, "ArrowRight", "ArrowRight")
    at(page, 3)
    press(page, "1", "Shift+ArrowRight")
    at(page, 13)
    press(page, "1")
    span = page.locator(".lane[data-unit=AU1] .span:not(.preview)")
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
    span = page.locator(".lane[data-unit=AU12] .span:not(.preview)")
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
    from auva.records.manifest import read_manifest

    address = serve(corpus)
    open_page(page, address)
    manifest = read_manifest(corpus.results / "video" / "one.frames.csv")
    for frame in (1, 2, 31, 57, 90):
        response = page.request.get(f"{address.partition('?')[0]}api/videos/one/frames/{frame}.jpg")
        image = np.asarray(Image.open(io.BytesIO(response.body())))
        assert numbered(image) == manifest["source_frame"][frame - 1]


def test_a_new_annotation_enters_the_sample_sheet(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address, "fresh")
    assert "annotations/va/fresh.txt" not in corpus.sheet.read_text()
    page.mouse.click(*wheel_at(page, -0.5, 0.5))
    saved(page)
    row = next(line for line in corpus.sheet.read_text().splitlines() if line.startswith("fresh"))
    assert row.split("\t")[4:6] == ["annotations/au/fresh.txt", "annotations/va/fresh.txt"]
    press(page, "7", "ArrowRight")
    at(page, 2)
    press(page, "7")
    expect(page.locator(".lane[data-unit=AU20] .span:not(.preview)")).to_have_count(1)
    assert spans(corpus.au("fresh"), "AU20") == [(1, 2)]
    table = read_action_units(corpus.au("fresh"))
    assert len(table.frame) == 90
    assert np.argwhere(table.mask).tolist() == [[0, 6], [1, 6]]


def test_jumps_zooms_erases_and_turns_to_the_next_video(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", ".")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "20")
    press(page, ".")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "40")
    press(page, ",", "ArrowRight")
    at(page, 21)
    width = page.locator(".lane[data-unit=AU6] .span:not(.preview)").bounding_box()["width"]
    press(page, "+")
    page.wait_for_function(
        """width => document.querySelector(".lane[data-unit=AU6] .span:not(.preview)")
            .getBoundingClientRect().width > 1.3 * width""",
        arg=width,
    )
    press(page, "0", "Delete")
    expect(page.locator(".lane[data-unit=AU6] .span:not(.preview)")).to_have_count(0)
    press(page, "Control+z")
    expect(page.locator(".lane[data-unit=AU6] .span:not(.preview)")).to_have_count(1)
    press(page, "Home")
    at(page, 1)
    press(page, "Shift+4")
    go(page, 24)
    press(page, "Shift+4")
    expect(page.locator(".lane[data-unit=AU6] .span:not(.preview)")).to_have_attribute(
        "aria-label", "AU6, frames 25 to 39"
    )
    press(page, "1", "Escape")
    expect(page.locator(".preview")).to_have_count(0)
    press(page, "n")
    expect(page).to_have_title("two – auva annotate")
    expect(page.locator("#status")).to_have_text("Saved")
    press(page, "]", "End")
    expect(page.locator("#speed")).to_have_value("1.5")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "90")


@pytest.mark.parametrize(("left", "model"), [(THESIS_NAMES[:-1], "predictions/model"), ((), None)])
def test_units_that_the_model_does_not_predict_are_named(corpus, serve, left, model):
    folder = propose(corpus)
    lacking = [name for name in THESIS_NAMES if name not in left]
    other = {"AU25": "AU26", "AU25_present": "AU26_present"}
    columns = [column for name in lacking[:-1] for column in (name, f"{name}_present")]
    table = read_predictions(folder / "one.csv").drop(columns=columns).rename(columns=other)
    write_predictions(folder / "one.csv", table)
    found = Client(serve(corpus, predictions=folder)).json("/api/videos/one/proposals")
    assert found["note"] == f"predictions/model does not predict {', '.join(lacking)}"
    assert found["model"] == model
    assert tuple(found["proposals"]) == left


def test_proposals_follow_the_threshold_and_are_accepted_span_by_span(corpus, serve, page):
    open_page(page, serve(corpus, predictions=propose(corpus)))
    lane = page.locator(".lane[data-unit=AU12]")
    expect(lane.locator(".proposal")).to_have_count(2)
    expect(page.locator(".lane[data-unit=AU1] .proposal")).to_have_count(0)
    expect(page.locator("#threshold-text")).to_have_text("as evaluated")
    page.locator("#threshold").fill("75")
    expect(lane.locator(".proposal")).to_have_count(1)
    expect(lane.locator(".proposal")).to_have_attribute(
        "aria-label", "AU12 proposed by the model, frames 30 to 45: click it, then Accept"
    )
    expect(page.locator("#threshold-text")).to_have_text("0.75")
    page.locator("#threshold").fill("25")
    expect(lane.locator(".proposal")).to_have_count(1)
    page.locator("#own").click()
    expect(lane.locator(".proposal")).to_have_count(2)
    lane.locator(".proposal").first.click()  # where one drags: it only picks
    expect(lane.locator(".proposal.offered")).to_have_count(1)
    expect(page.locator("#accept")).to_have_text("Accept 30 to 45")
    assert spans(corpus.au("one"), "AU12") == []
    page.locator("#accept").click()
    expect(lane.locator(".span.accepted")).to_have_count(1)
    expect(lane.locator(".proposal")).to_have_count(1)
    go(page, 65)
    expect(page.locator("#probability")).to_have_text("AU12 0.60")
    press(page, "a")
    expect(lane.locator(".span.accepted")).to_have_count(2)
    assert spans(corpus.au("one"), "AU12") == [(30, 45), (60, 70)]
    assert [entry["source"] for entry in journal(corpus.au("one"))] == ["proposal"] * 2
    assert journal(corpus.au("one"))[0]["model"] == "predictions/model"
    page.reload()
    expect(lane.locator(".span.accepted")).to_have_count(2)


def test_a_drag_over_a_proposal_draws_and_accepts_nothing(corpus, serve, page):
    open_page(page, serve(corpus, predictions=propose(corpus, probable=False)))
    lane = page.locator(".lane[data-unit=AU12]")
    expect(lane.locator(".proposal")).to_have_count(2)
    expect(page.locator("#threshold")).to_be_disabled()
    box = lane.locator(".proposal").first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(lane_at(page, "AU12", 35)[0], y)
    page.mouse.down()
    page.mouse.move(lane_at(page, "AU12", 40)[0], y, steps=4)
    page.mouse.up()
    expect(lane.locator(".span:not(.preview)")).to_have_attribute(
        "aria-label", "AU12, frames 35 to 40"
    )
    assert spans(corpus.au("one"), "AU12") == [(35, 40)]
    [entry] = journal(corpus.au("one"))
    assert (entry["source"], entry["aided"]) == ("human", True)


def test_a_blind_annotator_sees_no_proposal_unless_it_is_switched_on(corpus, serve, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, serve(corpus, annotator="mia", predictions=propose(corpus)))
    expect(page.locator("#model")).to_have_text("Proposals off")
    expect(page.locator(".proposal")).to_have_count(0)
    press(page, "1", "1")
    expect(page.locator(".lane[data-unit=AU1] .span:not(.preview)")).to_have_count(1)
    assert not [url for url in asked if "proposals" in url and "static" not in url]
    page.locator("#model").click()
    expect(page.locator(".lane[data-unit=AU12] .proposal")).to_have_count(2)
    press(page, "2", "2")
    expect(page.locator(".lane[data-unit=AU2] .span:not(.preview)")).to_have_count(1)
    entries = journal(corpus.au("one").with_name("one.mia.eaf"))
    assert [entry.get("aided", False) for entry in entries] == [False, True]
    page.reload()
    expect(page.locator("#model")).to_have_text("Proposals off")


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
    # A finger that leaves while it moves flings, and the next tap stops that.
    page.wait_for_timeout(200)
    touch("touchMove", end)
    touch("touchEnd")
    span = page.locator(".lane[data-unit=AU2] .span:not(.preview)")
    expect(span).to_have_attribute("aria-label", "AU2, frames 50 to 60")
    page.locator("[data-unit=AU4].name").tap()
    expect(page.locator(".lane[data-unit=AU4] .begun")).to_have_count(1)
    page.locator("[data-do=forward10]").tap()
    at(page, 11)
    page.locator("[data-unit=AU4].name").tap()
    expect(page.locator(".lane[data-unit=AU4] .span:not(.preview)")).to_have_count(1)
    context.close()
