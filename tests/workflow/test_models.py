"""A model of another package goes through the workflow, as docs/how-to/write-a-model.md has it."""

import csv
import json
import re
from pathlib import Path

import pytest
import yaml
from workflow_support import SMALL_VIDEOS, Workflow, environment

pytestmark = pytest.mark.workflow

RUN = "results/runs/base/base_rate"
LEFT_OUT = ("vanilla", "categorical", "va_mse", "va_ccc", "vaau_ccc", "vaau_mse")


@pytest.fixture(scope="module")
def blocks(root: Path) -> dict[str, str]:
    """The code of the page by its language."""
    text = (root / "docs/how-to/write-a-model.md").read_text()
    return dict(re.findall(r"^```(\w+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


@pytest.fixture(scope="module")
def package(blocks: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page's package, as an installation of it would be."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "base_rate.py").write_text(blocks["python"])
    installed = folder / "base_rate-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: base-rate\nVersion: 1.0\n")
    points = blocks["toml"].replace('[project.entry-points."auva.models"]', "[auva.models]")
    (installed / "entry_points.txt").write_text(points.replace('"', ""))
    return folder


@pytest.fixture(scope="module")
def modelled(finished: Workflow, blocks: dict[str, str], package: Path) -> Workflow:
    """The small workflow with the page's experiment, its table, figures and predictions made."""
    overlay = yaml.safe_load(blocks["yaml"]) | {"leakage": []}
    overlay["experiments"] |= dict.fromkeys(LEFT_OUT)
    (finished.folder / "config" / "base.yaml").write_text(yaml.safe_dump(overlay))
    finished.run(
        "--configfile",
        "config/small.yaml",
        "config/base.yaml",
        "--",
        "results/tables/held_out_au.csv",
        "results/figures/base/base_rate.losses.png",
        "results/figures/base_action_units.png",
        f"results/predictions/{SMALL_VIDEOS[0]}.csv",
        env=environment(PYTHONPATH=str(package)),
    )
    return finished


def test_the_page_is_short(blocks: dict[str, str]):
    assert len(blocks["python"].splitlines()) < 80


def test_its_scores_stand_beside_those_of_the_gan(modelled: Workflow):
    with (modelled.folder / "results/tables/held_out_au.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["experiment"] for row in rows} == {"au", "base"}
    mean = next(row for row in rows if row["experiment"] == "base" and row["target"] == "mean")
    # One answer for all faces: always present or never, so a rank tells nothing.
    assert float(mean["auc"]) == 0.5
    assert float(mean["f1"]) <= float(mean["floor"]) + 1e-6


def test_a_run_without_a_real_fake_node_has_no_such_score(modelled: Workflow):
    for name in ("scores.csv", "held_out.csv"):
        assert "real_as_real" not in (modelled.folder / RUN / name).read_text()
    chosen = json.loads((modelled.folder / RUN / "chosen.json").read_text())
    assert chosen["iteration"] == 1
    assert chosen["scoring"] == {}


def test_it_predicts_and_is_drawn(modelled: Workflow):
    path = modelled.folder / f"results/predictions/{SMALL_VIDEOS[0]}.csv"
    with path.open(newline="") as stream:
        faces = [row for row in csv.DictReader(stream) if row["status"] == "face"]
    assert len({row["AU12"] for row in faces}) == 1
    assert {row["valence"] for row in faces} == {row["fake"] for row in faces} == {""}
    for name in ("base/base_rate.losses.png", "base_action_units.png"):
        assert (modelled.folder / "results/figures" / name).stat().st_size > 5000


def test_an_edit_of_its_package_trains_it_again_and_nothing_else(
    modelled: Workflow, package: Path, blocks: dict[str, str]
):
    module = package / "base_rate.py"
    module.write_text(blocks["python"].replace("+ 2 * added", "+ 2.0 * added"))
    done = modelled.run(
        "-n",
        "--configfile",
        "config/small.yaml",
        "config/base.yaml",
        "--",
        f"{RUN}/scores.csv",
        env=environment(PYTHONPATH=str(package)),
    )
    jobs = dict(re.findall(r"^(\w+) +(\d+)$", done.stdout, re.MULTILINE))
    jobs.pop("total", None)
    assert jobs == {"train_model": "1", "evaluate_run": "1"}
