"""What the plan waits for: every file that an annotation is read from, its layout included."""

from pathlib import Path

import pytest

from auva.errors import InputError
from auva.workflow.plan import Corpus, sources
from auva.workflow.store import Disk

DISK = Disk()

HEADER = "video\tpath\tidentity\tsex\tau\tva\tau_layout\tva_layout"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "SN001").mkdir()
    for name in ("v.mp4", "a.csv", "b.csv", "c.csv", "all.yaml", "c.csv.yaml"):
        (tmp_path / name).touch()
    for name in ("SN001_au12.txt", "SN001_au4.txt", ".hidden.txt", "picture.png"):
        (tmp_path / "SN001" / name).touch()
    return tmp_path


def plan(folder: Path, au: str, va: str, au_layout: str = "", va_layout: str = "") -> Corpus:
    row = ("v", "v.mp4", "anna", "female", au, va, au_layout, va_layout)
    (folder / "videos.tsv").write_text(f"{HEADER}\n" + "\t".join(row) + "\n")
    return Corpus(str(folder / "videos.tsv"), None)


def names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


def test_layouts_named_in_the_sheet_and_beside_annotations_are_inputs(corpus):
    found = plan(corpus, "a.csv", "b.csv;c.csv", "threshold=0.5", "all.yaml;")
    assert names(found.layouts("v")) == ["all.yaml", "c.csv.yaml"]
    row = found.annotation_row("v")
    assert row["au_layouts"] == ["threshold=0.5"]
    assert row["va_layouts"] == [str(corpus / "all.yaml"), ""]
    assert found.missing() == []


def test_a_layout_that_is_not_there_is_missing(corpus):
    found = plan(corpus, "a.csv", "", "none.yaml")
    assert found.missing() == [f"{corpus / 'videos.tsv'}, line 2: no file {corpus / 'none.yaml'}"]
    assert sources(found.layouts("v"), DISK, "missing") == ["missing"]


def test_a_folder_stands_for_the_files_in_it(corpus):
    found = plan(corpus, "SN001", "")
    files = sources(found.annotations("v", "au"), DISK, "missing")
    assert names(files) == ["SN001_au12.txt", "SN001_au4.txt"]
    (corpus / "SN001.yaml").write_text("threshold: 2\n")
    assert names(found.layouts("v")) == ["SN001.yaml"]


def test_several_files_of_one_annotation_are_inputs(corpus):
    found = plan(corpus, "a.csv|b.csv|none.csv", "")
    assert names(sources(found.annotations("v", "au"), DISK, "missing")) == [
        "a.csv",
        "b.csv",
        "missing",
    ]


def test_a_wrong_layout_is_told_with_the_line_of_the_sheet(corpus):
    with pytest.raises(InputError, match=r"videos\.tsv, line 2: unknown key 'treshold' of the lay"):
        plan(corpus, "a.csv", "", "treshold=1")
