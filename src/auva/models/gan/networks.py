"""The networks of Tables 3.9, 3.10 and 3.11."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auva.models.cnn.backbones import build_backbone
from auva.models.gan.layers import (
    BatchNorm,
    TransposedConvolution,
    leaky_relu,
    truncated_normal_,
)
from auva.models.gan.nodes import Outputs

CONVOLUTIONS = {
    28: (64, 128, 256),
    32: (64, 128, 256),
    64: (64, 128, 256, 256),
    96: (32, 64, 128, 256, 256),
}
"""Image side -> filters of the discriminator's 5x5 convolutions of stride 2."""

DECONVOLUTIONS = {
    28: (2, 3, 4, 6),
    32: (2, 4, 4, 6),
    64: (2, 4, 4, 4, 6),
    96: (4, 4, 4, 4, 6),
}
"""Image side -> kernels of the generator's transposed convolutions without padding.

The kernels as printed (2, 4, 4, 6) give 1, 2, 6, 14, 32; with 3 in the second place they give
1, 2, 5, 12, 28, the size that the thesis names. A further layer of stride 2 gives 64 pixels, and
with a first kernel of 4 it gives 96 (the larger images of section 3.4)."""

MAPS = {28: (384, 128, 64), 32: (384, 128, 64), 64: (384, 256, 128, 64), 96: (384, 256, 128, 64)}
"""Image side -> maps between the generator's layers; the first layer has stride 1, others 2."""

DEVIATION = 0.02


class Masks(Protocol):
    """Source of dropout masks."""

    def mask(self, like: Tensor) -> Tensor:
        """Return factors in the shape of `like`."""
        ...


