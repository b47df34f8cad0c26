"""What the joint model loses, and whether two nodes slip (docs/joint-model.md).

    python benchmarks/joint_model.py results/dataset/faces_28.h5
    python benchmarks/joint_model.py FACES.h5 --iterations 1500 --update-rate 2 --seeds 1 2 3
    python benchmarks/joint_model.py --published-only

First the published numbers against two arithmetical ceilings, from resources/published alone. Then
trainings with the demo's settings, all with the same seeds and the same number of discriminator
updates: Action Units only, the joint model as the thesis' text describes it, and the same joint
model with one index moved by the two affect nodes; and the sound joint model scored with such an
index. F1 is that of the last checkpoint on the test people at threshold 0.5, and at thresholds
chosen on the validation people.
"""

import argparse
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml

from auva import metrics
from auva.dataset.read import FaceSet, load
from auva.evaluation.predictions import named, sigmoid
from auva.gan import expand
from auva.gan.average import MovingAverage
from auva.gan.data import Images, Sampler, as_input, read_images
from auva.gan.losses import Labels
from auva.gan.nodes import Outputs, outputs
from auva.gan.schedule import GENERATOR, updated_network
from auva.gan.step import Players, discriminator_step, generator_step, make_players
from auva.units import AU_NAMES

ROOT = Path(__file__).parents[1]
WIDTH = len(AU_NAMES)
SLIP = slice(0, WIDTH)
"""The first eight of (valence, arousal, eight Action Units): an index off by the affect nodes."""

VARIANTS = {
    "Action Units only": "au",
    "joint, as the text says": "vaau",
    "joint, taught labels[:, :8]": "vaau",
    "joint, taught by outputs[:, :8]": "vaau",
}


@dataclass(frozen=True)
class SlippedLabels(Images):
    """Images whose Action Units are the first eight columns of (affect, Action Units)."""

    def batch(self, index: torch.Tensor) -> Labels:
        """Return the labels of some images with the slip."""
        known = super().batch(index)
        pairs = ((known.va, known.au), (known.va_mask, known.au_mask))
        au, mask = (torch.cat(pair, 1)[:, SLIP] for pair in pairs)  # type: ignore[arg-type]
        return replace(known, au=au, au_mask=mask)


def main() -> None:
    """Print the published numbers' ceilings, then the trainings'."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("faces", nargs="?", type=Path, help="packed faces (faces_28.h5)")
    parser.add_argument("--config", type=Path, default=ROOT / "config" / "config.yaml")
    parser.add_argument("--iterations", type=int, help="by default those of the config")
    parser.add_argument("--update-rate", type=int, default=2)
    parser.add_argument("--va-loss", choices=("mse", "ccc"), default="mse")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--published-only", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    published()
    if args.faces is None or args.published_only:
        return
    print(f"\nTrainings on {args.faces}, update rate {args.update_rate}, affect by {args.va_loss}")
    print("                                    F1 0.5  F1 val  accuracy  CCC V  CCC A  CPU s")
    for seed in args.seeds:
        trainings(args, seed)


def published() -> None:
    """Compare the joint runs' accuracies with what answering 'no' always would score."""
    folder = ROOT / "resources" / "published"
    counts = yaml.safe_load((folder / "published_dataset.yaml").read_text())["split"]
    scores = pd.read_csv(folder / "published_scores.csv")
    joint = scores[
        scores["experiment"].str.startswith("vaau") & (scores["metric"] == "accuracy_mean")
    ]
    low, high = joint["value"].min(), joint["value"].max()
    first, last = joint["iteration_thousands"].min(), joint["iteration_thousands"].max()
    print("The published joint runs: mean accuracy, best of about 1,000 checkpoints each")
    print(
        f"  {low:.3f} to {high:.3f} in {len(joint)} runs, at iteration {first} to {last} thousand"
    )
    print("Mean accuracy of always answering 'no'   right index   index slipped by two")
    for name, place, frames in (
        ("the thesis' test people", 1, counts["testing_frames"]),
        ("all its frames (a random split)", 2, counts["total_frames"]),
    ):
        rates = np.array([counts["au_counts"][au][place] for au in AU_NAMES]) / frames
        right, slipped = np.mean(1 - rates), np.sum(1 - rates[: WIDTH - 2]) / WIDTH
        print(f"  {name:<38} {right:.4f}        {slipped:.4f}")


def trainings(args: argparse.Namespace, seed: int) -> None:
    """Train and score every variant with one seed."""
    for name, kind in VARIANTS.items():
        run = run_of(args, kind, seed)
        start = time.process_time()
        network, images = train(run, args.faces, name)
        spent = time.process_time() - start
        nodes = {
            part: raw(network, images, run, load(args.faces, part, 28))
            for part in ("validation", "test")
        }
        report(f"{name}, seed {seed}", nodes, outputs(run), spent)
        if name == "joint, as the text says":
            slipped_scores(nodes["test"], outputs(run))


