"""All models in one table, other tools in it, and runs on another corpus: the rules for real."""

import csv
import shutil
from pathlib import Path

import pytest
import yaml
from workflow_support import SMALL_VIDEOS, Workflow

pytestmark = pytest.mark.workflow

LEFT_OUT = ("vanilla", "categorical", "va_mse", "va_ccc", "vaau_ccc", "vaau_mse")
OVERLAY = {
    "leakage": [],
    "evaluation": {"after": ["none", "median9"]},
    "experiments": {
        **dict.fromkeys(LEFT_OUT),
        "linear": {
            "model": "linear",
            "kind": "vaau",
            "training": {"image_size": 28, "cell": 4, "components": 40},
        },
    },
    "peers": {"tool": {"predictions": "tool", "format": "abaw"}},
    "transfer": {"other": {"faces": "other/faces_{size}.h5", "other_people": True}},
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def compared(finished: Workflow) -> Workflow:
    """The small workflow with a linear model, a tool that answers "present", another corpus."""
    folder = finished.folder
    (folder / "config" / "compared.yaml").write_text(yaml.safe_dump(OVERLAY))
    for name in ("tool", "other"):
        (folder / name).mkdir()
    for video in SMALL_VIDEOS[1:]:
        frames = len(rows(folder / f"results/video/{video}.source.csv"))
        (folder / "tool" / f"{video}.txt").write_text("AU1,AU12\n" + "1,1\n" * frames)
    shutil.copy(folder / "results/dataset/faces_28.h5", folder / "other/faces_28.h5")
    finished.run(
        "--configfile",
        "config/small.yaml",
        "config/compared.yaml",
        "--",
        "results/tables/models.csv",
        "results/figures/models.png",
        "results/tables/transfer.csv",
    )
    return finished


def test_every_model_and_tool_has_a_row_beside_the_floor(compared: Workflow):
    table = rows(compared.folder / "results/tables/models.csv")
    assert [row["experiment"] for row in table] == ["au", "linear", "peer", "peer", "floor"]
    au, linear, given, tuned, floor = table
    assert {row["baseline"] for row in table[:4]} == {"linear/linear"}
    assert linear["f1_mean_difference"] == ""
    wanted = float(au["f1_mean"]) - float(linear["f1_mean"])
    assert float(au["f1_mean_difference"]) == pytest.approx(wanted, abs=1e-4)
    assert au["ccc_valence"] == ""
    assert float(linear["ccc_valence"]) <= 1
    for row in (au, linear):
        assert int(row["parameters"]) > 100
        assert float(row["training_cpu_seconds"]) > 0
        assert float(row["faces_per_second"]) > 0
        assert row["after"] in ("none", "median9")
    assert given["thresholds"] == "as the tool gives them"
    assert tuned["thresholds"] == "tuned on the validation people"
    # always "present" is the floor, where the tool has a file
    assert given["f1_AU1"] == floor["f1_AU1"] or "count as absent" in given["note"]
    assert given["f1_AU2"] == ""
    assert given["faces_per_second"] == ""


def test_the_figure_is_drawn(compared: Workflow):
    assert (compared.folder / "results/figures/models.png").stat().st_size > 5000


def test_every_run_is_scored_on_the_other_corpus(compared: Workflow):
    table = rows(compared.folder / "results/tables/transfer.csv")
    assert {(row["corpus"], row["experiment"]) for row in table} == {
        ("other", "au"),
        ("other", "linear"),
    }
    for row in table:
        assert row["value"]
        assert row["own"]


def test_what_cannot_be_compared_is_one_line_before_any_job(compared: Workflow):
    """What else cannot: tests/test_workflow_library.py."""
    path = compared.folder / "config" / "wrong.yaml"
    path.write_text(yaml.safe_dump({**OVERLAY, "transfer": {"other": "other/{size}.h5"}}))
    files = ("--configfile", "config/small.yaml", "config/wrong.yaml", "--")
    done = compared.run("-n", *files, "results/tables/models.csv", check=False)
    assert done.returncode == 1
    wanted = "auva: config: transfer.other: no file other/28.h5, which au/lr1e-4_update2_alpha0.9 "
    assert done.stdout.strip().splitlines()[-1] == f"{wanted}needs"
