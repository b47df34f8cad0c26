"""The counts that a split works on: one row per person.

A split moves whole people between sets. So all videos of one person are summed into one row, and
distances between sets are functions of sums of rows. People who share a video file are in the same
pictures: they are moved together, as one row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auva.statistics.counts import VA_BINS, VideoCounts

FRAMES = 0
PEOPLE = 1
FEMALE = 2
MALE = 3
VALENCE = slice(4, 4 + VA_BINS)
AROUSAL = slice(VALENCE.stop, VALENCE.stop + VA_BINS)
AU, POSITIVE, NEGATIVE = (slice(AROUSAL.stop + place, None, 3) for place in range(3))
"""Columns of `People.counts`: frames; people, women, men; the histograms of valence and arousal;
then three columns for each Action Unit: its frames, 1 where a row shows it at all, 1 where a row is
labelled without it. All are whole numbers, so sums of rows are exact."""


@dataclass(frozen=True)
class People:
    """The p people (or groups of people) with kept frames, sorted by name.

    Attributes
    ----------
    name : tuple of str
        Their groups: identities, but for people who share a video file (`VideoCounts.group`).
    counts : float64 array [p, columns]
        Whole numbers, see `AU`.
    videos : tuple of tuple of int
        For each person, the rows of the corpus that show them.
    order : int64 array [v]
        For each video with kept frames, the place of its person in `name`.
    """

    name: tuple[str, ...]
    counts: NDArray[np.float64]
    order: NDArray[np.int64]


def count_people(corpus: VideoCounts) -> People:
    """Sum the videos of a corpus by person; people without kept frames are left out.

    Raises
    ------
    InputError
        When one person is given as female in one video and as male in another.
    """
    sexes = corpus.sexes()
    kept = corpus.kept > 0
    groups = np.array(corpus.group, dtype=object)[kept]
    name, order = np.unique(groups.astype(str), return_inverse=True)
    rows = np.zeros((int(kept.sum()), AU.start + 3 * len(corpus.au_names)))
    rows[:, FRAMES] = corpus.kept[kept]
    rows[:, AU] = corpus.au[kept]
    rows[:, POSITIVE] = corpus.au[kept]
    rows[:, NEGATIVE] = (corpus.au_labelled - corpus.au)[kept]
    rows[:, VALENCE] = corpus.va[kept, 0]
    rows[:, AROUSAL] = corpus.va[kept, 1]
    counts = np.zeros((len(name), rows.shape[1]))
    np.add.at(counts, order, rows)
    for columns in (POSITIVE, NEGATIVE):
        counts[:, columns] = counts[:, columns] > 0
    shown = {p for p, frames in zip(corpus.identity, corpus.kept, strict=True) if frames}
    row = dict(zip(name.tolist(), range(len(name)), strict=True))
    for person, group in set(zip(corpus.identity, corpus.group, strict=True)):
        if person in shown:
            counts[row[group], PEOPLE] += 1
            counts[row[group], FEMALE] += sexes[person] == "female"
            counts[row[group], MALE] += sexes[person] == "male"
    return People(tuple(str(person) for person in name), counts, order.astype(np.int64))
