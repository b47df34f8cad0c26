"""The evaluation of a run that was really trained."""

import json
import shutil

import h5py
import numpy as np
import pandas as pd
import pytest

from auva import dataset
from auva.errors import InputError
from auva.evaluation.catalogue import NO_POSITIVE
from auva.evaluation.scores import score
from auva.evaluation.stage import evaluate, predictor
from auva.models.gan.digits import write_digits
from auva.models.gan.scoring import load_discriminator, named
from auva.records.checkpoints import thinned
from auva.records.chosen import read_chosen
from auva.records.hdf5 import seal
from auva.units import THESIS_NAMES

CFG = {"bootstrap": 20}


@pytest.fixture(scope="module")
def tables(trained, tmp_path_factory):
    out = tmp_path_factory.mktemp("tables")
    files = out / "scores.csv", out / "chosen.json", out / "held_out.csv", out / "bootstrap.csv"
    evaluate(trained.run_dir, trained.packed, *files, CFG)
    return files


@pytest.fixture
def copied(trained, tmp_path):
    """A copy of the run that a test may damage."""
    return shutil.copytree(trained.run_dir, tmp_path / "run")


def test_every_checkpoint_is_scored_on_both_sets(tables):
    scores = pd.read_csv(tables[0])
    assert list(scores.columns) == ["iteration", "set", "metric", "target", "value", "note"]
    assert set(scores["iteration"]) == {0, 4, 8, 12}
    for _, part in scores.groupby(["iteration", "set"]):
        assert len(part) == 6 * 8 + 7 + 4 + 1
        assert not part.duplicated(["metric", "target"]).any()


def test_losses_that_exploded_are_told_with_the_choice(trained, tmp_path):
    history = tmp_path / "history.csv"
    history.write_text("iteration,d_loss\n6,1.5\n12,1e9\n\n")
    names = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")
    files = [tmp_path / name for name in names]
    evaluate(trained.run_dir, trained.packed, *files, CFG, history_csv=history)
    told = read_chosen(tmp_path / "chosen.json").training_note
    assert told == "the losses exploded in 1 of 2 intervals, first d_loss = 1e+09 at iteration 12"


def test_scores_are_those_of_the_discriminator(trained, tables):
    faces = dataset.load(trained.packed, "test")
    scores = pd.read_csv(tables[0])
    for iteration in (0, 12):
        model = load_discriminator(trained.run_dir, iteration)
        found = score(named(model.logits(faces.image), model.outputs), faces)
        part = scores[(scores["iteration"] == iteration) & (scores["set"] == "test")]
        np.testing.assert_allclose(part["value"], [row.value for row in found], rtol=1e-5)


def test_undefined_scores_are_empty_cells_with_a_word(tables):
    scores, held_out = (pd.read_csv(path, keep_default_na=False) for path in tables[::2])
    row = scores[
        (scores["metric"] == "f1") & (scores["target"] == "AU15") & (scores["set"] == "test")
    ]
    assert set(row["value"]) == {""}
    assert set(row["note"]) == {NO_POSITIVE}
    for table in (scores, held_out):
        assert (table.loc[table["value"] == "", "note"] != "").all()
        assert not table.isin(["nan", "NaN"]).any().any()


def test_bytes_repeat_and_do_not_depend_on_the_batch(trained, tables, tmp_path):
    other = {**CFG, "batch_size": 7}
    evaluate(
        trained.run_dir,
        trained.packed,
        tmp_path / "s.csv",
        tmp_path / "c.json",
        tmp_path / "h.csv",
        tmp_path / "b.csv",
        CFG,
    )
    assert (tmp_path / "s.csv").read_bytes() == tables[0].read_bytes()
    assert (tmp_path / "c.json").read_bytes() == tables[1].read_bytes()
    assert (tmp_path / "h.csv").read_bytes() == tables[2].read_bytes()
    evaluate(
        trained.run_dir,
        trained.packed,
        tmp_path / "s.csv",
        tmp_path / "c.json",
        tmp_path / "h.csv",
        tmp_path / "b.csv",
        other,
    )
    again, first = pd.read_csv(tmp_path / "s.csv"), pd.read_csv(tables[0])
    np.testing.assert_allclose(again["value"], first["value"], atol=1e-4)


def test_an_action_unit_that_training_never_saw_is_noted(trained, tmp_path):
    packed = tmp_path / "faces_28.h5"
    packed.write_bytes(trained.packed.read_bytes())
    with h5py.File(packed, "r+") as file:
        file["train/au"][:, THESIS_NAMES.index("AU12")] = 0
    seal(packed)
    evaluate(
        trained.run_dir,
        packed,
        tmp_path / "s.csv",
        tmp_path / "c.json",
        tmp_path / "h.csv",
        tmp_path / "b.csv",
        {**CFG, "every": 4},
    )
    remarks = read_chosen(tmp_path / "c.json").remarks
    assert [au for au, text in remarks.items() if "never taught" in text] == ["AU12"]


def test_thinning_keeps_the_last_checkpoint(trained, tmp_path):
    assert thinned([0, 4, 8, 12], 2) == [4, 12]
    assert thinned([0, 4, 8], 2) == [0, 8]
    assert thinned([5], 10) == [5]
    cfg = {**CFG, "every": 3}
    evaluate(
        trained.run_dir,
        trained.packed,
        tmp_path / "s.csv",
        tmp_path / "c.json",
        tmp_path / "h.csv",
        tmp_path / "b.csv",
        cfg,
    )
    assert set(pd.read_csv(tmp_path / "s.csv")["iteration"]) == {0, 12}


