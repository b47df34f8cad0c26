"""The certificate of a split: everything is recomputed from the written `split.csv`."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.splits.distances import Aim, au_gaps, cost, distances
from auva.splits.divide import Settings
from auva.splits.people import AU, FEMALE, FRAMES, MALE, PEOPLE, gather
from auva.splits.table import overlap, read_split
from auva.statistics.counts import VideoCounts
from auva.units import AU_NAMES, SETS


def certificate(
    path: str | Path, corpus: VideoCounts, settings: Settings, seed: int, proven: bool
) -> str:
    """Return the certificate of the written split as JSON text."""
    rows = read_split(path)
    people = gather(corpus)
    where = {identity: (name, fold) for identity, name, fold in rows.values()}
    sets = np.array([where[person][0] for person in people.name])
    folds = np.array([where[person][1] for person in people.name])
    counts, total = people.counts, people.counts.sum(0)
    test, validation = sets == "test", sets == "validation"
    page = {
        "method": settings.method,
        "seed": seed,
        "settings": asdict(settings),
        "people_in_two_sets": len(overlap(rows, 1)),
        "people_in_two_folds": len(overlap(rows, 2)),
        "sets": {name: _set(rows, corpus, counts[sets == name], name, total) for name in SETS},
        "test_against_rest": _gaps(counts, test, settings.aim(settings.test_share, 1, 2)),
    }
    if validation.any():
        aim = settings.aim(settings.validation_share)
        page["validation_against_train"] = _gaps(counts[~test], validation[~test], aim)
    if settings.folds:
        page["folds"] = [
            {"fold": k, **_gaps(counts, folds == k, settings.aim(1 / settings.folds))}
            for k in range(1, settings.folds + 1)
        ]
    page["proven_optimum"] = bool(proven)
    return json.dumps(page, indent=2) + "\n"


def _set(
    rows: dict[str, tuple[str, str, int]],
    corpus: VideoCounts,
    counts: NDArray[np.float64],
    name: str,
    total: NDArray[np.float64],
) -> dict:
    kept = dict(zip(corpus.video, corpus.kept.tolist(), strict=True))
    videos = [video for video, row in rows.items() if row[1] == name]
    side = counts.sum(0)
    return {
        "videos": len(videos),
        "videos_without_selected_frames": sum(kept[video] == 0 for video in videos),
        "people": int(side[PEOPLE]),
        "female": int(side[FEMALE]),
        "male": int(side[MALE]),
        "frames": int(side[FRAMES]),
        "frames_share": round(float(side[FRAMES] / total[FRAMES]), 6),
        "au": dict(zip(AU_NAMES, side[AU].astype(int).tolist(), strict=True)),
        "au_absent": [unit for unit, n in zip(AU_NAMES, side[AU], strict=True) if n == 0],
    }


def _gaps(counts: NDArray[np.float64], chosen: NDArray[np.bool_], aim: Aim) -> dict:
    side, total = counts[chosen].sum(0), counts.sum(0)
    gaps = au_gaps(side, total)
    return {
        "frames_share": round(float(side[FRAMES] / total[FRAMES]), 6),
        "distances": {k: round(float(v), 6) for k, v in distances(side, total, aim).items()},
        "au_gaps": {unit: round(float(g), 6) for unit, g in zip(AU_NAMES, gaps, strict=True)},
        "cost": round(float(cost(side, total, aim)), 6),
    }
