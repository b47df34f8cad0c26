"""The tables of all held-out numbers, and of what a random split of frames is worth."""

import numpy as np
import pandas as pd
import pytest

from auva.errors import InputError
from auva.records.scores import read_held_out, write_held_out
from auva.tables.details import write_details
from auva.tables.leakage import write_leakage


def written(tmp_path, name):
    return [tmp_path / f"{name}.{kind}" for kind in ("csv", "md", "html")]


def test_details_of_action_units(made, tmp_path):
    runs = [made.run_of(), made.run_of("vaau_ccc")]
    files = [made.write_run(tmp_path / name, missing=au) for name, au in (("a", ""), ("b", "AU2"))]
    out = written(tmp_path, "au")
    write_details("au", runs, *zip(*files, strict=True), *out)
    table = pd.read_csv(out[0])
    assert len(table) == 2 * 9
    row = table[(table["experiment"] == "au") & (table["target"] == "AU25")].iloc[0]
    assert (row["f1"], row["f1_low"], row["f1_high"]) == (0.47, 0.37, 0.57)
    assert (row["iteration"], row["base_rate"], row["threshold"]) == (1000, 0.8, 0.5)
    assert table.loc[table["target"] == "mean", "f1"].tolist() == [0.45, 0.45]
    undefined = table[(table["experiment"] == "vaau_ccc") & (table["target"] == "AU2")].iloc[0]
    assert np.isnan(undefined["f1"])
    assert "f1: no positive" in undefined["note"]
    markdown = out[1].read_text()
    assert "**0.400** [0.300, 0.500]" in markdown  # AU1, above its floor of 0.18
    assert "| 0.470 [0.370, 0.570]" in markdown  # AU25, below its floor of 0.89
    assert "AU2: f1: no positive" in markdown
    assert "nan" not in out[2].read_text().lower()


def test_details_of_affect(made, tmp_path):
    files = [made.write_run(tmp_path / "a")]
    out = written(tmp_path, "va")
    write_details("va", [made.run_of("va_ccc")], *([part] for part in files[0]), *out)
    table = pd.read_csv(out[0])
    assert table["target"].tolist() == ["valence", "arousal"]
    assert table["mse_video_mean"].tolist() == [0.05, 0.05]
    assert "**0.500** [0.400, 0.600]" in out[1].read_text()  # above the CCC of each video's mean
    assert "| 0.150 [0.100, 0.200]" in out[1].read_text()


def test_runs_without_such_outputs_are_left_out(made, tmp_path):
    files = made.write_run(tmp_path / "a")
    out = written(tmp_path, "au")
    write_details("au", [made.run_of("va_mse")], *([part] for part in files), *out)
    assert pd.read_csv(out[0]).empty
    with pytest.raises(InputError, match="unknown table of details 'vaau'"):
        write_details("vaau", [], [], [], [], *out)


def test_a_mean_without_some_action_units_says_so(made, tmp_path):
    note = "mean over 7 of 8 AUs (without AU2)"
    files = made.write_run(tmp_path / "a", missing="AU2")
    held_out = files[2]
    scores = read_held_out(held_out)
    scores.loc[scores["metric"] == "f1_mean", "note"] = note
    write_held_out(held_out, scores)
    out = written(tmp_path, "held_out_au")
    write_details("au", [made.run_of()], *([part] for part in files), *out)
    table = pd.read_csv(out[0])
    mean = table[table["target"] == "mean"].iloc[0]
    assert mean["note"] == f"f1: {note}; threshold: one per AU"
    assert f"mean: f1: {note}" in out[1].read_text()


def leakage(made, tmp_path, experiment, names=("a", "b"), gain=0.2, own=""):
    run = made.run_of(experiment, own=own)
    honest = made.write_run(tmp_path / names[0])
    leaking = made.write_run(tmp_path / names[1], gain=gain)
    out = written(tmp_path, "leakage")
    write_leakage([run], *(tuple([part] for part in files) for files in (honest, leaking)), *out)
    return pd.read_csv(out[0]), out[1].read_text()


def test_leakage_is_the_difference_of_the_two_splits(made, tmp_path):
    table, markdown = leakage(made, tmp_path, "au")
    row = table[(table["metric"] == "f1_mean") & (table["protocol"] == "best_on_test")].iloc[0]
    assert (row["identity"], row["random_frames"]) == (0.6, 0.8)
    assert row["difference"] == pytest.approx(0.2)
    row = table[(table["metric"] == "f1_mean") & (table["protocol"] == "held_out")].iloc[0]
    assert (row["identity_low"], row["identity_high"]) == (0.4, 0.5)
    assert row["difference"] == pytest.approx(0.2)
    assert not table.duplicated(["experiment", "run", "protocol", "metric", "target"]).any()
    assert "**+0.200**" in markdown
    assert "7 people" in markdown


def test_a_lower_mse_is_a_flattering_leak(made, tmp_path):
    table, _ = leakage(made, tmp_path, "va_mse")
    row = table[(table["metric"] == "mse") & (table["protocol"] == "held_out")].iloc[0]
    assert row["random_frames"] < row["identity"]
    assert row["difference"] == pytest.approx(0.02)
    assert not table["metric"].str.startswith("f1").any()


def test_means_over_other_action_units_on_the_two_splits_are_told(made, tmp_path):
    note = "mean over 7 of 8 AUs (without AU2)"
    files = [made.write_run(tmp_path / name) for name in ("a", "b")]
    scores = read_held_out(files[1][2])
    scores.loc[scores["metric"] == "f1_mean", "note"] = note
    write_held_out(files[1][2], scores)
    out = written(tmp_path, "leakage")
    write_leakage([made.run_of()], *(tuple([part] for part in parts) for parts in files), *out)
    table = pd.read_csv(out[0])
    row = table[(table["metric"] == "f1_mean") & (table["protocol"] == "held_out")].iloc[0]
    assert row["note"] == f"random_frames: {note}"


def test_an_experiment_of_its_own_name_has_its_leak_told(made, tmp_path):
    table, _ = leakage(made, tmp_path, "va_mse", own="my_va")
    assert set(table["experiment"]) == {"my_va"}
    assert set(table["metric"]) == {"ccc", "mse", "real_as_real"}


def test_one_split_against_itself_leaks_nothing(made, tmp_path):
    table, _ = leakage(made, tmp_path, "vaau_mse", gain=0.0)
    assert (table["difference"].dropna() == 0).all()
    assert (table.loc[table["difference"].isna(), "note"] != "").all()
    assert ",-0," not in (tmp_path / "leakage.csv").read_text()
