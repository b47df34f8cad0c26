"""How the picture is looked at: crop, zoom, light, a neutral frame; and that no data follows it."""

import pytest
from playwright.sync_api import Page, expect
from web_support import at, go, open_page, press

pytestmark = pytest.mark.web

NUMBER = """
(id) => {
  const canvas = document.querySelector(id);
  const scale = Math.min(canvas.width / 192, canvas.height / 108);
  const left = (canvas.width - 192 * scale) / 2;
  const top = (canvas.height - 108 * scale) / 2;
  let number = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const place = [Math.round(left + (bit * 24 + 12) * scale), Math.round(top + 18 * scale)];
    const [grey] = canvas.getContext("2d").getImageData(...place, 1, 1).data;
    if (grey > 128) number |= 1 << bit;
  }
  return number;
}
"""
"""Function: the number that is burnt into the whole picture in a canvas."""

BOX = """
() => {
  const canvas = document.querySelector("#picture");
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const across = [], down = [];
  for (let place = 0; place < data.length; place += 4) {
    if (data[place] > 110 || data[place + 1] < 200 || data[place + 2] > 180) continue;
    across.push((place / 4) % canvas.width);
    down.push(Math.floor(place / 4 / canvas.width));
  }
  const least = (list) => list.reduce((a, b) => Math.min(a, b));
  const most = (list) => list.reduce((a, b) => Math.max(a, b));
  return { left: least(across), right: most(across), top: least(down), bottom: most(down),
    width: canvas.width, height: canvas.height };
}
"""
"""Function: where the green box of the face is drawn in the canvas."""


def settled(page: Page) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def test_the_crop_follows_the_kept_box(corpus, serve, page):
    open_page(page, serve(corpus))
    whole = page.evaluate(BOX)
    press(page, "f")
    expect(page.locator("#face")).to_have_attribute("aria-pressed", "true")
    for frame in (20, 80):  # between them the box goes 15 pixels to the right
        go(page, frame)
        settled(page)
        seen = page.evaluate(BOX)
        assert (seen["left"] + seen["right"]) / 2 == pytest.approx(seen["width"] / 2, abs=12)
        assert (seen["top"] + seen["bottom"]) / 2 == pytest.approx(seen["height"] / 2, abs=12)
        assert seen["bottom"] - seen["top"] > 1.4 * (whole["bottom"] - whole["top"])
    near = seen["right"] - seen["left"]
    press(page, "f", "PageUp")
    expect(page.locator("#zoom")).to_have_text("1.3×")
    settled(page)
    seen = page.evaluate(BOX)
    assert whole["right"] - whole["left"] < seen["right"] - seen["left"] < near


def test_light_is_of_the_view_alone(corpus, serve, page):
    open_page(page, serve(corpus))
    before = page.evaluate(NUMBER, "#picture")
    page.locator("#light summary").click()
    page.locator("#brightness").fill("2")
    expect(page.locator("#picture")).to_have_css("filter", "brightness(2) contrast(1)")
    assert page.evaluate(NUMBER, "#picture") == before
    page.locator("#plain").click()
    expect(page.locator("#picture")).to_have_css("filter", "brightness(1) contrast(1)")
    expect(page.locator("#undo")).to_be_disabled()
    assert not list(corpus.folder.rglob("*.journal.jsonl"))


def test_a_neutral_frame_of_the_person_stays_beside_the_picture(corpus, serve, page):
    corpus.sheet.write_text(corpus.sheet.read_text().replace("person-two", "person-one"))
    open_page(page, serve(corpus))
    go(page, 31)
    press(page, "r")
    expect(page.locator("#neutral-note")).to_have_text("neutral: frame 31")
    go(page, 61)
    settled(page)
    assert page.evaluate(NUMBER, "#neutral") == 25
    assert page.evaluate(NUMBER, "#picture") == 50
    press(page, "n")
    expect(page).to_have_title("two – auva annotate")
    expect(page.locator("#neutral-note")).to_have_text("neutral: frame 31 of one")
    at(page, 1)
    press(page, "n")
    expect(page).to_have_title("fresh – auva annotate")  # another person
    expect(page.locator("#neutral")).to_be_hidden()
    press(page, "p")
    expect(page.locator("#neutral")).to_be_visible()
    press(page, "r")
    expect(page.locator("#neutral")).to_be_hidden()
    page.reload()
    at(page, 1)
    expect(page.locator("#neutral")).to_be_hidden()
