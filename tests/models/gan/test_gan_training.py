"""The training of one run: what it writes, how it stops and goes on."""

import csv
import json
import logging
import os
import signal
from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch

from auva.dataset.read import Faces, FaceSet, load
from auva.errors import InputError
from auva.evaluation.stage import evaluate
from auva.files import sha256
from auva.models.gan.data import read_images
from auva.models.gan.nodes import outputs
from auva.models.gan.scoring import load_discriminator
from auva.models.gan.step import _real, make_networks
from auva.models.gan.training import train
from auva.models.state import STATE, STATE_BEFORE
from auva.models.stopping import Stopped
from auva.models.training import train as train_stage
from auva.records.chosen import read_chosen
from auva.records.hdf5 import seal

FILES = ["checkpoints.csv", "config.json", "history.csv", "samples.png"]


def digests(folder):
    """Return every file of a run that must be the same byte for byte."""
    return {
        str(path.relative_to(folder)): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "tfevents" not in path.name
    }


def test_a_run_shorter_than_an_interval_has_one_row(make_run, faces_h5, tmp_path):
    run = make_run("au", training={"iterations": 2, "history_interval": 100})
    train(run, faces_h5, tmp_path, device="cpu")
    (row,) = csv.DictReader((tmp_path / "history.csv").open())
    assert row["iteration"] == "2"


@pytest.mark.parametrize(
    ("kind", "va_loss"), [("au", None), ("va", "mse"), ("va", "ccc"), ("vaau", "ccc")]
)
def test_a_run_leaves_its_files(make_run, faces_h5, tmp_path, kind, va_loss):
    run = make_run(kind, va_loss=va_loss, update_rate=2)
    train(run, faces_h5, tmp_path, device="cpu")
    for name in FILES:
        assert (tmp_path / name).stat().st_size > 0
    assert json.loads((tmp_path / "config.json").read_text()) == run.as_dict()
    rows = list(csv.DictReader((tmp_path / "checkpoints.csv").open()))
    assert [int(row["iteration"]) for row in rows] == [0, 5, 10, 12]
    for row in rows:
        assert sha256(tmp_path / row["file"]) == row["sha256"]
        assert (tmp_path / "samples" / f"iteration-{int(row['iteration']):08d}.png").exists()
    history = list(csv.DictReader((tmp_path / "history.csv").open()))
    assert [int(row["iteration"]) for row in history] == [3, 6, 9, 12]
    assert all(np.isfinite(float(row["d_loss"])) for row in history)
    assert not (tmp_path / STATE).exists()
    model = load_discriminator(tmp_path, 12)
    found = model.predictor()(FaceSet.unlabelled(np.zeros((3, 28, 28, 3), np.uint8)))
    assert {task for task in ("au", "va") if getattr(found, task) is not None} == set(run.tasks)
    assert found.fake is not None
    assert ((found.fake >= 0) & (found.fake <= 1)).all()


@pytest.mark.parametrize("kind", ["au", "vanilla"])
def test_the_same_settings_give_the_same_bytes(make_run, faces_h5, tmp_path, monkeypatch, kind):
    """Whether the images lie in memory or in a file, of which nothing is left."""
    run = make_run(kind)
    train(run, faces_h5, tmp_path / "first", device="cpu")
    monkeypatch.setattr("auva.models.gan.data.IN_MEMORY", 0)
    train(run, faces_h5, tmp_path / "second", device="cpu")
    assert digests(tmp_path / "first") == digests(tmp_path / "second")
    names = [sorted(p.name for p in (tmp_path / n).iterdir()) for n in ("first", "second")]
    assert names[0] == names[1]


