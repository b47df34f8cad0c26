"""A converted video is believed only as far as it is the one that was written, and was decoded."""

import hashlib
import random
import subprocess
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import pytest

from auva.errors import InputError
from auva.faces.crops import crop_faces
from auva.faces.detection import detect_faces
from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary
from auva.video.reader import FrameReader, iterate_frames
from auva.video.seal import check_seal, seal

COUNT = 45


@pytest.fixture
def converted(numbered, tools, tmp_path: Path) -> Path:
    source = numbered("a.mp4", tools.constant(COUNT, Fraction(30)), Fraction(30))
    convert(source, tmp_path / "x.mp4", tmp_path / "x.frames.csv", tools.CFG)
    return tmp_path / "x.mp4"


def pictures(mp4: Path, frames: int = COUNT) -> str:
    checksum = hashlib.sha256()
    for _, picture in iterate_frames(mp4, frames=frames):
        checksum.update(picture.tobytes())
    return checksum.hexdigest()


def outcome(mp4: Path) -> str:
    """The checksum of the pictures, or "refused" where that was said in one line."""
    try:
        return pictures(mp4)
    except InputError as error:
        return "refused" if "\n" not in str(error) else str(error)


def flipped(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def places(data: bytes, count: int) -> list[tuple[int, int]]:
    """Bytes all over a file, half of them in front of the pictures, each with a bit."""
    draw, begin = random.Random(3), data.index(b"mdat")
    ranges = [range(begin), range(begin, len(data))]
    return [(draw.choice(ranges[k % 2]), draw.randrange(8)) for k in range(count)]


def test_players_see_no_seal(converted: Path) -> None:
    with av.open(str(converted)) as container:
        assert sum(1 for _ in container.decode(video=0)) == COUNT
    command = [ffmpeg_binary(), "-nostdin", "-v", "warning", "-xerror", "-i", converted]
    seen = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True)
    assert (seen.returncode, seen.stderr) == (0, "")


def test_any_flipped_bit_is_refused_or_changes_nothing(converted: Path, tmp_path: Path) -> None:
    whole, good = converted.read_bytes(), pictures(converted)
    bad = tmp_path / "bad.mp4"
    outcomes = Counter()
    for place, bit in [*places(whole, 200), *((len(whole) - k, 0) for k in range(1, 57))]:
        bad.write_bytes(flipped(whole, place, bit))
        outcomes[outcome(bad)] += 1
    # Where the seal's own head is hit, the video is whole.
    assert set(outcomes) == {"refused", good}
    assert outcomes[good] <= 30


def test_without_a_seal_decoding_still_finds_what_ffmpeg_conceals(
    converted: Path, tmp_path: Path
) -> None:
    # As a video looks that was made before there were seals.
    whole, good = converted.read_bytes()[:-56], pictures(converted)
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(whole)
    assert pictures(bad) == good
    outcomes = Counter()
    for place, bit in places(whole, 150):
        bad.write_bytes(flipped(whole, place, bit))
        outcomes[outcome(bad)] += 1
    assert outcomes["refused"] >= 60


def test_a_seal_fits_its_file_alone(converted: Path, tmp_path: Path) -> None:
    whole = converted.read_bytes()
    check_seal(converted)
    for data in (whole[:-57] + whole[-56:], whole[:100] + whole[101:], b"x" + whole):
        other = tmp_path / "other.mp4"
        other.write_bytes(data)
        with pytest.raises(InputError, match=r"other\.mp4: is damaged: remove it"):
            FrameReader(other)
    short = tmp_path / "short.mp4"
    short.write_bytes(b"few bytes")
    check_seal(short)  # nothing sealed, nothing broken: opening it tells
    with pytest.raises(InputError, match="the video file does not exist"):
        check_seal(tmp_path / "none.mp4")


@pytest.mark.parametrize(("frames", "words"), [(44, "more than the 44"), (46, "45 frames were")])
def test_another_number_of_frames_than_the_manifest_is_refused(
    frames: int, words: str, converted: Path
) -> None:
    with pytest.raises(InputError, match=words):
        pictures(converted, frames)


def without_last_pictures(mp4: Path, target: Path) -> Path:
    """A sealed video of the same header whose decoder leaves pictures out."""
    data = bytearray(mp4.read_bytes()[:-56])
    # The parameter sets of the decoder: another profile, and it gives no picture at all.
    place = data.index(b"avcC") + 4
    data[place + 9] ^= 0xFF
    target.write_bytes(data)
    seal(target)
    return target


def test_detection_and_crops_count_what_was_decoded(converted: Path, tmp_path: Path) -> None:
    track = tmp_path / "track.csv"
    box = "face,only candidate,1,1.0,20,20,100,100,"
    rows = [f"{frame},{box}" for frame in range(1, COUNT + 1)]
    header = "frame,status,reason,candidates,score,left,top,right,bottom,doubt"
    track.write_text("\n".join([header, *rows]) + "\n\n")
    manifest = tmp_path / "x.frames.csv"
    bad = without_last_pictures(converted, tmp_path / "bad.mp4")
    short = tmp_path / "short.csv"
    short.write_text("".join(manifest.read_text().splitlines(keepends=True)[:-2]) + "\n")
    outputs = [tmp_path / name for name in ("boxes.csv", "crops.h5", "sheet.png")]
    cfg = {"name": "opencv"}
    for video, listed in ((bad, manifest), (converted, short)):
        with pytest.raises(InputError, match=r"damaged|decoded|manifest"):
            detect_faces(video, outputs[0], cfg, manifest_csv=listed)
    with pytest.raises(InputError, match=r"damaged|decoded"):
        crop_faces(bad, track, outputs[1], outputs[2], {"size": 96})
    assert not any(path.exists() for path in outputs)
    detect_faces(converted, outputs[0], cfg, manifest_csv=manifest)
    crop_faces(converted, track, outputs[1], outputs[2], {"size": 96})
    assert all(path.exists() for path in outputs)
