import hashlib
import shutil
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from auva.errors import InputError
from auva.records.manifest import read_manifest, read_timestamps
from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary
from auva.video.reader import iterate_frames
from auva.video.source import SourceVideo

RATE = Fraction(25)


def run(source: Path, folder: Path, cfg: dict, threads: int = 1) -> tuple[list[np.ndarray], Path]:
    folder.mkdir(exist_ok=True)
    convert(source, folder / "x.mp4", folder / "x.frames.csv", cfg, threads)
    return [picture for _, picture in iterate_frames(folder / "x.mp4")], folder


def remux(source: Path, target: Path, *options: str) -> Path:
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-y"]
    subprocess.run([*command, *options, "-i", source, "-c", "copy", target], check=True)
    return target


def manifest_numbers(folder: Path) -> list[int]:
    return read_manifest(folder / "x.frames.csv")["source_frame"].tolist()


def test_the_converted_video_is_what_the_contract_says(numbered, tools, tmp_path: Path) -> None:
    source = numbered("a.mkv", tools.constant(20, RATE), RATE, audio_seconds=2)
    run(source, tmp_path / "out", tools.CFG)
    with av.open(str(tmp_path / "out" / "x.mp4")) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.average_rate == stream.base_rate == 30
        assert stream.frames == 24
        stamps = [frame.pts * stream.time_base for frame in container.decode(stream)]
    assert stamps == [Fraction(k, 30) for k in range(24)]
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        *("x.frames.csv", "x.mp4", "x.source.csv")
    ]


def test_sound_longer_than_the_pictures_changes_nothing(numbered, tools, tmp_path: Path) -> None:
    silent = numbered("silent.mp4", tools.constant(50, RATE), RATE)
    loud = numbered("loud.mp4", tools.constant(50, RATE), RATE, audio_seconds=4)
    run(silent, tmp_path / "silent", tools.CFG)
    run(loud, tmp_path / "loud", tools.CFG)
    assert manifest_numbers(tmp_path / "silent") == manifest_numbers(tmp_path / "loud")
    assert len(manifest_numbers(tmp_path / "loud")) == 60


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_a_start_other_than_zero(container: str, numbered, tools, tmp_path: Path) -> None:
    times = tools.constant(50, RATE, start=Fraction(5))
    source = numbered(f"late.{container}", times, RATE)
    pictures, folder = run(source, tmp_path / "out", tools.CFG)
    numbers = manifest_numbers(folder)
    assert [tools.read_pattern(picture) for picture in pictures] == numbers
    assert len(numbers) == 60
    manifest = read_manifest(folder / "x.frames.csv")
    assert (manifest["time"] - manifest["source_time"]).abs().max() <= 0.0211


@pytest.mark.parametrize("container", ["mkv", "mp4"])
def test_pictures_that_begin_after_the_sound(container: str, numbered, tools, tmp_path) -> None:
    times = tools.constant(50, RATE, start=Fraction(4, 5))
    source = numbered(f"late.{container}", times, RATE, audio_seconds=3)
    run(source, tmp_path / "out", tools.CFG)
    stamps = read_timestamps(tmp_path / "out" / "x.source.csv")
    late = stamps["player_time"] - stamps["source_time"]
    assert late.to_numpy() == pytest.approx(0.8, abs=0.03)  # the sound's own delay in Matroska


