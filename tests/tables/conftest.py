"""Runs made by hand: settings, scores.csv and held_out.csv with numbers that are easy to check."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from auva.records.chosen import Chosen, Counts, write_chosen
from auva.records.scores import write_held_out, write_scores
from auva.tables.results import scientific
from auva.units import THESIS_NAMES

BASE_RATES = np.linspace(0.1, 0.8, 8)


def run_of(experiment="au", learning_rate=1e-4, update_rate=2, alpha=0.9, weighted=False, own=""):
    """Settings of a run of the thesis' experiment, named `own` where that is given."""
    kind, _, va_loss = experiment.partition("_")
    name = f"lr{scientific(learning_rate)}_update{update_rate}_alpha{alpha:g}"
    axes = {"learning_rate": learning_rate, "update_rate": update_rate, "alpha": alpha}
    if kind == "vaau":
        axes["weighted"] = weighted
    return {
        "experiment": own or experiment,
        "name": name + ("_weighted" if weighted else ""),
        "model": "gan",
        "kind": kind,
        "va_loss": va_loss or None,
        "dataset": "faces",
        "axes": axes,
        "settings": {},
        "action_units": () if kind == "va" else THESIS_NAMES,
    }


def write_run(folder, rates=BASE_RATES, missing="", gain=0.0):
    """Scores of three checkpoints: F1 rises and falls, MSE falls and rises, AU by AU."""
    folder.mkdir()
    rows = []
    for iteration, f1, mse in ((0, 0.2, 0.30), (1000, 0.6, 0.1), (1_000_000, 0.5, 0.2)):
        for name, bonus in (("validation", 0.2), ("test", gain)):
            for i, au in enumerate(THESIS_NAMES):
                value = np.nan if au == missing else f1 + bonus + i / 100
                note = "no positive" if au == missing else ""
                rows.append((iteration, name, "f1", au, value, note))
            rows.append((iteration, name, "f1_mean", "all", f1 + bonus, ""))
            rows.append((iteration, name, "real_as_real", "all", 0.9, ""))
            rows += [(iteration, name, "mse", va, mse, "") for va in ("valence", "arousal")]
            rows += [(iteration, name, "ccc", va, f1, "") for va in ("valence", "arousal")]
    columns = ["iteration", "set", "metric", "target", "value", "note"]
    write_scores(folder / "scores.csv", pd.DataFrame(rows, columns=columns))
    held = [
        ("f1_mean", "all", 0.45 + gain, 0.40, 0.50, ""),
    ]
    for i, au in enumerate(THESIS_NAMES):
        value, note = (np.nan, "no positive") if au == missing else (0.4 + i / 100, "")
        held.append(("f1", au, value, value - 0.1, value + 0.1, note))
        held.append(("base_rate", au, rates[i], None, None, ""))
        held.append(("floor", au, 2 * rates[i] / (1 + rates[i]), None, None, ""))
        held += [(name, au, 0.7, None, None, "") for name in ("accuracy", "precision", "recall")]
    for va in ("valence", "arousal"):
        held.append(("mse", va, 0.15 - gain / 10, 0.1, 0.2, ""))
        held.append(("mse_video_mean", va, 0.05, None, None, ""))
        held.append(("ccc", va, 0.5, 0.4, 0.6, ""))
        held.append(("ccc_video_mean", va, 0.3, None, None, ""))
    table = pd.DataFrame(held, columns=["metric", "target", "value", "low", "high", "note"])
    table.insert(0, "iteration", 1000)
    write_held_out(folder / "held_out.csv", table)
    chosen = Chosen(
        iteration=1000,
        thresholds=dict.fromkeys(THESIS_NAMES, 0.5),
        remarks={},
        scoring={},
        criterion=0.6,
        note="",
        fixed_threshold=0.5,
        confidence=0.95,
        counts=Counts(checkpoints=3, validation_faces=9, test_faces=12, faces=1234, people=7),
    )
    write_chosen(folder / "chosen.json", chosen)
    return folder / "scores.csv", folder / "chosen.json", folder / "held_out.csv"


@pytest.fixture(scope="session")
def made():
    """What the tests of this folder make their runs with."""
    return SimpleNamespace(run_of=run_of, write_run=write_run, base_rates=BASE_RATES)
