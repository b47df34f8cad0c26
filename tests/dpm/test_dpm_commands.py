"""`auva detect` and `auva calibrate`."""

import csv
import json
import struct
import subprocess
import sys
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from handmade_h264 import raw_h264
from PIL import Image

from auva.cli import main
from auva.dpm.detector import Detector
from auva.dpm.drawing import VideoWriter
from auva.dpm.stills import is_picture, read_picture
from auva.errors import InputError
from auva.video.source import SourceVideo


def table(path):
    with path.open() as stream:
        return list(csv.DictReader(stream))


def test_detect_in_a_picture(golden, dpm_model, tmp_path, capsys):
    source = golden / "images" / "multi_face.png"
    out, drawn = tmp_path / "faces.csv", tmp_path / "faces.png"
    assert main(["detect", str(source), "--model", str(dpm_model), "--out", str(out),
                 "--draw", str(drawn)]) == 0  # fmt: skip
    rows = table(out)
    expected = Detector(dpm_model).detect(np.asarray(Image.open(source)))
    assert [int(row["left"]) for row in rows] == [face.left for face in expected]
    assert list(rows[0]) == ["frame", "score", "left", "top", "right", "bottom", "search"]
    picture = np.asarray(Image.open(drawn))
    assert picture.shape == (426, 640, 3)
    assert (picture != np.asarray(Image.open(source))).any()
    assert main(["detect", str(source), "--model", str(dpm_model)]) == 0
    assert capsys.readouterr().out == out.read_text()


def test_detect_in_a_video(london, dpm_model, tmp_path):
    import av

    source = tmp_path / "short.mp4"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.height, stream.width, stream.pix_fmt = 324, 400, "yuv420p"
        for number, image in SourceVideo(london / "videos" / "video03.mkv").pictures():
            if number > 6:
                break
            image = np.ascontiguousarray(image[:324, :400])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    out, drawn = tmp_path / "faces.csv", tmp_path / "faces.mp4"
    assert main(["detect", str(source), "--model", str(dpm_model), "--mode", "video", "--threads",
                 "2", "--out", str(out), "--draw", str(drawn)]) == 0  # fmt: skip
    rows = table(out)
    assert [row["frame"] for row in rows] == [str(n) for n in range(1, 7)]
    assert {row["search"] for row in rows} == {"full", "tracked"}
    assert sum(1 for _ in SourceVideo(drawn).pictures()) == 6


def test_a_drawn_video_takes_the_threads_that_it_is_given(tmp_path):
    """x264 by itself starts one and a half threads for each core."""

    def threads_now():
        return sum(1 for _ in Path("/proc/self/task").iterdir())

    counts = []
    for threads in (1, 6):
        writer = VideoWriter(tmp_path / "drawn.mp4", 25.0, threads)
        before = threads_now()
        writer.write(Image.new("RGB", (640, 480)))
        counts.append(threads_now() - before)
        writer.close()
    assert counts[0] == 0
    assert counts[1] >= 6


