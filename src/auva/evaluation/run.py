"""The evaluation of one trained run: from its folder and the packed faces to two tables."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.dataset.read import check_people
from auva.errors import InputError
from auva.evaluation.digits import evaluate_pictures
from auva.evaluation.evaluate import SCORED_SETS, Predictor, evaluate_checkpoints
from auva.evaluation.held_out import with_statistics, with_untaught
from auva.evaluation.predictions import Predictions, named
from auva.evaluation.settings import Settings, read
from auva.progress import progress
from auva.records.checkpoints import read_checkpoints, thinned, verify
from auva.records.run import read_run
from auva.records.scores import write_held_out, write_scores

LUMA = np.array([0.299, 0.587, 0.114])
"""Grey of a colour (ITU-R BT.601), which the vanilla GAN is trained on."""


def evaluate(
    run_dir: str | Path,
    dataset_h5: str | Path,
    scores_csv: str | Path,
    held_out_csv: str | Path,
    cfg: dict[str, Any] | None = None,
    threads: int = 1,
    protocol: str = "identity",
) -> None:
    """Score every checkpoint of a run and hold one out.

    Parameters
    ----------
    run_dir : str or Path
        Folder of a trained run (config.json, checkpoints.csv and its checkpoints).
    dataset_h5 : str or Path
        Packed faces of the size that the run was trained on, or digits (`auva.gan.digits`).
    scores_csv : str or Path
        Written: iteration, set, metric, target, value, note (see `auva.evaluation.scores`).
    held_out_csv : str or Path
        Written: iteration, metric, target, value, low, high, note (see `held_out`).
    cfg : dict, optional
        The `evaluation` section of the config (see `Settings`).
    threads : int
        CPU threads of the forward passes.
    protocol : str
        How faces must have been divided: "identity", or "random_frames" to measure a leak.

    Raises
    ------
    InputError
        For impossible settings, a missing or damaged checkpoint, an empty test set, a dataset of
        another size or schema version or other pictures than the run was trained on, a person in
        two sets.
    """
    import torch

    from auva import dataset
    from auva.gan.digits import load_digits

    torch.set_num_threads(threads)
    settings = read(cfg)
    run = read_run(run_dir)
    size = run["training"]["image_size"]
    _check_dataset(run, dataset_h5)
    checkpoints = _checkpoints(run_dir, settings)
    if run["dataset"] != "faces":
        pictures = load_digits(dataset_h5, "test", size)
        scores, table = evaluate_pictures(checkpoints, *pictures, settings)
    else:
        check_people(dataset_h5, protocol)
        sets = {name: dataset.load(dataset_h5, name, size) for name in SCORED_SETS}
        if not len(sets["test"]):
            raise InputError("the test set is empty: nothing to score", dataset_h5)
        scores, table = evaluate_checkpoints(checkpoints, sets, settings)
        with dataset.open(dataset_h5, "train", size) as train:
            table = with_untaught(table, train.positives())
    table = with_statistics(table, settings.statistics or run["training"]["statistics"])
    write_scores(scores_csv, scores)
    write_held_out(held_out_csv, table)


def predictor(
    run_dir: str | Path, iteration: int, statistics: str | None = None, batch_size: int = 256
) -> Predictor:
    """Return a checkpoint's discriminator as a function from uint8 images to `Predictions`."""
    from auva.gan.scoring import load_discriminator

    model = load_discriminator(run_dir, iteration, statistics=statistics)

    def predict(images: NDArray[np.uint8]) -> Predictions:
        if model.outputs.kind == "vanilla" and images.shape[3] == 3:
            images = np.rint(images @ LUMA)[..., None].astype(np.uint8)
        return named(model.logits(images, batch_size), model.outputs)

    return predict


def _check_dataset(run: Mapping[str, Any], dataset_h5: str | Path) -> None:
    """Refuse to score a run on pictures of another dataset."""
    from auva.gan.digits import digits_name

    name = digits_name(dataset_h5) or "faces"
    if name != run["dataset"]:
        cause = f"holds {name}, but the run ({run['kind']}) was trained on {run['dataset']}"
        raise InputError(cause, dataset_h5)


def _checkpoints(run_dir: str | Path, settings: Settings) -> Iterator[tuple[int, Predictor]]:
    listed = read_checkpoints(run_dir)
    iterations = thinned([int(number) for number in listed["iteration"]], settings.every)
    label = f"score {Path(run_dir).parent.name} {Path(run_dir).name}"
    for iteration in progress(iterations, len(iterations), label, "checkpoint"):
        verify(run_dir, listed, iteration)
        yield iteration, predictor(run_dir, iteration, settings.statistics, settings.batch_size)
