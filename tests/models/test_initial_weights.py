"""Initial weights: from a file or from another run, whose people must not be held out."""

import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from auva.dataset.read import load
from auva.dataset.write import write_faces
from auva.errors import InputError
from auva.evaluation.stage import evaluate
from auva.models.cnn.training import initial_network
from auva.models.training import train
from auva.records.checkpoints import checkpoint_name
from auva.records.chosen import read_chosen, write_chosen
from auva.records.run import read_run
from auva.units import SETS

FILES = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")


def test_initial_weights_come_from_a_file(make_run, packed, tmp_path):
    path = tmp_path / "weights.safetensors"
    plain = initial_network(make_run("cnn")).state_dict()
    save_file({k: v + 1 for k, v in plain.items() if k.startswith("backbone.")}, path)
    network = initial_network(make_run("cnn", initial_weights=str(path))).state_dict()
    for name, weights in network.items():
        moved = name.startswith("backbone.")
        assert torch.equal(weights, plain[name] + 1 if moved else plain[name])
    with pytest.raises(InputError, match=r"weights.safetensors: has no tensor 'backbone.* \[8, 3"):
        initial_network(make_run("cnn", width=8, initial_weights=str(path)))
    with pytest.raises(InputError, match="cannot be read"):
        initial_network(make_run("cnn", initial_weights=str(tmp_path / "none")))
    path.write_bytes(b"no tensors")
    with pytest.raises(InputError, match="is not a safetensors file"):
        initial_network(make_run("cnn", initial_weights=str(path)))


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda each: {k: v for k, v in each.items() if "layers.0." in k}, "has no tensor 'backb"),
        (
            lambda each: {f"head.{k}": v for k, v in each.items()},
            "has no tensor 'backbone.layers.0",
        ),
        (lambda each: {k: v / 0 for k, v in each.items()}, "contains NaN or infinite values"),
        (
            lambda each: {**each, "backbone.layers.40.bias": torch.zeros(3)},
            "it has 'backbone.layers.40",
        ),
    ],
)
def test_initial_weights_that_are_not_those_of_the_whole_backbone_are_one_line(
    make_run, tmp_path, change, cause
):
    path = tmp_path / "weights.safetensors"
    weights = initial_network(make_run("cnn")).state_dict()
    backbone = {k: v for k, v in weights.items() if k.startswith("backbone.")}
    halves = {k: v.half() if v.is_floating_point() else v for k, v in backbone.items()}
    run = make_run("cnn", initial_weights=str(path))
    save_file(halves, path)
    assert initial_network(run).state_dict()["backbone.layers.0.weight"].dtype == torch.float32
    save_file(change(backbone), path)
    with pytest.raises(InputError, match=cause) as refused:
        initial_network(run)
    assert str(refused.value).startswith(f"{path}: ")
    assert len(str(refused.value)) < 300


@pytest.fixture(scope="module")
def begun(make_run, packed, tmp_path_factory):
    """A trained and evaluated run of `cnn`, and a run of `cnn_gru` that begins with its weights."""
    folder = tmp_path_factory.mktemp("begun") / "first"
    train(make_run("cnn"), packed(28), folder, device="cpu")
    evaluate(folder, packed(28), *(folder / name for name in FILES), {"bootstrap": 10})
    return folder, make_run("cnn_gru", initial_weights=str(folder / "chosen.json"))


def test_a_run_begins_with_the_chosen_checkpoint_of_another_and_names_its_people(
    begun, make_run, packed, tmp_path
):
    first, run = begun
    iteration = read_chosen(first / "chosen.json").iteration
    given = load_file(first / checkpoint_name(iteration))
    for name, weights in initial_network(run).backbone.state_dict().items():
        assert torch.equal(weights, given[f"backbone.{name}"])
    train(run, packed(28), tmp_path / "second", device="cpu")
    people = [f"train{n}" for n in range(6)] + ["validation0", "validation1"]
    assert read_run(tmp_path / "second").seen == tuple(people)
    files = [tmp_path / "second" / name for name in FILES]
    evaluate(tmp_path / "second", packed(28), *files, {"bootstrap": 10})
    assert read_chosen(files[1]).trained_on == people
    copy = shutil.copytree(first, tmp_path / "copy")
    (copy / checkpoint_name(iteration)).write_bytes(b"damaged")
    choice = copy / "chosen.json"
    run = make_run("cnn_gru", initial_weights=str(choice))
    with pytest.raises(InputError, match="damaged checkpoint"):
        initial_network(run)
    write_chosen(choice, replace(read_chosen(choice), trained_on=[]))
    with pytest.raises(InputError, match=r"chosen.json: does not name the people of the training"):
        train(run, packed(28), tmp_path / "third", device="cpu")


@pytest.mark.parametrize(
    ("moved", "cause"),
    [
        (("test", "validation", "train"), "learnt from 'train0', who is in the test set"),
        (("train", "test", "validation"), "learnt from 'validation0', who is in the test set"),
        (("validation", "train", "test"), "learnt from 'train0', who is in the validation set"),
    ],
)
def test_initial_weights_that_have_seen_held_out_people_are_refused(
    begun, packed, tmp_path, moved, cause
):
    sets = {name: load(packed(28), old) for name, old in zip(SETS, moved, strict=True)}
    write_faces(tmp_path / "moved.h5", sets, margin=0.0)
    with pytest.raises(InputError, match=f"first/chosen.json: this run has {cause}"):
        train(begun[1], tmp_path / "moved.h5", tmp_path / "second", device="cpu")
    assert not (tmp_path / "second").exists()
