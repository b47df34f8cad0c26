"""What is seen is what is meant: picture, box, playhead, note and keys on a slow machine."""

import random
import shutil

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect
from web_support import at, go, lane_at, open_page, press, spans

from auva.annotations import read_action_units
from auva.records.manifest import read_manifest
from auva.units import THESIS_NAMES

pytestmark = pytest.mark.web

SEEN = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const canvas = document.querySelector("#picture");
  const lane = document.querySelector(".lane");
  const box = lane.getBoundingClientRect();
  const line = document.querySelector("#playhead").getBoundingClientRect();
  const { width, height } = canvas;
  const scale = Math.min(width / 192, height / 108);
  const left = (width - 192 * scale) / 2;
  const top = (height - 108 * scale) / 2;
  const context = canvas.getContext("2d");
  let number = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const x = Math.round(left + (bit * 24 + 12) * scale);
    const [grey] = context.getImageData(x, Math.round(top + 18 * scale), 1, 1).data;
    if (grey > 128) number |= 1 << bit;
  }
  done({
    number,
    frame: Number(canvas.dataset.frame),
    note: document.querySelector("#stage-note").textContent,
    playhead: ((line.left - box.left) / box.width) * 90 + 0.5,
    field: document.querySelector("#frame").value,
  });
})))
"""
"""Function: what is on the screen, the number that is burnt into the picture among it."""


class HeldPictures:
    """A slow machine: each picture waits until the test lets it go."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        page.route("**/frames/*.jpg*", lambda route: self.waiting.append(route))

    def let_go(self, draw: random.Random) -> None:
        """Let some of the pictures go that wait, in any order."""
        draw.shuffle(self.waiting)
        for _ in range(draw.randint(0, len(self.waiting))):
            self.waiting.pop().continue_()


def check(page: Page, source: np.ndarray) -> dict:
    """Assert that all that is seen is of one frame, and return it."""
    seen = page.evaluate(SEEN)
    assert seen["number"] == source[seen["frame"] - 1]
    assert seen["note"].startswith(f"frame {seen['frame']} · ")
    assert seen["playhead"] == pytest.approx(seen["frame"], abs=0.2)
    assert seen["field"] == str(seen["frame"])
    return seen


@pytest.mark.parametrize("seed", [1, 2])
def test_a_held_key_never_runs_ahead_of_the_picture(corpus, serve, page, seed):
    draw = random.Random(seed)
    source = read_manifest(corpus.results / "video" / "one.frames.csv")["source_frame"].to_numpy()
    open_page(page, serve(corpus))
    slow = HeldPictures(page)
    ends: list[int] = []
    for goal in (4, 9):
        seen = check(page, source)
        while seen["frame"] < goal:
            page.keyboard.down("ArrowRight")  # after the first time this repeats, as a held key
            if draw.random() < 0.7:
                slow.let_go(draw)
            seen = check(page, source)
        press(page, "3")
        ends.append(seen["frame"])
    page.keyboard.up("ArrowRight")
    expect(page.locator(".lane[data-unit=AU4] .span:not(.preview)")).to_have_attribute(
        "aria-label", f"AU4, frames {ends[0]} to {ends[1]}"
    )
    assert spans(corpus.au("one"), "AU4") == [(ends[0], ends[1])]


def test_leaps_and_turns_on_a_slow_machine_show_one_frame_at_a_time(corpus, serve, page):
    draw = random.Random(7)
    source = read_manifest(corpus.results / "video" / "one.frames.csv")["source_frame"].to_numpy()
    open_page(page, serve(corpus))
    slow = HeldPictures(page)
    keys = ["ArrowRight", "ArrowLeft", "Shift+ArrowRight", "Home", "End", ".", ",", "Space", "b"]
    for _ in range(60):
        press(page, draw.choice(keys))
        slow.let_go(draw)
        check(page, source)
    while slow.waiting:
        slow.let_go(draw)
        check(page, source)
    expect(page.locator("#coming")).to_be_hidden()


CLOCK = """
() => {
  let now = performance.now();
  let due = [];
  performance.now = () => now;
  window.requestAnimationFrame = (listener) => due.push(listener);
  window.advance = (milliseconds) => {
    now += milliseconds;
    const listeners = due;
    due = [];
    for (const listener of listeners) listener(now);
  };
}
"""
"""Function: stop the page's clock, which `advance` moves on."""


@pytest.mark.parametrize(("fps", "speed"), [(25, "1"), (50, "0.5"), (30, "1")])
def test_the_rate_of_the_conversion_is_shown_and_played(corpus, serve, page, fps, speed):
    from auva.video.conversion import convert

    made = corpus.results / "video"
    settings = {"fps": fps, "crf": 18, "preset": "veryfast"}
    source, target = corpus.folder / "videos" / "one.mp4", made / "one.mp4"
    convert(source, target, made / "one.frames.csv", settings)
    page.goto(serve(corpus))
    at(page, 1)
    go(page, 1 + fps)
    expect(page.locator("#stage-note")).to_contain_text(f"frame {1 + fps} · 1.000 s")
    go(page, 2)
    expect(page.locator("#stage-note")).to_contain_text(f"frame 2 · {1 / fps:.3f} s")
    press(page, "Home")
    at(page, 1)
    press(page, "ArrowRight")  # what lies ahead is loaded
    at(page, 2)
    page.select_option("#speed", speed)
    loaded = """count => performance.getEntriesByType("resource").filter((each) =>
        each.responseEnd && /frames.(\\d+)/.exec(each.name)?.[1] <= count).length >= count"""
    shown = 20
    page.wait_for_function(loaded, arg=shown + 3)
    page.evaluate(CLOCK)
    press(page, "Space")
    for _ in range(2 * shown):  # two ticks a frame
        page.evaluate("milliseconds => advance(milliseconds)", 1000 / fps / float(speed) / 2)
    assert int(page.locator("#picture").get_attribute("data-frame")) in (shown + 1, shown + 2)


def test_a_video_that_is_converted_anew_is_shown_anew(corpus, serve, page):
    from auva.video.conversion import convert

    made = corpus.results / "video"
    open_page(page, serve(corpus))
    go(page, 31)
    source = read_manifest(made / "one.frames.csv")["source_frame"].to_numpy()
    assert check(page, source)["number"] == 25
    press(page, "2")
    expect(page.locator(".begun")).to_have_count(1)
    convert(
        corpus.folder / "videos" / "one.mp4",
        made / "one.mp4",
        made / "one.frames.csv",
        {"fps": 25, "crf": 18, "preset": "veryfast"},
    )
    expect(page.locator("#of")).to_have_text("of 75")
    expect(page.locator("#stage-note")).to_contain_text("frame 31 · 1.200 s · original frame 30")
    expect(page.locator("#banner")).to_contain_text("The unfinished spans of AU2 were discarded")
    expect(page.locator("#file-note")).to_contain_text(
        "one.txt has 15 frames after the end of the video: they are kept, but not shown."
    )
    page.get_by_role("button", name="OK").click()
    expect(page.locator("#banner")).to_be_hidden()
    assert page.evaluate(SEEN)["number"] == 30
    expect(page.locator(".begun")).to_have_count(0)


def test_an_edit_of_frames_that_are_no_more_is_refused(corpus, serve, page):
    open_page(page, serve(corpus))
    before = corpus.au("one").read_bytes()

    def convert_again(route):
        made = corpus.results / "video"
        shutil.copy(made / "one.mp4", made / "copy.mp4")
        (made / "copy.mp4").replace(made / "one.mp4")
        route.continue_()

    page.route("**/api/videos/one/edits", convert_again)
    press(page, "2", "2")
    expect(page.locator("#status")).to_contain_text("Not saved: the video was converted again")
    assert corpus.au("one").read_bytes() == before
    at(page, 1)


