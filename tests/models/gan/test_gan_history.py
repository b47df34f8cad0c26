"""The losses of a run: what is not finite ends it, what explodes is said."""

import logging

import numpy as np
import pandas as pd
import pytest
import torch

from auva.models.gan.step import TERMS
from auva.models.history import History, NonFiniteLossError
from auva.records.history import EXPLODED, exploded, read_history


def record(history: History, *values: float) -> None:
    for step, value in enumerate(values):
        history.add(step, {TERMS[0]: torch.tensor(float(value)), TERMS[1]: torch.tensor(0.5)})


def test_losses_that_explode_are_said_once_and_stay_in_the_history(tmp_path, caplog):
    history = History(TERMS, 2)
    with caplog.at_level(logging.WARNING, "auva"):
        record(history, 1, 2, 500, 300, 1e30, 1e30, 1, 1)
    (told,) = caplog.messages
    assert told.startswith(f"iteration 4: {TERMS[0]} has exploded: its mean is 400")
    history.write(tmp_path / "history.csv")
    note = exploded(read_history(tmp_path / "history.csv"))
    assert note == (
        f"the losses exploded in 2 of 4 intervals, first {TERMS[0]} = 400 at iteration 4"
    )


@pytest.mark.parametrize("value", [0.0, -3.0, EXPLODED * 0.999, -EXPLODED * 0.999])
def test_large_losses_that_single_precision_holds_are_none(value):
    table = pd.DataFrame({"iteration": [2, 4], "d_loss": [0.7, value], "g_loss": [np.nan, 0.1]})
    assert exploded(table) == ""
    table.loc[1, "d_loss"] = np.copysign(EXPLODED * 1.001, value or 1)
    assert "1 of 2 intervals, first d_loss" in exploded(table)


def test_a_history_without_rows_has_no_note():
    assert exploded(pd.DataFrame({"iteration": [], "d_loss": []})) == ""


def test_the_bound_is_that_of_single_precision():
    assert np.float32(np.exp(-EXPLODED)) >= np.finfo(np.float32).tiny * 0.99
    assert np.exp(-EXPLODED * 1.01) < np.finfo(np.float32).tiny


def test_what_is_not_finite_ends_the_training():
    with pytest.raises(NonFiniteLossError, match=rf"{TERMS[0]} is inf at step 1"):
        record(History(TERMS, 2), 1, float("inf"))