@pytest.mark.parametrize("kind", ["au", "vanilla"])
def test_a_stopped_run_goes_on_bit_for_bit(make_run, faces_h5, tmp_path, monkeypatch, kind):
    """SIGTERM arrives within a step between two checkpoints; the second call finishes the run."""
    averages = {"generator_average": 0.9, "discriminator_average": 0.8}
    training = averages if kind == "au" else {}
    run = make_run(kind, training=training)
    train(run, faces_h5, tmp_path / "whole", device="cpu")

    from auva.models.gan import training as module

    steps = 0
    update = module.Training._update

    def interrupted(self, step):
        nonlocal steps
        steps += 1
        if steps == 8:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, step)

    monkeypatch.setattr(module.Training, "_update", interrupted)
    with pytest.raises(Stopped) as stopped:
        train(run, faces_h5, tmp_path / "parts", device="cpu")
    assert stopped.value.code == 143
    assert (tmp_path / "parts" / STATE).exists()
    assert not (tmp_path / "parts" / "checkpoints.csv").exists()
    train(run, faces_h5, tmp_path / "parts", device="cpu")
    assert steps == 12
    assert digests(tmp_path / "whole") == digests(tmp_path / "parts")


def test_a_larger_image_and_another_body_resume_to_the_same_bytes(
    make_run, tmp_path, monkeypatch, large_faces_h5
):
    settings = {"preset": "large", "image_size": 64, "width": 4}
    run = make_run("vaau", va_loss="ccc", training=settings)
    train(run, large_faces_h5, tmp_path / "whole", device="cpu")
    with monkeypatch.context() as patch:
        stopped_at(7, patch)
        with pytest.raises(Stopped):
            train(run, large_faces_h5, tmp_path / "parts", device="cpu")
    train(run, large_faces_h5, tmp_path / "parts", device="cpu")
    assert digests(tmp_path / "whole") == digests(tmp_path / "parts")
    found = load_discriminator(tmp_path / "whole", 12, "recalibrated")
    predict = found.predictor()
    faces = load(large_faces_h5, "test", 64)
    mirrored = replace(faces, image=faces.image[:, :, ::-1].copy())
    np.testing.assert_allclose(predict(faces).au, predict(mirrored).au, rtol=1e-5)
    assert not np.allclose(found.logits(faces.image), found.logits(mirrored.image))


def test_moves_change_real_faces_within_their_range(make_run, faces_h5):
    def seen(**moves):
        run = make_run("au", training=moves)
        images = read_images(faces_h5, "train", outputs(run), 28, torch.device("cpu"))
        networks = make_networks(run, images, torch.device("cpu"))
        return _real(networks, images, torch.arange(16))

    plain = seen()
    for name in ("shift", "zoom", "turn", "light"):
        moved = seen(**{name: 0.9})
        assert moved.shape == plain.shape
        assert not torch.equal(moved, plain)
        assert moved.min() >= -1
        assert moved.max() <= 1


def test_faces_without_labels_take_part_and_resume_to_the_same_bytes(
    make_run, tmp_path, monkeypatch, half_labelled_h5
):
    run = make_run("vaau", va_loss="ccc", update_rate=1, training={"unlabelled_batch": 6})
    train(run, half_labelled_h5, tmp_path / "whole", device="cpu")
    with monkeypatch.context() as patch:
        stopped_at(7, patch)
        with pytest.raises(Stopped):
            train(run, half_labelled_h5, tmp_path / "parts", device="cpu")
    train(run, half_labelled_h5, tmp_path / "parts", device="cpu")
    assert digests(tmp_path / "whole") == digests(tmp_path / "parts")
    without = make_run("vaau", va_loss="ccc", update_rate=1)
    train(without, half_labelled_h5, tmp_path / "without", device="cpu")
    checkpoint = "checkpoints/iteration-00000012.safetensors"
    assert digests(tmp_path / "whole")[checkpoint] != digests(tmp_path / "without")[checkpoint]

    def trained_on(folder):
        files = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")
        paths = [folder / name for name in files]
        evaluate(folder, half_labelled_h5, *paths, {"bootstrap": 5})
        return set(read_chosen(folder / "chosen.json").trained_on)

    def people(*groups):
        return {
            person for group in groups for _, person, *_ in Faces(half_labelled_h5, group).videos()
        }

    assert people("unlabelled") - people("train")
    assert trained_on(tmp_path / "without") == people("train")
    assert trained_on(tmp_path / "whole") == people("train", "unlabelled")


