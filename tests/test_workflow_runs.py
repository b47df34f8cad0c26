"""The runs that the workflow plans, without Snakemake."""

import importlib
import re
import sys

import pytest

from auva import digest
from auva.errors import InputError
from auva.landmarks.task import PLACE
from auva.models import registry
from auva.units import THESIS_UNITS
from auva.workflow.runs import Runs, model_code

EXPERIMENTS = {
    "vanilla": {"kind": "vanilla"},
    "au_small": {"kind": "au"},
    "my_va": {"kind": "va", "va_loss": "mse"},
}


def runs(leakage=(), experiments=EXPERIMENTS):
    return Runs(
        {
            "action_units": list(THESIS_UNITS),
            "experiments": experiments,
            "training": {},
            "models": {},
            "leakage": list(leakage),
            "results": "results",
            "digits": {},
            "crops": {"size": 96},
            "dataset": {"keep_unlabelled_faces": False},
        }
    )


def predicting(experiment, run=None):
    return runs().predicting({"experiment": experiment, "run": run})


def test_tables_and_figures_go_by_outputs_whatever_an_experiment_is_called():
    made = runs(["au_small"])
    assert made.tables() == [
        "au_mean",
        "au_f1",
        "va_mse",
        "models",
        "held_out_au",
        "held_out_va",
        "leakage",
    ]
    assert [run.experiment for run in made.of_table("va_mse")] == ["my_va"]
    assert [run.experiment for run in made.affect()] == ["my_va"]
    figures = [path.removeprefix("results/figures/") for path in made.pictures()]
    assert {"au_small_action_units.png", "affect.png"} <= set(figures)


def test_an_experiment_without_scores_has_no_leak_to_compare():
    with pytest.raises(InputError, match=r"leakage: experiment 'vanilla' \(kind vanilla\) has no"):
        runs(["vanilla"])


@pytest.mark.parametrize(
    ("experiment", "run", "message"),
    [
        ("au_smal", None, "config: prediction: unknown experiment 'au_smal' (did you mean"),
        ("au_small", "lr1e-4_update5_alpha0.8", "(did you mean 'lr1e-4_update5_alpha0.9'?)"),
        ("vanilla", None, "'vanilla' (kind vanilla) makes no predictions for faces"),
    ],
)
def test_a_run_that_cannot_predict_is_told(experiment, run, message):
    with pytest.raises(InputError, match=re.escape(message)):
        predicting(experiment, run)


def test_the_first_run_of_an_experiment_predicts():
    assert predicting("my_va").name == "lr1e-4_update5_alpha0.9"


@pytest.mark.parametrize("ask", ["run", "dataset", "extractor", "code"])
def test_an_unknown_run_is_told_whatever_is_asked(ask):
    made = runs()
    with pytest.raises(InputError, match=r"unknown experiment 'my_v' .did you mean 'my_va'"):
        getattr(made, ask)("my_v", "lr1e-4_update5_alpha0.9")
    with pytest.raises(InputError, match=r"unknown run 'x' of experiment 'my_va'"):
        getattr(made, ask)("my_va", "x")


def test_a_cluster_is_asked_for_more_time_for_more_checkpoints_and_faces():
    """The published set-up: 1,000 checkpoints on about 70 MB take 85 minutes of one core."""
    grid = {"learning_rate": [1e-4], "update_rate": [2], "alpha": [0.9]}
    long = {"iterations": 1_000_000, "checkpoint_interval": 1000}
    made = runs(experiments={"au": {"kind": "au", "grid": [grid], "training": long}})
    name = "lr1e-4_update2_alpha0.9"
    assert made.scoring_minutes("au", name, every=1, megabytes=70) in range(170, 600)
    assert made.scoring_minutes("au", name, every=10, megabytes=70) in range(20, 100)
    assert made.minutes("au", name, megabytes=70) == 24 * 60, (
        "what is left is done in the next jobs"
    )


def named(**training):
    entry = {"model": "linear", "kind": "au", "training": {"features": "landmarks", **training}}
    return runs(experiments={"points": entry}).named_files("points", "linear")


def test_the_files_that_settings_name_are_inputs_of_the_training(tmp_path):
    path = tmp_path / "some.task"
    with pytest.raises(InputError, match=r"landmarker: no file .*some.task, for points/linear"):
        named(landmarker=str(path))
    path.touch()
    assert named(landmarker=str(path)) == [str(path)]
    assert named() == [PLACE]  # a rule fetches it
    assert named(features="hog") == []


def test_the_choice_of_another_run_is_made_before_the_training_that_begins_with_it():
    def named(choice, stored=False):
        over = {"model": "cnn_gru", "kind": "au", "training": {"initial_weights": choice}}
        made = runs(experiments={"faces": {"model": "cnn", "kind": "au"}, "over": over})
        return made.named_files("over", "blocks", stored)

    folder = "results/runs/faces/blocks"
    files = [f"{folder}/chosen.json", f"{folder}/checkpoints.csv"]
    assert named(files[0]) == named(f"./{files[0]}") == files
    assert named(files[0], stored=True) == [*files, f"{folder}/chosen.tar"]
    with pytest.raises(InputError, match="initial_weights: no file results/runs/face/blocks/chos"):
        named("results/runs/face/blocks/chosen.json")
    with pytest.raises(InputError, match="initial_weights: over/blocks cannot begin with its own"):
        named("results/runs/over/blocks/chosen.json")


@pytest.fixture
def other(tmp_path, monkeypatch):
    """Write a package with a model `other` and forget what was read of one before."""
    (tmp_path / "other-1.dist-info").mkdir()
    (tmp_path / "other-1.dist-info/METADATA").write_text("Name: other\nVersion: 1\n")
    points = "[auva.models]\nother = other_model:MODEL\n"
    (tmp_path / "other-1.dist-info/entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(tmp_path)

    def forget():
        for cached in (registry._others, registry._load, model_code, digest._source):
            cached.cache_clear()
        sys.modules.pop("other_model", None)
        importlib.invalidate_caches()

    def write(text):
        forget()
        (tmp_path / "other_model.py").write_text(text)

    yield write
    forget()


PAINTER = """
from auva.models.base import Model

class Painter(Model):
    generates = True
    def train(self, run, dataset_h5, folder, threads, device): ...
    def load(self, folder, iteration, scoring, batch_size): ...

MODEL = Painter()
"""


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("MODEL = (", "cannot be imported: SyntaxError: "),
        ("1 / 0", "cannot be imported: ZeroDivisionError: division by zero"),
        ("MODEL = 1", "is not an auva.models.base.Model"),
        ("OTHER = 1", "cannot be imported: AttributeError: "),
        (PAINTER, "generates, but has no method 'generate'"),
    ],
)
def test_a_model_of_another_package_that_cannot_be_used_is_one_line(other, text, cause):
    other(text)
    with pytest.raises(InputError) as error:
        runs(experiments={"x": {"model": "other", "kind": "au"}})
    assert str(error.value).startswith(f"model 'other' (other_model:MODEL) {cause}")


def test_the_code_of_another_package_is_its_own_and_what_of_auva_it_imports(other):
    digests = []
    for text in ("import auva.models.cnn.backbones", "import auva.models.cnn.loss", "# a remark"):
        other(text)
        digests.append(model_code("other"))
    assert len(set(digests)) == 3
    other("")
    assert model_code("other") == digests[2]
