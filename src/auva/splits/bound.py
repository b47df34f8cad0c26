"""A lower bound on the cost of a two-way division of people.

For few people all divisions are tried, and the bound is the optimum. For more people, the cost is
not linear in the choice of people: shares have the size of a side as denominator. Replacing each
denominator by the largest value it can have makes every distance smaller and the whole a mixed-
integer linear program. Its own lower bound, from HiGHS after a fixed number of nodes (so that it
does not depend on the machine's speed), is one for the cost.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.splits.distances import Goal
from auva.splits.neighbourhood import Neighbourhood
from auva.splits.people import AROUSAL, AU, FEMALE, FRAMES, MALE, PEOPLE, VALENCE
from auva.splits.search import EXHAUSTIVE_PEOPLE

MOST_PEOPLE = 80
"""Above this number of people no bound is computed: the costs found are next to 0 there."""

HOW = ("all divisions tried", "mixed-integer relaxation", "none")
"""Where a bound comes from."""

_NODES = 2000


def lower_bound(counts: NDArray[np.float64], goal: Goal, incumbent: float) -> tuple[float, str]:
    """Return a number that no division of these people costs less than, and where it is from.

    Parameters
    ----------
    counts : float64 array [p, columns]
        One row per person.
    goal : Goal
        What the chosen side shall be.
    incumbent : float
        The cost of a known division; worse ones are skipped.

    Returns
    -------
    float, str
        At most `incumbent` (0 where there is no better bound); one of `HOW`.
    """
    if len(counts) <= EXHAUSTIVE_PEOPLE:
        return float(Neighbourhood.of(counts, goal).all_costs().min()), HOW[0]
    if len(counts) > MOST_PEOPLE:
        return 0.0, HOW[2]
    return _relaxation(counts, goal, incumbent), HOW[1]


def _relaxation(counts: NDArray[np.float64], goal: Goal, incumbent: float) -> float:
    from scipy.optimize import Bounds, LinearConstraint, milp

    program = _Program(counts, goal, incumbent)
    limits: Any = np.array(program.limits)
    people, extra = len(counts), len(program.objective) - len(counts)
    result = milp(
        program.objective,
        constraints=LinearConstraint(np.array(program.rows), -np.inf, limits),
        integrality=np.append(np.ones(people), np.zeros(extra)),
        bounds=Bounds(0, 1),
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
    bound = result.mip_dual_bound
    return float(np.clip(bound, 0, incumbent)) if bound is not None and np.isfinite(bound) else 0.0


class _Program:
    """Variables: one per person (1: chosen), then one per distance or histogram bin, in [0, 1]."""

    def __init__(self, counts: NDArray[np.float64], goal: Goal, incumbent: float) -> None:
        weights = goal.weights
        bins = VALENCE.stop - VALENCE.start
        costs = [weights["au"], *[weights["va"] / 4] * (2 * bins)]
        costs += [weights["sex"], weights["people"], weights["frames"]]
        self._people = len(counts)
        self.objective = np.append(np.zeros(self._people), costs)
        self.rows: list[NDArray[np.float64]] = []
        self.limits: list[float] = []
        sex, number, frames = len(costs) - 3, len(costs) - 2, len(costs) - 1
        self._share(counts[:, FRAMES], goal.share, frames, incumbent, weights["frames"])
        self._share(counts[:, PEOPLE], goal.share, number, incumbent, weights["people"])
        self._add(np.ones(self._people), self._people - goal.rest)
        self._add(-np.ones(self._people), -goal.chosen)
        self._group(counts[:, AU], [0] * counts[:, AU].shape[1])
        self._group(counts[:, VALENCE], list(range(1, 1 + bins)))
        self._group(counts[:, AROUSAL], list(range(1 + bins, 1 + 2 * bins)))
        self._group(counts[:, [FEMALE, MALE]], [sex, sex])

    def _share(
        self, column: NDArray[np.float64], share: float, slot: int, incumbent: float, weight: float
    ) -> None:
        """Bound the distance of a share from the wanted one, and what the share itself can be."""
        part = column / column.sum()
        self._absolute(part, share, slot, 1.0)
        if weight > 0:
            reach = incumbent / weight
            self._add(part, share + reach)
            self._add(-part, reach - share)

    def _group(self, columns: NDArray[np.float64], slots: list[int]) -> None:
        """Bound the gaps between the sides' shares of a group of counts."""
        size = columns.sum(1)
        total = size.sum()
        if total == 0:
            return
        largest = self._largest(size)
        scale = largest * (total - largest) / total if largest < total / 2 else total / 4
        for column, slot in zip(columns.T, slots, strict=True):
            self._absolute(column - column.sum() / total * size, 0.0, slot, scale)

    def _largest(self, size: NDArray[np.float64]) -> float:
        """Return the largest sum that the chosen side can have, people taken in parts."""
        from scipy.optimize import linprog

        padded = np.append(-size, np.zeros(len(self.objective) - self._people))
        result = linprog(padded, np.array(self.rows), np.array(self.limits), bounds=(0, 1))
        return float(-result.fun) if result.status == 0 else float(size.sum())

    def _absolute(self, part: NDArray[np.float64], target: float, slot: int, scale: float) -> None:
        """Demand scale * variable >= |part - target|."""
        self._add(part, target, slot, scale)
        self._add(-part, -target, slot, scale)

    def _add(
        self, part: NDArray[np.float64], limit: float, slot: int | None = None, scale: float = 0.0
    ) -> None:
        row = np.append(part, np.zeros(len(self.objective) - self._people))
        if slot is not None:
            row[self._people + slot] = -scale
        self.rows.append(row)
        self.limits.append(limit)
