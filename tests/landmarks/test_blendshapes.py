"""Blendshapes read as Action Units (benchmarks/peers.py)."""

import numpy as np
import pandas as pd
import peers
import pytest

from auva.records.predictions import read_predictions, write_predictions
from auva.records.track import FACE, NONE
from auva.units import DESCRIPTIONS


def blendshapes(**values):
    found = np.zeros(52, np.float32)
    for name, value in values.items():
        found[peers.NAMES.index(name)] = value
    return found


def test_every_blendshape_of_the_mapping_is_one_of_the_network():
    assert len(set(peers.NAMES)) == 52
    assert set(peers.UNITS) <= set(DESCRIPTIONS)
    for begins in peers.UNITS.values():
        assert all(any(name.startswith(each) for name in peers.NAMES) for each in begins)
    assert len(peers.INPUTS) == 146
    assert list(peers.INPUTS) == sorted(set(peers.INPUTS))
    assert peers.INPUTS[-1] == 477


@pytest.mark.parametrize(
    ("unit", "values", "score"),
    [
        (12, {"mouthSmileLeft": 0.2, "mouthSmileRight": 0.7, "jawOpen": 0.9}, 0.7),
        (1, {"browInnerUp": 0.3, "browOuterUpLeft": 0.9}, 0.3),
        (2, {"browInnerUp": 0.3, "browOuterUpLeft": 0.9}, 0.9),
        (25, {"mouthUpperUpLeft": 0.4, "jawOpen": 0.1}, 0.4),
        (27, {"jawOpen": 1}, np.nan),
    ],
)
def test_a_unit_takes_the_larger_of_its_blendshapes(unit, values, score):
    np.testing.assert_allclose(peers.units_from(blendshapes(**values), (unit,)), [score])


def test_the_surroundings_are_a_square_of_one_and_a_half_boxes_with_the_edges_repeated():
    picture = np.arange(20 * 30, dtype=np.uint8).reshape(20, 30, 1).repeat(3, 2)
    inside = peers.surroundings(picture, np.array([10.0, 6, 18, 14]))
    np.testing.assert_array_equal(inside, picture[4:16, 8:20])
    outside = peers.surroundings(picture, np.array([0.0, 0, 8, 8]))
    np.testing.assert_array_equal(outside[:3, 2:], picture[:1, :10].repeat(3, 0))
    np.testing.assert_array_equal(outside[2:, :2], picture[:10, :1].repeat(2, 1))


def test_frames_without_a_face_are_not_told(monkeypatch, tmp_path):
    picture = np.zeros((20, 20, 3), np.uint8)
    sides = dict(zip(("left", "top", "right", "bottom"), (4.0, 4, 12, 12), strict=True))
    track = pd.DataFrame({"status": [FACE, NONE, FACE], "reason": "some", **sides})
    manifest = pd.DataFrame({"frame": [1, 2, 3], "time": [0.0, 0.1, 0.2]})
    monkeypatch.setattr(peers, "read_manifest", lambda path: manifest)
    monkeypatch.setattr(peers, "read_track", lambda *_: track)
    monkeypatch.setattr(peers, "iterate_frames", lambda *_, **__: ((n, picture) for n in (1, 2, 3)))
    said = iter([blendshapes(mouthSmileLeft=0.6), np.full(52, np.nan)])
    table = peers.predict(lambda square: next(said), tmp_path, "v", ("AU1", "AU12", "AU27"))
    write_predictions(tmp_path / "v.csv", table)
    found = read_predictions(tmp_path / "v.csv")
    np.testing.assert_allclose(found["AU12"], [0.6, np.nan, np.nan], rtol=1e-6)
    np.testing.assert_array_equal(found["AU12_present"], [1, np.nan, np.nan])
    np.testing.assert_array_equal(found["AU1_present"], [0, np.nan, np.nan])
    assert found["AU27"].isna().all()
    assert list(found["status"]) == [FACE, NONE, FACE]
