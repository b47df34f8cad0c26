"""How different the two sides of a split are, as numbers between 0 and 1.

Everything is computed from sums of whole-number counts, for many candidate splits at once.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
from auva.splits.settings import WEIGHTS


@dataclass(frozen=True)
class Goal:
    """The wanted side of a two-way split.

    Attributes
    ----------
    share : float
        Wanted share of the frames (and of the people) on the chosen side, in (0, 1).
    chosen, rest : int
        Number of sets into which each side will be divided (1: it is a set itself). Each side has
        at least as many people, and each set needs its own person for each Action Unit;
        otherwise its metrics are undefined.
    weights : dict of str to float
        Weights of the distances.
    """

    share: float
    chosen: int = 1
    rest: int = 1
    weights: dict[str, float] = field(default_factory=lambda: dict(WEIGHTS))


def au_gaps(side: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gap of each Action Unit's share between the sides, as an array [..., u].

    The share is that of all Action Units of the side (Table 3.4). A side without any gives 1.

    Parameters
    ----------
    side : float64 array [..., columns]
        Sum of the rows of the people on the chosen side.
    total : float64 array [columns]
        Sum of all rows.
    """
    ours, others = side[..., AU], (total - side)[..., AU]
    return np.where(
        _one_empty(ours, others)[..., None], 1.0, np.abs(_shares(ours) - _shares(others))
    )


def distances(
    side: NDArray[np.float64], total: NDArray[np.float64], goal: Goal
) -> dict[str, NDArray[np.float64]]:
    """Return the distances between the sides of candidate splits, each an array [...] in [0, 1].

    Parameters
    ----------
    side, total : float64 arrays
        As for `au_gaps`.
    goal : Goal
        Wanted shares and later divisions.

    Returns
    -------
    dict of str to array
        `au`: largest gap of an Action Unit's share; `va`: total variation distance between the
        histograms, mean of valence and arousal; `sex`: gap of the share of women among the people
        of known sex; `people`, `frames`: distance of the chosen side's share from the wanted one;
        `missing`: how many people with or without an Action Unit the sets of the sides lack (a
        whole number; what the whole corpus lacks is not counted).
    """
    rest = total - side
    va = [_total_variation(side[..., c], rest[..., c]) for c in (VALENCE, AROUSAL)]
    return {
        "au": au_gaps(side, total).max(-1),
        "va": (va[0] + va[1]) / 2,
        "sex": np.abs(_women(side) - _women(rest)),
        "people": np.abs(side[..., PEOPLE] / total[PEOPLE] - goal.share),
        "frames": np.abs(side[..., FRAMES] / total[FRAMES] - goal.share),
        "missing": _missing(side, rest, goal),
    }


def cost(side: NDArray[np.float64], total: NDArray[np.float64], goal: Goal) -> NDArray[np.float64]:
    """Return the weighted sum of the distances of candidate splits, as an array [...]."""
    values = distances(side, total, goal)
    weighted = sum(weight * values[name] for name, weight in goal.weights.items())
    return np.round(weighted + values["missing"], 12)


def _shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return counts as shares of their sum over the last axis; all zero where there are none."""
    return counts / np.maximum(counts.sum(-1, keepdims=True), 1)


def _one_empty(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    return (a.sum(-1) == 0) != (b.sum(-1) == 0)


def _total_variation(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half the sum of absolute differences of two histograms' shares."""
    return np.where(_one_empty(a, b), 1.0, np.abs(_shares(a) - _shares(b)).sum(-1) / 2)


def _women(side: NDArray[np.float64]) -> NDArray[np.float64]:
    known = side[..., FEMALE] + side[..., MALE]
    return side[..., FEMALE] / np.maximum(known, 1)


def _missing(
    side: NDArray[np.float64], rest: NDArray[np.float64], goal: Goal
) -> NDArray[np.float64]:
    """Count the people that the later sets of both sides lack, beyond what cannot be helped.

    Each set needs one person with and one without each Action Unit.
    """
    lacking = np.zeros(side.shape[:-1])
    for columns in (POSITIVE, NEGATIVE):
        chosen = np.maximum(goal.chosen - side[..., columns], 0)
        others = np.maximum(goal.rest - rest[..., columns], 0)
        total = side[..., columns] + rest[..., columns]
        unavoidable = np.maximum(goal.chosen + goal.rest - total, 0)
        lacking += (chosen + others - unavoidable).sum(-1)
    return lacking
