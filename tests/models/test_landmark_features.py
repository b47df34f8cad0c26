"""The linear model on landmarks: their shape, faces without any, and the network in the run.

The network is replaced by one that moves landmarks by what the pixels tell; the real one is tested
in tests/landmarks.
"""

import hashlib
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from auva.dataset.read import load
from auva.errors import InputError
from auva.evaluation.stage import evaluate, predictor
from auva.files import sha256
from auva.landmarks import network
from auva.landmarks.task import LANDMARKS
from auva.models.linear.features import landmarks, register, registered_gradients, shapes
from auva.models.training import train
from auva.prediction.model import load_model
from auva.records.cost import COST, read_cost
from auva.records.run import read_run
from auva.records.scores import read_held_out

SIDE = 48
BASE = np.random.default_rng(0).normal(size=(478, 3)).astype(np.float32)


def lost(image):
    """Whether the stand-in finds no landmarks in a face: in one of eleven."""
    return int(image.sum()) % 11 == 0


def find(images):
    """Landmarks of faces: each stripe of the picture moves some of them down."""
    points = np.tile(BASE, (len(images), 1, 1))
    for unit in range(8):
        at = unit * SIDE // 8
        points[:, unit + 1 :: 9, 1] += images[:, at : at + 2].mean((1, 2, 3))[:, None] / 300
    points[[lost(image) for image in images]] = np.nan
    return points


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    monkeypatch.setattr(network, "landmarker", lambda data: {b"network": find}[data])


@pytest.fixture
def run(make_run, tmp_path):
    """A run on the landmarks of a file that holds the stand-in."""
    path = tmp_path / "some.task"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(LANDMARKS, b"network")
    settings = {"landmarker": str(path), "landmarker_sha256": sha256(path)}
    return make_run("linear", features="landmarks", image_size=SIDE, **settings)


def test_a_shape_has_no_place_size_nor_rotation():
    rng = np.random.default_rng(1)
    points = (BASE + rng.normal(0, 0.1, (5, 478, 3))).astype(np.float32)
    found = shapes(points).reshape(5, 478, 2)
    np.testing.assert_allclose(found.mean(1), 0, atol=1e-6)
    np.testing.assert_allclose((found**2).sum(2).mean(1), 1, rtol=1e-5)
    np.testing.assert_allclose(found[:, 33, 1], found[:, 263, 1], atol=1e-6)
    assert (found[:, 33, 0] < found[:, 263, 0]).all()
    angle = 0.4
    turned = points.copy()
    turned[..., 0] = np.cos(angle) * points[..., 0] - np.sin(angle) * points[..., 1]
    turned[..., 1] = np.sin(angle) * points[..., 0] + np.cos(angle) * points[..., 1]
    turned[..., 2] = 7
    np.testing.assert_allclose(shapes(3 * turned - 20), found.reshape(5, -1), atol=2e-5)


def test_a_moved_face_is_registered_to_the_same_picture():
    """A smooth picture, its landmarks, and both moved, scaled and rotated alike."""
    y, x = (np.mgrid[:96, :96] + 0.5) / 96
    points = np.concatenate([0.5 + 0.1 * BASE[:, :2], BASE[:, 2:]], 1)[None]

    def picture(x, y):
        waves = [np.sin(9 * x + 4 * y), np.cos(7 * y), np.sin(5 * x) * np.cos(11 * y)]
        return (127 + 100 * np.stack(waves, -1)).astype(np.uint8)[None]

    cosine, sine = 0.8 * np.cos(0.2), 0.8 * np.sin(0.2)
    moved = points.copy()
    moved[..., 0] = cosine * points[..., 0] - sine * points[..., 1] + 0.25
    moved[..., 1] = sine * points[..., 0] + cosine * points[..., 1] - 0.03
    back = (x - 0.25) / 0.64, (y + 0.03) / 0.64
    there = picture(cosine * back[0] + sine * back[1], cosine * back[1] - sine * back[0])
    plain, found = (
        register(*each).astype(int) for each in ((picture(x, y), points), (there, moved))
    )
    middle = np.s_[:, 24:72, 24:72]
    assert np.abs(found - plain)[middle].max() <= 3
    assert np.abs(there.astype(int) - picture(x, y))[middle].max() > 60


