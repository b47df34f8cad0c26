"""The detections of the original implementation, for every golden picture."""

import csv
from pathlib import Path

import numpy as np
import pytest
from dpm_reference import reference_detect
from PIL import Image

from auva.dpm.detector import Detector
from auva.dpm.model import read_model
from auva.dpm.picture import as_picture

THRESHOLDS = (0.0, 2.0)
PLAIN = ("multi_face.png", "video03_07.png", "14-50-427x241_01.png", "noise.png", "tiny_40x40.png")


def golden_boxes(golden: Path, name: str, threshold: float):
    with (golden / "detections.csv").open() as stream:
        rows = [r for r in csv.DictReader(stream) if r["image"] == name]
    columns = ("score", "x", "y", "width", "height")
    chosen = [[float(r[c]) for c in columns] for r in rows if float(r["threshold"]) == threshold]
    boxes = np.array(chosen).reshape(-1, 5)
    boxes[:, 3:] += boxes[:, 1:3]
    return boxes


def assert_same(found, expected, threshold: float):
    near = [box for box in found if abs(box[0] - threshold) > 1e-3]
    expected = [box for box in expected if abs(box[0] - threshold) > 1e-3]
    assert len(near) == len(expected)
    for ours, theirs in zip(near, expected, strict=True):
        assert abs(ours[0] - theirs[0]) <= 1e-3
        assert np.abs(np.subtract(ours[1:], theirs[1:])).max() <= 1


@pytest.mark.parametrize("mode", ["dense", "pruned"])
def test_every_golden_picture_as_it_is(golden, dpm_model, mode):
    pictures = sorted((golden / "images").glob("*.png"))
    assert len(pictures) == 33
    for threshold in THRESHOLDS:
        settings = {"mode": mode, "threshold": threshold, "greyscale": False}
        detector = Detector(dpm_model, settings)
        for path in pictures:
            found = detector.detect(np.asarray(Image.open(path)))
            assert_same(found, golden_boxes(golden, path.name, threshold), threshold)


@pytest.mark.parametrize("name", PLAIN)
def test_the_plain_search_agrees_too(golden, dpm_model, name):
    picture = as_picture(np.asarray(Image.open(golden / "images" / name)), greyscale=False)
    found = reference_detect(read_model(dpm_model), picture, 0.0)
    assert_same(found, golden_boxes(golden, name, 0.0), 0.0)
