"""The certificate of a split: everything is recomputed from the written `split.csv`."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.records.split import Place, overlap, read_split
from auva.splits.bound import lower_bound
from auva.splits.distances import Goal, au_gaps, cost, distances
from auva.splits.people import AU, FEMALE, FRAMES, MALE, PEOPLE, People, count_people
from auva.splits.random_search import random_divisions
from auva.splits.settings import Settings
from auva.statistics.counts import VideoCounts
from auva.units import SETS

Rows = Mapping[str, Place]


def certificate(
    path: str | Path, corpus: VideoCounts, settings: Settings, seed: int, proven: bool
) -> str:
    """Return the certificate of the written split as JSON text.

    Parameters
    ----------
    path : path
        The written `split.csv`.
    corpus : VideoCounts
        What was split.
    settings : Settings
        How it was split.
    seed : int
        Random seed of the split.
    proven : bool
        Whether no other choice of test and validation set costs less.
    """
    rows = read_split(path, corpus.video)
    people = count_people(corpus)
    groups = dict(zip(corpus.video, corpus.group, strict=True))
    bound = {video: row._replace(identity=groups[video]) for video, row in rows.items()}
    where = {group: (name, fold) for group, name, fold in bound.values()}
    sets = np.array([where[group][0] for group in people.name])
    folds = np.array([where[group][1] for group in people.name])
    test, validation = sets == "test", sets == "validation"
    goal = settings.goal(settings.test_share, 1, 2 if validation.any() else 1)
    page = {
        "method": settings.method,
        "seed": seed,
        "settings": {**asdict(settings), "weights": goal.weights},
        "people_in_two_sets": _in_two(rows, "set"),
        "people_in_two_folds": _in_two(rows, "fold"),
        "people_sharing_a_video": _sharing(corpus),
        "shared_videos_in_two_sets": _in_two(bound, "set"),
        "shared_videos_in_two_folds": _in_two(bound, "fold"),
        "optimum_proven": proven,
        "sets": {name: _set(rows, corpus, people.counts[sets == name], name) for name in SETS},
        "test_against_rest": _quality(corpus.au_names, people.counts, test, goal),
        "published_method": _published(people, settings, seed),
    }
    if validation.any():
        goal = settings.goal(settings.validation_share)
        page["validation_against_train"] = _quality(
            corpus.au_names, people.counts[~test], validation[~test], goal
        )
    page["folds"] = [
        {
            "fold": k,
            **_gaps(corpus.au_names, people.counts, folds == k, settings.goal(1 / settings.folds)),
        }
        for k in range(1, settings.folds + 1)
    ]
    return json.dumps(page, indent=2) + "\n"


def _in_two(rows: Rows, kind: str) -> int:
    """Return the number of people who are in two sets or in two folds."""
    return len(overlap((row.identity, getattr(row, kind)) for row in rows.values()))


def _sharing(corpus: VideoCounts) -> int:
    """Return how many people share a video file with another."""
    members = Counter(group for _, group in set(zip(corpus.identity, corpus.group, strict=True)))
    return sum(number for number in members.values() if number > 1)


def _set(rows: Rows, corpus: VideoCounts, counts: NDArray[np.float64], name: str) -> dict:
    """Return what is in one set."""
    kept = dict(zip(corpus.video, corpus.kept.tolist(), strict=True))
    videos = [video for video, row in rows.items() if row.set == name]
    side = counts.sum(0)
    au = dict(zip(corpus.au_names, side[AU].astype(int).tolist(), strict=True))
    return {
        "videos": len(videos),
        "videos_without_selected_frames": sum(kept[video] == 0 for video in videos),
        "people": int(side[PEOPLE]),
        "female": int(side[FEMALE]),
        "male": int(side[MALE]),
        "frames": int(side[FRAMES]),
        "frames_share": round(float(side[FRAMES] / corpus.kept.sum()), 6),
        "au": au,
        "au_absent": [unit for unit, number in au.items() if number == 0],
    }


def _gaps(
    names: Sequence[str], counts: NDArray[np.float64], chosen: NDArray[np.bool_], goal: Goal
) -> dict:
    """Return the distances between the chosen people and the others."""
    side, total = counts[chosen].sum(0), counts.sum(0)
    gaps = au_gaps(side, total)
    return {
        "frames_share": round(float(side[FRAMES] / total[FRAMES]), 6),
        "largest_au_gap": round(float(gaps.max()), 6),
        "au_gaps": {unit: round(float(gap), 6) for unit, gap in zip(names, gaps, strict=True)},
        "distances": {k: round(float(v), 6) for k, v in distances(side, total, goal).items()},
        "cost": round(float(cost(side, total, goal)), 6),
    }


def _quality(
    names: Sequence[str], counts: NDArray[np.float64], chosen: NDArray[np.bool_], goal: Goal
) -> dict:
    """Return the distances, and how much better any other division could be."""
    page = _gaps(names, counts, chosen, goal)
    bound, how = lower_bound(counts, goal, page["cost"])
    bound = round(min(bound, page["cost"]), 6)
    page["lower_bound"] = {"cost": bound, "from": how}
    page["optimality_gap"] = round(page["cost"] - bound, 6)
    return page


def _published(people: People, settings: Settings, seed: int) -> dict:
    """Return the least largest gap that the thesis' random search finds on the same people."""
    counts, share = people.counts, settings.test_share
    chosen = random_divisions(counts, people.order, share, settings.runs, (seed, 0))
    gaps = au_gaps(chosen @ counts, counts.sum(0)).max(1)
    return {"runs": settings.runs, "largest_au_gap": round(float(gaps.min()), 6)}
