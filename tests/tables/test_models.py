"""Every model side by side: paired differences, refusals, floors."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from auva.errors import InputError
from auva.figures.models import draw_models
from auva.records.bootstrap import Samples, read_bootstrap, write_bootstrap
from auva.records.cost import Cost, write_cost
from auva.records.scores import read_held_out, write_held_out
from auva.tables.entries import Entry, entries_of
from auva.tables.models import MEASURED, columns_of, models_page, models_table
from auva.tables.page import markdown

SEEDS = np.random.default_rng(0)
COMMON = SEEDS.normal(0, 0.1, 400)


def entry(tmp_path, name, f1, faces="same", noise=0.01, note=""):
    """A run whose samples move with those of all others, but for a little of their own."""
    from auva.tables.results import Best

    own = np.random.default_rng(len(name)).normal(0, noise, 400)
    samples = Samples(faces, {"f1_mean": f1 + COMMON + own})
    low, high = np.quantile(samples.scores["f1_mean"], [0.025, 0.975])
    scores = {
        ("f1_mean", "all"): Best(f1, np.nan, low, high, note),
        ("floor_mean", "all"): Best(0.3, np.nan),
    }
    facts = {"parameters": 7, "training_cpu_seconds": 1.5, "after": "none"}
    return Entry(name, "run", "cnn", scores, samples, tmp_path / name, facts)


def test_a_paired_difference_is_surer_than_two_intervals(tmp_path):
    entries = [entry(tmp_path, "base", 0.5), entry(tmp_path, "better", 0.6)]
    table = models_table(entries, "base/run", 0.95).set_index("experiment")
    row = table.loc["better"]
    assert row["f1_mean_difference"] == pytest.approx(0.1)
    assert 0 < row["f1_mean_difference_low"] < 0.1 < row["f1_mean_difference_high"] < 0.15
    assert row["f1_mean_low"] < table.loc["base", "f1_mean_high"]  # the intervals overlap
    assert np.isnan(table.loc["base", "f1_mean_difference"])
    assert table.loc["floor", "f1_mean"] == 0.3
    assert row["baseline"] == "base/run"
    assert list(models_table(entries, None, 0.95).columns) == columns_of(())


def test_the_interval_is_that_of_the_sampled_differences(tmp_path):
    entries = [entry(tmp_path, "base", 0.5), entry(tmp_path, "other", 0.55, noise=0.05)]
    row = models_table(entries, "base/run", 0.8).iloc[1]
    sampled = entries[1].samples.scores["f1_mean"] - entries[0].samples.scores["f1_mean"]
    wanted = np.quantile(sampled, [0.1, 0.9])
    found = [row["f1_mean_difference_low"], row["f1_mean_difference_high"]]
    np.testing.assert_allclose(found, wanted)


def test_other_faces_labels_or_draws_are_refused(tmp_path):
    entries = [entry(tmp_path, "base", 0.5), entry(tmp_path, "other", 0.6, faces="other")]
    with pytest.raises(InputError, match="other: other faces, labels or bootstrap samples than in"):
        models_table(entries, None, 0.95)


def test_means_over_other_units_have_no_difference(tmp_path):
    entries = [
        entry(tmp_path, "base", 0.5),
        entry(tmp_path, "less", 0.6, note="mean over 7 of 8 AUs (without AU20)"),
    ]
    row = models_table(entries, "base/run", 0.95).iloc[1]
    assert np.isnan(row["f1_mean_difference"])
    assert "f1_mean_difference: means over other Action Units than the baseline's" in row["note"]


def test_a_mean_over_fewer_units_is_never_the_best(tmp_path):
    from auva.tables.results import Best

    def with_units(name, f1, units):
        made = entry(tmp_path, name, f1)
        scores = {("f1", unit): Best(f1, np.nan) for unit in units}
        return replace(made, held_out={**made.held_out, **scores})

    entries = [with_units("whole", 0.5, ("AU1", "AU2")), with_units("part", 0.6, ("AU1",))]
    lines = markdown(models_page(models_table(entries, None, 0.95), [])).splitlines()
    rows = {line.split()[1]: line.split(" | ") for line in lines if line.startswith("| ")}
    assert rows["whole"][2].startswith("**0.500** [")
    assert rows["part"][2].startswith("0.600 [")
    assert "0.500" in rows["whole"]
    assert "**0.600**" in rows["part"]


def test_an_unknown_baseline_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no run 'bas/run' \(did you mean 'base/run'\?\)"):
        models_table([entry(tmp_path, "base", 0.5)], "bas/run", 0.95)


def test_the_page_tells_the_difference_below_the_score(tmp_path):
    entries = [entry(tmp_path, "base", 0.5), entry(tmp_path, "better", 0.6)]
    text = markdown(models_page(models_table(entries, "base/run", 0.95), []))
    line = next(line for line in text.splitlines() if line.startswith("| better run"))
    assert "**0.600** [" in line
    assert "+0.100 [" in line
    assert "nan" not in text.lower()
    assert "the difference to the baseline base/run" in text


def folder_of(made, tmp_path, name, gain=0.0):
    made.write_run(tmp_path / name, gain=gain)
    folder = tmp_path / name
    rng = np.random.default_rng(0)
    scores = {key: rng.random(50) for key in ("f1_mean", "ccc_valence", "ccc_arousal")}
    write_bootstrap(folder / "bootstrap.csv", Samples("abc", scores))
    write_cost(folder / "cost.json", Cost(12.5, 1000))
    return folder


def test_entries_are_read_from_the_folders_of_runs_and_drawn_alike(made, tmp_path):
    runs = [made.run_of("vaau_ccc"), made.run_of("vaau_mse")]
    folders = [folder_of(made, tmp_path, name, gain) for name, gain in (("a", 0), ("b", 0.1))]
    entries, choices = entries_of(runs, folders, [])
    first, second = (models_table(entries, entries[0].name, 0.95) for _ in range(2))
    assert first.equals(second)
    row = first.iloc[1]
    assert row["f1_mean_difference"] == pytest.approx(0.1)
    assert (row["parameters"], row["training_cpu_seconds"]) == (1000, 12.5)
    assert np.isnan(row["faces_per_second"])
    assert set(MEASURED) < set(columns_of(()))
    assert "1,234 faces of 7 people" in models_page(first, choices).caption
    for name in ("one", "two"):
        draw_models(runs, folders, [], None, tmp_path / f"{name}.png", tmp_path / f"{name}.svg")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


@pytest.mark.parametrize("lost", [0, 3])
def test_faces_without_a_prediction_are_told_where_there_are_any(made, tmp_path, lost):
    folder = folder_of(made, tmp_path, "a")
    if lost:
        scores = read_held_out(folder / "held_out.csv")
        row = scores.iloc[[0]].assign(metric="faces_without_prediction", target="all", value=lost)
        write_held_out(folder / "held_out.csv", pd.concat([scores, row.assign(note="")]))
    entries, choices = entries_of([made.run_of()], [folder], [])
    told = [note for note in entries[0].notes if "without a prediction" in note]
    assert told == (["3 faces without a prediction count as absent"] if lost else [])
    page = markdown(models_page(models_table(entries, None, 0.95), choices))
    assert "nan" not in page.lower()


def test_a_run_without_samples_or_cost_is_one_line(made, tmp_path):
    folder = folder_of(made, tmp_path, "a")
    (folder / "cost.json").unlink()
    with pytest.raises(InputError, match=r"cost.json: no such file: train the run first"):
        entries_of([made.run_of()], [folder], [])


def test_samples_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "bootstrap.csv"
    given = Samples("abc", {"f1_mean": np.array([0.25, np.nan]), "ccc_valence": np.array([1, -1])})
    write_bootstrap(path, given)
    found = read_bootstrap(path)
    assert found.faces == "abc"
    for name, values in given.scores.items():
        np.testing.assert_array_equal(found.scores[name], values)
    path.write_text(path.read_text().replace("2,abc", "2,abd"))
    with pytest.raises(InputError, match="holds the samples of two test sets"):
        read_bootstrap(path)


def test_scores_of_other_corpora_stand_beside_the_own_ones(made, tmp_path):
    from auva.tables.transfer import write_transfer

    *_, held_out = made.write_run(tmp_path / "a")
    there = read_held_out(held_out)
    there.loc[there["metric"] == "f1_mean", "value"] = 0.25
    floor = there[there["metric"] == "f1_mean"].assign(metric="floor_mean", value=0.2)
    write_held_out(tmp_path / "there.csv", pd.concat([there, floor]))
    out = [tmp_path / f"transfer.{kind}" for kind in ("csv", "md", "html")]
    pairs = [("london", "vaau_ccc", "run")]
    write_transfer(pairs, [tmp_path / "there.csv"], [held_out], *out)
    text = out[1].read_text()
    assert "| london | vaau_ccc run | mean F1 | **0.250** [0.400, 0.500] | 0.200 | 0.450" in text
    assert "CCC valence" in text
