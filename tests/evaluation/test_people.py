"""The scores of each person alone."""

import numpy as np
import pytest

from auva.dataset.read import FaceSet
from auva.evaluation.people import score_people
from auva.evaluation.protocol import scored
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictions
from auva.records.scores import BY_PERSON, write_people
from auva.records.table import read_table

PEOPLE = ("ada", "ben", "cyd")
THRESHOLDS = np.linspace(0.3, 0.7, 8)


@pytest.fixture
def faces():
    """Random predictions and labels; Ben never shows AU1, Cyd shows nothing."""
    rng = np.random.default_rng(3)
    identity = rng.choice(PEOPLE, 300)
    au = rng.integers(0, 2, (300, 8)).astype(np.uint8)
    au[identity == "ben", 0] = 0
    au[identity == "cyd"] = 0
    va = rng.uniform(-1, 1, (300, 2)).astype(np.float32)
    known = rng.random((300, 8)) < 0.9, rng.random((300, 2)) < 0.9
    image = np.empty((300, 0, 0, 3), np.uint8)
    frame = np.arange(1, 301, dtype=np.int32)
    labels = FaceSet(image, au, known[0], va, known[1], identity, identity, frame)
    predicted = rng.random((300, 8))
    predicted[rng.random(300) < 0.1] = np.nan
    return Predictions(au=predicted, va=rng.uniform(-1, 1, (300, 2))), labels


def test_a_row_has_the_scores_of_the_faces_of_the_person(faces):
    predictions, labels = faces
    table = score_people(predictions, labels, THRESHOLDS).set_index("person")
    assert sorted(table.index) == list(PEOPLE)
    for person, row in table.iterrows():
        own = np.flatnonzero(labels.identity == person)
        alone = scored(
            0, predictions.take(own), labels.take(own), THRESHOLDS, Settings(bootstrap=1)
        )
        value = alone.table.set_index(["metric", "target"])["value"]
        assert row["faces"] == len(own)
        for name in ("f1_mean", "floor_mean", "auc_mean"):
            assert row[name] == pytest.approx(value[name, "all"], nan_ok=True)
        for metric in ("ccc", "mse"):
            for target in ("valence", "arousal"):
                assert row[f"{metric}_{target}"] == pytest.approx(value[metric, target])
    assert table["units"]["ben"] == " ".join(labels.au_names[1:])
    assert table["units"]["cyd"] == ""


def test_the_lowest_score_comes_first_and_an_undefined_one_last(faces, tmp_path):
    table = score_people(*faces, THRESHOLDS)
    assert table["f1_mean"][0] <= table["f1_mean"][1]
    assert (table["person"][2], np.isnan(table["f1_mean"][2])) == ("cyd", True)
    write_people(tmp_path / "people.csv", table)
    again = read_table(tmp_path / "people.csv", "table of people", BY_PERSON)
    assert again["person"].tolist() == table["person"].tolist()


def test_a_model_of_affect_alone_has_no_scores_of_action_units(faces):
    predictions, labels = faces
    table = score_people(Predictions(va=predictions.va), labels, THRESHOLDS)
    assert table["person"].tolist() == list(PEOPLE)
    assert table[["f1_mean", "floor_mean", "auc_mean"]].isna().all(axis=None)
    assert (table["units"] == "").all()
    assert table["ccc_valence"].notna().all()
