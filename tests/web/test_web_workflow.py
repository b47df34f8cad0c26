"""From an edit in the browser to the dry run of the workflow: exactly that video's jobs."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from auva.annotations import read_action_units
from auva.faces.overrides import read_overrides
from auva.units import THESIS_NAMES
from auva.web.plan import parse

pytestmark = [pytest.mark.web, pytest.mark.workflow, pytest.mark.slow]
LABELS = ("results/labels/one.csv", "results/labels/two.csv")


def saved(page: Page) -> None:
    expect(page.locator("#undo")).to_be_enabled()
    expect(page.locator("#status")).to_have_text("Saved")


def present(path, name: str) -> list[int]:
    """Return the frames of one Action Unit in a file."""
    unit = read_action_units(path).presence[:, THESIS_NAMES.index(name)]
    return (np.flatnonzero(unit) + 1).tolist()


def test_annotated_spans_rerun_the_labels_of_that_video_only(labelled, servers, page):
    corpus, workflow = labelled
    file = corpus.au("one")
    assert workflow.planned(*LABELS) == {}
    server = servers(corpus, "--configfile", "config/small.yaml", cwd=workflow.folder)
    page.goto(server.address)
    expect(page.locator("#status")).to_have_text("Saved")
    for key, frame in (("ArrowRight", 2), ("Shift+ArrowRight", 12)):
        page.keyboard.press(key)
        expect(page.locator("#picture")).to_have_attribute("data-frame", str(frame))
        page.keyboard.press("1")
    expect(page.locator("[aria-label='AU1, frames 2 to 12']")).to_have_count(1)
    box = page.locator(".lane[data-unit=AU25]").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 40.5 / 90 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 59.5 / 90 * box["width"], middle, steps=3)
    page.mouse.up()
    expect(page.locator("[aria-label='AU25, frames 41 to 60']")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator(".lane[data-unit=AU25] .span")).to_have_count(0)
    saved(page)
    page.reload()
    expect(page.locator("[aria-label='AU1, frames 2 to 12']")).to_have_count(1)
    assert present(file, "AU1") == list(range(2, 13))
    assert present(file, "AU25") == []
    jobs = parse(workflow.run("-n", "--", *LABELS).stdout)
    assert [(job["rule"], job["wildcards"]) for job in jobs] == [("align_labels", "video=one")]


def test_the_review_page_shows_what_the_next_run_redoes(labelled, servers, page):
    corpus, workflow = labelled
    more = {"command": "review", "cwd": workflow.folder}
    server = servers(corpus, "--configfile", "config/small.yaml", **more)
    page.goto(server.address)
    expect(page.locator("#status")).to_have_text("Saved")
    page.locator("#first").fill("3")
    page.locator("#last").fill("9")
    page.get_by_role("button", name="Drop range").click()
    saved(page)
    drop = {"first": 3, "last": 9, "action": "drop"}
    assert read_overrides(corpus.overrides) == {"one": [drop]}
    planned = workflow.planned(*LABELS)
    assert planned == {"keep_faces": 1, "align_labels": 1}
    page.get_by_role("button", name="Next run").click()
    rows = page.locator("#plan table").first.locator("tbody tr")
    expect(rows.filter(has_text="keep faces")).to_contain_text(
        "Params have changed", timeout=90_000
    )
    expect(rows.filter(has_text="align labels")).to_contain_text("results/labels/one.csv")
    expect(page.locator("#plan")).not_to_contain_text("results/labels/two.csv")