def bad_sources(tmp_path, london):
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("not a picture")
    video = (london / "videos" / "video01.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(video[:3000])
    image = Image.fromarray(np.zeros((90, 90, 3), np.uint8))
    image.save(tmp_path / "whole.png")
    data = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    return ["nothing.png", "empty.png", "text.png", "cut.mp4", "cut.png"]


def test_bad_sources_give_one_line(tmp_path, london, dpm_model, capsys):
    for name in bad_sources(tmp_path, london):
        out = tmp_path / "out.csv"
        code = main(["detect", str(tmp_path / name), "--model", str(dpm_model), "--out", str(out)])
        shown = capsys.readouterr()
        assert code == 1
        assert shown.err.count("\n") == 1
        assert name in shown.err
        assert shown.out == ""
        assert not out.exists()


def test_a_picture_of_16_bits_is_refused_and_a_turned_one_turned(tmp_path):
    deep = tmp_path / "deep.png"
    Image.fromarray(np.full((80, 80), 40_000, np.uint16)).save(deep)
    with pytest.raises(InputError, match=r"deep\.png.*8 bits"):
        read_picture(deep)
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by a quarter circle
    Image.new("RGB", (80, 120)).save(turned, exif=exif)
    assert read_picture(turned).shape == (80, 120, 3)


def deep_png(path, kind):
    """Write a PNG of 16 bits per channel of a colour type (2 RGB, 4 grey and alpha, 6 RGBA)."""
    channels = {2: 3, 4: 2, 6: 4}[kind]
    data = zlib.compress((b"\0" + bytes(2 * channels * 80)) * 80)
    head = struct.pack(">IIBBBBB", 80, 80, 16, kind, 0, 0, 0)
    with path.open("wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n")
        for name, content in ((b"IHDR", head), (b"IDAT", data), (b"IEND", b"")):
            check = struct.pack(">I", zlib.crc32(name + content))
            stream.write(struct.pack(">I", len(content)) + name + content + check)


@pytest.mark.parametrize("kind", [2, 4, 6])
def test_colours_of_16_bits_are_refused(tmp_path, kind):
    path = tmp_path / "deep.png"
    deep_png(path, kind)
    with pytest.raises(InputError, match=r"deep\.png.*8 bits"):
        read_picture(path)


@pytest.mark.parametrize("name", ["phone.mpo", "pages.tiff", "moving.png", "moving.webp"])
def test_a_still_of_several_pictures_is_its_first(tmp_path, name):
    """The preview in a phone's JPEG, pages and animations make no video of a picture."""
    path = tmp_path / name
    first, second = (Image.new("RGB", (80, 120), colour) for colour in ("navy", "white"))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = {"exif": exif} if name == "phone.mpo" else {}
    first.save(path, save_all=True, append_images=[second], **turned)
    assert is_picture(path)
    picture = read_picture(path)
    assert picture.shape[:2] == ((80, 120) if turned else (120, 80))
    assert picture[..., 0].max() < 50


def test_only_an_animated_gif_is_a_video(tmp_path):
    first, second = (Image.new("L", (80, 90), level) for level in (0, 255))
    first.save(tmp_path / "still.gif")
    first.save(tmp_path / "moving.gif", save_all=True, append_images=[second])
    assert is_picture(tmp_path / "still.gif")
    assert not is_picture(tmp_path / "moving.gif")
    assert sum(1 for _ in SourceVideo(tmp_path / "moving.gif").pictures()) == 2


@pytest.mark.parametrize(
    "error", [ValueError("bad"), TypeError("bad"), Image.DecompressionBombError("bad")]
)
def test_whatever_pillow_raises_is_one_line(tmp_path, monkeypatch, error):
    path = tmp_path / "corrupt.png"
    path.write_bytes(b"x")

    def fail(*_):
        raise error

    monkeypatch.setattr(Image, "open", fail)
    assert is_picture(path)
    with pytest.raises(InputError, match=r"corrupt\.png: not a readable image \(bad\)"):
        read_picture(path)


def test_frames_of_a_turned_video_are_upright(london):
    numbers, images = zip(*SourceVideo(london / "videos" / "video10.mp4").pictures(), strict=True)
    assert numbers == tuple(range(1, 151))
    assert {image.shape for image in images} == {(480, 360, 3)}


def test_the_rate_and_the_stream_of_a_source_can_be_told(dpm_model, tmp_path, capsys):
    raw, drawn = tmp_path / "x.h264", tmp_path / "drawn.mp4"
    raw.write_bytes(raw_h264(3, None))
    command = ["detect", str(raw), "--model", str(dpm_model), "--draw", str(drawn)]
    assert main(command) == 1
    assert "x.h264: the stream states no frame rate" in capsys.readouterr().err
    assert main([*command, "--fps", "30000/1001"]) == 0
    assert SourceVideo(drawn).rate == Fraction(30000, 1001)
    assert main([*command, "--fps", "30000/1001", "--stream", "1"]) == 1
    assert "has no video stream 1, but 0 (h264 64x64" in capsys.readouterr().err
    assert main([*command, "--fps", "0"]) == 1
    assert "--fps: '0' is not a frame rate above 0" in capsys.readouterr().err


@pytest.mark.parametrize(("mode", "shape"), [("LA", (90, 80, 2)), ("P", (90, 80, 3))])
def test_grey_with_alpha_and_palettes(tmp_path, mode, shape):
    path = tmp_path / "picture.png"
    Image.new(mode, (80, 90)).save(path)
    assert read_picture(path).shape == shape


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mode", "fast"], "detector.mode"),
        (["--mode", "video"], "needs a video"),
        (["--threads", "0"], "--threads"),
        (["--model", "nothing.txt"], "nothing.txt"),
    ],
)
def test_wrong_arguments(golden, dpm_model, capsys, arguments, message):
    source = golden / "images" / "noise.png"
    assert main(["detect", str(source), "--model", str(dpm_model), *arguments]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--out", "folder", "folder: is a folder"),
        ("--out", "source.png", "source.png: is the source itself"),
        ("--out", "source.png/x.csv", "source.png: cannot create the folder"),
        ("--draw", "folder", "folder: is a folder"),
        ("--draw", "source.png", "source.png: is the source itself"),
        ("--draw", "x.psd", "x.psd: no picture can be written with the ending '.psd'"),
        ("--draw", "x.xbm", "the ending '.xbm'"),
        ("--draw", "x.mp4", "the ending '.mp4'"),
        ("--draw", "x", "the ending ''"),
    ],
)
def test_a_wrong_output_is_told_before_the_search(
    tmp_path, dpm_model, monkeypatch, capsys, option, name, message
):
    monkeypatch.setattr(Detector, "detect", lambda *_: pytest.fail("searched"))
    (tmp_path / "folder").mkdir()
    source = tmp_path / "source.png"
    Image.new("RGB", (80, 80)).save(source)
    before = source.read_bytes()
    arguments = ["--model", str(dpm_model), option, str(tmp_path / name)]
    assert main(["detect", str(source), *arguments]) == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert source.read_bytes() == before


