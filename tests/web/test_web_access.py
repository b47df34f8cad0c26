"""Names, roles and contrast by axe-core, and that each screen reaches everything, on every page.

Each page is opened once, and looked at in both themes, in its states and on all screens.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from web_support import press, propose

pytestmark = pytest.mark.web
STANDARDS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"runOnly": ["color-contrast"]}
SCREENS = {
    "laptop": (1280, 720),
    "tablet": (1024, 768),
    "tablet upright": (768, 1024),
    "laptop at 200 %": (640, 360),
    "phone": (390, 844),
    "laptop at 400 %": (320, 180),
}
SCROLLING = ("laptop at 200 %", "phone", "laptop at 400 %")
READY = {"/agreement": "2 annotators", "/videos": "Up to date"}
NEEDED = {
    "/": [
        "#video",
        "#picture",
        "#look",
        "#wheel",
        "#transport",
        "#inspector",
        "#model-tools",
        "#sound-lane",
        ".lane >> nth=7",
        "#overview",
        "#undo",
        "#trace",
    ],
    "/adjudicate": ["#video", "#picture", "#takes", ".lane >> nth=7", "#overview"],
    "/review": [
        "#video",
        "#grid",
        "#detail",
        "#frame",
        "#undo",
        "[data-do=acceptAll]",
        "[data-do=drop]",
    ],
    "/agreement": ["#video", "tr >> nth=1", "aside", ".strip >> nth=0"],
    "/videos": ["#filter", "#next", "tr >> nth=1"],
}


@pytest.fixture
def compared(corpus):
    """A corpus with a second annotator of the first video."""
    text = corpus.au("one").read_text().replace("\n30 0 0", "\n30 1 1")
    corpus.au("one").with_name("one.mia.txt").write_text(text)
    return corpus


def check(page: Page, looked_at: tuple[str, ...] = ("color-contrast", "button-name")) -> None:
    """Assert that axe-core looked at some rules and found nothing wrong; colours in both themes."""
    for theme, options in (("light", COLOURS), ("dark", STANDARDS)):
        page.emulate_media(color_scheme=theme)
        found = Axe().run(page, options=options).response
        rules = {*looked_at} & {*options["runOnly"]} if options is COLOURS else {*looked_at}
        assert rules <= {each["id"] for each in found["passes"]}
        wrong = found["violations"]
        nodes = [(theme, each["id"], node["html"]) for each in wrong for node in each["nodes"]]
        assert not nodes


def dialog(page: Page, key: str, selector: str) -> None:
    press(page, key)
    expect(page.locator(selector)).to_be_visible()
    check(page)
    press(page, "Escape")
    expect(page.locator(selector)).to_be_hidden()


def annotate_states(page: Page) -> None:
    """Go through what the annotation page can show."""
    expect(page.locator(".proposal")).to_have_count(2)
    press(page, "1", "ArrowRight", "f", "r")  # a begun span, the crop, a neutral frame
    expect(page.locator("#neutral")).to_be_visible()
    page.locator("#light summary").click()
    check(page)
    page.locator("#light summary").click()
    press(page, "Escape", "r")
    dialog(page, "?", "#help")
    page.locator(".lane[data-unit=AU6] .span").click()
    press(page, "l")
    expect(page.locator("#loop")).to_have_text("Loop 20–39")


def decide(page: Page) -> None:
    """Begin a decision: two annotators of Action Units, one of valence and arousal."""
    page.get_by_role("button", name="Create it").click()
    expect(page.locator("#open-differences")).to_have_text("1 of 1 differences open")
    expect(page.locator("#status")).to_have_text("Saved")


STATES = {
    "/": annotate_states,
    "/adjudicate": decide,
    "/review": lambda page: dialog(page, "?", "#help"),
}


@pytest.mark.parametrize("start", NEEDED)
def test_every_page_is_named_and_reached_on_every_screen(compared, serve, page, start):
    page.goto(serve(compared, start, predictions=propose(compared)))
    expect(page.locator("#status")).to_have_text(READY.get(start, "Saved"))
    STATES.get(start, lambda page: None)(page)
    for screen, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        for selector in ["#status", *NEEDED[start]]:
            box = page.locator(selector).bounding_box()
            assert box["x"] >= 0, (screen, selector)
            assert box["x"] + box["width"] <= width + 1, (screen, selector)
            assert box["height"] > 10, (screen, selector)
            end = (
                page.evaluate("document.documentElement.scrollHeight")
                if screen in SCROLLING
                else height
            )
            assert 0 <= box["y"] <= box["y"] + box["height"] <= end + 1, (screen, selector)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, screen
    check(page)  # as the smallest screen has it


def video(name: str, prepared: dict, state: str = "new", **more) -> dict:
    """Return what the server says of one video of the start page."""
    work = [] if state == "new" else [("", state), ("mia", "done")]
    return {
        "id": name,
        "identity": "ann",
        "sex": "unknown",
        "file": f"{name}.mp4",
        "work": [
            {
                "annotator": who,
                "kinds": ["au"],
                "state": how,
                "changed": "2026-11-29T12:00:00+00:00",
            }
            for who, how in work
        ],
        "state": state,
        "decided": state == "done",
        "compared": False,
        "prepared": prepared,
        **more,
    }


def test_the_start_page_breaks_no_rule_in_any_state(corpus, serve, page):
    counted = {"stage": "converting", "done": 1200, "of": None}
    seen = {"stage": "finding faces", "done": 30, "of": 90}
    failed = {"stage": "new", "problem": "x.avi: not a readable video"}
    content = {
        "videos": [
            *(video(f"v{k}", each) for k, each in enumerate((counted, seen, failed))),
            video("waits", {"stage": "waiting"}),
            *(video(state, {"stage": "ready"}, state) for state in ("begun", "done", "given")),
        ],
        "annotator": "",
        "preparing": {"running": True, "possible": True, "problem": "no space left"},
        "unlisted": ["a{b}.mp4: its name has one of the characters"],
    }
    page.route("**/api/overview", lambda route: route.fulfill(json=content))
    page.goto(serve(corpus, "/videos"))
    expect(page.locator("#status")).to_have_text("Preparing")
    expect(page.locator("tr[data-video=v2] .problem")).to_be_visible()
    check(page)


def test_a_blind_annotator_and_a_page_without_its_server_break_no_rule(compared, serve, page):
    page.goto(serve(compared, "/agreement", annotator="mia"))
    expect(page.locator("#status")).to_have_text("Blind")
    check(page)
    page.get_by_role("link", name="Annotate").click()
    expect(page.locator("#status")).to_have_text("Saved")
    serve.end()
    expect(page.locator("#gone")).to_be_visible()
    check(page, ("document-title",))
