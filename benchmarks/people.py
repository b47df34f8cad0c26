"""What a model reaches on people it has never met, and how many people it needs.

    python benchmarks/people.py --model linear --seed 1
    python benchmarks/people.py --model cnn --seed 1 2 --set epochs=12 --set precision=bfloat16
    python benchmarks/people.py --model linear --people 10 20 40 57 --figure build/people/curve.png
    python benchmarks/people.py --model gan --size 64 --labelled 10 25 50 --set iterations=6000
    python benchmarks/people.py --model linear --folds
    python benchmarks/people.py --model cnn --people 10 20 --set precision=bfloat16 --registered

The corpus are the 72 people of the folders `london` and `people` below the folder of real faces
(CONTRIBUTING.md), whose two sheets the command joins in FOLDER/videos.tsv. The workflow then makes
the packed faces; `--packed FILE` takes a file that is there already. Each training goes through the
same calls as in the workflow (`auva.models.training`, `auva.evaluation.stage`).

The test people are those of the split, always the same. With `--folds` they are the people of each
fold of `split.csv` in turn, so that everybody is tested once (`--folds 2 3`: only those two). As
many of the others as in the split choose checkpoint, thresholds and smoothing. The last row is the
mean over the folds.

`--people N` keeps N of those who are not tested, a fifth of whom choose; the seed draws them, and
the smaller sets lie in the larger ones. `--labelled P` keeps the labels of P percent of the
training people; the row "others" lets the GAN see the faces of the rest without their labels, the
row before does without them.

`--registered` aligns the faces by their landmarks before (`auva.models.linear.features.register`);
a face in which the landmark network sees none stays as it is. `--keep FOLDER` keeps each run, with
the scores of each test person in people.csv.

Prints a Markdown table; a row is one training. Intervals are over the test people, for the mean of
folds over the people of each fold. "F1 of choosers" is the mean F1 of the people who choose, at
their own thresholds: choose settings by it.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from auva.dataset.read import FaceSet, facts_of, load
from auva.dataset.schema import UNLABELLED
from auva.dataset.write import write_faces
from auva.evaluation.elsewhere import evaluate_elsewhere
from auva.evaluation.settings import THRESHOLDS
from auva.evaluation.stage import evaluate
from auva.figures.drawing import figure
from auva.landmarks.network import landmarker
from auva.landmarks.task import LANDMARKS, PLACE, SHA256, read_network
from auva.models.linear.features import register
from auva.models.registry import get_model
from auva.models.run import Run, expand
from auva.models.training import train
from auva.progress import progress
from auva.records.bootstrap import read_bootstrap
from auva.records.chosen import read_chosen
from auva.records.cost import COST, read_cost
from auva.records.scores import read_held_out
from auva.records.split import SPLIT
from auva.records.table import read_table
from auva.units import SETS

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("AUVA_SHARED", ROOT.parent / "shared")).absolute()
CORPORA = ("london", "people")
WAYS = ["none", "median9", "centred", "centred+median9"]
SCORES = {
    "mean F1": ("f1_mean", "all"),
    "AUC": ("auc_mean", "all"),
    "CCC valence": ("ccc", "valence"),
    "CCC arousal": ("ccc", "arousal"),
}
HEAD = ("tested", "people", "train", "choose", "labels", "seed", *SCORES)
HEAD += ("F1 of choosers", "CPU s", "checkpoint", "after")


@dataclass(frozen=True)
class Part:
    """Who is learnt from in one training.

    Attributes
    ----------
    people : int or None
        How many people are not tested; None: all.
    labelled : int
        Percent of the training people whose labels are known.
    others : bool
        Whether the faces of the others are shown without their labels.
    fold : int
        The fold that is tested; 0: the test set of the split.
    """

    people: int | None = None
    labelled: int = 100
    others: bool = False
    fold: int = 0

    @property
    def tested(self) -> str:
        """The test people in words."""
        return f"fold {self.fold}" if self.fold else "split"

    @property
    def labels(self) -> str:
        """The labels in words."""
        return f"{self.labelled} %" + (" and others" if self.others else "")

    @property
    def name(self) -> str:
        """A name for the folder of its run."""
        people = "all" if self.people is None else str(self.people)
        fold = f"fold{self.fold}_" if self.fold else ""
        others = "_others" if self.others else ""
        return f"{fold}people{people}_labels{self.labelled}{others}"


Scores = dict[str, tuple[float, float, float]]
"""Score -> its value and its interval over the test people."""


@dataclass(frozen=True)
class Measured:
    """What one training reached: its scores, their bootstrap samples, and the last cells."""

    scores: Scores
    samples: dict[str, np.ndarray]
    cells: tuple[str, ...]


def main() -> None:
    """Train what the arguments ask for and print the table."""
    args = _arguments()
    packed = args.packed or pack(args.folder, args.size, args.cores)
    margin = facts_of(packed).margin
    sets = {name: load(packed, name, args.size) for name in SETS}
    if args.registered:
        sets = {name: registered(faces) for name, faces in sets.items()}
    folds = read_folds(packed.parent / "split.csv") if args.folds is not None else {}
    print("| " + " | ".join(HEAD) + " |\n|" + " --- |" * len(HEAD), flush=True)
    curve: list[tuple[int, int, Scores]] = []
    for seed in args.seed:
        measured = []
        for part in plan_parts(args, folds):
            chosen = divide(of_fold(sets, folds, part.fold, seed), part, seed)
            with tempfile.TemporaryDirectory(dir=args.folder) as scratch:
                file = Path(scratch) / f"faces_{args.size}.h5"
                write_faces(file, chosen, margin=margin)
                folder = (args.keep or Path(scratch)) / f"{part.name}_seed{seed}"
                found = measure(plan(args, seed, part), file, folder, args)
            measured.append(found)
            counts = [len(np.unique(chosen[name].identity)) for name in ("train", "validation")]
            curve.append((sum(counts), seed, found.scores))
            cells = (part.tested, sum(counts), *counts, part.labels, seed)
            _print(*cells, *map(spoken, found.scores.values()), *found.cells)
        if folds:
            _print("mean", *[""] * 4, seed, *map(spoken, mean(measured).values()), *[""] * 4)
    if args.figure:
        draw(curve, args.figure)


def plan_parts(args: argparse.Namespace, folds: Mapping[str, int]) -> list[Part]:
    """Return who is learnt from and tested in each training."""
    if args.labelled:
        if "unlabelled_batch" not in get_model(args.model, "--model").settings:
            sys.exit(f"--labelled: the model {args.model} does not learn from faces without labels")
        return [Part(None, share, others) for share in args.labelled for others in (False, True)]
    if folds:
        known = sorted(set(folds.values()))
        if not set(args.folds) <= set(known):
            sys.exit(f"--folds: split.csv has the folds {', '.join(map(str, known))}")
        return [Part(fold=fold) for fold in args.folds or known]
    return [Part(people) for people in args.people or [None]]


def pack(folder: Path, size: int, cores: int) -> Path:
    """Write the sheet and the configuration of the 72 people and let the workflow pack them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(sheet_rows(folder))
    with (folder / "videos.tsv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    config = {
        "videos": str(folder / "videos.tsv"),
        "results": str(folder / "results"),
        "dataset": {"sizes": [size], "keep_frames_without_au": True},
        "selection": {"overrides": None},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    packed = folder / "results" / "dataset" / f"faces_{size}.h5"
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--quiet", "all"]
    command += ["--configfile", str(folder / "config.yaml"), "--", str(packed)]
    subprocess.run(command, cwd=ROOT, check=True)
    return packed


def sheet_rows(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of both sheets with paths that hold from `folder`."""
    for corpus in CORPORA:
        place = SHARED / "data" / corpus
        with (place / "videos.tsv").open(newline="") as stream:
            for row in csv.DictReader(stream, delimiter="\t"):
                paths = {key: os.path.relpath(place / row[key], folder) for key in _PATHS}
                yield {**row, **paths}


_PATHS = ("path", "au", "va")


def registered(faces: FaceSet) -> FaceSet:
    """Return the faces aligned by their landmarks; those without landmarks as they are."""
    find = landmarker(read_network(ROOT / PLACE, SHA256, LANDMARKS))
    image = faces.image.copy()
    for start in progress(range(0, len(image), _BLOCK), -(-len(image) // _BLOCK), "register"):
        block = image[start : start + _BLOCK]
        points = find(block)
        seen = ~np.isnan(points).any(axis=(1, 2))
        block[seen] = register(block[seen], points[seen])
    return replace(faces, image=image)


_BLOCK = 256


def read_folds(path: Path) -> dict[str, int]:
    """Return person -> fold."""
    table = read_table(path, "split", SPLIT, counted=True)
    return dict(zip(table["identity"], table["fold"], strict=True))


def of_fold(
    sets: dict[str, FaceSet], folds: Mapping[str, int], tested: int, seed: int
) -> dict[str, FaceSet]:
    """Return the faces divided anew: the people of a fold are tested (0: as they are divided)."""
    if not tested:
        return sets
    choosing = len(np.unique(sets["validation"].identity))
    every = FaceSet.concatenate([sets[name] for name in SETS])
    people = np.unique(every.identity)
    test = np.array([folds[person] == tested for person in people])
    rest = np.random.default_rng((seed, tested)).permutation(people[~test])
    who = {"train": rest[choosing:], "validation": rest[:choosing], "test": people[test]}
    return {name: of_people(every, those) for name, those in who.items()}


def divide(sets: dict[str, FaceSet], part: Part, seed: int) -> dict[str, FaceSet]:
    """Return the faces to learn from, to choose by and to test on."""
    rng = np.random.default_rng(seed)
    names = {name: rng.permutation(np.unique(sets[name].identity)) for name in SETS[:2]}
    if part.people is not None:
        every = sum(map(len, names.values()))
        if part.people > every:
            sys.exit(f"--people {part.people}: only {every} people are not tested")
        choosing = min(max(round(part.people / 5), 1), len(names["validation"]))
        names["validation"] = names["validation"][:choosing]
        names["train"] = names["train"][: part.people - choosing]
    labelled = names["train"][: max(round(len(names["train"]) * part.labelled / 100), 1)]
    chosen = {
        "train": of_people(sets["train"], labelled),
        "validation": of_people(sets["validation"], names["validation"]),
        "test": sets["test"],
    }
    if part.others:
        rest = of_people(sets["train"], np.setdiff1d(names["train"], labelled))
        nothing = {name: np.zeros_like(getattr(rest, name)) for name in _LABELS}
        chosen[UNLABELLED] = replace(rest, **nothing)
    return chosen


_LABELS = ("au", "au_mask", "va", "va_mask", "intensity", "intensity_mask")


def of_people(faces: FaceSet, people: np.ndarray) -> FaceSet:
    """Return the faces of some people, in their order."""
    return faces.take(np.flatnonzero(np.isin(faces.identity, people)))


def plan(args: argparse.Namespace, seed: int, part: Part) -> Run:
    """Return the run that the arguments ask for, with one seed."""
    model = get_model(args.model, "--model")
    settings: dict[str, Any] = dict(args.settings)
    settings["image_size"] = args.size
    grid: dict[str, Any] = dict(args.axes)
    if "seed" in model.axes("vaau"):
        grid["seed"] = seed
    else:
        settings["seed"] = seed
    if part.others:
        settings.setdefault("unlabelled_batch", settings.get("batch_size", 16))
    entry: dict[str, Any] = {"model": args.model, "kind": "vaau", "grid": [grid]}
    if model.affect_losses("vaau"):
        entry["va_loss"] = "ccc"
    if "short" in model.presets and model.generates:
        settings.setdefault("preset", "short")
    (run,) = expand({"people": {**entry, "training": settings}}, {}).values()
    return run


def measure(run: Run, packed: Path, folder: Path, args: argparse.Namespace) -> Measured:
    """Train and score one run."""
    train(run, packed, folder, args.threads)
    files = [folder / n for n in ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")]
    cfg = {"after": WAYS, "thresholds": args.thresholds}
    evaluate(folder, packed, *files, cfg, args.threads)
    if args.keep:
        scores_csv, people_csv = folder / "test.csv", folder / "people.csv"
        evaluate_elsewhere(folder, packed, scores_csv, sets=SETS[2:], people_csv=people_csv)
    table = read_held_out(folder / "held_out.csv").set_index(["metric", "target"])
    drawn = read_bootstrap(folder / "bootstrap.csv").scores
    scores: Scores = {}
    samples = {}
    for name, (metric, target) in SCORES.items():
        row: Any = table.loc[(metric, target)]
        scores[name] = (float(row["value"]), float(row["low"]), float(row["high"]))
        samples[name] = drawn[metric if target == "all" else f"{metric}_{target}"]
    chosen, cost = read_chosen(folder / "chosen.json"), read_cost(folder / COST)
    rating = f"{chosen.ratings['f1']:.3f}"
    cells = (rating, f"{cost.cpu_seconds:.0f}", str(chosen.iteration), chosen.after)
    return Measured(scores, samples, cells)


def mean(measured: Sequence[Measured]) -> Scores:
    """Return the mean of the folds; the people of each fold are resampled by themselves."""
    scores: Scores = {}
    for name in SCORES:
        value = float(np.mean([found.scores[name][0] for found in measured]))
        samples = np.mean([found.samples[name] for found in measured], axis=0)
        low, high = np.nanpercentile(samples, [2.5, 97.5])
        scores[name] = (value, float(low), float(high))
    return scores


def draw(measured: list[tuple[int, int, Scores]], path: Path) -> None:
    """Draw mean F1 and AUC over the number of people, a line for each seed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = list(SCORES)
    with figure(path, None, 3.2 * len(shown), 3.2, columns=len(shown)) as (_, panels):
        for panel, name in zip(panels, shown, strict=True):
            for seed in dict.fromkeys(seed for _, seed, _ in measured):
                points = [(n, *scores[name]) for n, own, scores in measured if own == seed]
                people, value, low, high = map(list, zip(*sorted(points), strict=True))
                (line,) = panel.plot(people, value, "o-", label=f"seed {seed}")
                panel.fill_between(people, low, high, color=line.get_color(), alpha=0.12)
            panel.set_title(name)
            panel.set_xlabel("people to learn from and choose by")
        panels[0].legend(loc="lower right")


def spoken(score: tuple[float, float, float]) -> str:
    """Return a score with its interval in words."""
    return "{:.3f} ({:.3f} to {:.3f})".format(*score)


def _print(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def _pair(text: str) -> tuple[str, Any]:
    """Return KEY=VALUE as a pair; the value is read as YAML."""
    key, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"'{text}' is not KEY=VALUE")
    return key, yaml.safe_load(value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="linear", help="linear, cnn, cnn_gru or gan")
    parser.add_argument("--size", type=int, default=96, help="pixels of a face's side")
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--people", type=int, nargs="+", help="people who are not tested")
    who.add_argument("--labelled", type=int, nargs="+", help="percent of the training people")
    who.add_argument("--folds", type=int, nargs="*", help="test these folds in turn; none: all")
    parser.add_argument("--set", dest="settings", type=_pair, action="append", default=[])
    parser.add_argument("--axis", dest="axes", type=_pair, action="append", default=[])
    parser.add_argument(
        "--thresholds",
        choices=THRESHOLDS,
        default="shared",
        help="one threshold for all Action Units (shared, as in config.yaml), or one for each",
    )
    parser.add_argument("--registered", action="store_true", help="align faces by landmarks")
    parser.add_argument("--packed", type=Path, help="packed faces that are there already")
    parser.add_argument("--folder", type=Path, default=Path("build/people"))
    parser.add_argument("--keep", type=Path, help="folder that keeps the runs")
    parser.add_argument("--figure", type=Path, help="learning curve to draw (PNG)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="of the workflow")
    args = parser.parse_args()
    args.folder = args.folder.absolute()
    args.folder.mkdir(parents=True, exist_ok=True)
    return args


if __name__ == "__main__":
    main()
