"""The pruned search and the video mode against the search that prunes nothing."""

import json
import threading
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from auva.dpm.calibration import FEWEST, MARGIN, calibrate, read_calibration, record, steps_for
from auva.dpm.detector import Detector
from auva.dpm.levels import Rectangle
from auva.dpm.near import areas_near
from auva.dpm.picture import as_picture
from auva.dpm.settings import read_settings
from auva.dpm.stream import detect_frames
from auva.dpm.weights import read_weights
from auva.errors import InputError
from auva.video.source import SourceVideo


def some_frames(london, name: str, count: int, every: int = 1):
    frames = []
    for number, image in SourceVideo(london / "videos" / name).pictures():
        if number % every == 0:
            frames.append((number, image))
        if len(frames) == count:
            break
    return frames


def assert_same_faces(found, expected):
    assert [face[1:] for face in found] == [face[1:] for face in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert abs(ours.score - theirs.score) < 1e-4


@pytest.mark.parametrize("name", ["video03.mkv", "5-50-640x360.mp4", "12-15-480x360.mkv"])
def test_pruning_loses_and_adds_nothing(london, dpm_model, name):
    """A lower threshold finds the same faces and more, as overlapping ones give way to the best."""
    dense = Detector(dpm_model, {"threshold": 1.0, "mode": "dense"})
    for _, image in some_frames(london, name, 2, every=40):
        every = dense.detect(image)
        for threshold in (1.0, 4.0):
            pruned = Detector(dpm_model, {"threshold": threshold})
            expected = [face for face in every if face.score >= threshold]
            assert_same_faces(pruned.detect(image), expected)


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [1.0, 4.0])
def test_pruning_on_every_tenth_frame(london, dpm_model, threshold):
    pruned = Detector(dpm_model, {"threshold": threshold})
    dense = Detector(dpm_model, {"threshold": threshold, "mode": "dense"})
    total = kept = 0
    for video in sorted((london / "videos").iterdir()):
        for number, image in SourceVideo(video).pictures():
            if number % 10 == 1:
                found, expected = pruned.detect(image), dense.detect(image)
                boxes = {face[1:] for face in found}
                assert boxes <= {face[1:] for face in expected}
                total += len(expected)
                kept += len(boxes)
    assert total > 200
    assert kept >= 0.999 * total


def test_video_mode_finds_what_a_full_search_finds(london, dpm_model):
    frames = some_frames(london, "video01.mp4", 40)
    cfg = {"mode": "video", "rescan_interval": 15}
    found = list(detect_frames(frames, cfg, 1, dpm_model))
    full = list(detect_frames(frames, {}, 2, dpm_model))
    searches = [search for _, search, _ in found]
    assert [n for n, search in enumerate(searches) if search == "full"] == [0, 15, 30]
    assert searches.count("tracked") >= 30
    assert {search for _, search, _ in full} == {"full"}
    for (number, _, ours), (other, _, theirs) in zip(found, full, strict=True):
        assert number == other
        assert_same_faces(ours, theirs)


def test_a_lost_face_is_searched_everywhere(london, dpm_model):
    frames = some_frames(london, "video01.mp4", 6)
    (face,) = Detector(dpm_model).detect(frames[3][1])
    for _, image in frames[3:]:
        image[face.top : face.bottom, face.left : face.right] = 120
    found = list(detect_frames(frames, {"mode": "video"}, 1, dpm_model))
    searches = [search for _, search, _ in found]
    assert searches == ["full", "tracked", "tracked", "rescan", "tracked", "tracked"]
    assert [len(faces) for _, _, faces in found] == [1, 1, 1, 0, 0, 0]


def test_another_scene_is_searched_everywhere(london, dpm_model):
    first, second = (some_frames(london, name, 3) for name in ("video01.mp4", "2-30-640x360.avi"))
    found = list(detect_frames(first + second, {"mode": "video"}, 1, dpm_model))
    assert found[3][1] in ("changed", "rescan")
    assert_same_faces(found[3][2], Detector(dpm_model).detect(second[0][1]))
    assert [search for _, search, _ in found[4:]] == ["tracked", "tracked"]


