"""A second annotator, blind to the first, and the page that compares them."""

import json

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from auva.agreement.table import agreement_table
from auva.annotations import read_action_units, read_valence_arousal
from auva.records.manifest import read_manifest
from auva.units import THESIS_NAMES

pytestmark = pytest.mark.web


def annotate(page: Page, first: int, last: int, key: str = "4") -> None:
    """Make a span of AU6 by keyboard."""
    for frame in (first, last):
        page.keyboard.press("g")
        page.keyboard.type(str(frame))
        page.keyboard.press("Enter")
        expect(page.locator("#picture")).to_have_attribute("data-frame", str(frame))
        page.keyboard.press(key)
    expect(page.locator(f"[aria-label='AU6, frames {first} to {last}']")).to_have_count(1)


def test_a_second_annotator_is_blind_until_finished(corpus, serve, page):
    address = serve(corpus, annotator="mia")
    before = corpus.au("one").read_bytes()
    page.goto(address)
    expect(page.locator("#who")).to_have_text("Annotator mia")
    expect(page.locator("#picture")).to_have_attribute("data-frame", "1")
    expect(page.locator(".span")).to_have_count(0)
    annotate(page, 25, 44)
    own = corpus.au("one").with_name("one.mia.eaf")
    assert np.flatnonzero(
        read_action_units(own).presence[:, THESIS_NAMES.index("AU6")]
    ).tolist() == list(range(24, 44))
    assert corpus.au("one").read_bytes() == before
    page.get_by_role("link", name="Agreement").click()
    expect(page.locator("#status")).to_have_text("Blind")
    expect(page.locator(".strip")).to_have_count(0)
    refused = page.request.get(address.partition("?")[0] + "api/agreement/one")
    assert refused.status == 403
    assert "spans" not in refused.text()
    page.get_by_role("button", name="I have finished this video").click()
    expect(page.locator("#status")).to_have_text("2 annotators")
    page.get_by_role("link", name="Annotate").click()
    expect(page.locator("#status")).to_have_text("Saved")
    annotate(page, 60, 61)
    journal = own.with_name(own.name + ".journal.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in journal]
    assert [(each["action"], each["blind"]) for each in entries] == [
        ("edit", True),
        ("finish", True),
        ("edit", False),
    ]
    assert {each["annotator"] for each in entries} == {"mia"}


def test_the_page_shows_the_numbers_of_the_tables_and_leads_to_the_differences(corpus, serve, page):
    text = corpus.au("one").read_text().splitlines()
    for frame in range(35, 40):  # mia ends AU6 five frames earlier
        cells = text[frame - 1].split()
        cells[7] = cells[8] = "0"
        text[frame - 1] = " ".join(cells)
    corpus.au("one").with_name("one.mia.txt").write_text("\n".join(text) + "\n")
    values = corpus.va("one").read_text().splitlines()
    values[60:] = ["-0.500,0.100"] * len(values[60:])
    corpus.va("one").with_name("one.mia.txt").write_text("\n".join(values) + "\n")
    page.goto(serve(corpus, "/agreement"))
    expect(page.locator("#status")).to_have_text("2 annotators")
    names = ("one.txt", "one.mia.txt")
    tables = [read_action_units(corpus.au("one").with_name(n)) for n in names]
    wanted = agreement_table({"one": [(each.presence, each.mask) for each in tables]}, {})
    kappa = (
        wanted[wanted["video"] == "one"]
        .set_index("target")
        .loc["AU6", ["cohen_kappa", "fleiss_kappa", "pabak"]]
    )
    row = page.locator("tr", has_text="AU6")
    assert row.locator("td.number").all_inner_texts() == [
        *(f"{value:.2f}" for value in kappa),
        "5 of 90",
    ]
    assert page.locator("tr", has_text="AU12").locator("td.number").all_inner_texts()[0] == "–"
    shown = read_manifest(corpus.results / "video" / "one.frames.csv")["source_frame"].to_numpy()
    files = [corpus.va("one").with_name(name) for name in names]
    affect = agreement_table({}, {"one": [read_valence_arousal(f).values[shown] for f in files]})
    for name, scores in (
        affect[affect["video"] == "one"].set_index("target")[["ccc", "icc_2k"]].iterrows()
    ):
        cells = page.locator("tr", has_text=str(name)).locator("td.number").all_inner_texts()
        assert [float(cell.replace("−", "-")) for cell in cells[:2]] == pytest.approx(
            scores.tolist(), abs=0.006
        )
    link = page.get_by_role("link", name="AU6 differs on frames 35 to 39: open them")
    link.click()
    expect(page.locator("#picture")).to_have_attribute("data-frame", "35")
    expect(page.locator(".name.chosen")).to_contain_text("AU6")


def test_one_annotator_is_told_how_a_second_begins(corpus, serve, page):
    page.goto(serve(corpus, "/agreement"))
    expect(page.locator("#banner")).to_contain_text("auva annotate --annotator NAME")
    expect(page.locator("#status")).to_have_text("1 annotator")
    corpus.au("one").with_name("one.mia.txt").write_text("1 0\n")
    page.reload()
    expect(page.locator("#banner")).to_contain_text("one.mia.txt")