@pytest.mark.parametrize(
    ("features", "count"),
    [(landmarks, 956), (partial(registered_gradients, cell=8), 6 * 6 * 31)],
)
def test_a_face_without_landmarks_has_no_features(packed, features, count):
    images = load(packed(SIDE), "train").image
    without = np.array([lost(image) for image in images])
    found = features(images, True, network=b"network")
    assert found.shape == (2, len(images), count)
    assert np.isnan(found[:, without]).all()
    assert np.isfinite(found[:, ~without]).all()
    assert 0 < without.sum() < len(images) / 4


def test_a_run_needs_the_file_for_its_training_alone(run, packed, tmp_path, caplog):
    for place in ("one", "two"):
        with caplog.at_level("INFO", "auva"):
            train(run, packed(SIDE), tmp_path / place)
    one, two = (tmp_path / "one", tmp_path / "two")
    files = [path.relative_to(one) for path in one.rglob("*") if path.is_file()]
    assert len(files) == 6
    for name in set(files) - {Path(COST)}:
        assert sha256(one / name) == sha256(two / name)
    faces = load(packed(SIDE), "train")
    without = sum(map(lost, faces.image))
    assert f"{without} of {len(faces)} faces have no landmarks: left out" in caplog.text
    assert read_cost(tmp_path / "one" / COST).parameters == (956 + 1) * 10
    (tmp_path / "some.task").unlink()
    found = predictor(tmp_path / "one", 2, {"mean_of_mirror": True})(faces)
    np.testing.assert_array_equal(np.isnan(found.au).any(1), [lost(each) for each in faces.image])
    with pytest.raises(InputError, match=r"some\.task: no such file"):
        train(run, packed(SIDE), tmp_path / "three")


def test_faces_without_landmarks_count_as_absent_and_are_told(run, packed, tmp_path):
    train(run, packed(SIDE), tmp_path)
    names = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")
    cfg = {"bootstrap": 20, "after": ["median3"]}
    evaluate(tmp_path, packed(SIDE), *(tmp_path / name for name in names), cfg)
    table = read_held_out(tmp_path / "held_out.csv").set_index(["metric", "target"])
    test = load(packed(SIDE), "test")
    without = sum(map(lost, test.image))
    row = table.loc[("faces_without_prediction", "all")]
    assert row["value"] == without > 0
    assert row["note"] == f"{without} of {len(test)} faces without a prediction count as absent"
    assert table.loc[("auc_mean", "all"), "value"] > 0.8
    assert np.isfinite(table.loc[("ccc", "valence"), "value"])
    model = load_model(tmp_path)
    assert np.isnan(model(test).au[[lost(image) for image in test.image]]).all()


def test_the_training_reads_the_file_where_the_workflow_put_it(run, packed, tmp_path):
    elsewhere = tmp_path / "elsewhere.task"
    (tmp_path / "some.task").rename(elsewhere)
    train(run, packed(SIDE), tmp_path / "run", files=[elsewhere])
    assert read_run(tmp_path / "run") == run
    assert str(elsewhere) not in (tmp_path / "run" / "config.json").read_text()


def test_what_cannot_be_trained_is_one_line(make_run, run, packed, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="landmarks need faces of at least 48 pixels, not 32"):
        make_run("linear", features="landmarks")
    with pytest.raises(InputError, match="features: 'landmark' is not one of hog, landmarks"):
        make_run("linear", features="landmark")
    nothing = lambda images: np.full((len(images), 478, 3), np.nan, np.float32)  # noqa: E731
    monkeypatch.setattr(network, "landmarker", lambda data: nothing)
    with pytest.raises(InputError, match=r"faces.*h5: no training face has landmarks"):
        train(run, packed(SIDE), tmp_path / "run")
    (tmp_path / "some.task").write_bytes(b"other")
    told = hashlib.sha256(b"other").hexdigest()
    with pytest.raises(InputError, match=rf"some\.task: its SHA-256 is {told}, not"):
        train(run, packed(SIDE), tmp_path / "run")
