"""`auva predict` on real faces, from the video to the overlay."""

import subprocess

import numpy as np
import pandas as pd
import pytest

from auva.cli import main
from auva.commands.predict import result_names
from auva.errors import InputError
from auva.prediction.overlay import PANEL, compose, empty_panel
from auva.prediction.pipeline import stages_of
from auva.units import THESIS_NAMES
from auva.video.encoder import ffmpeg_binary
from auva.video.reader import FrameReader
from auva.video.source import SourceVideo


@pytest.fixture(scope="module")
def clip(london, tmp_path_factory):
    """Half a second of a real video at its own frame rate."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = [ffmpeg_binary(), "-loglevel", "error", "-i", str(london / "videos/video06.avi")]
    subprocess.run([*command, "-t", "0.5", "-an", str(path)], check=True)
    return path


def test_predicts_a_video_in_every_format(
    trained, clip, dpm_model, tmp_path, capsys, monkeypatch, root
):
    monkeypatch.chdir(root)
    out = tmp_path / "out"
    formats = ["--format", "auva", "--format", "abaw", "--format", "openface"]
    arguments = ["predict", str(clip), "--run", str(trained.joint), "--out", str(out), *formats]
    assert main([*arguments, "--overlay"]) == 0
    names = ["clip.csv", "clip.abaw-au.txt", "clip.abaw-va.txt", "clip.openface.csv"]
    names.append("clip.overlay.mp4")
    assert capsys.readouterr().out.split() == [str(out / name) for name in names]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    table = pd.read_csv(out / "clip.csv")
    assert abs(len(table) - 15) <= 1
    assert (table["status"] == "face").mean() > 0.9
    assert table.loc[table["status"] == "face", "AU1"].notna().all()
    rows = (out / "clip.abaw-va.txt").read_text().splitlines()
    assert len(rows) - 1 == sum(1 for _ in SourceVideo(clip).frames())
    with FrameReader(out / "clip.overlay.mp4") as reader:
        assert len(reader) == len(table)
        assert reader.read(1).shape[1] > PANEL


def test_a_bad_video_is_told_and_leaves_nothing(
    trained, tmp_path, capsys, dpm_model, monkeypatch, root
):
    monkeypatch.chdir(root)
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    out = tmp_path / "out"
    missing = tmp_path / "missing.mp4"
    assert (
        main(["predict", str(bad), str(missing), "--run", str(trained.joint), "--out", str(out)])
        == 1
    )
    lines = capsys.readouterr().err.strip().splitlines()
    told = [line for line in lines if line.startswith("auva: ")]
    assert len(told) == 2
    assert "bad.mp4" in told[0]
    assert "missing.mp4: no such video" in told[1]
    assert list(out.iterdir()) == []


def test_bad_arguments_are_told(trained, tmp_path, capsys):
    video = str(tmp_path / "v.mp4")
    assert main(["predict", video, "--run", str(tmp_path)]) == 1
    assert "not the folder of a trained run" in capsys.readouterr().err
    assert main(["predict", video, "--run", str(trained.joint), "--threads", "0"]) == 1
    assert "--threads: 0 is not at least 1" in capsys.readouterr().err
    file = tmp_path / "v.mp4"
    file.write_bytes(b"")
    assert main(["predict", video, "--run", str(trained.joint), "--out", video]) == 1
    assert "v.mp4: cannot create the folder" in capsys.readouterr().err
    config = tmp_path / "config.yaml"
    config.write_text("- a list")
    assert main(["predict", video, "--run", str(trained.joint), "--out", str(config)]) == 1
    assert "config.yaml: cannot create the folder" in capsys.readouterr().err
    config.write_text("crops: {size: 16}")
    assert main(["predict", video, "--run", str(trained.joint), "--configfile", str(config)]) == 1
    assert "crops.size is 16, but the run needs faces of 28 pixels" in capsys.readouterr().err
    config.write_text("- a list")
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("video: {crf: 20}")
    both = ["--configfile", str(config), "--configfile", str(overlay)]
    assert main(["predict", video, "--run", str(trained.joint), *both]) == 1
    assert "config.yaml: is not a config" in capsys.readouterr().err


def test_two_videos_of_one_name_are_refused(tmp_path):
    one, other = tmp_path / "a" / "v.mp4", tmp_path / "b" / "v.mkv"
    with pytest.raises(InputError, match="would overwrite"):
        result_names([one, other])
    assert result_names([one, one]) == {one: "v"}


def test_settings_come_from_the_sections_of_a_config():
    stages = stages_of({"video": {"crf": 20}, "selection": {"overrides": "x", "max_jump": 1}})
    assert stages.video == {"fps": 30, "crf": 20, "preset": "veryfast", "ffmpeg": None}
    assert stages.selection == {"max_jump": 1}
    assert stages.crops == {}


def test_overlay_shows_box_bars_and_affect():
    picture = np.full((100, 120, 3), 60, np.uint8)
    row: dict = {"time": 1.5, "frame": 46, "status": "face", "reason": "", "valence": 0.5}
    row |= {"arousal": -0.5} | dict.fromkeys(THESIS_NAMES, 0.2)
    row |= {f"{au}_present": 0 for au in THESIS_NAMES}
    panel = empty_panel(500, dict.fromkeys(THESIS_NAMES, 0.5))
    box = np.array([10.0, 10, 90, 90])
    plain = np.asarray(compose(picture, 5, panel, box, row))
    assert plain.shape == (500, 600 + PANEL, 3)
    assert (plain[10, 50] == (255, 159, 67)).all()
    more = np.asarray(compose(picture, 5, panel, box, {**row, "AU12": 0.9, "AU12_present": 1}))
    changed = np.flatnonzero((plain != more).any(axis=(1, 2)))
    assert changed.min() > 100
    assert changed.max() < 150
    none = {**row, "status": "none", "reason": "no detection"}
    empty = np.asarray(compose(picture, 5, panel, np.full(4, np.nan), none))
    assert (empty[:, :600] == 60).all()


def test_the_overlay_leaves_out_what_the_run_does_not_predict():
    whole, nothing = dict.fromkeys(THESIS_NAMES, 0.5), {}
    full, units, affect = (
        np.asarray(empty_panel(420, thresholds, plane))
        for thresholds, plane in ((whole, True), (whole, False), (nothing, True))
    )
    bars, plane = slice(30, 215), slice(218, 420)
    assert (full[bars] == units[bars]).all()
    assert (full[plane] == affect[plane]).all()
    for rest in (units[plane], affect[bars]):
        assert (rest == rest[0, 0]).all()
    assert not (full[plane] == full[0, 0]).all()
