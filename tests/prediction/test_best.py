"""Which run predicts where none is named."""

import json
import shutil

import pytest

from auva.cli import main
from auva.errors import InputError
from auva.prediction.best import best_run


@pytest.fixture
def results(trained, tmp_path):
    """Three runs whose ratings on the validation people are known."""
    ratings = {
        "both": {"f1": 0.6, "ccc": 0.5},
        "sharp": {"f1": 0.7, "ccc": 0.1},
        "affect": {"ccc": 0.9},
    }
    for name, rated in ratings.items():
        source = trained.affect if name == "affect" else trained.joint
        folder = tmp_path / "results" / "runs" / name / source.name
        shutil.copytree(source, folder)
        settings = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps({**settings, "experiment": name}))
        chosen = json.loads((folder / "chosen.json").read_text())
        (folder / "chosen.json").write_text(json.dumps({**chosen, "ratings": rated}))
    return tmp_path / "results"


def test_the_best_on_the_validation_people_is_taken(results):
    best = best_run(results)
    assert best.folder.parent.name == "both"
    assert best.rating == pytest.approx(0.55)
    assert str(best).endswith("(best on the validation people: 0.550)")


def test_for_action_units_alone_another_one_is_best(results):
    assert best_run(results, ("au",)).folder.parent.name == "sharp"
    assert best_run(results, ("va",)).folder.parent.name == "affect"


def test_the_scores_on_the_test_set_have_no_part(results):
    assert not list(results.glob("runs/*/*/held_out.csv"))


def test_unrated_runs_are_taken_where_there_is_no_other(results):
    for name in ("both", "affect"):
        shutil.rmtree(results / "runs" / name)
    (path,) = results.glob("runs/*/*/chosen.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "ratings": {}}))
    assert "no run was rated on validation people" in str(best_run(results))


def test_a_damaged_choice_is_told_and_not_taken(results, caplog):
    (path,) = results.glob("runs/both/*/chosen.json")
    path.write_text("{")
    assert best_run(results).folder.parent.name == "affect"
    assert str(path) in caplog.text
    assert "is not the choice of an evaluation: the file is not JSON" in caplog.text
    assert "this run is not taken" in caplog.text


def test_without_a_run_there_is_one_line(tmp_path):
    with pytest.raises(InputError, match="holds no evaluated run that predicts faces"):
        best_run(tmp_path)


def test_predict_says_which_run_it_takes(results, tmp_path, capsys):
    video = str(tmp_path / "missing.mp4")
    out = ["--out", str(tmp_path / "out"), "--configfile", str(tmp_path / "c.yaml")]
    (tmp_path / "c.yaml").write_text("detector: {name: opencv}\n")
    assert main(["predict", video, "--results", str(results), *out]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("auva: run both/")
    assert "missing.mp4: no such video" in second