def test_faces_that_are_chosen_anew_are_shown(corpus, serve, page):
    open_page(page, serve(corpus))
    expect(page.locator("#stage-note")).to_have_text("frame 1 · 0.000 s · original frame 0 · face")
    track = corpus.results / "faces" / "one.track.csv"
    lines = track.read_text().splitlines()
    cells = lines[1].split(",")
    names = lines[0].split(",")
    dropped = {"status": "none", "reason": "manual drop"}
    dropped |= dict.fromkeys(("score", "left", "top", "right", "bottom"), "")
    for column, cell in dropped.items():
        cells[names.index(column)] = cell
    track.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    expect(page.locator("#stage-note")).to_contain_text("no face: manual drop")


def test_states_are_drawn_by_key_and_by_mouse(corpus, serve, page):
    open_page(page, serve(corpus), "fresh")
    lane = page.locator(".lane[data-unit=AU12]")
    expect(lane.locator(".unjudged")).to_have_attribute(
        "aria-label", "AU12 not judged, frames 1 to 90"
    )
    press(page, "l")
    expect(page.locator("#announce")).to_have_text("no span at this frame to repeat")
    assert page.locator("#announce").bounding_box()["width"] > 100  # for everybody to read
    go(page, 10)
    press(page, "5")
    assert page.locator("#announce").bounding_box()["width"] <= 1
    go(page, 20)
    press(page, "5")
    expect(lane.locator(".span:not(.preview)")).to_have_attribute(
        "aria-label", "AU12, frames 10 to 20"
    )
    press(page, "Shift+5")
    go(page, 30)
    press(page, "Shift+5")
    expect(lane.locator(".unjudged")).to_have_count(2)
    go(page, 25)
    press(page, "v")
    go(page, 28)
    press(page, "v")
    expect(lane.locator(".hidden-part")).to_have_attribute(
        "aria-label", "AU12 not visible, frames 25 to 28"
    )
    table = read_action_units(corpus.au("fresh"))
    unit = THESIS_NAMES.index("AU12")
    assert table.mask[:, unit].nonzero()[0].tolist() == [*range(9, 24), 28, 29]
    assert not np.delete(table.mask, unit, axis=1).any()
    press(page, "o")
    expect(lane.locator(".unjudged")).to_have_count(0)
    table = read_action_units(corpus.au("fresh"))
    assert (~table.mask[:, unit]).nonzero()[0].tolist() == [24, 25, 26, 27]
    assert not np.delete(table.mask, unit, axis=1).any()
    press(page, "Control+z")
    expect(lane.locator(".unjudged")).to_have_count(2)
    page.locator("#paint button[value=hidden]").click()
    page.mouse.move(*lane_at(page, "AU25", 40))
    page.mouse.down()
    page.mouse.move(*lane_at(page, "AU25", 50), steps=4)
    page.mouse.up()
    expect(page.locator(".lane[data-unit=AU25] .hidden-part")).to_have_attribute(
        "aria-label", "AU25 not visible, frames 40 to 50"
    )
    page.reload()
    expect(page.locator(".lane[data-unit=AU25] .hidden-part")).to_have_count(1)
    expect(page.locator("#status")).to_have_text("Saved")
    press(page, "Shift+o")
    expect(page.locator(".unjudged")).to_have_count(0)
    assert read_action_units(corpus.au("fresh")).mask.sum() == 8 * 90 - 4 - 11