@pytest.mark.parametrize("statistics", ["running", "batch"])
def test_the_base_codes_batch_norm_is_an_option(trained, tables, tmp_path, statistics):
    cfg = {**CFG, "statistics": statistics, "every": 4}
    evaluate(
        trained.run_dir,
        trained.packed,
        tmp_path / "s.csv",
        tmp_path / "c.json",
        tmp_path / "h.csv",
        tmp_path / "b.csv",
        cfg,
    )
    ours = pd.read_csv(tables[0]).query("iteration == 12")["value"].to_numpy()
    other = pd.read_csv(tmp_path / "s.csv")["value"].to_numpy()
    assert not np.allclose(ours, other, equal_nan=True)
    for path, name in ((tables[1], "recalibrated"), (tmp_path / "c.json", statistics)):
        assert read_chosen(path).scoring == {"statistics": name}


def test_a_predictor_gives_probabilities_by_name(trained):
    faces = dataset.load(trained.packed, "test")
    predictions = predictor(trained.run_dir, 12, {"statistics": "recalibrated"})(faces)
    assert predictions.au is not None
    assert predictions.au.shape == (len(faces), len(THESIS_NAMES))
    assert ((predictions.au > 0) & (predictions.au < 1)).all()
    assert predictions.va is not None
    assert predictions.va.shape == (len(faces), 2)


def refused(run_dir, packed, folder, cfg=CFG):
    with pytest.raises(InputError) as error:
        evaluate(run_dir, packed, *(folder / f"{name}.csv" for name in "schb"), cfg)
    assert not (folder / "s.csv").exists()
    assert not (folder / "c.json").exists()
    assert not (folder / "h.csv").exists()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_damaged_checkpoint_is_named(trained, copied, tmp_path):
    path = copied / "checkpoints" / "iteration-00000008.safetensors"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(bytes(data))
    message = refused(copied, trained.packed, tmp_path)
    assert "iteration-00000008.safetensors: damaged checkpoint" in message


def test_a_missing_checkpoint_is_named(trained, copied, tmp_path):
    (copied / "checkpoints" / "iteration-00000004.safetensors").unlink()
    assert "iteration-00000004.safetensors: checkpoint is missing" in refused(
        copied, trained.packed, tmp_path
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the training of this run has not finished"),
        ("iteration,file,sha256\n\n", "lists no checkpoint"),
        ("iteration,file,sha256\n", "was truncated"),
        ("iteration,file\n0,a\n\n", "line 1: is not a list of checkpoints: no column 'sha256'"),
        ("", "was truncated, or is not a list of checkpoints"),
        ("iteration,file,sha256\nabc,x,y\n\n", "line 2: iteration is 'abc', not a whole number"),
        ("iteration,file,sha256\n0,../x,y\n\n", "line 2: is not the file and SHA-256"),
    ],
)
def test_a_bad_list_of_checkpoints_is_named(trained, copied, tmp_path, content, message):
    path = copied / "checkpoints.csv"
    path.unlink() if content is None else path.write_text(content)
    found = refused(copied, trained.packed, tmp_path)
    assert "checkpoints.csv" in found
    assert message in found


def test_a_dataset_of_another_size_is_refused(trained, tmp_path):
    other = tmp_path / "faces_32.h5"
    trained.write_packed(other, {"train": 4, "validation": 4, "test": 4}, size=32)
    message = refused(trained.run_dir, other, tmp_path)
    assert "faces_32.h5: has faces of 32 pixels, not 28" in message


def test_other_pictures_than_those_of_the_training_are_refused(trained, copied, tmp_path):
    digits = tmp_path / "mnist.h5"
    pictures = (np.zeros((3, 28, 28, 1), np.uint8), np.zeros(3, np.uint8))
    write_digits(digits, "mnist", {"train": pictures, "test": pictures})
    message = refused(trained.run_dir, digits, tmp_path)
    assert "mnist.h5: holds mnist, but the run (vaau) was trained on faces" in message
    settings = json.loads((copied / "config.json").read_text())
    axes = {"learning_rate": 1e-4, "update_rate": 5, "alpha": 0.9}
    changed = settings | {
        "kind": "categorical",
        "va_loss": None,
        "dataset": "mnist",
        "axes": axes,
        "name": "mnist_lr1e-4_update5_alpha0.9",
    }
    (copied / "config.json").write_text(json.dumps(changed))
    message = refused(copied, trained.packed, tmp_path)
    assert "holds faces, but the run (categorical) was trained on mnist" in message


def test_an_empty_test_set_is_refused(trained, tmp_path):
    other = tmp_path / "faces_28.h5"
    trained.write_packed(other, {"train": 4, "validation": 4, "test": 0})
    assert "the test set is empty" in refused(trained.run_dir, other, tmp_path)


def test_a_folder_without_run_is_refused(trained, copied, tmp_path):
    (copied / "config.json").write_text(json.dumps({"settings": {}}))
    assert "not the settings of a run" in refused(copied, trained.packed, tmp_path)
    (copied / "config.json").unlink()
    assert "not the folder of a trained run" in refused(copied, trained.packed, tmp_path)


def test_a_person_on_two_sides_is_not_scored(trained, tmp_path):
    packed = tmp_path / "faces_28.h5"
    packed.write_bytes(trained.packed.read_bytes())
    with h5py.File(packed, "r+") as file:
        names = file["test/identity"]
        names[names[:] == b"test-1"] = b"train-0"
    seal(packed)
    message = refused(trained.run_dir, packed, tmp_path)
    assert "faces_28.h5: person 'train-0' is in test and in train" in message


def test_an_unknown_setting_is_refused(trained, tmp_path):
    message = refused(trained.run_dir, trained.packed, tmp_path, {"thinning": 2})
    assert message.startswith("config evaluation: unknown key 'thinning'")
