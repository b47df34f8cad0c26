"""The thesis' split (section 3.1.4): videos drawn at random, people kept together, best of many."""

import numpy as np
from numpy.typing import NDArray

from auva.splits.people import FRAMES


def random_divisions(
    counts: NDArray[np.float64],
    videos: NDArray[np.int64],
    share: float,
    runs: int,
    seed: tuple[int, ...],
) -> NDArray[np.bool_]:
    """Return the chosen side of random divisions, as a bool array [runs, p].

    Videos are drawn one after the other into the other (training) side, each with all videos of
    its person, until that side has at least 1 - `share` of the frames; what is left is chosen. A
    run that leaves nobody chooses the last person drawn.

    Parameters
    ----------
    counts : float64 array [p, columns]
        One row per person.
    videos : int64 array [v]
        For each video, its person's row: people with more videos are drawn earlier.
    share : float
        Wanted share of the frames on the chosen side.
    runs : int
        Number of divisions.
    seed : tuple of int
        Random seed.
    """
    rng = np.random.default_rng(seed)
    people = len(counts)
    frames = counts[:, FRAMES]
    number = np.bincount(videos, minlength=people)
    chosen = np.zeros((runs, people), bool)
    for run in range(runs):
        # The first of m videos in a random order: the smallest of m uniform numbers.
        first = 1 - (1 - rng.random(people)) ** (1 / number)
        order = np.argsort(first, kind="stable")
        before = np.cumsum(frames[order]) - frames[order]
        left = before >= (1 - share) * frames.sum()
        left[-1] = True
        chosen[run, order[left]] = True
    return chosen
