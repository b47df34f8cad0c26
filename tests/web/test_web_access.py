"""Names, roles and contrast, by axe-core, on every page, and that the pages fit their screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.web
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
TABLETS = ("tablet", "tablet upright")
SCREENS = {"laptop": (1280, 720), "tablet": (1024, 768), "tablet upright": (768, 1024)}


@pytest.fixture
def compared(corpus):
    """A corpus with a second annotator of the first video."""
    text = corpus.au("one").read_text().replace("\n30 0 0", "\n30 1 1")
    corpus.au("one").with_name("one.mia.txt").write_text(text)
    return corpus


def check(page: Page) -> None:
    """Assert that axe-core looked at names and contrast and found nothing wrong."""
    found = Axe().run(page, options=STANDARDS).response
    assert {"color-contrast", "button-name"} <= {each["id"] for each in found["passes"]}
    wrong = found["violations"]
    assert not [(each["id"], node["html"]) for each in wrong for node in each["nodes"]]


@pytest.mark.parametrize("start", ["/", "/review", "/agreement"])
def test_no_page_breaks_a_rule_of_accessibility(compared, serve, page, start):
    page.goto(serve(compared, start))
    ready = "2 annotators" if start == "/agreement" else "Saved"
    expect(page.locator("#status")).to_have_text(ready)
    if start == "/":
        page.keyboard.press("1")
        page.keyboard.press("ArrowRight")
    check(page)
    if start != "/agreement":
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        check(page)


@pytest.mark.parametrize(
    "screen", ["laptop", *(pytest.param(name, marks=pytest.mark.slow) for name in TABLETS)]
)
@pytest.mark.parametrize("start", ["/", "/review", "/agreement"])
def test_everything_fits_its_screen(compared, serve, page, start, screen):
    width, height = SCREENS[screen]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(serve(compared, start))
    expect(page.locator("#status")).to_have_text(
        "2 annotators" if start == "/agreement" else "Saved"
    )
    needed = {
        "/": ["#picture", "#wheel", "#transport", ".lane >> nth=7", "#overview", "#undo", "#trace"],
        "/review": ["#grid", "#detail", "#frame", "#undo", "[data-do=acceptAll]", "[data-do=drop]"],
        "/agreement": ["tr >> nth=1", "aside", ".strip >> nth=0"],
    }[start]
    for selector in ["#video", "#status", *needed]:
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0, selector
        assert box["y"] >= 0, selector
        assert box["x"] + box["width"] <= width + 1, selector
        assert box["y"] + box["height"] <= height + 1, selector
        assert box["height"] > 10, selector
    assert page.evaluate("document.documentElement.scrollWidth") <= width
