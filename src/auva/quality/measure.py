"""The kernel distance of generated to real images, beside that of real to real ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from auva.dataset.read import Faces, check_people
from auva.errors import InputError
from auva.models.gan.data import as_grey
from auva.models.gan.digits import is_digits, load_digits
from auva.models.gan.samples import diversity
from auva.models.registry import get_model
from auva.progress import progress
from auva.quality.extractor import Extractor, load_extractor
from auva.quality.settings import QualitySettings
from auva.records.checkpoints import read_checkpoints, verify
from auva.records.quality import QUALITY, write_quality
from auva.records.run import read_run


def measure(
    run_dir: str | Path,
    dataset_h5: str | Path,
    extractor: str | Path,
    path: str | Path,
    settings: QualitySettings,
    threads: int = 1,
) -> None:
    """Measure the images of some checkpoints of a run and write quality.csv.

    Parameters
    ----------
    run_dir : str or Path
        A finished run.
    dataset_h5 : str or Path
        What it was trained on.
    extractor : str or Path
        Of `train_extractor`, for the same dataset.
    path : str or Path
        Written: `QUALITY`, a row per measured checkpoint. `kid` is the kernel inception distance
        (Binkowski et al., 2018: unbiased squared maximum mean discrepancy with a cubic kernel) of
        generated images to the test set, `floor` that of training to test images; both are means
        over random subsets, with their standard deviations. `diversity` is how much the images
        differ as a share of how much real ones do, `collapsed` 1 where that is under the threshold.
    settings : QualitySettings
    threads : int
        CPU threads.

    Raises
    ------
    InputError
        A run, dataset or extractor that cannot be used; a damaged checkpoint; a test set of fewer
        than two images.
    """
    torch.set_num_threads(threads)
    run = read_run(run_dir)
    if run.dataset == "faces":
        check_people(dataset_h5)
    size, model = run.image_size, get_model(run.model, str(run_dir))
    network = load_extractor(extractor, size)
    listed = read_checkpoints(run_dir)
    measured = _spread(listed["iteration"].tolist(), settings.checkpoints)
    verify(run_dir, listed, measured[0])
    grey = model.generate(Path(run_dir), measured[0], 1, settings.seed).shape[3] == 1
    real = {
        part: _real(dataset_h5, part, size, settings.images, grey) for part in ("train", "test")
    }
    if min(len(images) for images in real.values()) < 2:
        raise InputError("too few training or test images to compare with", dataset_h5)
    features = {part: _features(network, images) for part, images in real.items()}
    floor = kernel_distance(features["train"], features["test"], settings)
    spread = diversity(real["train"])
    rows = []
    for iteration in progress(measured, len(measured), "image quality", "checkpoint"):
        verify(run_dir, listed, iteration)
        made = model.generate(Path(run_dir), iteration, settings.images, settings.seed)
        distance = kernel_distance(_features(network, made), features["test"], settings)
        share = diversity(made) / max(spread, 1e-9)
        collapsed = int(share < settings.collapse_below)
        rows.append((iteration, *distance, *floor, share, collapsed, len(made)))
    write_quality(path, pd.DataFrame(rows, columns=list(QUALITY)))


def kernel_distance(one: Tensor, other: Tensor, settings: QualitySettings) -> tuple[float, float]:
    """Return mean and standard deviation of the kernel distance of two sets of features [n, d]."""
    from torchmetrics.image.kid import KernelInceptionDistance

    size = min(settings.subset_size, len(one), len(other))
    metric = KernelInceptionDistance(
        feature=nn.Identity(), subsets=settings.subsets, subset_size=size
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        metric.update(other, real=True)
        metric.update(one, real=False)
        mean, deviation = metric.compute()
    return float(mean), float(deviation)


def _spread(saved: list[int], count: int) -> list[int]:
    """Return evenly spread iterations, counted back from the last."""
    # Without training there is nothing to measure at iteration 0 but noise.
    trained = [number for number in saved if number > 0] or saved
    places = np.linspace(len(trained) - 1, 0, min(count, len(trained)))
    return sorted({trained[round(place)] for place in places})


def _real(dataset_h5: str | Path, part: str, size: int, count: int, grey: bool) -> np.ndarray:
    """Return at most `count` real images bytes [n, side, side, c], spread evenly over a set."""
    if is_digits(dataset_h5):
        images, _ = load_digits(dataset_h5, part, size)
        images = images[_places(len(images), count)]
    else:
        with Faces(dataset_h5, part, size) as faces:
            images = faces.images(_places(len(faces), count))
    return as_grey(images) if grey else images


def _places(length: int, count: int) -> np.ndarray:
    return torch.linspace(0, length - 1, min(count, length)).round().long().numpy()


def _features(network: Extractor, images: np.ndarray) -> Tensor:
    """Return features; grey images (the vanilla GAN's) become colours of equal parts."""
    channels = network.layers[0].in_channels
    pixels = torch.from_numpy(images)
    if pixels.shape[3] == 1 and channels == 3:
        pixels = pixels.expand(-1, -1, -1, 3)
    return torch.cat([network(part) for part in pixels.split(256)])
