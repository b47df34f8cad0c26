"""Backbones: small networks from a face to features, defined for each side of the faces.

A backbone maps images [n, 3, side, side] to feature maps. Its features are their spatial means, or
all their values for the thesis' network (Table 3.10).
"""

from collections.abc import Callable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Backbone(nn.Module):
    """Layers, and the number of features that they return.

    Parameters
    ----------
    layers : Module
        Map images to feature maps [n, maps, h, w].
    features : int
        Length of a face's feature vector.
    average : bool
        Whether the features are the means of the maps, or every value of them.
    """

    def __init__(self, layers: nn.Module, features: int, average: bool = True) -> None:
        super().__init__()
        self.layers = layers
        self.features = features
        self.average = average

    def forward(self, images: Tensor) -> Tensor:
        """Return features [n, features] of images [n, 3, side, side]."""
        maps = self.layers(images)
        return maps.mean((2, 3)) if self.average else maps.flatten(1)


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut (He et al. 2016, the basic block)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            *_convolution(inputs, outputs, stride), *_convolution(outputs, outputs)[:2]
        )
        same = inputs == outputs and stride == 1
        self.shortcut = (
            nn.Identity()
            if same
            else nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's maps."""
        return F.relu(self.main(x) + self.shortcut(x))


def _convolution(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]


def _thesis(side: int, width: int) -> Backbone:
    """Return the convolutions of Table 3.10: 5x5, stride 2, 2, 4 and 8 times `width` maps."""
    layers: list[nn.Module] = []
    widths = (3, 2 * width, 4 * width, 8 * width)
    for inputs, outputs in pairwise(widths):
        layers += [
            nn.Conv2d(inputs, outputs, 5, stride=2, padding=2),
            nn.LeakyReLU(0.2),
            nn.BatchNorm2d(outputs),
        ]
        side = (side + 1) // 2
    return Backbone(nn.Sequential(*layers), widths[-1] * side**2, average=False)


def _blocks(side: int, width: int) -> Backbone:
    """Return blocks of a 3x3 convolution and 2x2 max pooling, until 3 or fewer pixels remain."""
    layers: list[nn.Module] = []
    inputs, number = 3, 0
    while side > 3:
        number += 1
        outputs = width * (number if number < 5 else 6)
        layers += [*_convolution(inputs, outputs), nn.MaxPool2d(2)]
        inputs, side = outputs, side // 2
    return Backbone(nn.Sequential(*layers), inputs)


def _resnet18(side: int, width: int) -> Backbone:
    """Return four stages of two residual blocks; for 64 pixels or more, the first has stride 2."""
    layers = _convolution(3, width, 2 if side >= 64 else 1)
    inputs = width
    for stage in range(4):
        outputs = width * 2**stage
        for block in range(2):
            stride = 2 if block == 0 and stage > 0 else 1
            layers.append(Residual(inputs, outputs, stride))
            inputs = outputs
    return Backbone(nn.Sequential(*layers), inputs)


def _vgg11(side: int, width: int) -> Backbone:
    """Return VGG's configuration A with batch norm; 2x2 max pooling while the maps allow it."""
    layers: list[nn.Module] = []
    inputs = 3
    for multiple, convolutions in ((1, 1), (2, 1), (4, 2), (8, 2), (8, 2)):
        for _ in range(convolutions):
            layers += _convolution(inputs, width * multiple)
            inputs = width * multiple
        if side > 3:
            layers.append(nn.MaxPool2d(2))
            side //= 2
    return Backbone(nn.Sequential(*layers), inputs)


BACKBONES: dict[str, Callable[[int, int], Backbone]] = {
    "thesis": _thesis,
    "blocks": _blocks,
    "resnet18": _resnet18,
    "vgg11": _vgg11,
}
"""Name -> function from the side of the faces and the number of maps of the first block to a
backbone."""


def build_backbone(name: str, side: int, width: int, seed: int) -> Backbone:
    """Return a backbone with initial weights from He's normal distribution, drawn with `seed`."""
    backbone = BACKBONES[name](side, width)
    source = torch.Generator().manual_seed(seed)
    for module in backbone.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(
                module.weight, mode="fan_out", nonlinearity="relu", generator=source
            )
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return backbone