def test_a_file_without_the_other_faces_is_refused(make_run, faces_h5, half_labelled_h5, tmp_path):
    def refused(path, **settings):
        with pytest.raises(InputError) as error:
            train(make_run("au", training=settings), path, tmp_path, device="cpu")
        return str(error.value)

    assert "without dataset.keep_unlabelled_faces" in refused(faces_h5, unlabelled_batch=4)
    assert (
        "training.unlabelled_batch 21 is larger than the group of faces without labels of 20"
        in (refused(half_labelled_h5, unlabelled_batch=21))
    )
    for name, value in {"unlabelled_batch": 4, "mean_of_mirror": True}.items():
        with pytest.raises(InputError, match=rf"{name}: is for faces with labels, not for kind va"):
            make_run("vanilla", training={name: value})


def stopped_at(step, monkeypatch):
    """Let SIGTERM arrive within a step of the trainings of this test."""
    from auva.models.gan import training as module

    update = module.Training._update

    def interrupted(self, number):
        if number == step:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, number)

    monkeypatch.setattr(module.Training, "_update", interrupted)


DAMAGES = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "flipped": lambda data: data[:-9] + bytes([data[-9] ^ 4]) + data[-8:],
    "header": lambda data: data[:40] + b"!" + data[41:],
    "length": lambda data: b"\xff" * 8 + data[8:],
    "noise": lambda data: bytes(range(256)) * 9,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("lost", [(STATE,), (STATE, STATE_BEFORE)])
def test_a_damaged_state_costs_the_way_to_the_last_good_one_and_no_byte_of_the_end(
    make_run, faces_h5, tmp_path, monkeypatch, caplog, damage, lost
):
    run = make_run("au", training={"generator_average": 0.9, "discriminator_average": 0.8})
    train(run, faces_h5, tmp_path / "whole", device="cpu")
    with monkeypatch.context() as patch:
        stopped_at(7, patch)
        with pytest.raises(Stopped):
            train(run, faces_h5, tmp_path / "parts", device="cpu")
    for name in lost:
        state = tmp_path / "parts" / name
        state.write_bytes(DAMAGES[damage](state.read_bytes()))
    with caplog.at_level(logging.INFO, "auva"):
        train(run, faces_h5, tmp_path / "parts", device="cpu")
    said = [record.getMessage() for record in caplog.records]
    for name in lost:
        assert any(f"{name}: damaged, or changed since" in line for line in said)
    again = (
        "training starts again from the beginning"
        if len(lost) == 2
        else "continuing from iteration 5"
    )
    assert any(again in line for line in said)
    assert digests(tmp_path / "whole") == digests(tmp_path / "parts")
    assert not (tmp_path / "parts" / STATE).exists()
    assert not (tmp_path / "parts" / STATE_BEFORE).exists()


def test_a_kill_between_two_states_goes_on_from_the_one_before(
    make_run, faces_h5, tmp_path, monkeypatch
):
    run = make_run("au")
    train(run, faces_h5, tmp_path / "whole", device="cpu")
    with monkeypatch.context() as patch:
        stopped_at(7, patch)
        with pytest.raises(Stopped):
            train(run, faces_h5, tmp_path / "parts", device="cpu")
    (tmp_path / "parts" / STATE).unlink()
    train(run, faces_h5, tmp_path / "parts", device="cpu")
    assert digests(tmp_path / "whole") == digests(tmp_path / "parts")


def test_a_person_on_two_sides_is_not_trained_on(make_run, tmp_path, faces_h5):
    path = tmp_path / "faces_28.h5"
    path.write_bytes(faces_h5.read_bytes())
    with h5py.File(path, "r+") as file:
        file["test/identity"][:] = b"train"
    seal(path)
    with pytest.raises(InputError, match=r"faces_28.h5: person 'train' is in test and in train"):
        train_stage(make_run("au"), path, tmp_path / "run", device="cpu")
    with pytest.raises(InputError, match="protocol 'identity', not 'random_frames'"):
        train_stage(make_run("au"), path, tmp_path / "run", device="cpu", protocol="random_frames")
    assert not (tmp_path / "run").exists()


