"""Searches without the levels of small faces against searches of all levels."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from PIL import Image

from auva.cli import main
from auva.dpm.boxes import Detection, Peak, box_of, covered, face_side, level_of, suppress
from auva.dpm.detector import Detector
from auva.dpm.exact import valid_positions
from auva.dpm.levels import Levels
from auva.dpm.near import areas_covering
from auva.dpm.picture import as_picture
from auva.dpm.pyramid import INTERVAL
from auva.dpm.search import contains, find_faces, inner
from auva.dpm.settings import read_settings, smallest_side
from auva.dpm.stream import detect_frames
from auva.errors import InputError
from auva.faces.detection import _menpodetect
from auva.video.source import SourceVideo

CROWDED = ("video07_09.png", "video10_25.png")

BOXES = st.lists(
    st.builds(
        lambda score, left, top, side: Detection(score, left, top, left + side, top + side),
        st.integers(1, 6).map(float),
        st.integers(0, 12),
        st.integers(0, 12),
        st.integers(2, 12),
    ),
    max_size=14,
)


@given(BOXES, st.sampled_from([0.1, 0.3, 0.6]), st.integers(2, 12))
def test_suppression_with_rivals_is_that_of_all_boxes(boxes, overlap, smallest):
    large = [box for box in boxes if box.right - box.left >= smallest]

    def rivals(box):
        return [b for b in boxes if covered(box, b) >= overlap and b.score >= box.score]

    expected = [box for box in suppress(boxes, overlap) if box in large]
    found = suppress(large, overlap, rivals)
    assert [box for box in found if box in large] == expected
    assert set(found) <= set(suppress(boxes, overlap))


@limits(max_examples=25, deadline=None)
@given(st.integers(6, 11), st.integers(0, 40), st.integers(0, 60), st.sampled_from([0.3, 0.7, 1]))
def test_areas_hold_every_box_that_covers_the_share(level, row, column, overlap):
    levels = Levels(200, 320)
    box = box_of(Peak(0.0, level, 3 + row % 20, 3 + column % 30), 200, 320)
    if box is None:
        return
    areas = dict(areas_covering(levels, box, overlap, range(INTERVAL, level)))
    for finer in range(INTERVAL, level):
        valid = valid_positions(levels, finer)
        known = inner(areas[finer], valid) if finer in areas else None
        for y, x in product(range(valid.rows), range(valid.columns)):
            peak = Peak(0.0, finer, valid.row + y, valid.column + x)
            other = box_of(peak, 200, 320)
            if other is not None and covered(box, other) >= overlap:
                assert known is not None
                assert contains(known, peak)


@pytest.fixture(scope="module")
def searched(golden, dpm_model):
    """The pictures with many faces, and all faces that each search finds in them."""
    found = {}
    for name, mode, threshold in product(CROWDED, ("dense", "pruned", "video"), (1.0, 4.0)):
        detector = Detector(dpm_model, {"mode": mode, "threshold": threshold})
        picture = as_picture(np.asarray(Image.open(golden / "images" / name)))
        levels = detector.levels(picture)
        found[name, mode, threshold] = picture, detector.search(levels)
    return found


@limits(max_examples=25, deadline=None)
@given(data=st.data())
def test_the_faces_are_those_of_all_levels_that_are_large_enough(searched, dpm_model, data):
    _, mode, threshold = key = data.draw(st.sampled_from(sorted(searched)))
    picture, faces = searched[key]
    largest = 85 * min(picture.shape[1:]) // picture.shape[1]
    share = data.draw(st.sampled_from([None, *range(20, largest, 5)]))
    smallest = f"{share}%" if share else data.draw(st.integers(60, 150))
    cfg = {"mode": mode, "threshold": threshold, "smallest_face": smallest}
    first = level_of(smallest_side(smallest, picture.shape[1]))
    expected = [face.box for face in faces if face.peak.level >= first]
    found = Detector(dpm_model, cfg).detect_picture(picture)
    assert [box[1:] for box in found] == [box[1:] for box in expected]
    scores = [[box.score for box in boxes] for boxes in (found, expected)]
    assert np.allclose(*scores, rtol=0, atol=1e-5)


def test_a_small_face_is_no_large_one(searched, dpm_model):
    """The box of a face that is too small is missing; no larger box takes its place."""
    for (_, mode, threshold), (picture, faces) in searched.items():
        if mode == "dense" and threshold == 1.0:
            detector = Detector(dpm_model, {"mode": mode})
            levels = detector.levels(picture)
            small = {f.box for f in faces if f.peak.level <= 6}
            naive = find_faces(detector.weights, levels, 1.0, 0.3, areas=[
                (level, valid_positions(levels, level)) for level in range(7, levels.count)
            ])  # fmt: skip
            taken = {f.box for f in naive if any(covered(f.box, box) >= 0.3 for box in small)}
            detector = Detector(dpm_model, {"mode": mode, "smallest_face": face_side(7)})
            assert not taken & set(detector.detect_picture(picture))


def resized(london, sides):
    """Return frames in which the face of a video is shown at other and other sizes."""
    _, image = next(iter(SourceVideo(london / "videos" / "video01.mp4").pictures()))
    frames = []
    for number, side in enumerate(sides, start=1):
        width = round(image.shape[1] * side / image.shape[0])
        small = Image.fromarray(image).resize((width, side), Image.Resampling.BILINEAR)
        canvas = Image.new("RGB", (480, 360), (90, 90, 90))
        canvas.paste(small, ((480 - width) // 2, (360 - side) // 2))
        frames.append((number, np.asarray(canvas)))
    return frames


def test_video_mode_follows_who_shrinks_and_grows(london, dpm_model):
    frames = resized(london, [*range(330, 150, -15), *range(150, 330, 15)])
    cfg = {"mode": "video", "rescan_interval": 60}
    everybody = list(detect_frames(frames, cfg, 1, dpm_model))
    sides = [faces[0].right - faces[0].left for _, _, faces in everybody]
    smallest = face_side(7)
    assert min(sides) < face_side(6)
    assert max(sides) > smallest
    found = list(detect_frames(frames, cfg | {"smallest_face": smallest}, 1, dpm_model))
    for (_, _, ours), (_, _, theirs) in zip(found, everybody, strict=True):
        (face,) = theirs
        # At the limit two levels show the face alike, and the way to it decides between them.
        if abs(level_of(face.right - face.left) - level_of(smallest)) > 1:
            assert ours == [face for face in theirs if face.right - face.left >= smallest]
    assert [len(faces) for _, _, faces in found].count(0) >= 6


@pytest.mark.parametrize("mode", ["pruned", "video"])
def test_a_limit_below_all_faces_changes_nothing(london, dpm_model, mode):
    frames = resized(london, [340] * 3)
    cfg = {"mode": mode}
    expected = list(detect_frames(frames, cfg, 1, dpm_model))
    assert list(detect_frames(frames, cfg | {"smallest_face": 72}, 1, dpm_model)) == expected
    larger = list(detect_frames(frames, cfg | {"smallest_face": "25%"}, 1, dpm_model))
    assert [faces for _, _, faces in larger] == [faces for _, _, faces in expected]


@pytest.mark.parametrize(
    "value", [0, -3, "8 %", "%", "many", "-8%", "nan", "0%", True, float("inf"), "1e3", [8], ""]
)
def test_a_size_that_is_none_is_refused(value):
    with pytest.raises(InputError, match=r"detector\.smallest_face: .* is (neither pixels|not a)"):
        read_settings({"smallest_face": value})


@pytest.mark.parametrize(("value", "pixels"), [(None, 0), (90, 90), (90.5, 90.5), ("8%", 57.6)])
def test_a_share_is_one_of_the_height(value, pixels):
    assert smallest_side(value, 720) == pytest.approx(pixels)


def test_the_level_of_a_size_is_the_finest_that_is_large_enough():
    for smallest in (0, 72, 73, 83, 84, 144, 145, 2000):
        level = level_of(smallest)
        assert face_side(level) >= smallest
        assert level == INTERVAL or face_side(level - 1) < smallest


def test_a_size_that_no_face_of_the_picture_can_have_is_refused(dpm_model):
    picture = np.zeros((240, 320, 3), np.uint8)
    for mode in ("dense", "pruned", "video"):
        detector = Detector(dpm_model, {"mode": mode, "smallest_face": 300})
        with pytest.raises(InputError, match=r"300 is more than \d+ pixels, the largest face"):
            detector.detect(picture)
        assert detector.detect(np.zeros((60, 60, 3), np.uint8)) == []
    with pytest.raises(InputError, match="99% is more than"):
        Detector(dpm_model, {"smallest_face": "99%"}).detect(picture[:, :200])


def test_another_detector_has_no_such_setting():
    with pytest.raises(InputError, match="smallest_face: 'dlib' has no such setting"):
        list(_menpodetect([], "dlib", {"name": "dlib", "smallest_face": "8%"}))


def test_detect_takes_a_size(golden, dpm_model, capsys):
    source = str(golden / "images" / "multi_face.png")
    arguments = ["detect", source, "--model", str(dpm_model)]
    assert main(arguments) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert main([*arguments, "--smallest-face", "90"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == header
    for value in ("8 %", "0", "100000"):
        assert main([*arguments, "--smallest-face", value]) == 1
        error = capsys.readouterr().err
        assert "detector.smallest_face" in error
        assert error.count("\n") == 1
    assert rows