class Discriminator(nn.Module):
    """Three strided convolutions and a fully connected layer (Table 3.10).

    A block is convolution, leaky ReLU, batch norm, dropout, in the order of the table. Padding is 2
    on all sides. For an odd side this equals TensorFlow's 'SAME'; for an even side it equals 'SAME'
    up to a rotation of image and kernels by 180 degrees.

    Parameters
    ----------
    settings : mapping
        Training settings (`auva.models.gan.settings`).
    outputs : Outputs
        The nodes of the last layer.
    channels : int
        Colours of the images.
    """

    def __init__(self, settings: Mapping[str, Any], outputs: Outputs, channels: int = 3) -> None:
        super().__init__()
        self.outputs = outputs
        self.as_printed = settings["leaky_relu"] == "as_printed"
        self.average = settings["flatten"] == "average"
        self.bounded_affect = settings["va_activation"] == "tanh"
        norm = (settings["batch_norm_epsilon"], settings["batch_norm_decay"])
        sides = [settings["image_size"]]
        widths = (channels, *CONVOLUTIONS[sides[0]])
        self.convolutions = nn.ModuleList()
        self.norms = nn.ModuleList()
        for inputs, filters in pairwise(widths):
            self.convolutions.append(nn.Conv2d(inputs, filters, 5, stride=2, padding=2))
            self.norms.append(BatchNorm(filters, *norm))
            sides.append((sides[-1] + 1) // 2)
        features = widths[-1] * (1 if self.average else sides[-1] ** 2)
        self.full = nn.Linear(features, outputs.size)

    def forward(
        self, images: Tensor, dropout: Masks | None = None, parts: int = 1, track: bool = False
    ) -> Tensor:
        """Return the logits [n, outputs.size] of images [n, c, side, side].

        Parameters
        ----------
        images : Tensor
            In the range of `settings["image_range"]`.
        dropout : Masks, optional
            Source of the dropout masks; None keeps every activation.
        parts, track
            See `BatchNorm.forward`.
        """
        x = images
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = norm(leaky_relu(convolution(x), self.as_printed), parts, track)
            if dropout is not None:
                x = x * dropout.mask(x)
        return self.head(x)

    def head(self, features: Tensor) -> Tensor:
        """Return the logits from the maps of the last block."""
        flat = features.mean((2, 3)) if self.average else features.flatten(1)
        return bounded(self.full(flat), self.outputs, self.bounded_affect)

    @torch.no_grad()
    def calibrate(self, images: Tensor) -> None:
        """Set the batch norms' statistics to those of `images`, layer by layer, without dropout."""
        x = images
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            assert isinstance(norm, BatchNorm)
            x = norm.calibrate(leaky_relu(convolution(x), self.as_printed))


def bounded(logits: Tensor, outputs: Outputs, squash: bool) -> Tensor:
    """Return the nodes, with tanh applied to valence and arousal if `squash` is set."""
    if not (squash and outputs.va.stop):
        return logits
    affect = outputs.va
    return torch.cat([logits[:, affect].tanh(), logits[:, affect.stop :]], 1)


class BackboneDiscriminator(nn.Module):
    """A backbone of the supervised networks with the discriminator's nodes (section 3.4).

    Dropout is applied to the features. Each part of a batch has its own batch norm statistics.

    Parameters
    ----------
    settings : mapping
        Training settings; `backbone` and `width` name the network.
    outputs : Outputs
        The nodes of the last layer.
    """

    def __init__(self, settings: Mapping[str, Any], outputs: Outputs) -> None:
        super().__init__()
        self.outputs = outputs
        self.bounded_affect = settings["va_activation"] == "tanh"
        self.momentum = 1 - settings["batch_norm_decay"]
        self.backbone = build_backbone(
            settings["backbone"], settings["image_size"], settings["width"], settings["seed"]
        )
        self.full = nn.Linear(self.backbone.features, outputs.size)

    def forward(
        self, images: Tensor, dropout: Masks | None = None, parts: int = 1, track: bool = False
    ) -> Tensor:
        """Return the logits [n, outputs.size] of images [n, 3, side, side]; see `Discriminator`."""
        for norm in self._norms():
            norm.momentum = self.momentum if track else 0.0
        features = torch.cat([self.backbone(piece) for piece in images.chunk(parts)])
        if dropout is not None:
            features = features * dropout.mask(features)
        return bounded(self.full(features), self.outputs, self.bounded_affect)

    @torch.no_grad()
    def calibrate(self, images: Tensor) -> None:
        """Set the batch norms' statistics to those of `images`."""
        was_training = self.training
        self.train()
        for norm in self._norms():
            norm.momentum = 1.0
        self.backbone(images)
        self.train(was_training)

    def _norms(self) -> list[nn.BatchNorm2d]:
        return [each for each in self.backbone.modules() if isinstance(each, nn.BatchNorm2d)]


class Generator(nn.Module):
    """Transposed convolutions from a noise vector to an image (Table 3.11).

    Four layers give 28 or 32 pixels, five give 64 or 96.

    Parameters
    ----------
    settings : mapping
        Training settings.
    channels : int
        Colours of the images.
    """

    def __init__(self, settings: Mapping[str, Any], channels: int = 3) -> None:
        super().__init__()
        self.rectified = settings["generator_activation"] == "relu"
        self.as_printed = settings["leaky_relu"] == "as_printed"
        norm = (settings["batch_norm_epsilon"], settings["batch_norm_decay"])
        kernels = DECONVOLUTIONS[settings["image_size"]]
        maps_between = MAPS[settings["image_size"]]
        widths = (settings["noise_size"], *maps_between, channels)
        self.deconvolutions = nn.ModuleList()
        self.norms = nn.ModuleList()
        for number, kernel in enumerate(kernels):
            inputs, maps = widths[number], widths[number + 1]
            stride = 1 if number == 0 else 2
            self.deconvolutions.append(TransposedConvolution(inputs, maps, kernel, stride))
            if number < len(maps_between):
                self.norms.append(BatchNorm(maps, *norm))

    def forward(self, noise: Tensor) -> Tensor:
        """Return images [n, c, side, side] in [-1, 1] from noise [n, noise_size]."""
        x = noise[:, :, None, None]
        for deconvolution, norm in zip(self.deconvolutions, self.norms, strict=False):
            x = deconvolution(x)
            x = F.relu(x) if self.rectified else leaky_relu(x, self.as_printed)
            x = norm(x)
        return self.deconvolutions[-1](x).tanh()


class DenseDiscriminator(nn.Module):
    """One hidden layer of 128 nodes; the output's label is 1 for a real image (Table 3.9)."""

    def __init__(self, settings: Mapping[str, Any], outputs: Outputs, channels: int = 1) -> None:
        super().__init__()
        self.outputs = outputs
        self.hidden = nn.Linear(channels * settings["image_size"] ** 2, 128)
        self.full = nn.Linear(128, outputs.size)

    def forward(
        self, images: Tensor, dropout: Masks | None = None, parts: int = 1, track: bool = False
    ) -> Tensor:
        """Return the logits [n, 1] of images [n, c, side, side] in [0, 1]."""
        del dropout, parts, track
        return self.full(F.relu(self.hidden(images.flatten(1))))

    def calibrate(self, images: Tensor) -> None:
        """Do nothing: there is no batch norm."""


class DenseGenerator(nn.Module):
    """One hidden layer of 128 nodes and a sigmoid (Table 3.9)."""

    def __init__(self, settings: Mapping[str, Any], channels: int = 1) -> None:
        super().__init__()
        self.shape = (channels, settings["image_size"], settings["image_size"])
        self.hidden = nn.Linear(settings["noise_size"], 128)
        self.full = nn.Linear(128, channels * settings["image_size"] ** 2)

    def forward(self, noise: Tensor) -> Tensor:
        """Return images [n, c, side, side] in [0, 1] from noise [n, noise_size]."""
        return torch.sigmoid(self.full(F.relu(self.hidden(noise)))).view(-1, *self.shape)


def build(
    settings: Mapping[str, Any], outputs: Outputs, channels: int, seed: int
) -> tuple[nn.Module, nn.Module]:
    """Return generator and discriminator with their initial weights.

    Biases are 0. Weights are drawn from a normal distribution. Its standard deviation is 0.02,
    truncated at two standard deviations, for the convolutional networks, and 1 / sqrt(inputs / 2)
    for the vanilla GAN (section 3.2.1).
    """
    dense = outputs.kind == "vanilla"
    generator, discriminator = unset(settings, outputs, channels)
    source = torch.Generator().manual_seed(seed)
    for network in (generator, discriminator):
        for name, parameter in network.named_parameters():
            if name.startswith("backbone."):
                continue  # its weights are already set
            if parameter.dim() == 1:
                continue
            if dense:
                nn.init.normal_(parameter, std=(parameter.shape[1] / 2) ** -0.5, generator=source)
            else:
                truncated_normal_(parameter, DEVIATION, source)
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
                nn.init.zeros_(module.bias)
    return generator, discriminator


def unset(
    settings: Mapping[str, Any], outputs: Outputs, channels: int
) -> tuple[nn.Module, nn.Module]:
    """Return generator and discriminator without initial weights."""
    dense = outputs.kind == "vanilla"
    generator = (DenseGenerator if dense else Generator)(settings, channels)
    return generator, _discriminator(settings, outputs, channels)


def _discriminator(settings: Mapping[str, Any], outputs: Outputs, channels: int) -> nn.Module:
    """Return the discriminator: dense (vanilla GAN), that of the thesis, or one with a backbone."""
    if outputs.kind == "vanilla":
        return DenseDiscriminator(settings, outputs, channels)
    if settings["backbone"] == "thesis":
        return Discriminator(settings, outputs, channels)
    return BackboneDiscriminator(settings, outputs)
