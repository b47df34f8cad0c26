"""The detector accepts the rendered faces after encoding, and nothing else."""

import csv

import av
import pytest

from auva.demo.catalogue import catalogue
from auva.demo.render import render_video

THRESHOLD = 1.0


def holds(box, row, prefix=""):
    x, y = float(row[f"{prefix}cx"]), float(row[f"{prefix}cy"])
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def watch(folder, video, detector, step):
    """Return for every `step`-th frame: its truth, and the boxes above the threshold."""
    paths = [folder / name for name in (video.file_name, "au.txt", "va.csv", "truth.csv")]
    render_video(video.id, {}, 1, *paths)
    with paths[3].open(newline="") as stream:
        truth = list(csv.DictReader(stream))
    with av.open(str(paths[0])) as container:
        frames = list(container.decode(video=0))
    first = frames[0].time
    for frame in frames[step // 2 :: step]:
        row = truth[min(int((frame.time - first) * 30 + 0.5), len(truth) - 1)]
        boxes = detector.detect(frame.to_ndarray(format="rgb24"))
        yield row, [box for box in boxes if box.score >= THRESHOLD]


def check(folder, video, detector, step):
    """Return visible, found and false counts of a video."""
    visible = found = false = 0
    for row, boxes in watch(folder, video, detector, step):
        seen = row["face_present"] == "1"
        visible += seen
        found += seen and any(holds(box, row) for box in boxes)
        other = row["distractor_present"] == "1"
        false += sum(not holds(b, row) and not (other and holds(b, row, "d_")) for b in boxes)
    return visible, found, false


@pytest.fixture(scope="module")
def detector(dpm_model):
    from auva.dpm.detector import Detector

    return Detector(dpm_model, {})


@pytest.mark.parametrize("name", ["ada-1", "ines-2"])
def test_faces_are_found_and_backgrounds_are_not(tmp_path, detector, name):
    video = next(video for video in catalogue() if video.id == name)
    visible, found, false = check(tmp_path, video, detector, step=30)
    assert visible >= 3
    assert (found, false) == (visible, 0)


@pytest.mark.slow
def test_at_least_99_percent_of_all_faces_are_found(tmp_path, detector):
    counts = [check(tmp_path, video, detector, step=5) for video in catalogue()]
    visible, found, false = (sum(column) for column in zip(*counts, strict=True))
    assert visible > 350
    assert found >= 0.99 * visible
    assert false == 0