def run_of(args: argparse.Namespace, kind: str, seed: int) -> dict[str, Any]:
    """Return the settings of one run: the config's, with this grid point and seed."""
    config = yaml.safe_load(args.config.read_text(encoding="utf-8"))
    training = {**config["training"], "seed": seed}
    if args.iterations:
        training["iterations"] = args.iterations
    entry: dict[str, Any] = {"kind": kind, "grid": {"update_rate": args.update_rate}}
    if kind == "vaau":
        entry["va_loss"] = args.va_loss
    return next(iter(expand({kind: entry}, training).values()))


def train(run: Mapping[str, Any], faces: Path, name: str) -> tuple[Any, Images]:
    """Train one variant in memory; return its discriminator, calibrated for scoring."""
    device = torch.device("cpu")
    settings = run["training"]
    images = read_images(faces, "train", outputs(run), settings, device)
    players = make_players(run, images, device)
    if name.endswith("labels[:, :8]"):
        images = SlippedLabels(images.pixels, images.labels)
    if name.endswith("outputs[:, :8]"):
        players.loss.outputs = replace(players.outputs, au=SLIP)
    judge = MovingAverage(players.discriminator, settings["discriminator_average"])
    steps(players, images, run, judge)
    count = min(settings["recalibration_images"], len(images))
    spread = torch.linspace(0, len(images) - 1, count).round().long()
    network = judge.network(players.discriminator).eval()
    network.calibrate(as_input(images.pixels[spread], settings["image_range"]))  # type: ignore
    return network, images


def steps(players: Players, images: Images, run: Mapping[str, Any], judge: MovingAverage) -> None:
    """Do the training steps by the thesis' schedule."""
    settings = run["training"]
    sampler = Sampler(len(images), settings["batch_size"], settings["seed"])
    for step in range(settings["iterations"]):
        if updated_network(step, run["update_rate"]) == GENERATOR:
            generator_step(players, images, sampler, step)
        else:
            discriminator_step(players, images, sampler)
            judge.update(players.discriminator)


@torch.inference_mode()
def raw(
    network: Any,  # noqa: ANN401
    images: Images,
    run: Mapping[str, Any],
    faces: FaceSet,
) -> tuple[np.ndarray, FaceSet]:
    """Return the nodes for the faces of one set, and the set."""
    parts = [
        network(as_input(piece, run["training"]["image_range"])).numpy()
        for piece in torch.as_tensor(faces.image).split(256)
    ]
    return np.concatenate(parts).astype(np.float64), faces


def report(
    name: str,
    nodes: Mapping[str, tuple[np.ndarray, FaceSet]],
    names: Outputs,
    spent: float,
) -> None:
    """Print one line: F1 at both thresholds, accuracy, CCC of valence and arousal."""
    values, faces = nodes["test"]
    found = named(values, names)
    tuned = thresholds(*nodes["validation"], names)
    assert found.au is not None
    fixed = metrics.confusion(faces.au, found.au >= 0.5, faces.au_mask)
    chosen = metrics.confusion(faces.au, found.au >= tuned, faces.au_mask)
    affect = ["   -", "   -"]
    if found.va is not None:
        affect = [f"{value:5.2f}" for value in metrics.ccc(faces.va, found.va, faces.va_mask)]
    scores = [metrics.mean_defined(metrics.f1(counts)) for counts in (fixed, chosen)]
    accuracy = metrics.mean_defined(metrics.accuracy(fixed))
    line = f"{name:<36}{scores[0]:6.3f}  {scores[1]:6.3f}  {accuracy:8.3f}"
    print(f"{line}  {affect[0]:>5}  {affect[1]:>5}  {spent:5.0f}", flush=True)


def thresholds(values: np.ndarray, faces: FaceSet, names: Outputs) -> np.ndarray:
    """Return the threshold of each Action Unit that is best on the validation people."""
    au = named(values, names).au
    assert au is not None
    return np.array(
        [
            metrics.best_threshold(faces.au[:, i], au[:, i], faces.au_mask[:, i])[0]
            for i in range(WIDTH)
        ]
    )


def slipped_scores(test: tuple[np.ndarray, FaceSet], names: Outputs) -> None:
    """Print what a sound joint model scores when the evaluation's index slips, and 'no' does."""
    values, faces = test
    found = named(values, names)
    assert found.au is not None
    both = np.hstack([faces.va, faces.au])
    known = np.hstack([faces.va_mask, faces.au_mask])
    moved = sigmoid(values[:, SLIP])
    never = np.zeros_like(found.au)
    for name, probability, truth, mask in (
        ("its outputs against labels[:, :8]", found.au, both[:, SLIP], known[:, SLIP]),
        ("its outputs[:, :8], right labels", moved, faces.au, faces.au_mask),
        ("always 'no', right labels", never, faces.au, faces.au_mask),
        ("always 'no' against labels[:, :8]", never, both[:, SLIP], known[:, SLIP]),
    ):
        decision = probability >= 0.5
        counts = metrics.confusion(truth == 1, decision, mask)
        # A label that is neither 0 nor 1 equals no decision.
        right = np.where(mask, decision == truth, np.nan)
        f1 = np.nan_to_num(metrics.f1(counts))
        accuracy = np.nanmean(right, axis=0).mean()
        print(f"    scored: {name:<34}{f1.mean():6.3f} {'':8}{accuracy:8.3f}", flush=True)


if __name__ == "__main__":
    main()
