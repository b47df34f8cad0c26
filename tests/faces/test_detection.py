from pathlib import Path

import pandas as pd
import pytest

from auva.errors import InputError
from auva.faces.detection import detect_faces
from auva.video.reader import iterate_frames

CFG = {"name": "dpm", "mode": "pruned", "threshold": 1.0, "overlap": 0.3, "greyscale": True}


def test_a_video_without_faces_gives_a_table_without_rows(
    clip: Path, dpm_model: Path, tmp_path: Path
) -> None:
    detect_faces(clip, tmp_path / "d.csv", CFG, dpm_model, 1)
    assert (tmp_path / "d.csv").read_text() == "frame,score,left,top,right,bottom,search\n\n"


def test_boxes_are_those_of_the_detector(
    clip: Path, dpm_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import auva.dpm.stream
    from auva.dpm.boxes import Detection

    def found(frames, cfg, threads, model):
        assert (cfg, threads, model) == (CFG, 2, dpm_model)
        for frame, image in frames:
            assert image.shape == (96, 128, 3)
            yield (
                frame,
                "full",
                [Detection(1.5, 4, 5, 6, 7), Detection(2.5, 1, 2, 3, 4)][: frame % 3],
            )

    monkeypatch.setattr(auva.dpm.stream, "detect_frames", found)
    detect_faces(clip, tmp_path / "d.csv", CFG, dpm_model, 2)
    table = pd.read_csv(tmp_path / "d.csv")
    assert table["frame"].tolist() == sorted(
        [f for f, _ in iterate_frames(clip) for _ in range(f % 3)]
    )
    assert table.iloc[1].tolist() == [2, 2.5, 1, 2, 3, 4, "full"], "falling scores"


def test_unknown_detectors_and_settings(clip: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'dpm'"):
        detect_faces(clip, tmp_path / "d.csv", {"name": "dmp"})
    with pytest.raises(InputError, match="detector: unknown key 'scale'"):
        detect_faces(clip, tmp_path / "d.csv", {"name": "opencv", "scale": 2})
    assert list(tmp_path.iterdir()) == []


def test_the_opencv_detector_finds_a_real_face(london: Path, tmp_path: Path) -> None:
    from auva.faces.detection import _menpodetect

    frames = []
    for frame, picture in iterate_frames(london / "videos" / "video01.mp4"):
        frames.append((frame, picture))
        if frame == 2:
            break
    truth = pd.read_csv(london / "truth" / "video01.csv").iloc[0]
    found = list(_menpodetect(frames, "opencv", {"name": "opencv"}))
    assert [frame for frame, _, _ in found] == [1, 2]
    assert any(
        left < truth.cx < right and top < truth.cy < bottom
        for _, left, top, right, bottom in found[0][2]
    )