def test_who_is_found_late_is_followed_back(london, dpm_model):
    frames = some_frames(london, "video01.mp4", 12)
    expected = [Detector(dpm_model).detect(image) for _, image in frames]
    (face,) = expected[3]
    hidden = slice(face.top, face.bottom), slice(face.left, face.right)
    for number, (_, image) in enumerate(frames[:3]):
        image[hidden] = 40 * number  # restless, and nobody there
    cfg = {"mode": "video", "rescan_pause": 6}
    found = list(detect_frames(frames, cfg, 1, dpm_model))
    searches = [search for _, search, _ in found]
    assert searches == ["full", *["tracked"] * 2, *["traced"] * 3, "changed", *["tracked"] * 5]
    assert [faces for _, _, faces in found[:3]] == [[], [], []]
    for (_, _, ours), theirs in zip(found[3:], expected[3:], strict=True):
        assert_same_faces(ours, theirs)


def test_the_last_frame_of_a_piece_is_searched_for_new_faces(london, dpm_model):
    frames = some_frames(london, "video01.mp4", 8)
    black = [(number, np.zeros_like(image)) for number, image in frames[:3]]
    cfg = {"mode": "video", "rescan_pause": 6, "rescan_interval": 5}
    found = list(detect_frames(black + frames[3:], cfg, 1, dpm_model))
    searches = [search for _, search, _ in found]
    assert searches == ["full", *["tracked"] * 2, "traced", "changed", "full", *["tracked"] * 2]


def test_a_region_has_the_faces_of_the_whole(london, dpm_model):
    ((_, image),) = some_frames(london, "video01.mp4", 1)
    detector = Detector(dpm_model)
    (face,) = detector.search(detector.levels(as_picture(image)))
    for window in (1, 2, 4):
        levels = detector.levels(as_picture(image))
        areas = areas_near(levels, face.peak, window)
        (again,) = detector.search(levels, areas)
        assert again.peak[1:] == face.peak[1:]
        assert again.peak.score == pytest.approx(face.peak.score, abs=1e-5)
    # A face at the edge of an area is not known to be a local maximum.
    level, row, column = face.peak[1:]
    assert detector.search(levels, [(level, Rectangle(row, column, 5, 5))]) == []


def test_frames_of_changing_size_and_without_faces(london, dpm_model):
    ((_, face),) = some_frames(london, "video03.mkv", 1)
    black = np.zeros((120, 200, 3), np.uint8)
    frames = [(1, face), (2, black), (3, black), (4, face), (5, face[:50])]
    found = list(detect_frames(frames, {"mode": "video"}, 2, dpm_model))
    # The third frame is as black as the second: nobody can have come.
    assert [search for _, search, _ in found] == ["full", "rescan", "tracked", "rescan", "rescan"]
    assert [len(faces) for _, _, faces in found] == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("mode", ["pruned", "video"])
def test_threads_change_nothing(london, dpm_model, mode):
    frames = some_frames(london, "video09.webm", 12)
    cfg = {"mode": mode, "rescan_interval": 4}
    one, three = (list(detect_frames(frames, cfg, threads, dpm_model)) for threads in (1, 3))
    assert one == three


@pytest.mark.parametrize(("mode", "most"), [("pruned", 6), ("video", 24)])
def test_few_frames_are_held_and_none_is_lost(dpm_model, mode, most):
    taken = 0

    def frames():
        nonlocal taken
        for number in range(1, 200):
            taken += 1
            yield number, np.zeros((80, 80, 3), np.uint8)

    given = 0
    cfg = {"mode": mode, "rescan_interval": 4}
    for number, _, _ in detect_frames(frames(), cfg, 2, dpm_model):
        given += 1
        assert number == given
        assert taken - given <= most
    assert given == 199


def test_leaving_early_ends_all_threads(london, dpm_model):
    before = threading.active_count()
    found = detect_frames(some_frames(london, "video09.webm", 8), {}, 2, dpm_model)
    next(found)
    found.close()
    assert threading.active_count() == before


def test_a_broken_frame_is_told(dpm_model):
    with pytest.raises(InputError, match="shape"):
        list(detect_frames([(1, np.zeros((5, 5, 9), np.uint8))], {}, 1, dpm_model))


@pytest.mark.parametrize(
    ("cfg", "message"),
    [
        ({"mode": "prunde"}, "detector.mode.*did you mean 'pruned'"),
        ({"treshold": 1}, "detector: unknown key 'treshold' .did you mean 'threshold'"),
        ({"overlap": 0}, "detector.overlap"),
        ({"rescan_interval": 0}, "detector.rescan_interval"),
        ({"rescan_drop": -1}, "detector.rescan_drop"),
        ({"rescan_change": -1}, "detector.rescan_change"),
        ({"rescan_pause": 0}, "detector.rescan_pause"),
        ({"window": 0}, "detector.window"),
    ],
)
def test_wrong_settings(cfg, message):
    with pytest.raises(InputError, match=message):
        read_settings(cfg)


