"""Deciding between annotators: a file of its own, and the originals stay what is compared."""

import hashlib

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from web_support import Client, at, journal, press

from auva.annotations import read_action_units, read_valence_arousal
from auva.errors import InputError
from auva.sheet import read_sample_sheet
from auva.units import THESIS_NAMES
from auva.web.compare import differing, far_apart
from auva.web.project import Project
from auva.web.settings import Settings


def dispute(corpus, video: str) -> None:
    """Let mia begin AU6 at 24 instead of 20, and be far off in 10 rows of VA."""
    rows = [line.split() for line in corpus.au(video).read_text().splitlines()]
    for row in rows:
        if 20 <= int(row[0]) <= 23:
            row[7:9] = "0", "0"
    mia = corpus.au(video).with_name(f"{video}.mia.txt")
    mia.write_text("\n".join(map(" ".join, rows)) + "\n")
    lines = corpus.va(video).read_text().splitlines()
    lines[21:31] = ["0.9,-0.25"] * 10
    corpus.va(video).with_name(f"{video}.mia.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture
def disputed(corpus):
    """A corpus of one video with two annotators."""
    corpus.keep("one")
    dispute(corpus, "one")
    return corpus


def project_of(corpus, **more) -> Project:
    return Project(Settings(corpus.sheet, corpus.results, corpus.overrides), **more)


def decided(page: Page, open_: int, of: int) -> None:
    expect(page.locator("#open-differences")).to_have_text(f"{open_} of {of} differences open")


@pytest.mark.web
def test_differences_are_decided_one_by_one(disputed, serve, page):
    originals = [
        each.with_name(name)
        for each in (disputed.au("one"), disputed.va("one"))
        for name in ("one.txt", "one.mia.txt")
    ]
    before = [path.read_bytes() for path in originals]
    address = serve(disputed, "/adjudicate")
    page.goto(address)
    at(page, 1)
    page.get_by_role("button", name="Create it").click()
    decided(page, 2, 2)
    expect(page.locator("#difference")).to_have_text("AU6 differs, frames 20 to 23")
    at(page, 20)
    expect(page.locator("#takes")).to_have_text("main: presentmia: absent")
    press(page, "w")
    decided(page, 1, 2)
    expect(page.locator("#difference")).to_contain_text("valence differs")
    press(page, "q")
    decided(page, 0, 2)
    press(page, "Control+z")
    decided(page, 1, 2)
    press(page, "q")
    decided(page, 0, 2)

    made = disputed.au("one").with_name("one.consensus.eaf")
    table = read_action_units(made)
    unit = THESIS_NAMES.index("AU6")
    assert (np.flatnonzero(table.presence[:, unit]) + 1).tolist() == list(range(24, 40))
    assert table.mask.all()
    affect = disputed.va("one").with_name("one.consensus.txt")
    given, took = (read_valence_arousal(path) for path in (disputed.va("one"), affect))
    assert took.values[:, 0] == pytest.approx(given.values[:, 0], abs=0.001)
    begun, taken = journal(made)
    assert (begun["source"], taken["source"], taken["from"]) == ("agreement", "adjudication", "mia")
    sums = {entry["file"]: entry["sha256"] for entry in begun["of"]}
    assert sums["one.mia.txt"] in [hashlib.sha256(text).hexdigest() for text in before]
    assert [path.read_bytes() for path in originals] == before

    row = read_sample_sheet(disputed.sheet)["one"]
    assert [path.name for path in row.au] == ["one.txt", "one.mia.txt"]
    assert [path.name for path in row.va] == ["one.txt", "one.mia.txt"]
    assert (row.au_consensus.name, row.va_consensus.name) == (made.name, affect.name)
    # Agreement is still that of the two.
    page.get_by_role("link", name="Agreement").click()
    expect(page.locator("#status")).to_have_text("2 annotators")
    expect(page.locator("tr", has_text="AU6")).to_contain_text("4 of 90")


@pytest.mark.web
def test_a_decision_that_is_being_saved_is_shown_in_no_other_video(corpus, serve, page):
    corpus.keep("one", "two")
    dispute(corpus, "one")
    dispute(corpus, "two")
    page.goto(serve(corpus, "/adjudicate"))
    page.get_by_role("button", name="Create it").click()
    decided(page, 2, 2)
    at(page, 20)
    held = []
    page.route("**/take", lambda route: held.append(route))
    with page.expect_request("**/take"):
        press(page, "w")
    page.select_option("#video", "two")
    [route] = held
    route.continue_()
    expect(page.locator("#banner")).to_contain_text("There is no consensus file yet")
    second = page.context.new_page()
    second.goto(page.url)
    decided(second, 2, 2)
    expect(second.locator("#banner")).to_contain_text("This window is read-only")
    second.close()
    decided(page, 2, 2)
    expect(page.locator(".lane .unjudged")).to_have_count(len(THESIS_NAMES))
    made = corpus.au("one").with_name("one.consensus.eaf")
    assert journal(made)[-1]["from"] == "mia"


@pytest.mark.web
def test_an_annotator_does_not_decide(disputed, serve):
    client = Client(serve(disputed, annotator="mia"))
    status, told = client.ask("/api/adjudicate/one/sources")
    assert status == 403
    assert b"an annotator cannot adjudicate" in told


def test_a_main_annotation_joins_those_that_the_sheet_names(disputed):
    sheet = disputed.sheet
    text = sheet.read_text()
    named = "annotations/au/one.mia.txt;annotations/au/one.ben.txt"
    sheet.write_text(text.replace("annotations/au/one.txt", named))
    disputed.au("one").unlink()
    project = project_of(disputed)
    path = project.annotation("one", "au")
    assert path.name == "one.eaf"  # neither mia's nor ben's
    assert project.enter("one", "au")
    row = read_sample_sheet(sheet)["one"]
    assert [each.name for each in row.au] == ["one.mia.txt", "one.ben.txt", "one.eaf"]
    assert row.au_weights == (1.0, 1.0, 1.0)
    assert not project.enter("one", "au")

    header, line = text.replace("annotations/au/one.txt", named).splitlines()
    sheet.write_text(f"{header}\tau_format\n{line}\tthesis\n")
    with pytest.raises(InputError, match=r"add one\.eaf to that row"):
        project_of(disputed).enter("one", "au")
    consensus = project_of(disputed).adjudicating()
    assert consensus.enter("one", "au")
    row = read_sample_sheet(sheet)["one"]
    assert len(row.au) == 2
    assert row.au_consensus == consensus.annotation("one", "au")


def test_one_annotator_of_a_kind_leaves_nothing_to_decide():
    one = np.array([[0.1, np.nan, 0.9]])
    assert far_apart(one).tolist() == [False] * 3
    assert differing((one > 0.5).astype(np.int8)).tolist() == [False] * 3
    assert far_apart(np.array([[0.1, 0.1], [0.2, 0.5]])).tolist() == [False, True]


def test_a_video_whose_annotators_the_sheet_does_not_name_can_be_decided(disputed):
    sheet = disputed.sheet
    sheet.write_text(sheet.read_text().replace("annotations/va/one.txt", ""))
    disputed.va("one").rename(disputed.va("one").with_name("one.ben.txt"))
    consensus = project_of(disputed).adjudicating()
    assert consensus.enter("one", "va")
    row = read_sample_sheet(sheet)["one"]
    assert [each.name for each in row.va] == ["one.ben.txt", "one.mia.txt"]
    assert project_of(disputed).annotation("one", "va").name == "one.txt"
