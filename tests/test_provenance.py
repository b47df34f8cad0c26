"""Provenance: one record per job, the chain from a result to its sources."""

import json
import os
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from auva.cli import main
from auva.errors import InputError
from auva.workflow.crate import write_crate
from auva.workflow.provenance import chain, folder_of, record_path, records, write_record


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Two jobs: a video is converted, a table is made from it."""
    monkeypatch.chdir(tmp_path)
    for name in ("videos/a.avi", "results/video/a.mp4", "results/tables/t.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(name)
    write_record(
        "results/logs/convert/a.log",
        "convert",
        ["videos/a.avi"],
        ["results/video/a.mp4"],
        {"cfg": {"fps": 30}, "code": "abc"},
    )
    write_record(
        "results/logs/tabulate.log",
        "tabulate",
        ["results/video/a.mp4"],
        ["results/tables/t.csv"],
        {},
    )
    return tmp_path


def test_the_record_of_a_job_lies_beside_its_log():
    assert str(record_path("out/logs/train/au/r1.log")) == "out/provenance/train/au/r1.json"


def test_the_chain_goes_from_a_table_to_the_video(run):
    makers = records("results")
    steps = [step[:2] for step in chain("results/tables/t.csv", makers)]
    assert steps == [(0, "results/tables/t.csv"), (1, "results/video/a.mp4"), (2, "videos/a.avi")]


def test_a_record_holds_the_checksums_of_what_was_read_and_written(run):
    made = json.loads((run / "results/provenance/convert/a.json").read_text())
    read = json.loads((run / "results/provenance/tabulate.json").read_text())
    assert read["inputs"] == made["outputs"]
    assert len(made["inputs"]["videos/a.avi"]) == 64
    assert made["versions"]["auva"]


def test_a_table_older_than_what_it_was_made_from_is_told(run, capsys):
    """A video converted anew leaves the table with the chain of the old one."""
    old = json.loads((run / "results/provenance/convert/a.json").read_text())["outputs"]
    (run / "results/video/a.mp4").write_text("converted anew")
    write_record(
        "results/logs/convert/a.log", "convert", ["videos/a.avi"], ["results/video/a.mp4"], {}
    )
    assert main(["provenance", "results/tables/t.csv"]) == 1
    table, video, source = capsys.readouterr().out.splitlines()
    assert old["results/video/a.mp4"][:12] in video
    assert "other bytes were read" in video
    assert "other bytes" not in table + source
    assert main(["provenance", "results/video/a.mp4", "--check"]) == 0


def test_absolute_paths_and_checkpoints_are_found(run, capsys):
    folder = run / "results/runs/au/r"
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints/iteration-8.safetensors").write_text("weights")
    (folder / "checkpoints.csv").write_text("iteration,file,sha256\n")
    inputs, outputs = ["results/video/a.mp4"], ["results/runs/au/r/checkpoints.csv"]
    write_record("results/logs/train_run/au/r.log", "train_run", inputs, outputs, {})
    assert main(["provenance", f"{folder}/checkpoints/iteration-8.safetensors"]) == 0
    assert "train_run" in capsys.readouterr().out


def test_the_command_prints_and_checks(run, capsys):
    assert main(["provenance", "results/tables/t.csv", "--check"]) == 0
    printed = capsys.readouterr().out
    assert "convert, auva" in printed
    assert printed.count("as recorded") == 3
    (run / "videos/a.avi").write_text("another")
    assert main(["provenance", "results/tables/t.csv", "--check"]) == 1
    assert "videos/a.avi" in [
        line.split()[0] for line in capsys.readouterr().out.splitlines() if "changed" in line
    ]


def test_a_repeated_job_writes_the_same_record(run):
    path = run / "results/provenance/convert/a.json"
    before = path.read_bytes()
    params = {"cfg": {"fps": 30}, "code": "abc"}
    outputs = ["results/video/a.mp4"]
    write_record("results/logs/convert/a.log", "convert", ["videos/a.avi"], outputs, params)
    assert path.read_bytes() == before


@pytest.mark.parametrize("file", ["results/tables/none.csv", "videos/a.avi"])
def test_a_file_that_no_job_made_is_one_line(run, capsys, file):
    assert main(["provenance", file]) == 1
    error = capsys.readouterr().err
    assert error.startswith("auva: ")
    assert file in error
    assert error.count("\n") == 1


def test_a_damaged_record_is_named(run):
    (run / "results/provenance/tabulate.json").write_text("{")
    with pytest.raises(InputError, match=r"tabulate\.json"):
        records("results")
    assert str(folder_of("results/tables/t.csv")) == "results"


def test_the_crate_names_the_result_its_sources_and_what_made_it(run):
    out = Path("results/ro-crate-metadata.json")
    write_crate(["results/tables/t.csv"], out, "https://example.org/licence")
    entities = {entity["@id"]: entity for entity in json.loads(out.read_text())["@graph"]}
    crate = ROCrate(run / "results")
    assert crate.root_dataset["license"].type == "CreativeWork"
    assert [part.id for part in crate.root_dataset["hasPart"]] == ["tables/t.csv"]
    action = entities["#made-tables/t.csv"]
    assert action["object"] == [{"@id": "#source-videos/a.avi"}]
    assert len(entities["#source-videos/a.avi"]["sha256"]) == 64
    named = {link["@id"] for entity in entities.values() for link in links(entity)}
    outside = {name for name in named if name not in entities}
    assert outside == {"https://w3id.org/ro/crate/1.1"}


def test_the_crate_says_who_and_when_and_is_the_same_on_another_day(run):
    out = Path("results/ro-crate-metadata.json")
    os.utime("results/tables/t.csv", (1_000_000_000, 1_000_000_000))
    write_crate(["results/tables/t.csv"], out, "https://example.org/licence")
    root = ROCrate(run / "results").root_dataset
    assert root["datePublished"] == "2001-09-09"
    assert "author" not in root.properties()
    said = {"creators": ["Lab of Faces"], "published": "2026-01-31"}
    write_crate(["results/tables/t.csv"], out, "https://example.org/licence", said)
    root = ROCrate(run / "results").root_dataset
    assert root["datePublished"] == "2026-01-31"
    assert [author["name"] for author in root["author"]] == ["Lab of Faces"]
    assert root["publisher"] == root["author"]


def links(entity):
    for value in entity.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                yield part
