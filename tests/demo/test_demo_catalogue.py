"""The catalogue shows what the wild shows, and the sample sheet says the same."""

import csv
import subprocess
import sys
from fractions import Fraction

import pytest

from auva.demo.catalogue import catalogue, video_of
from auva.demo.people import PEOPLE
from auva.errors import InputError

RATES = {Fraction(15), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001)}


def test_it_shows_the_demanded_variety():
    videos = catalogue()
    assert len(videos) >= 12
    assert len({video.identity for video in videos}) >= 9
    assert {video.sex for video in videos} == {"female", "male"}
    assert {video.rate for video in videos} >= RATES | {Fraction(30), None}
    assert {video.container for video in videos} == {"mp4", "avi", "mkv", "webm", "mov"}
    assert {video.codec for video in videos} >= {"h264", "mpeg4", "vp8", "vp9", "mjpeg"}
    assert all(video.width >= 320 and video.height >= 240 for video in videos)
    assert sum(video.distractor is not None for video in videos) >= 2
    assert {video.absence for video in videos} >= {"leave", "black", "hand"}


def test_several_people_appear_in_several_videos():
    counts = [sum(v.identity == one.identity for v in catalogue()) for one in PEOPLE]
    assert min(counts) >= 1
    assert sum(count > 1 for count in counts) >= 3


def test_ids_are_unique_sorted_and_safe():
    ids = [video.id for video in catalogue()]
    assert ids == sorted(set(ids))
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in ids)


def test_the_sample_sheet_agrees_with_the_catalogue(root):
    with (root / "config" / "videos.tsv").open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    expected = [
        {
            "video": video.id,
            "path": f"../resources/demo/videos/{video.file_name}",
            "identity": video.identity,
            "sex": video.sex,
            "au": f"../resources/demo/au/{video.id}.txt",
            "va": f"../resources/demo/va/{video.id}.txt",
        }
        for video in catalogue()
    ]
    assert rows == expected


def test_reading_the_catalogue_imports_no_numeric_library():
    code = (
        "import sys; from auva.demo.catalogue import catalogue; catalogue(); "
        "print({'numpy', 'PIL', 'av', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_unknown_video_is_named_with_a_suggestion():
    with pytest.raises(InputError, match=r"no video 'ada-3' \(did you mean 'ada-\d'\?\)"):
        video_of("ada-3")
