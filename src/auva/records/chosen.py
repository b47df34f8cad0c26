"""`chosen.json`: what the validation people decided about a run, and what was scored.

Prediction, the browser, captions and tables read it; the scores are in held_out.csv only.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.evaluation.settings import check_way
from auva.files import write_text
from auva.records.document import Document, read_document
from auva.units import number_of

SCHEMA = 1
"""Version of the layout."""


@dataclass(frozen=True)
class Counts:
    """How much was scored.

    Attributes
    ----------
    checkpoints : int
        Checkpoints in scores.csv.
    validation_faces, test_faces : int
        Faces behind scores.csv, after `evaluation.subsample`.
    faces, people : int
        Of the test set, all of which held_out.csv reads.
    """

    checkpoints: int
    validation_faces: int
    test_faces: int
    faces: int
    people: int


@dataclass(frozen=True)
class Chosen:
    """One checkpoint and how it is used.

    Attributes
    ----------
    iteration : int
        The checkpoint.
    thresholds : dict
        Action Unit -> probability from which it counts as present; empty without Action Units.
    remarks : dict
        Action Unit -> why its threshold says little (not tuned, never taught), where that is so.
    scoring : dict
        How the model computes (`auva.models.base.Model.scoring`).
    criterion : float or None
        What rated the checkpoint on the validation people (higher is better), None where nothing
        could.
    note : str
        What kept the checkpoint from being chosen as the settings say.
    fixed_threshold, confidence : float
        Threshold of scores.csv, level of the intervals in held_out.csv.
    counts : Counts
    after : str
        What is done to the predictions after the model (`auva.evaluation.after`).
    trained_on, chosen_by : list of str
        People whose faces it was trained on, and those who chose its checkpoint and thresholds:
        no other corpus may score the run on them.
    ratings : dict
        What the validation people say of it, as far as it predicts that: "f1", the mean over Action
        Units at the thresholds that they choose, and "ccc", the mean of valence and arousal. By it
        runs can be compared with each other.
    training_note : str
        What the training itself showed, such as losses that exploded.
    """

    iteration: int
    thresholds: dict[str, float]
    remarks: dict[str, str]
    scoring: dict[str, Any]
    criterion: float | None
    note: str
    fixed_threshold: float
    confidence: float
    counts: Counts
    after: str = "none"
    trained_on: list[str] = field(default_factory=list)
    chosen_by: list[str] = field(default_factory=list)
    ratings: dict[str, float] = field(default_factory=dict)
    training_note: str = ""
    schema: int = field(default=SCHEMA)

    def threshold_array(self, names: Iterable[str]) -> NDArray[np.float64]:
        """Return the thresholds of some Action Units in their order, NaN where there is none."""
        return np.array([self.thresholds.get(au, np.nan) for au in names])


def write_chosen(path: str | Path, chosen: Chosen) -> None:
    """Write chosen.json, whole or not at all."""
    write_text(path, json.dumps(asdict(chosen), indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_chosen(path: str | Path) -> Chosen:
    """Read chosen.json.

    Raises
    ------
    InputError
        It is missing, not JSON, of another layout, or lacks a key or has a wrong one.
    """
    missing = "no such file: evaluate the run first, so that its checkpoint is chosen"
    page = read_document(path, "the choice of an evaluation", missing)
    if page.content.get("schema") != SCHEMA:
        raise InputError(f"is not the choice of an evaluation of layout {SCHEMA}", path)
    counts = page.part("counts")
    after = page.get("after", str)
    check_way(after, f"{path}: after")
    return Chosen(
        iteration=page.get("iteration", int),
        thresholds={unit: _threshold(page, unit, path) for unit in page.get("thresholds", dict)},
        remarks={unit: page.part("remarks").get(unit, str) for unit in page.get("remarks", dict)},
        scoring=page.get("scoring", dict),
        criterion=None if page.content.get("criterion") is None else page.get("criterion", float),
        note=page.get("note", str),
        fixed_threshold=page.get("fixed_threshold", float),
        confidence=page.get("confidence", float),
        counts=Counts(**{count.name: counts.get(count.name, int) for count in fields(Counts)}),
        after=after,
        trained_on=page.get("trained_on", list),
        chosen_by=page.get("chosen_by", list),
        ratings={name: _rating(page, name, path) for name in page.get("ratings", dict)},
        training_note=page.get("training_note", str),
    )


def _threshold(page: Document, unit: str, path: str | Path) -> float:
    if number_of(unit) is None:
        raise InputError(f"thresholds: unknown Action Unit '{unit}'", path)
    value = page.part("thresholds").get(unit, float)
    if not 0 <= value <= 1:
        raise InputError(f"thresholds.{unit}: {value!r} does not lie between 0 and 1", path)
    return value


def _rating(page: Document, name: str, path: str | Path) -> float:
    value = page.part("ratings").get(name, float)
    if not -1 <= value <= 1:
        raise InputError(f"ratings.{name}: {value!r} does not lie between -1 and 1", path)
    return value
