"""Which stream of a file is the video, at what rate, and what no file can claim."""

import logging
import struct
import subprocess
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from handmade_h264 import number_of, raw_h264
from PIL import Image

from auva.errors import InputError
from auva.records.manifest import read_manifest, read_timestamps
from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary
from auva.video.source import SourceVideo

RATE = Fraction(25)
B_FRAMES = "-c:v libx264 -bf 3 -x264-params b-adapt=0"


def run(*command: object) -> None:
    parts = [part for piece in command for part in str(piece).split()]
    subprocess.run([ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-y", *parts], check=True)


def numbers(video: SourceVideo, read: Callable) -> list[int]:
    return [read(picture) for _, picture in video.pictures()]


@pytest.fixture
def two_streams(numbered, tools, tmp_path: Path) -> Callable[..., Path]:
    """A function that writes pictures 0 to 9 and 10 to 19 as two streams of one file."""
    one = numbered("one.mkv", tools.constant(10, RATE), RATE)
    pictures = [tools.pattern(number) for number in range(10, 20)]
    times = tools.constant(10, RATE)
    two = tools.write_video(tmp_path / "two.mkv", times, pictures, RATE)

    def write(name: str, *dispositions: str) -> Path:
        marks = [f"-disposition:v:{k} {mark}" for k, mark in enumerate(dispositions)]
        target = tmp_path / name
        codec = "mpeg4 -q:v 3" if target.suffix == ".avi" else "copy"
        run("-i", one, "-i", two, f"-map 0 -map 1 -c:v {codec}", *marks, target)
        return target

    return write


@pytest.mark.parametrize(
    ("name", "marks", "first"),
    [
        ("x.mkv", ("0", "default"), 10),
        ("x.mkv", ("default", "0"), 0),
        ("x.mp4", ("default", "0"), 0),
    ],
)
def test_the_default_stream_is_the_video(name, marks, first, two_streams, tools) -> None:
    video = SourceVideo(two_streams(name, *marks))
    assert numbers(video, tools.read_pattern) == list(range(first, first + 10))


@pytest.mark.parametrize(
    ("name", "marks", "words"),
    [
        ("x.mkv", ("0", "0"), "none of them is the default"),
        ("x.mkv", ("default", "default"), "2 of them are the default"),
        ("x.ts", ("0", "0"), "none of them is the default"),
        ("x.avi", ("0", "0"), "none of them is the default"),
    ],
)
def test_several_streams_without_one_default_are_named(
    name, marks, words, two_streams, tools, tmp_path: Path
) -> None:
    path = two_streams(name, *marks)
    with pytest.raises(InputError, match=f"2 video streams and {words}: 0 .*, 1 .*--stream"):
        SourceVideo(path)
    assert numbers(SourceVideo(path, stream=1), tools.read_pattern) == list(range(10, 20))
    convert(path, tmp_path / "y.mp4", tmp_path / "y.frames.csv", tools.CFG, stream=0)
    assert read_manifest(tmp_path / "y.frames.csv")["source_frame"].max() == 9
    with pytest.raises(InputError, match=r"has no video stream 2, but 0 .*, 1 "):
        SourceVideo(path, stream=2)


@pytest.mark.parametrize("order", ["-map 0 -map 1", "-map 1 -map 0"])
def test_a_cover_is_no_video(order: str, numbered, tools, tmp_path: Path) -> None:
    film = numbered("film.mp4", tools.constant(10, RATE), RATE)
    cover, path = tmp_path / "cover.jpg", tmp_path / "x.mp4"
    Image.new("RGB", (64, 64)).save(cover)
    place = order.split().index("1") // 2
    run("-i", film, "-i", cover, order, f"-c copy -disposition:v:{place} attached_pic", path)
    assert numbers(SourceVideo(path), tools.read_pattern) == list(range(10))


@pytest.mark.parametrize("fields", [False, True])
def test_a_raw_stream_has_its_own_rate(fields: bool, tools, tmp_path: Path) -> None:
    path = tmp_path / "x.h264"
    path.write_bytes(raw_h264(40, 30, fields))
    convert(path, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    manifest = read_manifest(tmp_path / "x.frames.csv")
    assert manifest["source_frame"].tolist() == list(range(40))
    assert numbers(SourceVideo(path), number_of) == list(range(40))


@pytest.mark.parametrize("fields", [False, True])
@pytest.mark.parametrize("rate", [None, 1000])
def test_a_raw_stream_without_a_rate_asks_for_one(rate, fields, tmp_path: Path) -> None:
    path = tmp_path / "x.h264"
    path.write_bytes(raw_h264(20, rate, fields))
    with pytest.raises(InputError, match=r"x\.h264: the stream states no frame rate; .*'fps'"):
        SourceVideo(path)
    times = [frame.time for frame in SourceVideo(path, fps="30000/1001").frames()]
    assert times == [Fraction(1001 * k, 30000) for k in range(20)]


def test_a_rate_that_contradicts_the_stream_is_refused(numbered, tools, tmp_path: Path) -> None:
    path = tmp_path / "x.h264"
    path.write_bytes(raw_h264(5, 25))
    assert SourceVideo(path, fps=Fraction(25)).rate == 25
    with pytest.raises(InputError, match="fps is 30, but the stream itself states 25 frames/s"):
        SourceVideo(path, fps=Fraction(30))
    with pytest.raises(InputError, match="states its own times: leave 'fps' empty"):
        SourceVideo(numbered("a.mkv", tools.constant(5, RATE), RATE), fps=RATE)


def test_a_program_stream_without_a_rate(tmp_path: Path) -> None:
    # It states one time for several small pictures; between them only a rate tells.
    path = tmp_path / "x.mpg"
    run("-f lavfi -i testsrc2=s=64x64:r=25:d=2 -pix_fmt yuv420p -c:v libopenh264 -f vob", path)
    with pytest.raises(InputError, match="the stream states no frame rate"):
        SourceVideo(path)
    times = [frame.time for frame in SourceVideo(path, fps="25").frames()]
    assert times == [Fraction(k, 25) for k in range(50)]


def test_a_stream_that_reorders_more_from_some_place_on(tmp_path: Path, tools) -> None:
    parts = []
    for order, seconds in (("-bf 0", 1), ("-bf 3 -x264-params b-adapt=0", 2)):
        part = tmp_path / f"{len(parts)}.h264"
        source = f"-f lavfi -i testsrc2=s=64x64:r=25:d={seconds}"
        run(source, "-pix_fmt yuv420p -c:v libx264", order, part)
        parts.append(part.read_bytes())
    raw, path = tmp_path / "x.h264", tmp_path / "x.avi"
    raw.write_bytes(b"".join(parts))
    run("-fflags +genpts -r 25 -i", raw, "-c copy", path)
    for video in (SourceVideo(raw), SourceVideo(path)):
        for threads in (1, 3):
            times = [frame.time for frame in video.frames(threads)]
            assert times == [Fraction(k, 25) for k in range(75)]


def test_pauses_in_an_avi_with_b_frames(tmp_path: Path) -> None:
    source = "-f lavfi -i testsrc2=s=64x64:r=25:d=4 -pix_fmt yuv420p"
    path = tmp_path / "x.avi"
    run(source, "-vf select='lt(n,40)+not(mod(n,7))' -fps_mode vfr", B_FRAMES, path)
    kept = [n for n in range(100) if n < 40 or n % 7 == 0]
    times = [frame.time for frame in SourceVideo(path).frames()]
    # AVI does not tell when the last two are shown: it has no packet after which they come.
    assert times[:-2] == [Fraction(n, 25) for n in kept[:-2]]


def test_an_avi_whose_sound_begins_first(tools, tmp_path: Path) -> None:
    path = tmp_path / "x.avi"
    late = "-filter_complex [0:v]setpts=PTS+0.8/TB[v] -map [v] -map 1:a -c:a mp3"
    sources = "-f lavfi -i testsrc2=s=64x64:r=25:d=2 -f lavfi -i sine=d=3"
    run(sources, late, "-pix_fmt yuv420p", B_FRAMES, path)
    convert(path, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    stamps = read_timestamps(tmp_path / "x.source.csv")
    lateness = (stamps["player_time"] - stamps["source_time"]).to_numpy()
    assert lateness == pytest.approx(0.8, abs=0.05)


def test_pictures_before_the_first_stated_time_count_back_from_it(tmp_path: Path) -> None:
    # A program stream that was cut begins with pictures without a time.
    whole, path = tmp_path / "whole.mpg", tmp_path / "x.mpg"
    source = "-f lavfi -i testsrc2=s=64x64:r=25:d=4 -pix_fmt yuv420p"
    run(source, "-c:v mpeg2video -bf 2 -q:v 8 -g 12", whole)
    data = whole.read_bytes()
    path.write_bytes(data[2048 * 6 :])
    times = [frame.time for frame in SourceVideo(path).frames()]
    assert times == [Fraction(k, 25) for k in range(len(times))]
    assert len(times) > 50


def gaps(path: Path, seconds: int, count: int, tools, grain: bool = False) -> Path:
    """Small pictures, grey or grainy, with pauses between them."""
    noise = np.random.default_rng(1)
    times = [Fraction(seconds * number) for number in range(count)]
    pictures = [noise.integers(0, 255 if grain else 1, (48, 64, 3), np.uint8) for _ in times]
    return tools.write_video(path, times, pictures, Fraction(30))


@pytest.mark.parametrize(
    ("seconds", "count", "grain", "words"),
    [
        (59, 40, True, "claims more than 600 s with only"),
        (59, 40, False, "claims more than .* s in .* bytes"),
    ],
)
def test_hours_in_a_few_kilobytes_end_early(
    seconds, count, grain, words, tools, tmp_path: Path
) -> None:
    path = gaps(tmp_path / "x.mkv", seconds, count, tools, grain)
    with pytest.raises(InputError, match=words):
        convert(path, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    assert [p.name for p in tmp_path.iterdir()] == ["x.mkv"]


def test_pauses_and_slides_are_no_lie(tools, tmp_path: Path) -> None:
    for name, seconds, count in (("pause.mkv", 45, 4), ("slides.mkv", 2, 40)):
        path = gaps(tmp_path / name, seconds, count, tools)
        convert(path, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
        assert len(read_manifest(tmp_path / "x.frames.csv")) >= 30 * seconds * (count - 1)


def test_an_edit_list_that_repeats_the_same_bytes_ends_early(numbered, tools, tmp_path) -> None:
    data = numbered("a.mp4", tools.constant(50, RATE), RATE).read_bytes()
    repeats = 400
    place = data.index(b"elst") - 4
    size = struct.unpack(">I", data[place : place + 4])[0]
    head = struct.pack(">I4sII", 16 + 12 * repeats, b"elst", 0, repeats)
    edits = head + struct.pack(">iiI", 2000, 0, 1 << 16) * repeats
    path = tmp_path / "repeated.mp4"
    longer = bytearray(data[:place] + edits + data[place + size :])
    for box in (b"edts", b"trak", b"moov"):
        start = longer.index(box) - 4
        old = struct.unpack(">I", longer[start : start + 4])[0]
        struct.pack_into(">I", longer, start, old + len(edits) - size)
    path.write_bytes(longer)
    with pytest.raises(InputError, match="the same bytes again and again"):
        convert(path, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)


def test_a_rate_of_billions_is_a_broken_clock(tmp_path: Path) -> None:
    path = tmp_path / "x.avi"
    run("-f lavfi -i testsrc2=s=64x64:r=25:d=4 -pix_fmt yuv420p -c:v mpeg4", path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<II", data, data.index(b"strh") + 28, 1, 4_000_000_000)
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"100 pictures in .* s: the times of this file"):
        list(SourceVideo(path).frames())


def test_pictures_that_are_never_shown_are_told(tools, tmp_path: Path, caplog) -> None:
    path = tmp_path / "x.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuvj420p"
        for number in range(60):
            frame = av.VideoFrame.from_ndarray(tools.pattern(number), format="rgb24")
            for packet in stream.encode(frame):
                packet.pts = packet.dts = number - number % 2
                container.mux(packet)
    with caplog.at_level(logging.WARNING, "auva"):
        times = [frame.time for frame in SourceVideo(path).frames()]
    assert times == [Fraction(k - k % 2, 25) for k in range(60)]
    assert "30 pictures are not later than those before them and never shown" in caplog.text
