"""From people to sets and folds, as a series of two-way divisions."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva import wording
from auva.errors import InputError
from auva.progress import progress
from auva.splits.distances import Goal, cost, distances
from auva.splits.people import PEOPLE, People
from auva.splits.random_search import random_divisions
from auva.splits.search import Candidates, candidates
from auva.splits.settings import Settings

MANY = 1000
"""Among more people only the best test set is given a validation set."""

_TRIED = 100
"""At most so many of the best test sets are tried with their best validation set."""

_FEW = 12
_TRIED_OF_FEW = 2000
"""Among few people so many that the joint optimum is nearly always proven."""


@dataclass(frozen=True)
class Division:
    """The sets of p people.

    Attributes
    ----------
    set : str array [p]
        "train", "validation" or "test".
    proven : bool
        Whether no other sets cost less: all were tried, or could not.
    """

    set: NDArray[np.str_]
    proven: bool


def divide(people: People, settings: Settings, seed: int) -> Division:
    """Choose the test set, and a validation set from the others, with the least sum of costs.

    Raises
    ------
    InputError
        When there are fewer people than sets.
    """
    p = len(people.name)
    sets = 3 if settings.validation_share else 2
    if p < sets:
        raise InputError(
            f"the selected frames show {_told(people)}: no split into "
            f"{sets} sets without a person in two of them is possible"
        )
    goal = settings.goal(settings.test_share, 1, sets - 1)
    tests = divisions_in_two(people, np.arange(p), goal, settings, (seed, 0))
    best, best_cost, proven = tests.chosen[0], np.inf, False
    tried = _TRIED_OF_FEW if p <= _FEW else _TRIED if p < MANY else 1
    pairs = list(zip(tests.chosen[:tried], tests.cost, strict=False))
    for test, total in progress(pairs, len(pairs), "search validation people", "division"):
        if total >= best_cost:
            proven = tests.proven
            break
        names = np.where(test, "test", "train").astype("U10")
        if sets == 3:
            rest = np.flatnonzero(~test)
            goal = settings.goal(settings.validation_share)
            found = divisions_in_two(people, rest, goal, settings, (seed, 1))
            names[rest[found.chosen[0]]] = "validation"
            total += found.cost[0]
        if total < best_cost:
            best, best_cost = names, total
    else:
        proven = tests.proven and len(tests.cost) < tried
    return Division(best, proven)


def _told(people: People) -> str:
    """Return how many people there are, and in how many groups where some share a video."""
    number, groups = people.counts[:, PEOPLE].sum(), len(people.name)
    told = wording.people(number)
    return told if number == groups else f"{told} in {groups} groups (some share a video file)"


def divisions_in_two(
    people: People, rows: NDArray[np.int64], goal: Goal, settings: Settings, seed: tuple[int, ...]
) -> Candidates:
    """Return divisions of the people in `rows` in two, by the method of the settings."""
    counts = people.counts[rows]
    if settings.method == "search":
        return candidates(counts, goal, seed)
    place = np.full(len(people.name), -1)
    place[rows] = np.arange(len(rows))
    videos = place[people.order]
    chosen = random_divisions(counts, videos[videos >= 0], goal.share, settings.runs, seed)
    number = chosen.sum(1)
    chosen = chosen[(number >= goal.chosen) & (number <= len(rows) - goal.rest)]
    if len(chosen) == 0:
        raise InputError(
            f"none of {settings.runs} random divisions leaves enough people in both sets; raise "
            "splits.runs or set splits.method to search"
        )
    best = np.argsort(thesis_distance(chosen @ counts, counts.sum(0), goal), kind="stable")[:1]
    values = cost(chosen[best] @ counts, counts.sum(0), goal)
    return Candidates(chosen[best], values, False)


def thesis_distance(
    side: NDArray[np.float64], total: NDArray[np.float64], goal: Goal
) -> NDArray[np.float64]:
    """Return what the thesis' method minimises: the largest gap of an Action Unit's share.

    A set without an Action Unit counts as a large distance.
    """
    values = distances(side, total, goal)
    return values["au"] + values["missing"]
