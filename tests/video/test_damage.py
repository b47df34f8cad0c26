"""Good videos of many formats convert; damaged ones are refused where the file shows it."""

import logging
import random
import struct
import subprocess
from pathlib import Path

import pytest

from auva.errors import InputError
from auva.video.encoder import ffmpeg_binary
from auva.video.source import SourceVideo

FRAMES, RATE = 100, 25
X264 = "-c:v libx264 -pix_fmt yuv420p -g 25"
GOOD = {
    "b.avi": f"{X264} -bf 3",
    "packed.avi": "-c:v mpeg4 -bf 2 -q:v 3",
    "mjpeg.avi": "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p",
    "a.mpg": "-c:v mpeg2video -bf 2 -q:v 2",
    "a.ts": f"{X264} -bf 3",
    "a.wmv": "-c:v wmv2 -q:v 2",
    "a.flv": f"{X264} -bf 3",
    "a.gif": "",
    "raw.h264": f"{X264} -bf 3",
    "interlaced.ts": f"{X264} -flags +ildct+ilme -x264opts tff=1",
    "altref8.webm": "-c:v libvpx -auto-alt-ref 1 -lag-in-frames 16 -b:v 300k",
    "altref9.webm": "-c:v libvpx-vp9 -auto-alt-ref 1 -lag-in-frames 16 -b:v 200k -cpu-used 8",
    "a.ogv": "-c:v libtheora -q:v 7",
    "hevc.mp4": "-c:v libx265 -preset ultrafast -pix_fmt yuv420p -x265-params log-level=none",
    "av1.mkv": "-c:v libsvtav1 -preset 12",
    "fragments.mp4": f"{X264} -movflags frag_keyframe+empty_moov",
    "negative.mp4": f"{X264} -bf 3 -movflags negative_cts_offsets",
    "edited.mp4": f"{X264} -bf 3 -output_ts_offset -0.5",
    "open.mp4": f"{X264} -bf 2 -x264opts open-gop=1",
    "open.ts": f"{X264} -bf 2 -x264opts open-gop=1",
    "a.mxf": "-c:v mpeg2video -q:v 2",
    "a.3gp": "-c:v mpeg4 -q:v 2",
    "a.mkv": f"{X264} -bf 3",
    "late.mkv": f"{X264} -output_ts_offset 5",
    "a.webm": "-c:v libvpx -b:v 500k -g 25",
    "a.mov": "-c:v mjpeg -q:v 3 -pix_fmt yuvj420p",
    "png.mov": "-c:v png -t 1",
    "fast.mp4": f"{X264} -bf 3 -movflags faststart",
    "varying.mkv": f"{X264} -vf select='not(mod(n,7))+lt(n,40)' -fps_mode vfr",
    "varying.avi": "-c:v mpeg4 -vf select='not(mod(n,7))+lt(n,40)' -fps_mode vfr",
}
PICTURES = dict.fromkeys(GOOD, FRAMES) | {
    "edited.mp4": FRAMES - 13,
    "png.mov": RATE,
    **dict.fromkeys(("varying.mkv", "varying.avi"), 49),
}


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


def film(folder: Path, name: str) -> Path:
    """A good video of the matrix, made once."""
    path = folder / name
    if not path.exists():
        source = f"-f lavfi -i testsrc2=s=160x96:r={RATE}:d={FRAMES / RATE}"
        command = f"-nostdin -loglevel error {source} {GOOD[name]}".split()
        subprocess.run([ffmpeg_binary(), *command, path], check=True)
    return path


def decoded(path: Path) -> int:
    return sum(1 for _ in SourceVideo(path).frames())


def overwritten(path: Path) -> bytes:
    """The bytes of a file with 1,500 random ones in the middle."""
    data, noise = bytearray(path.read_bytes()), random.Random(1)
    middle = len(data) // 2
    data[middle : middle + 1500] = noise.randbytes(1500)
    return bytes(data)


@pytest.mark.parametrize("name", GOOD)
def test_good_videos_raise_no_alarm(name: str, films: Path, caplog) -> None:
    with caplog.at_level(logging.WARNING, "auva"):
        assert decoded(film(films, name)) == PICTURES[name]
    assert not caplog.messages


@pytest.mark.parametrize("container", ["ts", "mkv", "mp4"])
def test_a_cut_whose_first_pictures_refer_to_missing_ones(container, films, tmp_path) -> None:
    # Open groups of pictures: the decoder leaves some out, and complains, without any damage.
    cut = tmp_path / f"cut.{container}"
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-ss", "1.5", "-i"]
    subprocess.run([*command, film(films, "open.ts"), "-c", "copy", cut], check=True)
    assert decoded(cut) >= 50


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("packed.avi", "cannot be read|damaged near"),
        ("mjpeg.avi", "damaged near"),
        ("b.avi", "damaged"),
        ("a.mkv", "damaged near"),
        ("a.webm", "damaged near"),
        ("a.mov", "damaged near"),
        ("fast.mp4", "damaged near"),
        ("hevc.mp4", "damaged near"),
    ],
)
def test_damage_in_the_middle_is_an_error(name, message, films, tmp_path) -> None:
    bad = tmp_path / name
    bad.write_bytes(overwritten(film(films, name)))
    with pytest.raises(InputError, match=message) as caught:
        decoded(bad)
    assert caught.value.path == bad
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["packed.avi", "mjpeg.avi", "a.mkv", "a.webm", "fast.mp4"])
def test_a_file_that_is_cut_off_is_an_error(name, films, tmp_path) -> None:
    cut, whole = tmp_path / name, film(films, name).read_bytes()
    cut.write_bytes(whole[: len(whole) * 3 // 5])
    with pytest.raises(InputError, match="damaged"):
        decoded(cut)


def test_lost_chunks_of_an_avi_are_counted(films, tmp_path) -> None:
    data = film(films, "mjpeg.avi").read_bytes()
    # The header of a chunk is lost: the demuxer looks for the next one and says nothing.
    chunks = data.index(b"movi")
    places = [k for k in range(chunks, len(data) - 4) if data[k : k + 4] == b"00dc"]
    hidden = places[FRAMES // 2]
    bad = tmp_path / "lost.avi"
    bad.write_bytes(data[:hidden] + b"\0\0\0\0" + data[hidden + 4 :])
    with pytest.raises(InputError, match=r"damaged at 2\.00 s: 1 of the 100 pictures"):
        decoded(bad)


def test_the_same_complaint_is_heard_again(films, tmp_path) -> None:
    whole = film(films, "a.webm").read_bytes()
    for name in ("one.webm", "two.webm"):
        cut = tmp_path / name
        cut.write_bytes(whole[: len(whole) * 3 // 5])
        with pytest.raises(InputError, match="ended prematurely"):
            decoded(cut)


def test_pictures_that_end_before_the_file_says_so_are_warned_of(films, tmp_path, caplog) -> None:
    # A file may be cut off exactly between two pictures; here its declared length is stretched.
    whole = bytearray(film(films, "a.webm").read_bytes())
    place = whole.index(b"\x44\x89\x88") + 3
    whole[place : place + 8] = struct.pack(">d", 9000.0)
    short = tmp_path / "short.webm"
    short.write_bytes(whole)
    with caplog.at_level(logging.WARNING, "auva"):
        assert decoded(short) == FRAMES
    assert "end at 3.96 s of the 9.00 s" in caplog.text
