"""The experiment table: every published run, and one line for what cannot be trained."""

import json

import h5py
import pytest
import yaml

from auva.errors import InputError
from auva.models.gan.settings import SETTINGS
from auva.models.run import Run, expand, run_of
from auva.records.hdf5 import seal
from auva.settings import complete


@pytest.fixture(scope="module")
def config(request):
    root = request.config.rootpath
    return yaml.safe_load((root / "config/config.yaml").read_text())


def test_the_shipped_grid_is_the_published_one(config):
    runs = expand(config["experiments"], config["training"])
    count = {}
    for experiment, _ in runs:
        count[experiment] = count.get(experiment, 0) + 1
    assert count == {
        "vanilla": 2, "categorical": 1, "au": 6, "va_mse": 4, "va_ccc": 4, "vaau_ccc": 8,
        "vaau_mse": 9,
    }  # fmt: skip
    weighted = [name for (_, name), run in runs.items() if run.axes.get("weighted")]
    assert len(weighted) == 3
    assert all(name.endswith("_weighted") for name in weighted)


def test_the_thesis_preset_has_every_published_setting(request, config):
    overlay = yaml.safe_load((request.config.rootpath / "config/thesis.yaml").read_text())
    assert overlay["training"] == {"preset": "thesis"}
    runs = expand(config["experiments"], overlay["training"])
    for key, run in runs.items():
        if run.kind != "vanilla":
            assert run.settings == complete(SETTINGS, {}, "training"), key


def test_a_given_setting_counts_more_than_the_preset_and_a_familys_own_most():
    entry = {"kind": "va", "va_loss": "mse", "training": {"batch_size": 7}}
    (run,) = expand({"x": entry}, {"preset": "short", "iterations": 9, "batch_size": 8}).values()
    values = {name: run.settings[name] for name in ("iterations", "batch_size", "mirror")}
    assert values == {"iterations": 9, "batch_size": 7, "mirror": True}
    assert run.settings["checkpoint_interval"] == 600  # of the preset for this family
    with pytest.raises(InputError, match=r"config training.preset: 'shrot' is not one of thesis"):
        expand({"x": entry}, {"preset": "shrot"})


def test_every_preset_names_settings_that_exist():
    from auva.models.gan.settings import PRESETS

    for families in PRESETS.values():
        for settings in families.values():
            complete(SETTINGS, settings, "preset")


def test_a_run_is_named_by_its_parameters():
    grid = [{"learning_rate": [2.5e-4], "update_rate": [7], "alpha": [1]}]
    ((experiment, name),) = expand({"au": {"kind": "au", "grid": grid}}, {})
    assert (experiment, name) == ("au", "lr2.5e-4_update7_alpha1")


def test_the_vanilla_gan_has_its_own_defaults():
    (run,) = expand({"v": {"kind": "vanilla"}}, {}).values()
    settings = run.settings
    assert (settings["batch_size"], settings["beta1"]) == (128, 0.9)
    assert run.axes == {"learning_rate": 1e-3}


def test_a_run_survives_its_file():
    for run in expand({"j": {"kind": "vaau", "va_loss": "ccc"}}, {"preset": "short"}).values():
        assert Run.from_dict(json.loads(json.dumps(run.as_dict()))) == run


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "ua"}, "experiments.x.kind: unknown kind 'ua'"),
        ({"kind": "au", "gird": []}, "unknown key 'gird' (did you mean 'grid'?)"),
        ({"kind": "va"}, "experiments.x.va_loss: 'None' is not mse or ccc"),
        ({"kind": "au", "va_loss": "ccc"}, "x.va_loss: not possible for kind 'au' of model 'gan'"),
        ({"kind": "au", "grid": [{"alpha": [0]}]}, "grid[1].alpha: '0' is not a number above 0"),
        ({"kind": "au", "grid": [{}, {"update_rate": [2.5]}]}, "grid[2].update_rate: '2.5' is not"),
        ({"kind": "au", "grid": [{"learning_rate": ["fast"]}]}, "learning_rate: 'fast' is not a"),
        ({"kind": "au", "grid": [{"weighted": [True]}]}, "unknown axis 'weighted'"),
        ({"kind": "au", "grid": [{"dataset": ["mnist"]}]}, "'mnist' is not one of faces"),
        ({"kind": "au", "grid": [{}, {}]}, "run 'lr1e-4_update5_alpha0.9' appears twice"),
        ({"kind": "au", "training": {"batch_sise": 4}}, "(did you mean 'batch_size'?)"),
        ({"kind": "categorical", "grid": [{"dataset": ["svhn"]}]}, "svhn have 32 pixels, not 28"),
        ({"kind": "au", "grid": [{"update_rate": [float("inf")]}]}, "update_rate: 'inf' is not a"),
        ({"kind": "au", "grid": [{"update_rate": []}]}, "update_rate: has no value"),
        ({"kind": "au", "grid": []}, "experiments.x.grid: is empty"),
        ({"kind": "au", "model": "gna"}, "x.model: unknown model 'gna' (did you mean 'gan'?)"),
        (7, "experiments.x: needs at least the key 'kind'"),
    ],
)
def test_what_cannot_be_trained_is_one_line(entry, message):
    with pytest.raises(InputError) as refused:
        expand({"x": entry}, {})
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_experiment_or_run(config):
    runs = expand(config["experiments"], config["training"])
    with pytest.raises(
        InputError, match=r"unknown experiment 'va_mze' \(did you mean 'va_mse'\?\)"
    ):
        run_of(runs, "va_mze", "lr1e-4_update2_alpha0.9")
    with pytest.raises(InputError, match=r"unknown run 'lr1e-4_update3_alpha0\.9'"):
        run_of(runs, "au", "lr1e-4_update3_alpha0.9")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("iterations", 0), ("iterations", 1.5), ("iterations", True), ("seed", -1),
        ("keep_probability", 0), ("beta1", 1), ("leaky_relu", "0.5x"), ("compile", 1),
        ("generator_average", 1), ("sample_iterations", ["a"]), ("joint_weights", {"va": 1}),
        ("precision", "float16"), ("image_size", 50),
        ("discriminator_rate", float("nan")), ("learning_rate_scale", float("inf")),
    ],
)  # fmt: skip
def test_a_value_out_of_range_names_its_key(key, value):
    with pytest.raises(InputError, match=f"config training.{key}"):
        complete(SETTINGS, {key: value}, "training")


def test_every_choice_holds_its_default():
    for key, setting in SETTINGS.items():
        assert not setting.choices or setting.default in setting.choices, key


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("schema_version", 99, "99"),
        ("schema_version", "two", "schema_version"),
        ("size", 96, "pixels"),
    ],
)
def test_a_dataset_of_another_layout(make_run, faces_h5, tmp_path, attribute, value, message):
    from auva.models.gan.training import train

    path = tmp_path / "faces_28.h5"
    path.write_bytes(faces_h5.read_bytes())
    with h5py.File(path, "r+") as file:
        file.attrs[attribute] = value
    seal(path)
    with pytest.raises(InputError, match=rf"faces_28.h5.*{message}"):
        train(make_run("au"), path, tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()


def test_a_damaged_dataset(make_run, faces_h5, tmp_path):
    from auva.models.gan.training import train

    path = tmp_path / "faces_28.h5"
    path.write_bytes(faces_h5.read_bytes()[:5000])
    with pytest.raises(InputError, match=r"faces_28.h5"):
        train(make_run("au"), path, tmp_path / "run", device="cpu")
    assert not (tmp_path / "run").exists()