def test_an_erased_span_leaves_what_stands_beside_it(corpus, serve, page):
    open_page(page, serve(corpus), "fresh")
    press(page, "5")
    go(page, 5)
    press(page, "5")
    lane = page.locator(".lane[data-unit=AU12]")
    expect(lane.locator(".span:not(.preview)")).to_have_count(1)
    press(page, "Delete")
    expect(lane.locator(".span:not(.preview)")).to_have_count(0)
    assert not read_action_units(corpus.au("fresh")).mask.any()
    press(page, "Control+z")
    expect(lane.locator(".span:not(.preview)")).to_have_count(1)
    press(page, "o")
    expect(lane.locator(".unjudged")).to_have_count(0)
    press(page, "Delete")
    expect(lane.locator(".span:not(.preview)")).to_have_count(0)
    unit = THESIS_NAMES.index("AU12")
    assert read_action_units(corpus.au("fresh")).mask[:, unit].all()


def test_keys_that_come_before_the_last_span_is_saved_act_on_it(corpus, serve, page):
    open_page(page, serve(corpus), "fresh")
    held = []
    page.route("**/edits", lambda route: held.append(route), times=1)
    press(page, "5")
    go(page, 11)
    with page.expect_request("**/edits"):
        press(page, "5")
    press(page, "i", "c", "o", "s", "l", "l", "Alt+ArrowRight", "Alt+ArrowRight", "c")
    page.keyboard.type("late")
    press(page, "Enter")
    held[0].continue_()
    lane = page.locator(".lane[data-unit=AU12]")
    words = "AU12, frames 1 to 11, intensity C, left side, “late”"
    expect(lane.locator(".span:not(.preview)")).to_have_attribute("aria-label", words)
    expect(lane.locator(".unjudged")).to_have_count(0)
    expect(page.locator("#loop")).to_have_text("Loop 1–11")
    expect(page.locator("#valence")).to_have_text("0.04")
    press(page, *["Control+z"] * 7)
    expect(lane.locator(".unjudged")).to_have_count(1)
    expect(page.locator("#undo")).to_be_disabled()


