"""The cost of all moves and exchanges of people around one division, fast.

The same cost as `auva.splits.distances.cost` (a test compares them), rearranged: the gap between
two shares a/A and (s-a)/(S-A) is |a - A s/S| S / (A (S-A)). The first factor is linear in people,
so what one exchange changes is a difference of two precomputed rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.splits.distances import Goal
from auva.splits.people import (
    AROUSAL,
    AU,
    FEMALE,
    FRAMES,
    MALE,
    NEGATIVE,
    PEOPLE,
    POSITIVE,
    VALENCE,
)
from auva.statistics.counts import VA_BINS

_GROUPS = (AU, VALENCE, AROUSAL)
_AU, _VALENCE, _AROUSAL, _FRAMES, _PEOPLE, _FEMALE, _KNOWN = range(7)

_BATCH = 16
"""Sums of one half of the people combined at once with all sums of the other half."""

WIDTH = 64
"""People of each side that are tried against each other; of larger sides so many are drawn."""


@dataclass(frozen=True)
class Neighbourhood:
    """Precomputed rows of p people and, as the last column, of nobody.

    Attributes
    ----------
    goal : Goal
        What the chosen side shall be.
    centred : float64 array [u + 2 VA_BINS, p + 1]
        Action Units and histogram bins minus what is expected from the group's sum.
    sums : float64 array [7, p + 1]
        Sums of the three groups, frames, people, women, people of known sex.
    needs : float64 array [2u, p + 1]
        1 where a person shows, or is labelled without, an Action Unit.
    """

    goal: Goal
    centred: NDArray[np.float64]
    sums: NDArray[np.float64]
    needs: NDArray[np.float64]

    @property
    def people(self) -> int:
        """Number of people, p."""
        return self.sums.shape[1] - 1

    @classmethod
    def of(cls, counts: NDArray[np.float64], goal: Goal) -> "Neighbourhood":
        """Prepare the rows of `counts`, see `auva.splits.people`."""
        rows = np.vstack([counts, np.zeros(counts.shape[1])]).T
        groups = [rows[columns].sum(0) for columns in _GROUPS]
        centred = [
            rows[columns] - np.outer(rows[columns].sum(1) / max(group.sum(), 1), group)
            for columns, group in zip(_GROUPS, groups, strict=True)
        ]
        known = rows[FEMALE] + rows[MALE]
        sums = np.stack([*groups, rows[FRAMES], rows[PEOPLE], rows[FEMALE], known])
        needs = np.concatenate([rows[POSITIVE], rows[NEGATIVE]])
        return cls(goal, np.concatenate(centred), sums, needs)

    def best(self, inside: NDArray[np.bool_], rng: np.random.Generator) -> tuple[int, int, float]:
        """Return who leaves and who enters in the best exchange, and the cost after it.

        Parameters
        ----------
        inside : bool array [p + 1]
            Who is on the chosen side; the last place, for nobody, is False.
        rng : numpy Generator
            Draws people of sides with more than `WIDTH`.
        """
        nobody = self.people
        leave = some(np.flatnonzero(inside[:-1]), nobody, rng)
        enter = some(np.flatnonzero(~inside[:-1]), nobody, rng)
        values = self.costs(inside, leave, enter)
        values[-1, -1] = np.inf
        if inside.sum() <= self.goal.chosen:
            values[:-1, -1] = np.inf
        if inside.sum() >= nobody - self.goal.rest:
            values[-1, :-1] = np.inf
        row, column = divmod(int(values.argmin()), len(enter))
        return int(leave[row]), int(enter[column]), float(values[row, column])

    def costs(
        self, inside: NDArray[np.bool_], leave: NDArray[np.int64], enter: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the cost after each exchange, as an array [people who leave, who enter]."""
        chosen, rest = self.goal.chosen, self.goal.rest
        now = self.needs[:, inside].sum(1)
        # Only what one exchange can take away may be missing afterwards.
        risk = (now <= chosen) | (self.needs.sum(1) - now <= rest)
        parts = [rows[:, inside].sum(1)[:, None] - rows[:, leave] for rows in self._rows(risk)]
        others = [rows[:, enter] for rows in self._rows(risk)]
        return self._cost(parts, others, risk)

    def all_costs(self) -> NDArray[np.float64]:
        """Return the cost of each division, as an array [2^p].

        Person i is chosen in division d where bit i of d is 1. Divisions with too few people on a
        side cost infinity.
        """
        half = self.people // 2
        risk = np.ones(len(self.needs), bool)
        low = [_subset_sums(rows[:, :half]) for rows in self._rows(risk)]
        high = [_subset_sums(rows[:, half:-1]) for rows in self._rows(risk)]
        size = low[0].shape[1]
        values = np.empty(2**self.people)
        for first in range(0, high[0].shape[1], _BATCH):
            batch = [rows[:, first : first + _BATCH] for rows in high]
            part = self._cost(batch, low, risk)
            values[first * size : first * size + part.size] = part.ravel()
        number = _subset_sums(np.ones((1, self.people)))[0]
        values[(number < self.goal.chosen) | (number > self.people - self.goal.rest)] = np.inf
        return np.round(values, 12)

    def _rows(self, risk: NDArray[np.bool_]) -> tuple[NDArray[np.float64], ...]:
        return self.centred, self.sums, self.needs[risk]

    def _cost(
        self,
        parts: list[NDArray[np.float64]],
        others: list[NDArray[np.float64]],
        risk: NDArray[np.bool_],
    ) -> NDArray[np.float64]:
        """Return the costs [a, b] of chosen sides made of two parts, [rows, a] and [rows, b]."""
        absolute, sums, needs = (
            part[:, :, None] + other[:, None, :] for part, other in zip(parts, others, strict=True)
        )
        np.abs(absolute, out=absolute)
        weights, total = self.goal.weights, self.sums.sum(1)
        valence = absolute[-2 * VA_BINS : -VA_BINS].sum(0) / 2
        arousal = absolute[-VA_BINS:].sum(0) / 2
        value = weights["au"] * _gap(absolute[: -2 * VA_BINS].max(0), sums[_AU], total[_AU])
        value += weights["va"] / 2 * _gap(valence, sums[_VALENCE], total[_VALENCE])
        value += weights["va"] / 2 * _gap(arousal, sums[_AROUSAL], total[_AROUSAL])
        women = sums[_FEMALE] / np.maximum(sums[_KNOWN], 1)
        rest = (total[_FEMALE] - sums[_FEMALE]) / np.maximum(total[_KNOWN] - sums[_KNOWN], 1)
        value += weights["sex"] * np.abs(women - rest)
        value += weights["people"] * np.abs(sums[_PEOPLE] / total[_PEOPLE] - self.goal.share)
        value += weights["frames"] * np.abs(sums[_FRAMES] / total[_FRAMES] - self.goal.share)
        return value + self._missing(needs, risk) if risk.any() else value

    def _missing(self, needs: NDArray[np.float64], risk: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Count what the sets of both sides lack, as `auva.splits.distances` does."""
        chosen, rest = self.goal.chosen, self.goal.rest
        total = self.needs[risk].sum(1)[:, None, None]
        lacking = np.maximum(chosen - needs, 0) + np.maximum(rest - (total - needs), 0)
        return (lacking - np.maximum(chosen + rest - total, 0)).sum(0)


def _subset_sums(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums over all subsets of the columns, as an array [rows, 2^columns]."""
    sums = np.zeros((len(rows), 1))
    for column in rows.T:
        sums = np.concatenate([sums, sums + column[:, None]], 1)
    return sums


def some(people: NDArray[np.int64], nobody: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the people, or as many of them as are tried, and nobody at the end."""
    if len(people) > WIDTH:
        people = rng.choice(people, WIDTH, replace=False)
    return np.append(people, nobody)


def _gap(
    deviation: NDArray[np.float64], side: NDArray[np.float64], total: float
) -> NDArray[np.float64]:
    """Return gaps from deviations; 1 where one side has nothing, 0 where nobody has."""
    if total == 0:
        return np.zeros_like(deviation)
    product = side * (total - side)
    return np.where(product == 0, 1.0, deviation * total / np.maximum(product, 1))
