"""The detector among menpodetect's detectors."""

import numpy as np
import pytest
from menpo.image import Image
from PIL import Image as PILImage

from auva.dpm.detector import Detector
from auva.dpm.menpo import load_dpm_frontal_face_detector
from auva.dpm.picture import as_picture


@pytest.fixture(scope="module")
def pixels(golden):
    return np.asarray(PILImage.open(golden / "images" / "multi_face.png"))


@pytest.fixture(scope="module")
def detect(dpm_model):
    return load_dpm_frontal_face_detector(dpm_model, {"threshold": 2.0})


def bounds(boxes):
    return [tuple(int(v) for v in np.concatenate(box.bounds())) for box in boxes]


def test_boxes_are_attached_as_landmarks(detect, dpm_model, pixels):
    image = Image(np.moveaxis(pixels, 2, 0).copy())
    found = detect(image, greyscale=False)
    assert image.landmarks.group_labels == ["dpm_0", "dpm_1", "dpm_2", "dpm_3"]
    expected = Detector(dpm_model, {"threshold": 2.0, "greyscale": False}).detect(pixels)
    assert bounds(found) == [(d.top, d.left, d.bottom, d.right) for d in expected]
    assert bounds([image.landmarks["dpm_1"]]) == bounds(found[1:2])
    assert found[0].n_points == 4


def test_greyscale_is_menpos(detect, dpm_model, pixels):
    image = Image(np.moveaxis(pixels, 2, 0) / 255)
    found = detect(image, group_prefix="face")
    grey = (image.as_greyscale(mode="luminosity").pixels[0] * 255).astype(np.uint8)
    expected = Detector(dpm_model, {"threshold": 2.0}).detect(grey)
    assert bounds(found) == [(d.top, d.left, d.bottom, d.right) for d in expected]
    assert "face_0" in image.landmarks.group_labels
    assert np.abs(as_picture(pixels)[0].astype(int) - grey).max() <= 1


def test_a_smaller_diagonal_gives_boxes_of_the_whole_image(detect, pixels):
    image = Image(np.moveaxis(pixels, 2, 0) / 255)
    half = detect(image.copy(), image_diagonal=int(image.diagonal() * 1.5))
    full = detect(image.copy())
    assert len(half) >= len(full)
    assert np.abs(np.array(bounds(half)[0]) - bounds(full)[0]).max() < 120


@pytest.mark.parametrize("greyscale", [True, False])
@pytest.mark.parametrize("channels", [1, 3])
def test_alpha_is_left_out(detect, pixels, channels, greyscale):
    planes = np.moveaxis(pixels, 2, 0)[:channels] / 255
    alpha = np.tile(np.linspace(0, 1, planes.shape[2]), (1, planes.shape[1], 1))
    with_alpha = Image(np.concatenate([planes, alpha]))
    expected = bounds(detect(Image(planes), greyscale=greyscale))
    assert len(expected) >= 3
    assert bounds(detect(with_alpha, greyscale=greyscale)) == expected


def test_no_face(detect):
    assert detect(Image(np.zeros((1, 100, 100)))) == []
