"""The evaluation of runs on pictures with exclusive categories, and of the vanilla GAN."""

import numpy as np
import pandas as pd
import pytest

from auva.dataset.read import FaceSet
from auva.evaluation.digits import LAST
from auva.evaluation.stage import evaluate, predictor
from auva.models.gan.digits import write_digits
from auva.models.gan.scoring import load_discriminator
from auva.models.gan.training import train as train_run
from auva.models.run import expand
from auva.records.bootstrap import read_bootstrap
from auva.records.chosen import read_chosen
from auva.tables.categories import write_categories

TRAINING = {"iterations": 6, "checkpoint_interval": 3, "batch_size": 10, "tensorboard": False}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    generator = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("digits") / "mnist.h5"
    sets = {
        name: (
            generator.integers(0, 256, (n, 28, 28, 1), np.uint8),
            generator.integers(0, 10, n).astype(np.uint8),
        )
        for name, n in (("train", 60), ("test", 40))
    }
    write_digits(path, "mnist", sets)
    return path, sets


def train(folder, kind, dataset_h5, dataset):
    entry = {"kind": kind, "grid": {"dataset": dataset}, "training": {"batch_size": 10}}
    ((key, run),) = expand({kind: entry}, TRAINING).items()
    train_run(run, dataset_h5, folder / key[1])
    return run, folder / key[1]


def test_accuracy_is_that_of_the_most_probable_category(pictures, tmp_path):
    path, sets = pictures
    run, run_dir = train(tmp_path, "categorical", path, "mnist")
    files = tmp_path / "s.csv", tmp_path / "c.json", tmp_path / "h.csv"
    evaluate(run_dir, path, *files, tmp_path / "b.csv")
    assert read_bootstrap(tmp_path / "b.csv").scores == {}
    scores, held_out = (pd.read_csv(file) for file in files[::2])
    assert set(scores["set"]) == {"test"}
    assert set(scores["iteration"]) == {0, 3, 6}
    image, label = sets["test"]
    expected = load_discriminator(run_dir, 6).logits(image)
    accuracy = (expected[:, :10].argmax(axis=1) == label).mean()
    row = held_out[held_out["metric"] == "class_accuracy"].iloc[0]
    assert (row["iteration"], row["value"]) == (6, pytest.approx(accuracy))
    assert read_chosen(files[1]).note == LAST
    out = [tmp_path / f"t.{kind}" for kind in ("csv", "md", "html")]
    write_categories([run.as_dict()], *([file] for file in files), *out)
    table = pd.read_csv(out[0]).set_index("protocol")
    assert table.loc["held_out", "class_accuracy"] == pytest.approx(accuracy)
    best = scores[scores["metric"] == "class_accuracy"]["value"].max()
    assert table.loc["best_on_test", "class_accuracy"] == pytest.approx(best)
    assert "accuracy" in out[1].read_text()


def test_the_vanilla_gan_sees_grey_faces(trained, tmp_path):
    _, run_dir = train(tmp_path, "vanilla", trained.packed, "faces")
    evaluate(run_dir, trained.packed, *(tmp_path / f"{name}.csv" for name in "schb"))
    scores = pd.read_csv(tmp_path / "s.csv")
    assert set(scores["metric"]) == {"real_as_real"}
    colours = np.full((2, 28, 28, 3), (10, 200, 30), np.uint8)
    grey = np.full((2, 28, 28, 1), round(0.299 * 10 + 0.587 * 200 + 0.114 * 30), np.uint8)
    predict = predictor(run_dir, 6, {"statistics": "recalibrated"})
    first, second = (predict(FaceSet.unlabelled(image)) for image in (colours, grey))
    np.testing.assert_array_equal(first.fake, second.fake)
