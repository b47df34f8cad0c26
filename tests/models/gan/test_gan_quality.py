"""Image quality: the kernel distance against its definition, the floor, collapse, what is said."""

import json
import logging
import shutil
from dataclasses import replace
from itertools import combinations

import h5py
import numpy as np
import pandas as pd
import pytest
import torch

from auva.errors import InputError
from auva.models.gan.samples import diversity
from auva.models.gan.training import train
from auva.models.run import expand
from auva.quality.extractor import load_extractor, train_extractor
from auva.quality.measure import kernel_distance, measure
from auva.quality.settings import QualitySettings
from auva.quality.table import write_quality
from auva.records import quality as records
from auva.records.quality import QUALITY

SMALL = QualitySettings(extractor_steps=30, images=12, subsets=3, subset_size=8, checkpoints=2)


def mmd(x, y):
    """Unbiased squared maximum mean discrepancy with the kernel (x.y/d + 1)^3, pair by pair."""
    n, d = x.shape

    def kernel(a, b):
        return (a @ b / d + 1) ** 3

    within = sum(
        kernel(s[i], s[j]) for s in (x, y) for i in range(n) for j in range(n) if i != j
    ) / (n * (n - 1))
    between = sum(kernel(a, b) for a in x for b in y) / n**2
    return within - 2 * between


def test_the_kernel_distance_is_its_definition():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(7, 5)), rng.normal(0.5, 2, size=(7, 5))
    settings = QualitySettings(subsets=1, subset_size=7)
    got, _ = kernel_distance(torch.from_numpy(x).float(), torch.from_numpy(y).float(), settings)
    assert got == pytest.approx(mmd(x, y), rel=1e-5)


def test_diversity():
    rng = np.random.default_rng(0)
    varied = rng.integers(0, 256, (64, 28, 28, 3), np.uint8)
    assert diversity(np.repeat(varied[:1], 64, axis=0)) == 0
    # Two independent uniform bytes differ by 256 / sqrt(6) in the root of the mean square.
    assert diversity(varied) == pytest.approx(256 / 6**0.5, rel=0.02)
    assert diversity(varied[:1]) == 0
    pairs = [a.astype(float) - b for a, b in combinations(varied[:9], 2)]
    assert diversity(varied[:9]) == pytest.approx(np.sqrt(np.mean(np.square(pairs))))


def test_diversity_does_not_depend_on_the_order():
    """Frames of three videos: within each they hardly differ."""
    frames = np.repeat(np.array([20, 120, 220], np.uint8), 30)[:, None, None, None]
    frames = np.broadcast_to(frames, (90, 4, 4, 1)).copy()
    mixed = frames[np.random.default_rng(0).permutation(90)]
    assert diversity(frames) == pytest.approx(diversity(mixed)) == pytest.approx(116, abs=1)


@pytest.fixture(scope="module")
def measured(make_run, faces_h5, tmp_path_factory):
    """A run, an extractor, and the run's measured quality."""
    folder = tmp_path_factory.mktemp("quality")
    run = make_run("au")
    train(run, faces_h5, folder / "run", device="cpu")
    train_extractor(faces_h5, folder / "extractor.safetensors", 28, SMALL)
    for name in ("first.csv", "second.csv"):
        extractor = folder / "extractor.safetensors"
        measure(folder / "run", faces_h5, extractor, folder / name, SMALL)
    return folder, run


def test_quality_of_a_run(measured):
    folder, run = measured
    table = pd.read_csv(folder / "first.csv")
    assert table["iteration"].tolist() == [5, 12]
    # Twelve steps from noise: far from the real images, and the floor is the same in all rows.
    assert (table["kid"] > table["floor"]).all()
    assert table["floor"].nunique() == 1
    assert (folder / "first.csv").read_bytes() == (folder / "second.csv").read_bytes()
    paths = [folder / f"quality.{suffix}" for suffix in ("csv", "md", "html")]
    write_quality([run.as_dict()], [folder / "first.csv"], *paths)
    assert len(pd.read_csv(paths[0])) == 2
    text = paths[1].read_text()
    assert text.count(run.name) == 1
    assert "floor (real to real)" in text
    assert "<table>" in paths[2].read_text()


def test_one_checkpoint_is_the_last_and_a_damaged_one_is_named(measured, faces_h5, tmp_path):
    folder, _ = measured
    one = replace(SMALL, checkpoints=1)
    run = shutil.copytree(folder / "run", tmp_path / "run")
    measure(run, faces_h5, folder / "extractor.safetensors", tmp_path / "q.csv", one)
    assert pd.read_csv(tmp_path / "q.csv")["iteration"].tolist() == [12]
    path = run / "checkpoints" / "iteration-00000012.safetensors"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="damaged checkpoint: its checksum differs"):
        measure(run, faces_h5, folder / "extractor.safetensors", tmp_path / "q.csv", one)


