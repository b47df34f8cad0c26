"""Searching the best two-way division of people: all of them where they are few, else by descent.

`candidates` is the one primitive: test against the rest, validation against training, and each
fold against the later folds are all two-way divisions with an `Aim`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.splits.distances import Aim, cost

EXHAUSTIVE_PEOPLE = 14
"""Up to this number of people every division is tried, and the best is the proven optimum."""

_STARTS = 64
_SWAPS = 4096
_STEPS = 400


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
        Whether all possible divisions are among them.
    """

    chosen: NDArray[np.bool_]
    cost: NDArray[np.float64]
    proven: bool


def candidates(counts: NDArray[np.float64], aim: Aim, seed: tuple[int, ...]) -> Candidates:
    """Return good divisions of people in two sides.

    Parameters
    ----------
    counts : float64 array [p, FEATURES]
        One row per person, see `auva.splits.people`; at least 2 rows.
    aim : Aim
        What the chosen side shall be.
    seed : tuple of int
        Entropy of the random starts; not used where everything is tried.
    """
    if len(counts) <= EXHAUSTIVE_PEOPLE:
        return _all(counts, aim)
    found: dict[bytes, tuple[float, NDArray[np.bool_]]] = {}
    for stream in np.random.SeedSequence(seed).spawn(_STARTS):
        chosen, value = _descend(counts, aim, np.random.default_rng(stream))
        found.setdefault(chosen.tobytes(), (value, chosen))
    best = sorted(found.values(), key=lambda pair: (pair[0], pair[1].tobytes()))
    return Candidates(
        np.stack([chosen for _, chosen in best]), np.array([value for value, _ in best]), False
    )


def _all(counts: NDArray[np.float64], aim: Aim) -> Candidates:
    """Return every division with at least one person on each side, best first."""
    people = len(counts)
    numbers = np.arange(1, 2**people - 1)
    chosen = (numbers[:, None] >> np.arange(people)) & 1 == 1
    values = cost(chosen @ counts, counts.sum(0), aim)
    order = np.argsort(values, kind="stable")
    return Candidates(chosen[order], values[order], True)


def _descend(
    counts: NDArray[np.float64], aim: Aim, rng: np.random.Generator
) -> tuple[NDArray[np.bool_], float]:
    """Start at random and make the best move or exchange of people until none helps."""
    people = len(counts)
    total = counts.sum(0)
    rows = np.vstack([counts, np.zeros(counts.shape[1])])
    chosen = np.zeros(people + 1, bool)
    order = rng.permutation(people)
    chosen[order[: min(max(round(aim.share * people), 1), people - 1)]] = True
    side = rows[chosen].sum(0)
    value = float(cost(side, total, aim))
    for _ in range(_STEPS):
        leave, enter = _moves(chosen, rng)
        change = rows[enter] - rows[leave]
        values = cost(side + change, total, aim)
        best = int(np.argmin(values))
        if values[best] >= value:
            break
        chosen[leave[best]] = False
        chosen[enter[best]] = True
        chosen[people] = False
        side, value = side + change[best], float(values[best])
    return chosen[:people], value


def _moves(
    chosen: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return who leaves and who enters the chosen side in each possible step.

    The last place of `chosen` stands for nobody, so a move is an exchange with nobody. Where there
    are too many exchanges, as many as fit are drawn at random.
    """
    people = len(chosen) - 1
    inside = np.append(np.flatnonzero(chosen[:people]), people)
    outside = np.append(np.flatnonzero(~chosen[:people]), people)
    if len(inside) * len(outside) <= _SWAPS:
        leave, enter = np.repeat(inside, len(outside)), np.tile(outside, len(inside))
    else:
        leave = np.append(rng.choice(inside, _SWAPS), inside)
        enter = np.append(rng.choice(outside, _SWAPS), np.full(len(inside), people))
    allowed = (leave != people) | (len(inside) - 1 < people - 1)
    allowed &= (enter != people) | (len(inside) > 2)
    return leave[allowed], enter[allowed]
