"""Linear, convolutional and recurrent models: trained, stopped and resumed, scored, elsewhere."""

import csv
import json
import os
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch

from auva.cli import main
from auva.commands.runs import describe
from auva.dataset.read import load
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.evaluation.stage import evaluate, predictor
from auva.files import sha256
from auva.models.cnn.names import BACKBONES
from auva.models.predictions import predict_blocks
from auva.models.registry import get_model
from auva.models.run import expand
from auva.models.state import STATE
from auva.models.stopping import Stopped
from auva.models.training import train
from auva.records.checkpoints import read_checkpoints
from auva.records.chosen import read_chosen
from auva.records.cost import COST
from auva.records.scores import read_held_out

FAMILIES = ("linear", "cnn", "cnn_gru")
FILES = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")
NETWORKS = ("cnn", "cnn_gru")


def digests(folder):
    """Digests of all files but the cost, which is measured."""
    return {
        str(path.relative_to(folder)): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != COST
    }


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_seed_gives_the_same_bytes_and_the_planned_checkpoints(
    make_run, packed, tmp_path, name
):
    run = make_run(name)
    for place in ("one", "two"):
        train(run, packed(run.image_size), tmp_path / place, device="cpu")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    listed = read_checkpoints(tmp_path / "one")
    assert len(listed) == get_model(name, "").checkpoints(run)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("at", [2, 10])
