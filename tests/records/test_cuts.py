"""A file between stages that was cut is refused in one line, or says what the whole one says."""

import random
from pathlib import Path

import pytest
from stage_files import STAGE_FILES, StageFile

import auva.records

IDS = [each.name.replace("/", "-") for each in STAGE_FILES]
NOT_CUT = {"document", "hdf5", "table", "tensors"}
"""Modules of `auva.records` that own no file of their own."""


def cuts(data: bytes, text: bool) -> list[int]:
    """Lengths to cut a file to: each line end, before and after it, and places in between."""
    draw = random.Random(5)
    ends = [place for place, byte in enumerate(data) if byte == 10] if text else []
    middle = [draw.randrange(len(data)) for _ in range(40 if text else 8)]
    edges = [0, 1, 7, 8, 9, 511, 512, 513, len(data) - 9, len(data) - 1]
    every = {*ends, *(end + 1 for end in ends), *middle, *edges}
    return sorted(length for length in every if 0 <= length < len(data))


@pytest.mark.parametrize("kind", STAGE_FILES, ids=IDS)
def test_a_cut_is_refused_or_changes_nothing(kind: StageFile, tmp_path: Path) -> None:
    known = kind.known(tmp_path)
    data = (tmp_path / kind.name).read_bytes()
    lengths = cuts(data, kind.name.endswith((".csv", ".json")))
    found = {length: kind.outcome(tmp_path, data[:length], known) for length in lengths}
    assert "different" not in found.values(), found
    # The line end of the last line says nothing.
    assert {length for length in lengths if found[length] == "same"} <= {len(data) - 1}
    assert kind.outcome(tmp_path, data, known) == "same"


def test_each_owner_of_a_file_is_cut() -> None:
    source = (Path(__file__).parent / "stage_files.py").read_text()
    owners = {path.stem for path in Path(auva.records.__path__[0]).glob("[!_]*.py")} - NOT_CUT
    assert {owner for owner in owners if f"auva.records.{owner} import" not in source} == set()
