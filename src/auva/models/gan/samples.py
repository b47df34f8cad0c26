"""Grids of generated images."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from auva.files import atomic_path
from auva.models.run import Run

_BATCH = 64
_GAP = 2


@torch.no_grad()
def sample(generator: nn.Module, noise: Tensor, image_range: str) -> np.ndarray:
    """Return generated images as bytes [n, side, side, c].

    The batch norms use the statistics of the given noise, so the same noise gives the same images.
    """
    images = generator(noise)
    low, high = (0.0, 1.0) if image_range == "unit" else (-1.0, 1.0)
    scaled = (images.float().clamp(low, high) - low) / (high - low) * 255
    return scaled.round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()


def image_range(run: Run) -> str:
    """Return the range of a run's generated images, which is that of the real ones.

    The vanilla GAN's generator always ends in a sigmoid; the setting does not change it.
    """
    return "unit" if run.kind == "vanilla" else run.settings["image_range"]


def fixed_noise(count: int, size: int, seed: int, device: torch.device) -> Tensor:
    """Return the noise [max(count, 64), size] of every sample grid of a run."""
    source = torch.Generator().manual_seed(seed + 2)
    return (torch.rand((max(count, _BATCH), size), generator=source) * 2 - 1).to(device)


def diversity(images: np.ndarray) -> float:
    """Return the diversity of images [n, h, w, c], 0 if all are equal or there is only one.

    It is the root mean square difference of two images over all pairs, in bytes per pixel: the root
    of twice the variance. All pairs are used because consecutive frames of a video hardly differ.
    """
    if len(images) < 2:
        return 0.0
    return float(np.sqrt(2 * images.var(axis=0, ddof=1, dtype=np.float64).mean()))


def grid(images: np.ndarray, zoom: int = 1) -> np.ndarray:
    """Return images [n, h, w, c] in a nearly square grid as RGB bytes [H, W, 3]."""
    count, height, width, channels = images.shape
    columns = int(np.ceil(np.sqrt(count)))
    rows = int(np.ceil(count / columns))
    sheet = np.full((rows * (height + _GAP) + _GAP, columns * (width + _GAP) + _GAP, 3), 255, "u1")
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = _GAP + row * (height + _GAP), _GAP + column * (width + _GAP)
        sheet[top : top + height, left : left + width] = (
            np.repeat(image, 3, axis=2) if channels == 1 else image
        )
    return sheet.repeat(zoom, axis=0).repeat(zoom, axis=1)


def write_png(path: str | Path, image: np.ndarray) -> None:
    """Write RGB bytes [h, w, 3] as PNG, whole or not at all."""
    with atomic_path(path) as temporary:
        Image.fromarray(image).save(temporary, format="PNG")


def sample_name(iteration: int) -> str:
    """Return the file name of a sample grid."""
    return f"iteration-{iteration:08d}.png"


def sheet_iterations(saved: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """Return the saved iterations nearest to those wanted, by default four spread evenly."""
    if not wanted:
        steps = np.linspace(0, len(saved) - 1, min(4, len(saved)))
        return [saved[round(step)] for step in steps]
    return sorted({min(saved, key=lambda have: (abs(have - want), have)) for want in wanted})


def write_sheet(folder: Path, iterations: list[int], path: Path, zoom: int = 2) -> None:
    """Write the grids of some iterations side by side, as in Figures 3.25 to 3.38."""
    grids = []
    for iteration in iterations:
        with Image.open(folder / sample_name(iteration)) as image:
            grids.append(np.asarray(image.convert("RGB")))
    gap = np.full((grids[0].shape[0], 3 * _GAP, 3), 255, np.uint8)
    parts = [part for image in grids for part in (image, gap)][:-1]
    write_png(path, np.concatenate(parts, axis=1).repeat(zoom, axis=0).repeat(zoom, axis=1))
