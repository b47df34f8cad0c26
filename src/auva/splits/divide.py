"""From people to sets and folds, as a series of two-way divisions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError, suggest
from auva.splits.distances import WEIGHTS, Aim, cost
from auva.splits.people import People
from auva.splits.random_search import random_divisions
from auva.splits.search import Candidates, candidates

METHODS = ("search", "thesis")
_PAIRS = 2000
"""At most so many test sets are tried with their best validation set."""


@dataclass(frozen=True)
class Settings:
    """Settings of the split, see `config/README.md`.

    Attributes
    ----------
    method : str
        "search", or "thesis": the published random search.
    test_share, validation_share : float
        Share of the test set in all frames, and of the validation set in the other frames; 0
        makes no such set (not for test).
    runs : int
        Random divisions of the thesis' method.
    folds : int
        Number of identity-disjoint folds over the whole corpus; 0 for none.
    weights : dict of str to float
        Weights of the distances in the cost, see `auva.splits.distances.WEIGHTS`.
    """

    method: str = "search"
    test_share: float = 0.2
    validation_share: float = 0.2
    runs: int = 1000
    folds: int = 5
    weights: dict[str, float] | None = None

    @classmethod
    def of(cls, cfg: dict) -> "Settings":
        """Return the settings of a config dict, checked."""
        known = cls.__dataclass_fields__
        for name in cfg:
            if name not in known:
                raise InputError(f"splits.{name} is not a setting{suggest(name, known)}")
        settings = cls(**cfg)
        if settings.method not in METHODS:
            hint = suggest(str(settings.method), METHODS)
            raise InputError(
                f"splits.method is '{settings.method}', not one of search, thesis{hint}"
            )
        if not 0 < settings.test_share < 1 or not 0 <= settings.validation_share < 1:
            raise InputError(
                "splits.test_share and splits.validation_share must lie between 0 and 1"
            )
        if settings.runs < 1 or settings.folds < 0 or settings.folds == 1:
            raise InputError("splits.runs must be at least 1, and splits.folds 0 or at least 2")
        weights = settings.weights or {}
        for name, weight in weights.items():
            if name not in WEIGHTS or weight < 0:
                raise InputError(f"splits.weights.{name} is not a weight{suggest(name, WEIGHTS)}")
        return settings

    def aim(self, share: float, chosen: int = 1, rest: int = 1) -> Aim:
        """Return the aim of a two-way division with these weights."""
        return Aim(share, chosen, rest, {**WEIGHTS, **(self.weights or {})})


def divide(people: People, settings: Settings, seed: int) -> tuple[NDArray[np.str_], bool]:
    """Return the set of each person as a str array [p], and whether it is the proven optimum.

    Raises
    ------
    InputError
        When there are fewer people than sets.
    """
    p = len(people.name)
    sets = 3 if settings.validation_share else 2
    if p < sets:
        raise InputError(
            f"the selected frames show {p} {'person' if p == 1 else 'people'}: no split into "
            f"{sets} sets without a person in two of them is possible"
        )
    aim = settings.aim(settings.test_share, 1, sets - 1)
    tests = _candidates(people, np.arange(p), aim, settings, (seed, 0))
    best, best_cost = None, np.inf
    tried = range(min(len(tests.cost), _PAIRS))
    for number in tried:
        test = tests.chosen[number]
        if tests.cost[number] >= best_cost:
            break
        rest = np.flatnonzero(~test)
        if len(rest) < sets - 1:
            continue
        names = np.where(test, "test", "train").astype("U10")
        value = tests.cost[number]
        if sets == 3:
            aim = settings.aim(settings.validation_share)
            found = _candidates(people, rest, aim, settings, (seed, 1))
            names[rest[found.chosen[0]]] = "validation"
            value += found.cost[0]
        if value < best_cost:
            best, best_cost = names, value
    assert best is not None
    return best, tests.proven and len(tests.cost) <= _PAIRS


def fold_numbers(people: People, settings: Settings, seed: int) -> NDArray[np.int64]:
    """Return the fold of each person, 1 to `settings.folds`, as an int64 array [p].

    Raises
    ------
    InputError
        When there are fewer people than folds.
    """
    p, folds = len(people.name), settings.folds
    if p < folds:
        raise InputError(f"splits.folds is {folds}, but the selected frames show {p} people")
    fold = np.full(p, folds, np.int64)
    left = np.arange(p)
    for number in range(1, folds):
        later = folds - number
        aim = settings.aim(1 / (later + 1), 1, later)
        found = _candidates(people, left, aim, settings, (seed, 1 + number))
        fits = (~found.chosen).sum(1) >= later
        chosen = found.chosen[int(np.argmax(fits))]
        fold[left[chosen]] = number
        left = left[~chosen]
    return fold


def _candidates(
    people: People, rows: NDArray[np.int64], aim: Aim, settings: Settings, seed: tuple[int, ...]
) -> Candidates:
    """Return divisions of the people in `rows` by the method of the settings."""
    counts = people.counts[rows]
    if settings.method == "search":
        return candidates(counts, aim, seed)
    place = np.full(len(people.name), -1)
    place[rows] = np.arange(len(rows))
    videos = place[people.order]
    chosen = random_divisions(counts, videos[videos >= 0], aim.share, settings.runs, seed)
    values = cost(chosen @ counts, counts.sum(0), aim)
    best = np.argsort(values, kind="stable")[:1]
    return Candidates(chosen[best], values[best], False)
