import subprocess
import sys
from pathlib import Path

import pytest

from auva.errors import InputError
from auva.records.manifest import read_manifest, timestamps_path

HEADER = "frame,time,source_frame,source_time\n"


def test_timestamps_lie_beside_the_manifest() -> None:
    assert timestamps_path("results/7-30.a.frames.csv") == Path("results/7-30.a.source.csv")
    assert timestamps_path(Path("m.csv")) == Path("m.source.csv")


@pytest.mark.parametrize("text", [None, "", "frame,time\n1,0\n", HEADER])
def test_bad_manifests(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.frames.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=r"x\.frames\.csv"):
        read_manifest(path)


@pytest.mark.parametrize(
    "statement",
    [
        "import auva.video, auva.faces, auva.alignment, auva.dpm, auva.tables, auva.figures",
        "from auva.faces.overrides import read_overrides",
        "from auva.demo.catalogue import catalogue",
        "from auva.models.run import expand",
        "from auva.tables.layouts import LAYOUTS",
    ],
)
def test_what_the_workflow_reads_when_it_is_parsed_is_light(statement: str) -> None:
    heavy = "{'av', 'numpy', 'pandas', 'PIL', 'h5py', 'torch'} & set(sys.modules)"
    code = f"import sys; {statement}; print({heavy})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