def test_a_reader_that_has_seen_enough_is_no_error(golden, dpm_model):
    source = golden / "images" / "multi_face.png"
    command = [sys.executable, "-m", "auva.cli", "detect", source, "--model", dpm_model]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as job:
        assert job.stdout
        assert job.stderr
        job.stdout.close()
        assert job.stderr.read() == b""
    assert job.returncode == 141


def test_an_image_smaller_than_the_model_has_no_face(golden, dpm_model, capsys):
    source = golden / "images" / "tiny_40x40.png"
    assert main(["detect", str(source), "--model", str(dpm_model)]) == 0
    assert capsys.readouterr().out == "frame,score,left,top,right,bottom,search\n"


def test_calibrate(golden, dpm_model, tmp_path, capsys):
    sources = [golden / "images" / name for name in ("multi_face.png", "video10_25.png")]
    out = tmp_path / "calibration.json"
    arguments = ["calibrate", *map(str, sources), "--model", str(dpm_model), "--out", str(out)]
    assert main(arguments) == 0
    made = json.loads(out.read_text())
    assert made["data"] == ["multi_face.png", "video10_25.png"]
    assert made["detections"] >= 60
    assert made["thresholds"][0]["score"] == 0.5
    assert (made["every"], made["first"], made["plain"]) == (10, 6, False)
    first = out.read_bytes()
    assert main(arguments) == 0
    assert out.read_bytes() == first
    assert main([*arguments, "--every", "0"]) == 1
    assert "--every" in capsys.readouterr().err
    source = str(golden / "images" / "single_face.png")
    detect = ["detect", source, "--model", str(dpm_model), "--threshold", "2"]
    assert main([*detect, "--calibration", str(out)]) == 0
    found = capsys.readouterr().out
    assert main(detect) == 0
    assert capsys.readouterr().out == found
    assert len(found.splitlines()) == 2


def test_too_few_faces_make_no_calibration(golden, dpm_model, tmp_path, capsys):
    source, out = golden / "images" / "noise.png", tmp_path / "calibration.json"
    arguments = ["calibrate", str(source), "--model", str(dpm_model), "--out", str(out)]
    assert main([*arguments, "--plain"]) == 1
    assert "detections are too few: a threshold needs 50" in capsys.readouterr().err
    assert not out.exists()
