"""Valence and arousal in the browser: the trace by mouse, touch and gamepad, and point edits."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from web_support import go, open_page, press, saved, wheel_at

from auva.annotations import read_valence_arousal

pytestmark = pytest.mark.web

GAMEPAD = """
const pad = { axes: [0, 0], buttons: Array.from({ length: 16 }, () => ({ pressed: false })) };
window.pad = pad;
navigator.getGamepads = () => [pad];
"""
"""Script: a gamepad whose stick and buttons the test moves."""
PUSH = """
async button => {
  pad.buttons[button].pressed = true;
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  pad.buttons[button].pressed = false;
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
}
"""
"""Function: push a button of that gamepad for as long as the page, which looks once an animation
frame, needs to see it."""


def test_valence_and_arousal_keep_the_clock_of_the_original(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address)
    before = read_valence_arousal(corpus.va("one")).values.copy()
    page.select_option("#brush", "0")
    go(page, 61)
    press(page, "Alt+ArrowUp")
    saved(page)
    after = read_valence_arousal(corpus.va("one")).values
    assert len(after) == 75
    changed = np.flatnonzero((before != after).any(axis=1))
    row = 50  # frame 61 is shown at 2.0 s; original frame 50 of 25 fps
    assert changed.tolist() == [row]
    assert after[row].tolist() == pytest.approx([before[row, 0], before[row, 1] + 0.02])


def played_to(page: Page, frame: int) -> None:
    """Wait until playing has shown a frame: the video's own clock, whatever the machine's pace."""
    page.wait_for_function(
        "frame => Number(document.querySelector('#picture').dataset.frame) >= frame", arg=frame
    )


def stop(page: Page) -> None:
    """End the trace; on a busy machine the video may have come to its end by itself."""
    if page.locator("#play").get_attribute("aria-label") == "Pause":
        press(page, "Space")
    press(page, "t")
    saved(page)


def test_traces_valence_and_arousal_while_playing(corpus, serve, page):
    address = serve(corpus)
    open_page(page, address, "fresh")
    assert not corpus.va("fresh").exists()
    press(page, "t")
    page.select_option("#speed", "0.25")
    page.mouse.move(*wheel_at(page, 0.5, 0.25))
    press(page, "Space")
    for step in range(8):
        page.mouse.move(*wheel_at(page, 0.5 - step / 10, 0.25))
        played_to(page, 5 + 4 * step)
    stop(page)
    table = read_valence_arousal(corpus.va("fresh"))
    assert len(table.values) == 75
    traced = np.flatnonzero(table.mask[:, 0])
    assert len(traced) >= 25  # frame 33 of 30 fps is shown at 1.07 s: original frame 26 of 25 fps
    assert traced.tolist() == list(range(traced[0], traced[-1] + 1))
    values = table.values[traced]
    assert values[0, 0] == pytest.approx(0.5, abs=0.03)
    assert values[-1, 0] < 0.2
    assert np.diff(values[:, 0]).max() <= 0.001
    assert values[:, 1] == pytest.approx(0.25, abs=0.03)
    press(page, "Control+z")
    expect(page.locator("#undo")).to_be_disabled()
    assert not read_valence_arousal(corpus.va("fresh")).mask.any()


def traced(corpus, page: Page, move: Callable[[float, float], None]) -> np.ndarray:
    """Trace valence from 0.6 to -0.2 by `move(valence, arousal)`; return the traced values."""
    for step in range(9):
        move(0.6 - step / 10, -0.4)
        played_to(page, 5 + 4 * step)
    stop(page)
    table = read_valence_arousal(corpus.va("fresh"))
    return table.values[np.flatnonzero(table.mask[:, 0])]


def check_trace(values: np.ndarray) -> None:
    """Assert that the trace falls steadily at the arousal that was held."""
    assert len(values) >= 20
    assert values[0, 0] == pytest.approx(0.6, abs=0.12)
    assert values[-1, 0] < 0.1
    assert np.diff(values[:, 0]).max() <= 0.001
    assert values[:, 1] == pytest.approx(-0.4, abs=0.03)


def test_a_trace_is_saved_to_its_end_when_another_video_is_chosen(corpus, serve, page):
    open_page(page, serve(corpus), "fresh")
    press(page, "t", "[", "[")
    page.mouse.move(*wheel_at(page, 0.5, 0.25))
    press(page, "Space")
    expect(page.locator("#picture")).to_have_attribute("data-frame", re.compile(r"1[2-9]|[2-9]\d"))
    press(page, "n")
    expect(page).to_have_title("broken – auva annotate")
    expect(page.locator("#status")).to_have_text("Cannot be opened")
    assert read_valence_arousal(corpus.va("fresh")).mask[:, 0].sum() >= 8


def test_traces_by_touch(corpus, serve, chromium):
    context = chromium.new_context(
        viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    open_page(page, serve(corpus), "fresh")
    wire = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        content = [{"x": x, "y": y} for x, y in points]
        wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": content})

    page.select_option("#speed", "0.25")
    page.locator("#trace").tap()
    page.locator("#play").tap()
    touch("touchStart", wheel_at(page, 0.6, -0.4))
    check_trace(traced(corpus, page, lambda v, a: touch("touchMove", wheel_at(page, v, a))))
    touch("touchEnd")
    context.close()


def test_traces_by_gamepad(corpus, serve, page):
    page.add_init_script(GAMEPAD)
    open_page(page, serve(corpus), "fresh")

    def push(button: int) -> None:
        page.evaluate(PUSH, button)

    page.select_option("#speed", "0.25")
    page.evaluate("pad.axes = [0.6, 0.4]")
    push(1)
    expect(page.locator("#trace")).to_have_attribute("aria-pressed", "true")
    push(0)
    expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
    check_trace(traced(corpus, page, lambda v, a: page.evaluate(f"pad.axes = [{v}, {-a}]")))


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
