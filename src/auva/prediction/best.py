"""Which run predicts where none is named: the best of a folder on its validation people."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from auva.errors import InputError
from auva.records.chosen import Chosen, read_chosen
from auva.records.run import read_run

RATING = {"au": "f1", "va": "ccc"}
"""Task -> what rates it in chosen.json: best mean F1, mean CCC."""

_LOG = logging.getLogger("auva")


class Best(NamedTuple):
    """A run's folder and its rating on the validation people, NaN where they have no labels."""

    folder: Path
    rating: float

    def __str__(self) -> str:
        """Return which run it is and why it was taken."""
        name = f"run {self.folder.parent.name}/{self.folder.name}"
        if np.isnan(self.rating):
            return f"{name} (no run was rated on validation people)"
        return f"{name} (best on the validation people: {self.rating:.3f})"


def best_run(results: str | Path, tasks: Sequence[str] = ("au", "va")) -> Best:
    """Return the evaluated run with the best rating on the validation people (never the test set).

    The rating is the mean, over tasks, of the best F1 of Action Units and the CCC of valence and
    arousal; a task that a run does not predict counts 0. Of equal ones the first by name is taken.

    Parameters
    ----------
    results : path
        Folder of the results; its runs/*/* are looked at.
    tasks : sequence of str
        What is to be predicted: "au", "va". A run that predicts none of it is no candidate.

    Raises
    ------
    InputError
        No evaluated run predicts any of it.
    """
    found = []
    for path in sorted(Path(results).glob("runs/*/*/chosen.json")):
        try:
            run, chosen = read_run(path.parent), read_chosen(path)
        except InputError as error:
            _LOG.warning("%s: this run is not taken", error)
            continue
        if run.predicts_faces and set(run.tasks) & set(tasks):
            found.append(Best(path.parent, _rating(chosen, tasks)))
    if not found:
        raise InputError("holds no evaluated run that predicts faces; --run names one", results)
    return max(found, key=lambda best: np.nan_to_num(best.rating, nan=-np.inf))


def _rating(chosen: Chosen, tasks: Sequence[str]) -> float:
    if not chosen.ratings:
        return float("nan")
    return float(np.mean([chosen.ratings.get(RATING[task], 0.0) for task in tasks]))
