"""What the joint model loses, and whether two nodes slip (docs/explanation/joint-model.md).

    python benchmarks/joint_model.py results/dataset/faces_28.h5
    python benchmarks/joint_model.py FACES.h5 --variants au vaau_mse vaau_ccc --seeds 1 2 3
    python benchmarks/joint_model.py FACES.h5 --variants va_mse --seeds 1 2 3
    python benchmarks/joint_model.py --published-only

First the published numbers against two arithmetical ceilings, from resources/published alone. Then
trainings with the settings of the config's joint runs, all with the same seeds and the same number
of discriminator updates: Action Units only, the joint model, the joint model taught with one index
moved by the two affect nodes, and the sound joint model scored with such an index; and, where they
are named, valence and arousal alone.

`F1` and the CCC are those of the held-out protocol: checkpoint and thresholds are chosen on the
validation people, then the test people are read once; `V val` and `F1 val` are what the chosen
checkpoint scores on the validation people. `F1 0.5` and the accuracy belong to the last checkpoint.
"""

import argparse
import copy
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
import yaml
from torch import nn

from auva.dataset.read import FaceSet, load
from auva.evaluation.checkpoints import SCORED_SETS, evaluate_checkpoints
from auva.evaluation.protocol import tuned_thresholds
from auva.evaluation.settings import Settings
from auva.metrics import classification
from auva.models.gan.average import MovingAverage
from auva.models.gan.data import Images, Sampler, as_input, read_images
from auva.models.gan.losses import Labels
from auva.models.gan.nodes import outputs
from auva.models.gan.schedule import GENERATOR, updated_network
from auva.models.gan.scoring import TrainedDiscriminator, sigmoid
from auva.models.gan.step import discriminator_step, generator_step, make_networks
from auva.models.predictions import Predictions, Predictor
from auva.models.registry import get_model
from auva.models.run import Run, expand
from auva.units import THESIS_NAMES

ROOT = Path(__file__).parents[1]
WIDTH = len(THESIS_NAMES)
SLIP = slice(0, WIDTH)
"""The first eight of (valence, arousal, eight Action Units): an index off by the affect nodes."""

SCORE_KEYS = ["set", "metric", "target"]
COLUMNS = ("F1", "F1 val", "F1 0.5", "accuracy", "CCC V", "CCC A", "V val", "CPU s")


class Variant(NamedTuple):
    """One training: what it is called, its kind and loss, and which index slips."""

    name: str
    kind: str
    va_loss: str | None = None
    slip: str = ""


VARIANTS = {
    "au": Variant("Action Units only", "au"),
    "vaau_mse": Variant("joint by MSE", "vaau", "mse"),
    "vaau_ccc": Variant("joint by CCC", "vaau", "ccc"),
    "slipped_labels": Variant("joint by MSE, taught labels[:, :8]", "vaau", "mse", "labels"),
    "slipped_outputs": Variant("joint by MSE, taught by outputs[:, :8]", "vaau", "mse", "outputs"),
    "va_mse": Variant("affect by MSE", "va", "mse"),
    "va_ccc": Variant("affect by CCC", "va", "ccc"),
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
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS)[:5])
    parser.add_argument("--published-only", action="store_true")
    args = parser.parse_args()
    torch.set_num_threads(1)
    published()
    if args.faces is None or args.published_only:
        return
    print(f"\nTrainings on {args.faces}, update rate {args.update_rate}")
    print(f"{'':46}" + "  ".join(f"{name:>8}" for name in COLUMNS))
    sets = {part: load(args.faces, part, 28) for part in SCORED_SETS}
    lines: dict[str, list[list[float]]] = {}
    for seed in args.seeds:
        for variant in (VARIANTS[key] for key in args.variants):
            lines.setdefault(variant.name, []).append(training(args, variant, seed, sets))
    if len(args.seeds) > 1:
        for name, rows in lines.items():
            show(f"{name}, mean of {len(rows)}", np.mean(rows, axis=0))


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
        rates = np.array([counts["au_counts"][au][place] for au in THESIS_NAMES]) / frames
        right, slipped = np.mean(1 - rates), np.sum(1 - rates[: WIDTH - 2]) / WIDTH
        print(f"  {name:<38} {right:.4f}        {slipped:.4f}")


