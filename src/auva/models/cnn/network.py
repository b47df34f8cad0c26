"""A backbone with its outputs, and how pixels enter it."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from auva.models.cnn.backbones import build_backbone
from auva.models.run import Run
from auva.units import AU_NAMES, VA_NAMES

OUTPUTS = {"au": len(AU_NAMES), "va": len(VA_NAMES)}
"""Task -> its nodes of the last layer."""


class FaceNetwork(nn.Module):
    """One face in, logits out.

    Parameters
    ----------
    run : Run
        Its axes, tasks and settings.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        settings, seed = run.settings, run.axes["seed"]
        self.tasks: Sequence[str] = run.tasks
        self.backbone = build_backbone(
            run.axes["backbone"], run.image_size, settings["width"], seed
        )
        self.dropout = settings["dropout"]
        self.head = nn.Linear(self.backbone.features, sum(OUTPUTS[task] for task in self.tasks))
        nn.init.normal_(
            self.head.weight, std=0.01, generator=torch.Generator().manual_seed(seed + 1)
        )
        nn.init.zeros_(self.head.bias)

    def forward(self, images: Tensor, masks: torch.Generator | None = None) -> Tensor:
        """Return logits [n, outputs] of images [n, 3, side, side] of `as_input`.

        Parameters
        ----------
        images : Tensor
        masks : Generator, optional
            Source of the dropout masks; None keeps every feature.
        """
        features = self.backbone(images).float()
        if masks is not None and self.dropout:
            drawn = torch.rand(features.shape, generator=masks, device=features.device)
            features = features * (drawn >= self.dropout) / (1 - self.dropout)
        return self.head(features)


def split_outputs(logits: Tensor, tasks: Sequence[str]) -> dict[str, Tensor]:
    """Return the columns of each task."""
    parts = logits.split([OUTPUTS[task] for task in tasks], 1)
    return dict(zip(tasks, parts, strict=True))


def as_input(pixels: Tensor) -> Tensor:
    """Return bytes [n, side, side, 3] as float32 [n, 3, side, side], each image standardised.

    Subtracting an image's mean and dividing by its deviation takes away how bright it is.
    """
    images = pixels.permute(0, 3, 1, 2).to(torch.float32, memory_format=torch.channels_last)
    mean = images.mean((1, 2, 3), keepdim=True)
    deviation = images.std((1, 2, 3), keepdim=True, correction=0)
    return (images - mean) / (deviation + 1)
