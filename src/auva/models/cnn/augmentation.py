"""Augmentation: changes of training faces that keep their labels valid."""

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


def augment(
    images: Tensor, settings: Mapping[str, Any], source: torch.Generator, alike: int = 1
) -> Tensor:
    """Return the faces with random mirroring, shift, zoom, rotation and light.

    Parameters
    ----------
    images : Tensor
        Float [n, 3, side, side], standardised.
    settings : mapping
        `mirror`, `shift`, `zoom`, `turn` and `light`.
    source : Generator
        Source of all random numbers.
    alike : int
        Number of consecutive images that get the same change, such as those of a window.
    """
    n, device = len(images), images.device
    drawn = torch.rand((n // alike, 8), generator=source, device=source.device)
    drawn = drawn.repeat_interleave(alike, 0)
    spread = (2 * drawn - 1).to(device)
    images = _placed(images, spread, settings)
    if settings["light"]:
        gain = 1 + settings["light"] * spread[:, 4:5] + settings["light"] / 2 * spread[:, 5:8]
        images = images * gain[:, :, None, None]
    return images


def _placed(images: Tensor, spread: Tensor, settings: Mapping[str, Any]) -> Tensor:
    """Return each face after a random affine map; pixels outside repeat the edge."""
    mirror = settings["mirror"]
    zoom, turn, shift = settings["zoom"], settings["turn"], settings["shift"]
    if not (zoom or turn or shift):
        flip = (spread[:, 0] < 0) & mirror
        return torch.where(flip[:, None, None, None], images.flip(3), images)
    scale = 1 + zoom * spread[:, 1]
    angle = math.radians(turn) * spread[:, 2]
    sine, cosine = angle.sin() * scale, angle.cos() * scale
    side = torch.where((spread[:, 0] < 0) & mirror, -1.0, 1.0)
    # Maps a position in the new picture to one in the old picture, in units of half a side.
    x = torch.stack([cosine * side, -sine, 2 * shift * spread[:, 3]], 1)
    y = torch.stack([sine * side, cosine, 2 * shift * spread[:, 7]], 1)
    grid = F.affine_grid(torch.stack([x, y], 1), list(images.shape), align_corners=False)
    moved = F.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return moved.contiguous(memory_format=torch.channels_last)
