"""`chosen.json`: what the validation people decided about a run, and what was scored.

Prediction, the browser, captions and tables read it; scores stand in held_out.csv alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.evaluation.after import check_way
from auva.files import write_text
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
    trained_on : list of str
        People of the training set, whom no other corpus may score the run on.
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
    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError:
        cause = "no such file: evaluate the run first, so that its checkpoint is chosen"
        raise InputError(cause, path) from None
    except ValueError:
        raise InputError("not valid JSON", path) from None
    if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
        raise InputError(f"not the choice of an evaluation (layout {SCHEMA})", path)
    try:
        chosen = Chosen(**{**stored, "counts": Counts(**stored["counts"])})
    except (KeyError, TypeError) as error:
        raise InputError(f"not the choice of an evaluation ({error})", path) from None
    _check(chosen, path)
    return chosen


def _check(chosen: Chosen, path: str | Path) -> None:
    whole = {"iteration": chosen.iteration, **asdict(chosen.counts)}
    for name, number in whole.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise InputError(f"{name}: {number!r} is not a whole number of at least 0", path)
    sections = {name: getattr(chosen, name) for name in ("remarks", "scoring", "ratings")}
    for name, section in sections.items():
        if not isinstance(section, Mapping):
            raise InputError(f"{name}: {section!r} does not map names to values", path)
    for name, value in chosen.ratings.items():
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not -1 <= value <= 1:
            raise InputError(f"ratings.{name}: {value!r} does not lie between -1 and 1", path)
    named = isinstance(chosen.trained_on, list)
    if not named or not all(isinstance(name, str) for name in chosen.trained_on):
        raise InputError(f"trained_on: {chosen.trained_on!r} is no list of people", path)
    if not isinstance(chosen.after, str):
        raise InputError(f"after: {chosen.after!r} is no name", path)
    check_way(chosen.after, f"{path}: after")
    if not isinstance(chosen.thresholds, Mapping):
        raise InputError(f"thresholds: {chosen.thresholds!r} does not map Action Units", path)
    for unit, value in chosen.thresholds.items():
        if number_of(unit) is None:
            raise InputError(f"thresholds: unknown Action Unit '{unit}'", path)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
            raise InputError(f"thresholds.{unit}: {value!r} does not lie between 0 and 1", path)