def test_an_edit_list_that_begins_inside_the_video(numbered, tools, tmp_path: Path) -> None:
    # Cutting without re-encoding keeps the pictures from the key frame on and hides those before
    # the cut by an edit list: they must not be counted.
    source = numbered("whole.mp4", tools.constant(60, RATE), RATE)
    cut = remux(source, tmp_path / "cut.mp4", "-ss", "0.4")
    with av.open(str(cut)) as container:
        packets = sum(packet.size > 0 for packet in container.demux(video=0))
    pictures, folder = run(cut, tmp_path / "out", tools.CFG)
    seen = [tools.read_pattern(picture) for picture in pictures]
    first = seen[0]
    assert first == 10
    assert packets > 60 - first
    assert seen == [number + first for number in manifest_numbers(folder)]
    assert len(seen) == 60


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotation_metadata_is_applied(degrees: int, tools, tmp_path: Path) -> None:
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:60, :80], picture[:60, 80:], picture[60:, :80] = 250, 170, 90  # bright to dark
    upright = tools.write_video(tmp_path / "a.mp4", tools.constant(5, RATE), [picture] * 5, RATE)
    turned = remux(upright, tmp_path / "b.mp4", "-display_rotation", str(degrees))
    pictures, _ = run(turned, tmp_path / "out", tools.CFG)
    expected = np.rot90(picture, degrees // 90)
    assert SourceVideo(turned).size[::-1] == expected.shape[:2] == pictures[2].shape[:2]
    assert np.abs(pictures[2].astype(int) - expected).mean() < 6


@pytest.mark.parametrize("size", [(91, 61), (90, 61), (91, 60)])
def test_odd_sizes_lose_their_last_column_or_row(
    size: tuple[int, int], tools, tmp_path: Path
) -> None:
    width, height = size
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, :, :] = np.linspace(0, 255, width).astype(np.uint8)[None, :, None]
    source = tools.write_video(tmp_path / "odd.avi", tools.constant(5, RATE), [picture] * 5, RATE)
    pictures, _ = run(source, tmp_path / "out", tools.CFG)
    assert pictures[0].shape[:2] == (height // 2 * 2, width // 2 * 2)
    kept = picture[: height // 2 * 2, : width // 2 * 2]
    assert np.abs(pictures[2].astype(int) - kept).mean() < 4


@pytest.mark.parametrize("container", ["mp4", "mkv", "avi", "webm"])
def test_a_video_of_one_frame(container: str, numbered, tools, tmp_path: Path) -> None:
    source = numbered(f"one.{container}", [Fraction(0)], RATE)
    pictures, folder = run(source, tmp_path / "out", tools.CFG)
    assert manifest_numbers(folder) == [0] * len(pictures)
    assert 1 <= len(pictures) <= 2
    assert tools.read_pattern(pictures[0]) == 0


def test_bytes_depend_on_the_input_alone(numbered, tools, tmp_path: Path) -> None:
    source = numbered("a.mp4", tools.constant(40, RATE), RATE)
    other = tmp_path / "elsewhere.mp4"
    shutil.copy(source, other)
    sums = []
    for path, name, threads in ((source, "one", 1), (source, "two", 3), (other, "three", 1)):
        _, folder = run(path, tmp_path / name, tools.CFG, threads)
        sums.append([hashlib.sha256(p.read_bytes()).digest() for p in sorted(folder.iterdir())])
    assert sums[0] == sums[1] == sums[2]


def test_full_range_and_other_pixel_formats_keep_their_brightness(tools, tmp_path: Path) -> None:
    picture = np.full((64, 64, 3), 240, np.uint8)
    for pixel_format in ("yuvj420p", "yuv444p", "yuv420p"):
        source = tools.write_video(
            tmp_path / f"{pixel_format}.mp4",
            tools.constant(4, RATE),
            [picture] * 4,
            RATE,
            pixel_format=pixel_format,
        )
        pictures, _ = run(source, tmp_path / pixel_format, tools.CFG)
        assert abs(int(pictures[1].mean()) - 240) <= 3, pixel_format


def damaged(case: str, folder: Path, numbered: Callable, tools) -> Path:
    path = folder / f"{case}.mp4"
    if case == "empty":
        path.touch()
    elif case == "text":
        path.write_text("frame,time\n1,0\n")
    elif case == "folder":
        path.mkdir()
    elif case == "sound":
        with av.open(str(path), "w") as container:
            stream = container.add_stream("aac", rate=48000)
            frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), "fltp", "stereo")
            frame.sample_rate = 48000
            container.mux(stream.encode(frame))
            container.mux(stream.encode())
    elif case == "half":
        whole = numbered("whole.mp4", tools.constant(50, RATE), RATE).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif case == "playlist":
        numbered("part.mp4", tools.constant(10, RATE), RATE)
        path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\npart.mp4\n#EXT-X-ENDLIST\n")
    elif case == "concat":
        numbered("part.mp4", tools.constant(10, RATE), RATE)
        path.write_text("ffconcat version 1.0\nfile part.mp4\n")
    elif case == "picture":
        from PIL import Image

        Image.new("RGB", (64, 64)).save(path, format="PNG")
    return path


@pytest.mark.parametrize(
    "case",
    ["missing", "empty", "text", "folder", "sound", "half", "playlist", "concat", "picture"],
)
def test_bad_files_end_in_one_line_and_leave_nothing(
    case: str, numbered, tools, tmp_path: Path
) -> None:
    source = damaged(case, tmp_path, numbered, tools)
    out = tmp_path / "out"
    with pytest.raises(InputError, match=source.name) as caught:
        run(source, out, tools.CFG)
    assert "\n" not in str(caught.value)
    assert list(out.iterdir()) == []
    with pytest.raises(InputError, match=source.name):
        SourceVideo(source)


def test_earlier_results_survive_a_failure(numbered, tools, tmp_path: Path) -> None:
    good = numbered("a.mp4", tools.constant(10, RATE), RATE)
    _, folder = run(good, tmp_path / "out", tools.CFG)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    bad = tmp_path / "b.mp4"
    bad.write_bytes(b"nothing")
    with pytest.raises(InputError):
        run(bad, tmp_path / "out", tools.CFG)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_a_clock_that_stands_still_for_long_is_an_error(numbered, tools, tmp_path: Path) -> None:
    times = [*tools.constant(5, RATE), Fraction(3600)]
    with pytest.raises(InputError, match="before frame 6"):
        run(numbered("gap.mkv", times, RATE), tmp_path / "out", tools.CFG)
    assert list((tmp_path / "out").iterdir()) == []
