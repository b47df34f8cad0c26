"""Layers of the networks, in the form that costs least on a CPU and is the same on a GPU."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_BITS = 8


class Dropout:
    """Dropout masks drawn from one generator, cheap where every second activation is kept.

    At a keeping probability of 0.5 each element costs one random bit: bytes are drawn and looked up
    in a table of eight factors, many times faster than one random float per element.

    Parameters
    ----------
    keep : float
        Share of activations that are kept, in (0, 1]; the kept ones are divided by it.
    generator : torch.Generator
        Source of the bits, on the networks' device.
    """

    def __init__(self, keep: float, generator: torch.Generator) -> None:
        self.keep = keep
        self.generator = generator
        codes = torch.arange(256, device=generator.device)[:, None]
        bits = (codes >> torch.arange(_BITS, device=generator.device)) & 1
        self._table = bits.to(torch.float32) / keep

    def mask(self, like: Tensor) -> Tensor:
        """Return factors 0 or 1/keep in the shape, memory order and type of `like`."""
        count = like.numel()
        if self.keep == 0.5:
            words = torch.empty(
                math.ceil(count / 64), dtype=torch.int64, device=self.generator.device
            ).random_(-(2**63), None, generator=self.generator)
            codes = words.view(torch.uint8).to(torch.int32)
            flat = self._table.index_select(0, codes).view(-1)[:count]
        else:
            drawn = torch.rand(count, device=self.generator.device, generator=self.generator)
            flat = (drawn < self.keep).to(torch.float32) / self.keep
        flat = flat.to(like.dtype)
        if like.dim() == 4:
            batch, channels, height, width = like.shape
            return flat.view(batch, height, width, channels).permute(0, 3, 1, 2)
        return flat.view(like.shape)


class BatchNorm(nn.Module):
    """Batch normalisation over the images of a batch, or of each of several equal parts of it.

    Parameters
    ----------
    channels : int
        Number of maps.
    epsilon, decay : float
        Added to the variance; decay of the running statistics.
    """

    mean: Tensor
    variance: Tensor

    def __init__(self, channels: int, epsilon: float, decay: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))
        self.epsilon = epsilon
        self.momentum = 1 - decay

    def forward(self, x: Tensor, parts: int = 1, track: bool = False) -> Tensor:
        """Normalise `x` [n, c, h, w].

        In training mode by the statistics of each of the `parts` of the batch by itself, so that
        real and fake images share one pass and not their statistics; `track` also moves the running
        statistics. In evaluation mode by the stored statistics.
        """
        if not self.training:
            return F.batch_norm(
                x, self.mean, self.variance, self.weight, self.bias, False, 0.0, self.epsilon
            )
        running = (self.mean, self.variance) if track else (None, None)
        pieces = [
            F.batch_norm(piece, *running, self.weight, self.bias, True, self.momentum, self.epsilon)
            for piece in x.chunk(parts)
        ]
        return pieces[0] if parts == 1 else torch.cat(pieces)

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> Tensor:
        """Store the statistics of `x` itself (population variance) and normalise it by them."""
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
        self.mean.copy_(mean)
        self.variance.copy_(variance)
        return F.batch_norm(
            x, self.mean, self.variance, self.weight, self.bias, False, 0.0, self.epsilon
        )


class TransposedConvolution(nn.Module):
    """A transposed convolution without padding ('VALID'): side n becomes (n - 1) stride + kernel.

    One matrix product gives what every input pixel adds to its window, and the windows are added
    where they overlap (col2im); this is faster on a CPU than the library's own.

    Parameters
    ----------
    inputs, outputs : int
        Channels.
    kernel, stride : int
        Side of the square kernel, and its step.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.kernel = kernel
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """Return the transposed convolution of `x` [n, inputs, h, w]."""
        return F.conv_transpose2d(x, self.weight, self.bias, self.stride)


def leaky_relu(x: Tensor, printed: bool) -> Tensor:
    """Return 0.6x + 0.4|x| (leak 0.2), or 0.54x + 0.4|x| as the thesis prints it."""
    return 0.94 * F.leaky_relu(x, 0.14 / 0.94) if printed else F.leaky_relu(x, 0.2)


def truncated_normal_(weight: Tensor, deviation: float, generator: torch.Generator) -> None:
    """Fill with a normal distribution cut off at two standard deviations."""
    nn.init.trunc_normal_(
        weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator
    )
