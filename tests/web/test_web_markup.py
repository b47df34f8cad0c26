"""Markup in each text that a user can give stays text: in tables, datasheet and pages."""

from html import escape
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from span_files import eaf, tier
from stage_files import STAGE_FILES

from auva.dataset.datasheet import describe_dataset
from auva.dataset_settings import DATASHEET
from auva.records.report import write_report
from auva.records.split import Place, write_split
from auva.sheet import Video, recordings
from auva.tables.alignment import write_alignment
from auva.tables.page import Cell, Row, html
from auva.tables.page import Page as Table
from auva.units import SETS

MARK = "<img src=x onerror=window.ran=1><script>window.ran=1</script>\"'><b class=given>&amp;"
TEXT = "<b class=given>"
NOTHING = "!window.ran && !document.querySelector('.given, img[src=x], body script:not([src])')"


def opened(page: Page, path: Path) -> str:
    """Open a file and return the text that it shows, after a look for what the markup makes."""
    page.goto(path.as_uri())
    assert page.evaluate(NOTHING)
    shown = page.locator("html").inner_text()
    assert TEXT in shown
    return shown


@pytest.mark.web
def test_markup_in_tables_stays_text(tmp_path: Path, page: Page) -> None:
    entry = {"file": MARK, "frames_of": MARK, "rows": 9, "extended": 0, "cropped": 0}
    entry |= {"left_out": [f"tier '{MARK}'"], "other_units": {MARK: 1}, "read_as": [MARK]}
    report = {"video": MARK, "source_frames": 6, "converted_frames": 6, "au": [entry], "va": []}
    report |= {"largest_time_error_ms": 1.5, "missing_pictures": 0, "longest_frozen_run": 2}
    write_report(tmp_path / "v.json", report)
    alignment = [tmp_path / f"alignment.{kind}" for kind in ("csv", "md", "html")]
    write_alignment([tmp_path / "v.json"], *alignment)
    assert opened(page, alignment[2]).count(TEXT) == 6

    rows = [Row((MARK, MARK), [Cell(MARK, (MARK,)), Cell(MARK, best=True)])]
    table = Table(MARK, MARK, (MARK, MARK), (MARK, MARK), rows, (MARK,))
    path = tmp_path / "table.html"
    path.write_text(html(table))
    assert opened(page, path).count(TEXT) == 11
    assert page.title() == MARK


@pytest.mark.web
def test_markup_in_a_datasheet_stays_text(tmp_path: Path, page: Page) -> None:
    for name in ("v.csv", "split.json", "faces.h5"):
        next(each for each in STAGE_FILES if each.name == name).write(tmp_path)
    (tmp_path / "faces.h5").rename(tmp_path / "faces_8.h5")
    people = {f"v{k}": Place(f"{MARK}{k}", SETS[k], 0) for k in range(3)}
    samples = recordings(
        Video(name, Path(MARK), place.identity, "female") for name, place in people.items()
    )
    write_split(tmp_path / "split.csv", people)
    cfg = dict.fromkeys(set(DATASHEET) - {"version", "published", "url"}, MARK)
    cfg["creators"] = [MARK]
    out = [tmp_path / f"datasheet.{kind}" for kind in ("json", "md", "html")]
    describe_dataset(
        samples,
        dict.fromkeys(people, tmp_path / "v.csv"),
        [tmp_path / "faces_8.h5"],
        tmp_path / "split.csv",
        tmp_path / "split.json",
        *out,
        cfg,
        MARK,
        30.0,
    )
    assert opened(page, out[2]).count(TEXT) >= 7


@pytest.mark.web
def test_markup_in_a_sheet_and_in_annotations_stays_text(corpus, serve, page: Page) -> None:
    corpus.sheet.write_text(corpus.sheet.read_text().replace("person-one", MARK.replace('"', "")))
    corpus.keep("one", "two")
    page.goto(serve(corpus))
    expect(page.locator("#status")).to_have_text("Saved")
    page.locator(".lane[data-unit=AU6] .span").first.click()
    page.locator("#comment").fill(MARK)
    page.locator("#comment").press("Enter")
    expect(page.locator("#status")).to_have_text("Saved")
    page.reload()
    expect(page.locator("#status")).to_have_text("Saved")
    assert page.evaluate(NOTHING)
    page.goto(serve(corpus, "/review"))
    expect(page.locator("body")).to_contain_text("one")
    assert page.evaluate(NOTHING)
    # Another tier would be lost by an edit: the page names it.
    corpus.keep("two")
    eaf(corpus.au("two"), tier("AU12", (0, 500, "")), tier(escape(MARK), (0, 500, escape(MARK))))
    page.goto(serve(corpus))
    expect(page.locator("body")).to_contain_text(TEXT)
    assert page.evaluate(NOTHING)