def test_the_scored_discriminator_is_the_moving_average(make_run, faces_h5, tmp_path):
    decay, every = 0.8, {"checkpoint_interval": 1, "iterations": 7}
    plain = make_run("au", update_rate=2, training=every)
    train(plain, faces_h5, tmp_path / "plain", device="cpu")
    averaged = make_run("au", update_rate=2, training={**every, "discriminator_average": decay})
    train(averaged, faces_h5, tmp_path / "averaged", device="cpu")

    def weights(run, step):
        return load_discriminator(tmp_path / run, step).network.full.weight.detach().numpy()

    expected = weights("plain", 0)
    for step in range(7):
        if step % 3 == 0:
            expected = decay * expected + (1 - decay) * weights("plain", step + 1)
        np.testing.assert_allclose(weights("averaged", step + 1), expected, atol=1e-7)


def test_a_state_of_other_settings_is_not_used(make_run, faces_h5, tmp_path):
    keep = {"keep_state": True}
    train(make_run("au", training=keep), faces_h5, tmp_path / "a", device="cpu")
    run = make_run("au", alpha=1, training=keep)
    train(run, faces_h5, tmp_path / "a", device="cpu")
    train(run, faces_h5, tmp_path / "b", device="cpu")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_a_finished_run_with_its_state_can_be_made_longer(make_run, faces_h5, tmp_path, schedule):
    """It ends as a run that had this length from the start, whose learning rates may differ."""
    settings = {"keep_state": True, "iterations": 10, "learning_rate_schedule": schedule}
    train(make_run("au", training=settings), faces_h5, tmp_path / "a", device="cpu")
    longer = make_run("au", training={**settings, "iterations": 20})
    train(longer, faces_h5, tmp_path / "a", device="cpu")
    train(longer, faces_h5, tmp_path / "b", device="cpu")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_a_loss_that_is_not_finite_stops_with_step_and_term(make_run, faces_h5, tmp_path):
    run = make_run("au", update_rate=2, learning_rate=1.0, training={"learning_rate_scale": 1e30})
    with pytest.raises(InputError, match=r"(d_loss|g_loss|adversarial)\S* is \S+ at step \d+"):
        train(run, faces_h5, tmp_path, device="cpu")
    assert not (tmp_path / "checkpoints.csv").exists()
    scores = load_discriminator(tmp_path, 0).logits(np.zeros((2, 28, 28, 3), np.uint8))
    assert np.isfinite(scores).all()


def test_a_batch_larger_than_the_set(make_run, faces_h5, tmp_path):
    with pytest.raises(
        InputError,
        match=r"experiments.au: training.batch_size 41 is larger than the training set of 40",
    ):
        train(make_run("au", training={"batch_size": 41}), faces_h5, tmp_path, device="cpu")
    assert not list(tmp_path.iterdir())


def test_a_dataset_of_another_size(make_run, faces_h5, tmp_path):
    with pytest.raises(InputError, match="28 pixels, not 32"):
        train(make_run("au", training={"image_size": 32}), faces_h5, tmp_path, device="cpu")


def test_faces_have_no_categories(make_run, faces_h5, tmp_path):
    with pytest.raises(InputError, match="has no `category`"):
        train(make_run("categorical"), faces_h5, tmp_path, device="cpu")


def test_a_damaged_checkpoint(make_run, faces_h5, tmp_path):
    train(make_run("au"), faces_h5, tmp_path, device="cpu")
    path = tmp_path / "checkpoints" / "iteration-00000012.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"iteration-00000012.safetensors: damaged"):
        load_discriminator(tmp_path, 12)
    with pytest.raises(InputError, match="no such checkpoint"):
        load_discriminator(tmp_path, 7)


def test_an_unknown_device(make_run, faces_h5, tmp_path):
    with pytest.raises(InputError, match="device 'tpu'"):
        train(make_run("au"), faces_h5, tmp_path, device="tpu")
