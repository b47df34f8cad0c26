"""Croissant metadata and datasheet: valid, and with the numbers of the run."""

import hashlib
import json
import logging
from pathlib import Path

import mlcroissant as mlc
import pytest

from auva.dataset.datasheet import describe_dataset
from auva.dataset.description import NOT_STATED
from auva.dataset.pack import pack
from auva.errors import InputError
from auva.splits.stage import split

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture
def described(make_corpus, tmp_path: Path):
    """Split, pack at two sizes and describe a small corpus; return how to do it again."""
    corpus = make_corpus(videos=6, people=5)
    folder = tmp_path / "dataset"
    folder.mkdir()
    names = [folder / "split.csv", folder / "split.json"]
    split(corpus.samples, corpus.labels, *names, {"folds": 0}, 1)
    packed = []
    for size in (28, 16):
        packed.append(folder / f"faces_{size}.h5")
        pack(names[0], corpus.people, corpus.crops, corpus.labels, packed[-1], size, {})

    def describe(**cfg) -> Path:
        out = folder / "croissant.json", folder / "datasheet.md", folder / "datasheet.html"
        describe_dataset(corpus.samples, corpus.labels, packed, *names, *out, cfg, LICENCE, 30.0)
        return folder

    return describe


def test_the_metadata_are_valid_croissant_with_the_rai_fields(described, caplog):
    folder = described(published="2026-01-31", citation="@misc{x}", consent="All signed.")
    with caplog.at_level(logging.WARNING):
        dataset = mlc.Dataset(folder / "croissant.json")
    assert dataset.metadata.ctx.issues.errors == set()
    assert dataset.metadata.ctx.issues.warnings == set()
    page = json.loads((folder / "croissant.json").read_text())
    assert page["conformsTo"] == [
        "http://mlcommons.org/croissant/1.0",
        "http://mlcommons.org/croissant/RAI/1.0",
    ]
    fields = {name for name in page if name.startswith("rai:")}
    assert {
        "rai:dataCollection",
        "rai:dataBiases",
        "rai:dataLimitations",
        "rai:dataAnnotationProtocol",
        "rai:personalSensitiveInformation",
        "rai:dataSocialImpact",
        "rai:dataUseCases",
        "rai:dataReleaseMaintenancePlan",
    } <= fields
    assert "All signed." in json.dumps(page["rai:personalSensitiveInformation"])
    for file in page["distribution"]:
        content = (folder / file["contentUrl"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_the_record_set_gives_the_split(described):
    folder = described()
    logging.getLogger("absl").setLevel(logging.ERROR)
    rows = [
        tuple(value.decode() if isinstance(value, bytes) else str(value) for value in row.values())
        for row in mlc.Dataset(folder / "croissant.json").records("videos")
    ]
    lines = (folder / "split.csv").read_text().rstrip().splitlines()[1:]
    assert rows == [tuple(line.split(",")) for line in lines]


def test_the_datasheet_tells_the_runs_numbers_and_what_is_not_stated(described):
    folder = described(purpose="To test.")
    page = (folder / "datasheet.md").read_text()
    frames = sum(
        json.loads((folder / "split.json").read_text())["sets"][s]["frames"]
        for s in ("train", "validation", "test")
    )
    assert f"{frames:,} face crops from 6 videos of 5 people" in page
    assert "**For what purpose was the dataset created?** To test." in page
    assert f"**Who created it?** {NOT_STATED}" in page
    assert "faces_16.h5" in page
    assert "no detection" in page
    assert "16, 28 pixels" in page
    html = (folder / "datasheet.html").read_text()
    assert html.count("<h2>") == page.count("\n## ") == 6
    before = [
        (folder / n).read_bytes() for n in ("croissant.json", "datasheet.md", "datasheet.html")
    ]
    described(purpose="To test.")
    assert before == [
        (folder / n).read_bytes() for n in ("croissant.json", "datasheet.md", "datasheet.html")
    ]


@pytest.mark.parametrize(
    ("cfg", "message"),
    [
        ({"purpos": "x"}, r"datasheet: unknown key .purpos. \(did you mean 'purpose'\?\)"),
        ({"published": "31.1.2026"}, r"datasheet\.published is '31\.1\.2026', not a date"),
    ],
)
def test_wrong_settings_are_one_line_and_write_nothing(described, tmp_path, cfg, message):
    with pytest.raises(InputError, match=message):
        described(**cfg)
    assert not (tmp_path / "dataset/croissant.json").exists()
    assert not (tmp_path / "dataset/datasheet.html").exists()