def test_only_what_can_be_compared_competes_for_bold(tmp_path):
    runs = {
        "grey": ("vanilla", 28, 0.01, 0),
        "collapsed": ("au", 28, 0.02, 1),
        "better": ("au", 28, 0.03, 0),
        "worse": ("va", 28, 0.04, 0),
        "large": ("au", 32, 0.05, 0),
    }
    settings, files = [], []
    for name, (kind, size, kid, collapsed) in runs.items():
        entry = {"kind": kind, "training": {"image_size": size}}
        entry |= {"va_loss": "mse"} if kind == "va" else {}
        (run,) = expand({name: entry}, {}).values()
        settings.append(run.as_dict())
        files.append(tmp_path / f"{name}.csv")
        numbers = (10, kid, 0.001, 0.008, 0.001, 0.9, collapsed, 100)
        records.write_quality(files[-1], pd.DataFrame([numbers], columns=list(QUALITY)))
    write_quality(settings, files, *[tmp_path / f"o.{kind}" for kind in ("csv", "md", "html")])
    bold = {
        line.split("|")[1].strip()
        for line in (tmp_path / "o.md").read_text().splitlines()
        if "**" in line
    }
    assert bold == {"grey", "better", "large"}


def test_the_extractor_learns_the_labels(faces_h5, tmp_path):
    path = tmp_path / "extractor.safetensors"
    train_extractor(faces_h5, path, 28, QualitySettings(extractor_steps=150))
    network = load_extractor(path, 28)
    with h5py.File(faces_h5) as file:
        pixels, au = file["train/image"][()], file["train/au"][()]
    answers = network.head(network(torch.from_numpy(pixels)))[:, 2:] > 0
    assert float((answers.numpy() == au).mean()) > 0.75
    with pytest.raises(InputError, match="is for images of 28 pixels, not 32"):
        load_extractor(path, 32)


def test_a_quality_file_without_a_column(measured, tmp_path):
    _, run = measured
    (tmp_path / "q.csv").write_text("iteration,kid\n5,0.1\n\n")
    with pytest.raises(InputError, match=r"q.csv, line 1: .*no column 'kid_std'"):
        write_quality([run.as_dict()], [tmp_path / "q.csv"], *[tmp_path / f"o.{k}" for k in "abc"])


def test_a_collapsed_generator_is_said(make_run, faces_h5, tmp_path, caplog):
    """Images that are all the same at the start of a training count as collapsed at its end."""
    run = make_run("au", training={"collapse_below": 1.0, "iterations": 5})
    with caplog.at_level(logging.WARNING, "auva"):
        train(run, faces_h5, tmp_path, device="cpu")
    said = [record.message for record in caplog.records if "collapsed" in record.message]
    assert len(said) == 1
    assert said[0].startswith("iteration 5: the generator has collapsed")


def test_runs_are_listed_with_their_last_scores(measured, tmp_path, capsys):
    from auva.cli import main

    folder, _ = measured
    place = tmp_path / "runs" / "au"
    place.mkdir(parents=True)
    (place / "done").symlink_to(folder / "run")
    (place / "stopped").mkdir()
    settings = json.loads((folder / "run" / "config.json").read_text())
    (place / "stopped" / "config.json").write_text(json.dumps(settings))
    losses = "iteration,d_loss,g_loss\n3,1.5,\n6,1.25,-2\n\n"
    (place / "stopped" / "history.csv").write_text(losses)
    (place / "stopped" / "scores.csv").write_text(
        "iteration,set,metric,target,value,note\n"
        "3,test,f1_mean,all,0.9,\n6,test,f1_mean,all,0.25,\n6,validation,f1_mean,all,0.8,\n\n"
    )
    assert main(["runs", str(tmp_path)]) == 0
    head, done, stopped = capsys.readouterr().out.splitlines()
    assert head.split() == ["run", "state", "iteration", "d_loss", "g_loss", "F1"]
    assert done.split()[:3] == ["au/done", "trained", "12/12"]
    assert stopped.split() == ["au/stopped", "scored", "6/12", "1.250", "-2.000", "0.250"]
    assert main(["runs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1])["F1"] == 0.25
    (place / "stopped" / "history.csv").write_text(losses.replace("1.25", "1e6"))
    assert main(["runs", str(tmp_path)]) == 0
    *_, note = capsys.readouterr().out.splitlines()
    assert note == (
        "au/stopped: the losses exploded in 1 of 2 intervals, first d_loss = 1e+06 at iteration 6"
    )
    assert main(["runs", str(tmp_path / "nothing")]) == 1
    assert "this folder has no runs" in capsys.readouterr().err


def test_tensorboard_has_losses_images_and_gradients(make_run, faces_h5, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = make_run("au", update_rate=2, training={"tensorboard": True, "iterations": 7})
    train(run, faces_h5, tmp_path, device="cpu")
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    tags = events.Tags()
    assert {"loss/d_loss", "loss/g_loss", "images/diversity"} <= set(tags["scalars"])
    assert [event.step for event in events.Scalars("loss/d_loss")] == [3, 6]
    assert tags["images"] == ["samples"]
    gradients = tags["histograms"]
    assert "gradients_generator/deconvolutions.0.weight" in gradients
    assert "gradients_discriminator/full.bias" in gradients


def test_the_images_of_any_model_are_measured(measured, faces_h5, tmp_path, monkeypatch):
    """One grey image, always the same: nothing of the GAN is needed but its extractor."""

    class Painter:
        def generate(self, folder, iteration, count, seed):
            return np.full((count, 28, 28, 1), 99, np.uint8)

    monkeypatch.setattr("auva.quality.measure.get_model", lambda name, place: Painter())
    folder, _ = measured
    path = tmp_path / "q.csv"
    measure(folder / "run", faces_h5, folder / "extractor.safetensors", path, SMALL)
    table = pd.read_csv(path)
    assert (table["diversity"] == 0).all()
    assert (table["collapsed"] == 1).all()