def test_no_model_is_told():
    with pytest.raises(InputError, match=r"detector\.model"):
        list(detect_frames([], {}))


def test_the_shipped_calibration_is_whole_and_monotone():
    shipped = json.loads((files("auva.dpm") / "calibration.json").read_text("utf-8"))
    assert shipped["data"]
    rows = shipped["thresholds"]
    assert all(row["detections"] >= FEWEST for row in rows)
    assert min(row["score"] for row in rows) <= 1.0
    assert all(row["neighbour"] < row["score"] for row in rows)
    for lower, higher in pairwise(rows):
        assert lower["score"] < higher["score"]
        assert lower["detections"] >= higher["detections"]
        assert (np.array(lower["sums"]) <= higher["sums"]).all()


def test_nothing_is_pruned_below_the_lowest_calibrated_threshold():
    assert steps_for(read_calibration(), -1.0) is None
    assert steps_for(read_calibration(), 1.0) is not None


def test_a_calibration_prunes_as_it_says(golden, dpm_model, tmp_path):
    """With sums that nothing reaches no face is left, so it is this file that is read."""
    image = np.asarray(Image.open(golden / "images" / "single_face.png"))
    path = tmp_path / "calibration.json"
    row = {"score": 0.5, "sums": [100.0] * 9, "neighbour": None}
    path.write_text(json.dumps({"thresholds": [row]}))
    cfg = {"calibration": str(path)}
    assert Detector(dpm_model, cfg).detect(image) == []
    assert len(Detector(dpm_model, cfg | {"mode": "dense"}).detect(image)) == 1
    assert len(Detector(dpm_model).detect(image)) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "the calibration does not exist"),
        ("no JSON", "the calibration is not JSON"),
        ("[]", "is not a calibration"),
        (
            '{"thresholds": [{"score": 1, "neighbour": null, "sums": [1, 2]}]}',
            "is not a calibration",
        ),
        ('{"thresholds": []}', "has no threshold"),
    ],
)
def test_a_wrong_calibration_is_refused(tmp_path, text, message):
    path = tmp_path / "calibration.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=rf"calibration\.json(, line 1)?: .*{message}"):
        read_calibration(path)


def test_calibration_from_records():
    rng = np.random.default_rng(0)
    sums = np.cumsum(rng.uniform(0.5, 1.0, (FEWEST, 9)), axis=1)
    scores = np.linspace(2.0, 4.0, FEWEST)
    table = np.column_stack([scores, scores - 0.2, sums])
    made = calibrate([table[:20], table[20:]], ["here"])
    assert [row["score"] for row in made["thresholds"]] == [0.5, 1.0, 1.5, 2.0]
    steps = steps_for(made, 2.2)
    assert steps is not None
    assert (steps.sums <= sums.min(axis=0) - MARGIN + 0.001).all()
    assert steps_for(made, 0.4) is None
    # Beside a face of 2.0 the levels show 1.8; less the margin, that is above 1.5.
    assert steps.scout is not None
    assert steps.scout.threshold == pytest.approx(1.8 - MARGIN, abs=0.001)
    table[0, 1] = 1.6  # too little to be worth it
    assert steps_for(calibrate([table], ["here"]), 2.2).scout is None
    table[0, 1] = -np.inf  # a face that no other level shows
    assert steps_for(calibrate([table], ["here"]), 2.2).scout is None
    table[0, 2:] = -np.inf  # a face without a seed
    assert calibrate([table], ["here"])["thresholds"] == []


def test_a_record_has_the_score_its_neighbour_and_the_sums_of_a_seed(london, dpm_model):
    ((_, image),) = some_frames(london, "video01.mp4", 1)
    weights = read_weights(dpm_model)
    table = record(weights, as_picture(image))
    (face,) = Detector(dpm_model).detect(image)
    assert table.shape == (1, 11)
    assert table[0, 0] == pytest.approx(face.score, abs=1e-4)
    # A seed lies beside the detection and loses the bias, little else.
    assert table[0, 10] == pytest.approx(face.score + 3.93, abs=0.6)
    assert steps_for(read_calibration(), 1.0).sums[0] < table[0, 2]
    # What the levels beside it show is less, but most of it.
    assert face.score - 2.0 < table[0, 1] < face.score
