"""Annotators whose tables have a layout stand in the comparison; nothing of theirs is edited."""

from pathlib import Path

import numpy as np
import pytest

from auva.annotations import Context, Timeline
from auva.web.compare import compare
from auva.web.frame_rows import OriginalFrames
from auva.web.project import Project
from auva.web.settings import Settings

FRAMES = 6


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "raters.csv").write_text(
        "t,ann,ben,smile\n" + "".join(f"{k},0.5,{k / 10},{k % 2}\n" for k in range(FRAMES))
    )
    (tmp_path / "own.csv").write_text("AU12\n" + "1\n" * FRAMES)
    columns = "video\tpath\tidentity\tsex\tau\tva\tau_layout\tva_layout"
    frames = "time=t, unit=frames, first=0"
    row = ("v", "v.mp4", "anna", "female", "raters.csv;own.csv", "raters.csv")
    row += (f"{frames}, values=presence, AU12=smile;", f"{frames}, scale=0:1, valence=ann")
    (tmp_path / "videos.tsv").write_text(columns + "\n" + "\t".join(row) + "\n")
    return Project(Settings(videos=tmp_path / "videos.tsv", results=tmp_path / "results"))


def test_tables_are_compared_as_their_layouts_say(project):
    source = OriginalFrames(np.arange(FRAMES), FRAMES, Context(Timeline(FRAMES, original=FRAMES)))
    found = compare(project, "v", source)
    assert found["problems"] == []
    assert len(found["annotators"]["au"]) == 2
    smile = next(unit for unit in found["units"] if unit["name"] == "AU12")
    assert smile["frames"] == FRAMES
