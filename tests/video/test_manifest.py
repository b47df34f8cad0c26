import subprocess
import sys
from pathlib import Path

import pytest

from auva.errors import InputError
from auva.video import read_manifest, timestamps_path


def test_timestamps_lie_beside_the_manifest() -> None:
    assert timestamps_path("results/video/7-30.a.frames.csv") == Path(
        "results/video/7-30.a.source.csv"
    )
    assert timestamps_path(Path("m.csv")) == Path("m.source.csv")


@pytest.mark.parametrize(
    "text", [None, "", "frame,time\n1,0\n", "frame,time,source_frame,source_time\n"]
)
def test_bad_manifests(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.frames.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match="x.frames.csv"):
        read_manifest(path)


def test_the_package_is_light() -> None:
    code = "import sys, auva.video, auva.faces, auva.alignment; print('av' in sys.modules or 'numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
    code = "import sys; from auva.faces import read_overrides; print({'av', 'numpy', 'pandas'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"