def test_intensity_side_and_comment_are_set_by_keys_and_kept_by_resizing(corpus, serve, page):
    open_page(page, serve(corpus), "fresh")
    press(page, "5", "i", "c")
    go(page, 11)
    press(page, "5")
    span = page.locator(".lane[data-unit=AU12] .span:not(.preview)")
    expect(span).to_have_attribute("aria-label", "AU12, frames 1 to 11, intensity C")
    press(page, "s", "l")
    expect(span).to_have_attribute("aria-label", "AU12, frames 1 to 11, intensity C, left side")
    press(page, "c")
    page.keyboard.type("only <b>the corner</b>")
    another = page.locator(".lane[data-unit=AU25]")
    another.click(position={"x": 20, "y": 5})  # this ends the writing
    words = "intensity C, left side, “only <b>the corner</b>”"
    expect(span).to_have_attribute("aria-label", f"AU12, frames 1 to 11, {words}")
    expect(span.locator(".grade")).to_have_text("C L")
    box = span.bounding_box()
    lane = page.locator(".lane[data-unit=AU12]").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 6)
    page.mouse.down()
    page.mouse.move(lane["x"] + 19.5 / 90 * lane["width"], box["y"] + 6, steps=4)
    page.mouse.up()
    expect(span).to_have_attribute("aria-label", f"AU12, frames 1 to 20, {words}")
    press(page, "i", "Backspace")
    expect(span.locator(".grade")).to_have_text("L")
    page.reload()
    expect(span).to_have_attribute(
        "aria-label", "AU12, frames 1 to 20, left side, “only <b>the corner</b>”"
    )
    expect(page.locator("#intensity button[value=E]")).to_be_enabled()
    press(page, "i", "5")
    expect(page.locator("#intensity button[value=E]")).to_have_attribute("aria-pressed", "true")
    page.locator("#side button[value=both]").click()
    expect(span.locator(".grade")).to_have_text("E L+R")
    assert read_action_units(corpus.au("fresh")).intensity[0, THESIS_NAMES.index("AU12")] == 5


def test_what_a_format_cannot_hold_is_said_before_the_first_edit(corpus, serve, page):
    journal = corpus.au("one").with_name("one.txt.journal.jsonl")
    journal.write_text("no entry\n")
    open_page(page, serve(corpus))
    expect(page.locator("#file-note")).to_have_text(
        "one.txt (format thesis): cannot store: not judged, not visible; stored in the journal "
        f"only: sides, comments. {journal}, line 1: damaged; edits before it cannot be undone, "
        "and what only the journal stored of them is not shown."
    )
    expect(page.locator("#paint button[value=hidden]")).to_be_disabled()
    expect(page.locator("#paint button[value=absent]")).to_be_enabled()
    before = corpus.au("one").read_bytes()
    press(page, "x")
    go(page, 5)
    press(page, "x")
    expect(page.locator("#status")).to_contain_text("the format thesis cannot store 'not judged'")
    assert corpus.au("one").read_bytes() == before
