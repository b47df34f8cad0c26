"""The search for the best two-way division of people: exhaustive for few people, else local.

`candidates` is the one primitive: test against the rest, validation against training, and each
fold against the later folds are all two-way divisions with an `Goal`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.splits.distances import Goal, cost
from auva.splits.neighbourhood import Neighbourhood

EXHAUSTIVE_PEOPLE = 20
"""Up to this number of people every division is tried, and the best is the proven optimum."""

_STEPS = 6000
"""Steps of one search; each tries every move and exchange (or a sample where people are many)."""

_MANY_PEOPLE = 1000
_STEPS_OF_MANY = 2000
"""Among more people each step costs more, and far fewer lead to the same small distances."""

_FRESH = 48
"""Random starts; after them the best divisions found so far are perturbed and improved again."""

_BEST = 24
"""Number of best divisions that are perturbed, in turn."""

_KICKS = 3
"""Random exchanges of one perturbation."""

_KEPT = 4
"""Divisions that a local search returns."""

_KEPT_OF_ALL = 2000
"""Divisions that an exhaustive search returns."""

_Found = tuple[float, bytes]


@dataclass(frozen=True)
class Candidates:
    """Divisions of p people in two, best first.

    Attributes
    ----------
    chosen : bool array [c, p]
        Who is on the chosen side.
    cost : float64 array [c]
        Cost of each, ascending.
    proven : bool
        Whether no division is better than the first, and none that is missing better than the
        last.
    """

    chosen: NDArray[np.bool_]
    cost: NDArray[np.float64]
    proven: bool


def candidates(counts: NDArray[np.float64], goal: Goal, seed: tuple[int, ...]) -> Candidates:
    """Return good divisions of people in two sides.

    Parameters
    ----------
    counts : float64 array [p, columns]
        One row per person, see `auva.splits.people`; at least
        `goal.chosen + goal.rest` rows.
    goal : Goal
        The wanted chosen side.
    seed : tuple of int
        Random seed of the random starts; not used if everything is tried.
    """
    around = Neighbourhood.of(counts, goal)
    if len(counts) <= EXHAUSTIVE_PEOPLE:
        return _all(around)
    found = _local(around, np.random.default_rng(seed))
    chosen = np.stack([np.frombuffer(places, bool)[:-1] for _, places in found[:_KEPT]])
    values = cost(chosen @ counts, counts.sum(0), goal)
    order = np.argsort(values, kind="stable")
    return Candidates(chosen[order], values[order], False)


def _all(around: Neighbourhood) -> Candidates:
    """Return the best of all divisions."""
    values = around.all_costs()
    order = np.argsort(values, kind="stable")[:_KEPT_OF_ALL]
    order = order[np.isfinite(values[order])]
    chosen = (order[:, None] >> np.arange(around.people)) & 1 == 1
    return Candidates(chosen, values[order], True)


def _local(around: Neighbourhood, rng: np.random.Generator) -> list[_Found]:
    """Return the divisions found by iterated local search, best first.

    Descents start at random divisions, then at perturbed good divisions.
    """
    found: list[_Found] = []
    budget = _STEPS if around.people <= _MANY_PEOPLE else _STEPS_OF_MANY
    steps = turn = 0
    while steps < budget:
        if turn < _FRESH:
            inside = _random(around, rng)
        else:
            inside = _shaken(found[turn % min(_BEST, len(found))], rng)
        value, taken = _descend(around, inside, rng, budget - steps)
        steps += taken
        turn += 1
        found = sorted({*found, (round(value, 12), inside.tobytes())})[:_BEST]
    return found


def _random(around: Neighbourhood, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a random chosen side with the wanted share of people."""
    people, goal = around.people, around.goal
    inside = np.zeros(people + 1, bool)
    wanted = min(max(round(goal.share * people), goal.chosen), people - goal.rest)
    inside[rng.permutation(people)[:wanted]] = True
    return inside


def _shaken(division: _Found, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a division after a few random exchanges."""
    inside = np.frombuffer(division[1], bool).copy()
    for _ in range(_KICKS):
        leave = rng.choice(np.flatnonzero(inside))
        enter = rng.choice(np.flatnonzero(~inside[:-1]))
        inside[leave], inside[enter] = False, True
    return inside


def _descend(
    around: Neighbourhood, inside: NDArray[np.bool_], rng: np.random.Generator, steps: int
) -> tuple[float, int]:
    """Make the best exchange until none helps; return the cost and the steps taken.

    `inside` is changed in place.
    """
    value = np.inf
    for taken in range(1, steps + 1):
        leave, enter, after = around.best(inside, rng)
        if after >= value:
            return value, taken
        inside[leave] = False
        inside[enter] = enter != len(inside) - 1
        value = after
    return value, steps