def test_a_stopped_training_ends_with_the_same_bytes(
    make_run, packed, tmp_path, monkeypatch, name, at
):
    from auva.models.cnn import training as module

    run = make_run(name, state_steps=4)
    train(run, packed(28), tmp_path / "whole", device="cpu")
    update = module.Training._update

    def stopping(self, batch):
        if self.step == at:
            os.kill(os.getpid(), signal.SIGTERM)
        return update(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(module.Training, "_update", stopping)
        with pytest.raises(Stopped):
            train(run, packed(28), tmp_path / "parts", device="cpu")
    assert (tmp_path / "parts" / STATE).exists()
    seen = []
    monkeypatch.setattr(
        module.Training, "_update", lambda self, b: seen.append(self.step) or update(self, b)
    )
    train(run, packed(28), tmp_path / "parts", device="cpu")
    assert seen[0] == at + 1
    assert digests(tmp_path / "whole") == digests(tmp_path / "parts")


@pytest.fixture(scope="module", params=FAMILIES)
def scored(request, make_run, packed, tmp_path_factory):
    """A trained and evaluated run of each family."""
    # The thesis' network tells places apart, and the stripes differ by nothing else.
    more = {"epochs": 15, "checkpoint_epochs": 15, "grid": [{"backbone": ["thesis"]}]}
    run = make_run(request.param, **({} if request.param == "linear" else more))
    folder = tmp_path_factory.mktemp(request.param)
    train(run, packed(run.image_size), folder, device="cpu")
    files = [folder / name for name in FILES]
    cfg = {"bootstrap": 50, "after": ["none", "median3", "centred"]}
    evaluate(folder, packed(run.image_size), *files, cfg)
    return run, folder


def value(folder, metric, target="all", name="held_out.csv"):
    table = read_held_out(folder / name)
    row = table[(table["metric"] == metric) & (table["target"] == target)]
    return float(row["value"].iloc[0])


def test_every_family_learns_what_the_pixels_tell(scored):
    _, folder = scored
    assert value(folder, "auc_mean") > 0.8
    assert value(folder, "f1_mean") > value(folder, "floor_mean") + 0.05
    assert value(folder, "ccc", "valence") > 0.3


def test_a_prediction_does_not_depend_on_the_batch(scored, packed):
    run, folder = scored
    chosen = read_chosen(folder / "chosen.json")
    faces = load(packed(run.image_size), "test")
    whole = predictor(folder, chosen.iteration, chosen.scoring, 256)(faces)
    parts = predictor(folder, chosen.iteration, chosen.scoring, 5)(faces)
    np.testing.assert_allclose(whole.au, parts.au, atol=1e-5)
    np.testing.assert_allclose(whole.va, parts.va, atol=1e-4)
    empty = predictor(folder, chosen.iteration, chosen.scoring)(faces.take(np.arange(0)))
    assert empty.au.shape == (0, 8)
    assert empty.va.shape == (0, 2)


def test_the_iterations_that_were_done_are_told(scored):
    run, folder = scored
    found = describe(folder)
    steps = int(read_checkpoints(folder)["iteration"].iloc[-1])
    assert found["iteration"] == steps
    assert found["iterations"] == (steps if run.model == "linear" else None)


def test_what_was_chosen_names_the_people_and_the_way(scored):
    _, folder = scored
    chosen = read_chosen(folder / "chosen.json")
    assert chosen.trained_on == [f"train{number}" for number in range(6)]
    assert chosen.chosen_by == ["validation0", "validation1"]
    assert chosen.after in ("none", "median3", "centred")


def test_evaluate_scores_another_corpus_as_the_test_set_was_scored(scored, packed, capsys):
    run, folder = scored
    out = folder / "elsewhere.csv"
    faces = str(packed(run.image_size))
    command = ["evaluate", str(folder), "--faces", faces, "--out", str(out), "--bootstrap", "50"]
    people = folder / "people.csv"
    assert main([*command, "--set", "test", "--by-person", str(people)]) == 0
    assert out.read_text() == (folder / "held_out.csv").read_text()
    with people.open(newline="") as stream:
        assert {row["person"] for row in csv.DictReader(stream)} == {"test0", "test1", "test2"}
    assert f"f1_mean all: {value(folder, 'f1_mean'):.3f}" in capsys.readouterr().out
    out.unlink()
    assert main(command) == 1
    (line,) = capsys.readouterr().err.splitlines()
    names = ", ".join(f"train{number}" for number in range(6))
    assert f"holds 6 people that the run was trained on: {names} (" in line
    assert main([*command, "--set", "validation"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "holds 2 people that chose its checkpoint and thresholds: validation0, val" in line
    assert not out.exists()
    strangers = load(packed(run.image_size), "test")
    spelled = np.where(strangers.identity == "test1", "Train1 ", strangers.identity)
    none = strangers.take(np.arange(0))
    sets = {"train": none, "validation": none, "test": replace(strangers, identity=spelled)}
    write_faces(folder / "spelled.h5", sets)
    other = ["--faces", str(folder / "spelled.h5"), "--out", str(out)]
    assert main(["evaluate", str(folder), *other]) == 1
    assert "holds 1 person that the run was trained on: Train1" in capsys.readouterr().err
    assert main([*command, "--other-people"]) == 0
    with out.open(newline="") as stream:
        assert {row["metric"] for row in csv.DictReader(stream)} >= {"f1_mean", "ccc", "floor"}


def test_a_choice_without_a_threshold_is_not_used(scored, packed, tmp_path, capsys):
    run, folder = scored
    shutil.copytree(folder, tmp_path / "run")
    path = tmp_path / "run" / "chosen.json"
    stored = json.loads(path.read_text())
    del stored["thresholds"]["AU4"]
    path.write_text(json.dumps(stored))
    command = ["evaluate", str(tmp_path / "run"), "--faces", str(packed(run.image_size))]
    assert main([*command, "--set", "test", "--out", str(tmp_path / "x.csv")]) == 1
    assert "chosen.json: holds AU1, AU12" in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()


def test_faces_of_another_size_are_not_scored(scored, packed, capsys):
    run, folder = scored
    other = packed(60 - run.image_size)
    command = ["evaluate", str(folder), "--faces", str(other), "--out", str(folder / "x.csv")]
    assert main(command) == 1
    assert "faces of" in capsys.readouterr().err


def test_faces_with_another_margin_are_not_scored(scored, packed, tmp_path, capsys, caplog):
    run, folder = scored
    faces = {"test": load(packed(run.image_size), "test")}
    wide, unknown = tmp_path / "wide.h5", tmp_path / "unknown.h5"
    write_faces(wide, faces, margin=0.25)
    write_faces(unknown, faces)
    command = ["evaluate", str(folder), "--out", str(tmp_path / "x.csv"), "--faces"]
    assert main([*command, str(wide)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert f"faces with crops.margin 0.25, but the run family/{run.name} was trained with 0" in line
    assert not (tmp_path / "x.csv").exists()
    assert main([*command, str(unknown), "--bootstrap", "10"]) == 0
    assert caplog.text.count("unknown.h5: crops.margin is not stored, so it is not compared") == 1


def test_a_recurrent_network_reads_the_faces_before(make_run, packed, tmp_path):
    from auva.models.cnn.network import build_network, places_of

    faces = load(packed(28), "test").take(np.arange(30))
    logits = {}
    for bidirectional in (False, True):
        network = build_network(make_run("cnn_gru", bidirectional=bidirectional)).eval()
        with torch.no_grad():
            network.head.weight.normal_(generator=torch.Generator().manual_seed(0))
            features = torch.randn(
                30, network.backbone.features, generator=torch.Generator().manual_seed(1)
            )
            changed = features.clone()
            changed[10] += 5
            places = places_of(faces)
            assert places.lengths == [24, 6]
            one, two = (network.over_time(each, places)[0] for each in (features, changed))
        logits[bidirectional] = ((one - two).abs().max(1).values > 1e-6).numpy()
    assert not logits[False][:10].any()
    assert logits[False][10:24].all()
    assert logits[True][:24].all()
    assert not logits[True][24:].any()


@pytest.mark.parametrize("setting", [{}, {"cell": "lstm"}, {"bidirectional": True}])
def test_a_prediction_does_not_depend_on_the_blocks_that_a_video_is_read_in(
    make_run, packed, setting
):
    from auva.models.cnn.network import build_network
    from auva.models.cnn.predictor import SequencePredictor

    run = make_run("cnn_gru", **setting)
    network = build_network(run).eval()
    torch.nn.init.normal_(network.head.weight, generator=torch.Generator().manual_seed(0))
    predict = SequencePredictor(run, network, True, 16)
    faces = load(packed(28), "test")
    assert (np.diff(faces.frame)[np.diff(faces.frame) > 0] > 1).any()
    whole = predict(faces)
    for size in (7, 2048):
        blocks = [faces.take(np.arange(len(faces))[at : at + size]) for at in range(0, 72, size)]
        parts = predict_blocks(predict, blocks)
        np.testing.assert_allclose(parts.au, whole.au, atol=1e-5)
        np.testing.assert_allclose(parts.va, whole.va, atol=1e-4)
    alone = predict(faces.take(np.arange(7, 14))).va
    assert np.abs(alone - whole.va[7:14]).max() > 1e-3


def test_windows_lie_within_a_video_and_hold_each_face_once(packed):
    from auva.dataset.read import Faces

    with Faces(packed(28), "train") as faces:
        video = load(packed(28), "train").video
        for seed in range(5):
            windows = faces.windows(7, seed)
            assert windows.shape == (18, 7)
            assert len(np.unique(windows)) == windows.size
            assert (np.diff(windows, axis=1) == 1).all()
            assert (video[windows] == video[windows[:, :1]]).all()
        assert faces.windows(25, 0).shape == (0, 25)


def refused(experiments):
    with pytest.raises(InputError) as error:
        expand(experiments, {})
    return str(error.value)


def test_what_cannot_be_planned_is_one_line():
    grid = [{"backbone": ["resnet81"]}]
    message = refused({"x": {"model": "cnn", "kind": "au", "grid": grid}})
    assert "grid[1].backbone: 'resnet81' is not one of blocks, resnet18" in message
    message = refused({"x": {"model": "cnn", "kind": "au", "training": {"image_size": 50}}})
    assert "training.image_size: '50' is not one of 28, 32, 64, 96" in message
    for size, hint in (("96", "96 (YAML reads it as text; write 96)"), (96.0, "96")):
        message = refused({"x": {"model": "cnn", "kind": "au", "training": {"image_size": size}}})
        assert message.endswith(f"'{size}' is not one of 28, 32, 64, {hint}")
    training = {"window": 32, "batch_size": 16}
    message = refused({"x": {"model": "cnn_gru", "kind": "au", "training": training}})
    assert message.endswith("training.window: 32 faces are more than batch_size, 16")
    message = refused({"x": {"model": "linear", "kind": "au", "training": {"cell": 60}}})
    assert "training.cell: 60 pixels are more than half of a face" in message
    for penalties, cause in (([], "empty"), ([0, 1], "0 is not at least 1"), ([1, 1], "twice")):
        training = {"penalties": penalties}
        message = refused({"x": {"model": "linear", "kind": "au", "training": training}})
        assert "training.penalties: " in message
        assert cause in message


def test_a_window_longer_than_every_video_and_a_batch_larger_than_the_set(
    make_run, packed, tmp_path
):
    with pytest.raises(InputError, match="window: 30 faces, but the longest training video has 24"):
        train(make_run("cnn_gru", window=30, batch_size=60), packed(28), tmp_path, device="cpu")
    with pytest.raises(InputError, match="batch_size: 1000, but only 144 training faces"):
        train(make_run("cnn", batch_size=1000), packed(28), tmp_path, device="cpu")


@pytest.mark.parametrize("name", [*FAMILIES, "gan"])
@pytest.mark.parametrize(
    ("lacking", "what"), [("va", "valence and arousal"), ("au", "Action Units")]
)
def test_faces_without_a_label_of_a_task_train_no_run_that_learns_it(
    make_run, packed, tmp_path, name, lacking, what
):
    faces = load(packed(28), "train")
    mask = {f"{lacking}_mask": np.zeros_like(getattr(faces, f"{lacking}_mask"))}
    write_faces(tmp_path / "faces_28.h5", {"train": replace(faces, **mask)})
    run = make_run(name, image_size=28)
    wanted = f"faces_28.h5: no training face has a label of {what}, which the run family/"
    with pytest.raises(InputError, match=wanted):
        train(run, tmp_path / "faces_28.h5", tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("backbone", BACKBONES)
@pytest.mark.parametrize("side", [28, 32, 64, 96])
def test_every_backbone_takes_every_side(backbone, side):
    from auva.models.cnn.backbones import build_backbone

    images = torch.zeros(2, 3, side, side)
    network = build_backbone(backbone, side, 4, 1)
    assert network(images).shape == (2, network.features)


def test_more_faces_than_the_setting_are_spread_evenly(make_run, packed, tmp_path, caplog):
    run = make_run("linear", faces=100)
    with caplog.at_level("INFO", "auva"):
        train(run, packed(32), tmp_path, device="cpu")
    assert "training on 100 of 144 faces" in caplog.text
    assert json.loads((tmp_path / "config.json").read_text())["settings"]["faces"] == 100
