"""Identity-disjoint folds over the whole corpus, for cross-validation."""

import logging
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from auva.progress import progress
from auva.splits.divide import divisions_in_two
from auva.splits.neighbourhood import Neighbourhood, some
from auva.splits.people import People
from auva.splits.settings import Settings

_LOG = logging.getLogger("auva")

_ROUNDS = 500
"""Most rounds over all pairs of folds; a few dozen are enough."""

_LEAST_GAIN = 1e-9
"""Smaller gains are rounding."""


def possible_folds(settings: Settings, people: int) -> Settings:
    """Return the settings with at most one fold per person; the log notes a reduced number."""
    if settings.folds <= people:
        return settings
    _LOG.warning(
        "auva: splits.folds is %d, but the selected frames show %d people: %d folds of one each",
        settings.folds,
        people,
        people,
    )
    return replace(settings, folds=people)


def fold_numbers(people: People, settings: Settings, seed: int) -> NDArray[np.int64]:
    """Return the fold of each person, 1 to `settings.folds`, as an int64 array [p].

    Folds are divided from the rest one after the other. The last folds consist of the people that
    the first ones left, and would be worse. So people then change folds, or are exchanged between
    two, as long as that lowers the summed cost of the folds against the rest.

    There are at least as many people as folds (`possible_folds`).
    """
    p, folds = len(people.name), settings.folds
    fold = np.full(p, folds, np.int64)
    left = np.arange(p)
    for number in progress(range(1, folds), folds - 1, "search folds", "fold"):
        later = folds - number
        goal = settings.goal(1 / (later + 1), 1, later)
        chosen = divisions_in_two(people, left, goal, settings, (seed, 1 + number)).chosen[0]
        fold[left[chosen]] = number
        left = left[~chosen]
    if settings.method == "search":
        around = Neighbourhood.of(people.counts, settings.goal(1 / folds, 1, folds - 1))
        _improve(around, fold, folds, np.random.default_rng((seed, 1 + folds)))
    return fold


def _improve(
    around: Neighbourhood, fold: NDArray[np.int64], folds: int, rng: np.random.Generator
) -> None:
    """Make the best exchange between each pair of folds until none helps, in place."""
    for _ in range(_ROUNDS):
        gains = [
            _best_exchange(around, fold, a, b, rng) for a, b in combinations(range(1, folds + 1), 2)
        ]
        if max(gains) < _LEAST_GAIN:
            return


def _best_exchange(
    around: Neighbourhood, fold: NDArray[np.int64], a: int, b: int, rng: np.random.Generator
) -> float:
    """Make the best exchange between folds a and b if it lowers the cost; return the gain."""
    nobody = around.people
    inside = [np.append(fold == number, False) for number in (a, b)]
    ours, theirs = (some(np.flatnonzero(members), nobody, rng) for members in inside)
    costs = around.costs(inside[0], ours, theirs) + around.costs(inside[1], theirs, ours).T
    before = costs[-1, -1]
    if inside[0].sum() == 1:
        costs[:-1, -1] = np.inf
    if inside[1].sum() == 1:
        costs[-1, :-1] = np.inf
    row, column = divmod(int(costs.argmin()), len(theirs))
    gain = float(before - costs[row, column])
    if gain >= _LEAST_GAIN:
        for person, number in ((ours[row], b), (theirs[column], a)):
            if person != nobody:
                fold[person] = number
    return gain
