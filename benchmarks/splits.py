# ruff: noqa: E402  (the number of threads must be set before numpy is imported)
"""The split search against the thesis' random search, and its time on a large corpus.

Run: python benchmarks/splits.py [--corpora 20] [--videos 10000]

Both methods split the same simulated corpora (64 videos, 59 people, the thesis' marginals); the
random search keeps, of 1,000 runs, the one with the least largest gap of an Action Unit's share.
The time is processor time of one thread for everything the stage does after reading the labels.
"""

import argparse
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import json
import tempfile
from pathlib import Path
from time import process_time

import numpy as np
from simulated_corpora import simulate

from auva.splits.distances import au_gaps, distances
from auva.splits.divide import divide
from auva.splits.people import count_people
from auva.splits.random_search import random_divisions
from auva.splits.settings import Settings
from auva.splits.stage import split_counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=int, default=20)
    parser.add_argument("--videos", type=int, default=10_000)
    args = parser.parse_args()
    compare(args.corpora)
    clock(args.videos)


def compare(corpora: int) -> None:
    """Print the distances of both methods on each corpus, and their ratio."""
    settings = Settings(folds=0)
    goal = settings.goal(settings.test_share, 1, 2)
    print("corpus  method   AU gap %  VA     sex    people frames  ratio")
    ratios, rows = [], {"random": [], "search": []}
    for seed in range(corpora):
        people = count_people(simulate(seed))
        counts, total = people.counts, people.counts.sum(0)
        chosen = random_divisions(counts, people.order, 0.2, 1000, (seed, 0))
        best = chosen[au_gaps(chosen @ counts, total).max(1).argmin()]
        found = {"random": best, "search": divide(people, settings, seed).set == "test"}
        for name, test in found.items():
            values = distances(counts[test].sum(0), total, goal)
            rows[name].append([float(values[k]) for k in ("au", "va", "sex", "people", "frames")])
        ratios.append(rows["search"][-1][0] / rows["random"][-1][0])
        for name, values in rows.items():
            end = f"  {ratios[-1]:.3f}" if name == "search" else ""
            print(f"{seed:6d}  {name}  {_line(values[-1])}{end}", flush=True)
    for name, values in rows.items():
        print(f"median  {name}  {_line(np.median(values, axis=0))}")
    print(
        f"ratio of the largest AU gaps, search / best of 1,000 random runs: median "
        f"{np.median(ratios):.3f}, largest {max(ratios):.3f} (wanted: median at most 0.333)"
    )


def clock(videos: int) -> None:
    """Print the processor time of the whole split of a large corpus."""
    corpus = simulate(0, videos, round(videos * 59 / 64))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "split.csv", Path(folder) / "split.json"
        start = process_time()
        split_counts(corpus, *out, Settings(), 0)
        seconds = process_time() - start
        page = json.loads(out[1].read_text())
    gaps = [page["test_against_rest"]["largest_au_gap"]]
    gaps += [page["validation_against_train"]["largest_au_gap"]]
    print(
        f"{videos} videos, {len(set(corpus.identity))} people: test, validation and 5 folds in "
        f"{seconds:.1f} s of one core (wanted: at most 60); largest AU gap of test "
        f"{100 * gaps[0]:.4f} %, of validation {100 * gaps[1]:.4f} %; people in two sets: "
        f"{page['people_in_two_sets']}"
    )


def _line(values: "np.ndarray | list[float]") -> str:
    au, va, sex, people, frames = values
    return f"{100 * au:8.3f}  {va:.3f}  {sex:.3f}  {people:.3f}  {frames:.3f}"


if __name__ == "__main__":
    main()