def training(
    args: argparse.Namespace, variant: Variant, seed: int, sets: Mapping[str, FaceSet]
) -> list[float]:
    """Train and score one variant with one seed; print and return its line."""
    config = yaml.safe_load(args.config.read_text(encoding="utf-8"))
    run = run_of(config, variant, seed, args)
    start = time.process_time()
    checkpoints = list(train(run, args.faces, variant.slip))
    spent = time.process_time() - start
    settings = Settings.read(config["evaluation"])
    scores, decided, table, _ = evaluate_checkpoints(checkpoints, sets, settings)
    held_out = table.set_index(["metric", "target"])["value"]
    last = scores[scores["iteration"] == scores["iteration"].max()].set_index(SCORE_KEYS)["value"]
    chosen = scores[scores["iteration"] == decided.iteration].set_index(SCORE_KEYS)["value"]
    predict = dict(checkpoints)[decided.iteration]
    units = predict(sets["validation"]).au
    tuned = np.full(WIDTH, np.nan)
    if units is not None:
        tuned = tuned_thresholds(units, sets["validation"], settings.thresholds)[1]
    line = [
        held_out.get(("f1_mean", "all"), np.nan),
        classification.mean_defined(tuned),
        last.get(("test", "f1_mean", "all"), np.nan),
        last.get(("test", "accuracy_mean", "all"), np.nan),
        held_out.get(("ccc", "valence"), np.nan),
        held_out.get(("ccc", "arousal"), np.nan),
        chosen.get(("validation", "ccc", "valence"), np.nan),
        spent,
    ]
    show(f"{variant.name}, seed {seed}", line)
    if variant == VARIANTS["vaau_mse"]:
        slipped_scores(checkpoints[-1][1](sets["test"].image), sets["test"])
    return line


def show(name: str, line: Iterable[float]) -> None:
    """Print one line of the table; what a variant does not have stays a dash."""
    cells = ["-" if np.isnan(value) else f"{value:.3f}" for value in line]
    print(f"{name:<46}" + "  ".join(f"{cell:>8}" for cell in cells), flush=True)


def run_of(config: Mapping[str, Any], variant: Variant, seed: int, args: argparse.Namespace) -> Run:
    """Return one run with its family's settings, those of a joint run for Action Units."""
    preset = config["training"].get("preset", "thesis")
    own = get_model("gan", "gan").preset(preset, "vaau", variant.va_loss or "ccc")
    settings = {**own, **config["training"], "seed": seed}
    if args.iterations:
        settings["iterations"] = args.iterations
    entry: dict[str, Any] = {"kind": variant.kind, "grid": {"update_rate": args.update_rate}}
    if variant.va_loss:
        entry["va_loss"] = variant.va_loss
    return next(iter(expand({variant.kind: entry}, settings).values()))


def train(run: Run, faces: Path, slip: str) -> Iterator[tuple[int, Predictor]]:
    """Train one variant in memory by the thesis' schedule; yield what can score at checkpoints."""
    device = torch.device("cpu")
    settings = run.settings
    images = read_images(faces, "train", outputs(run), settings["image_size"], device)
    networks = make_networks(run, images, device)
    if slip == "labels":
        images = SlippedLabels(images.pixels, images.labels)
    if slip == "outputs":
        networks.loss.outputs = replace(networks.outputs, au=SLIP)
    average = MovingAverage(networks.discriminator, settings["discriminator_average"])
    sampler = Sampler(len(images), settings["batch_size"], settings["seed"])
    for step in range(settings["iterations"]):
        if updated_network(step, run.axes["update_rate"]) == GENERATOR:
            generator_step(networks, images, sampler, step)
        else:
            discriminator_step(networks, images, sampler)
            average.update(networks.discriminator)
        done = step + 1
        if done % settings["checkpoint_interval"] == 0 or done == settings["iterations"]:
            yield done, predictor(average.network(networks.discriminator), images, run)


def predictor(network: nn.Module, images: Images, run: Run) -> Predictor:
    """Return a copy of a discriminator, calibrated for scoring, as a function of images."""
    settings = run.settings
    count = min(settings["recalibration_images"], len(images))
    spread = torch.linspace(0, len(images) - 1, count).round().long()
    mine = copy.deepcopy(network).eval()
    mine.calibrate(as_input(images.pixels[spread], settings["image_range"]))  # type: ignore
    return TrainedDiscriminator(run, mine, 0, "recalibrated", torch.device("cpu")).predictor()


def slipped_scores(found: Predictions, faces: FaceSet) -> None:
    """Print what a sound joint model scores when the evaluation's index slips, and 'no' does."""
    assert found.au is not None
    assert found.va is not None
    both = np.hstack([faces.va, faces.au])
    known = np.hstack([faces.va_mask, faces.au_mask])
    moved = np.hstack([sigmoid(found.va), found.au])[:, SLIP]
    never = np.zeros_like(found.au)
    for name, probability, truth, mask in (
        ("against labels[:, :8]", found.au, both[:, SLIP], known[:, SLIP]),
        ("by outputs[:, :8]", moved, faces.au, faces.au_mask),
        ("always 'no'", never, faces.au, faces.au_mask),
        ("'no' against labels[:, :8]", never, both[:, SLIP], known[:, SLIP]),
    ):
        decision = probability >= 0.5
        counts = classification.confusion(truth == 1, decision, mask)
        # A label that is neither 0 nor 1 equals no decision.
        right = np.where(mask, decision == truth, np.nan)
        f1 = np.nan_to_num(classification.f1(counts))
        accuracy = np.nanmean(right, axis=0).mean()
        show(f"  its last scored: {name}", [np.nan, np.nan, f1.mean(), accuracy])


if __name__ == "__main__":
    main()
