"""Layers of the networks, implemented for speed on a CPU, with the same results on a GPU."""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_BITS = 8


class Dropout:
    """Dropout masks drawn from one generator, with a fast path for a keeping probability of 0.5.

    There, each element needs one random bit: bytes are drawn and looked up in a table of eight
    factors, which is much faster than one random float per element.

    Parameters
    ----------
    keep : float
        Probability of keeping an activation, in (0, 1]; kept activations are divided by it.
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
    """Batch normalisation over a batch, or over each of several equal parts of it.

    Parameters
    ----------
    channels : int
        Number of maps.
    epsilon, decay : float
        Constant added to the variance; decay of the running statistics.
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

        In training mode, each of the `parts` of the batch is normalised by its own statistics. Real
        and fake images can then share one pass without sharing statistics. `track` also updates the
        running statistics. In evaluation mode, the stored statistics are used.
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
        """Store the statistics of `x` (population variance) and normalise `x` by them."""
        variance, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0)
        self.mean.copy_(mean)
        self.variance.copy_(variance)
        return F.batch_norm(
            x, self.mean, self.variance, self.weight, self.bias, False, 0.0, self.epsilon
        )


class TransposedConvolution(nn.Module):
    """A transposed convolution without padding ('VALID'): side n becomes (n - 1) stride + kernel.

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
        if not self._as_product(x):
            return F.conv_transpose2d(x, self.weight, self.bias, self.stride)
        product = _TransposedProduct.apply(x, self.weight, self.stride)
        assert isinstance(product, Tensor)
        return product + self.bias[:, None, None]

    def _as_product(self, x: Tensor) -> bool:
        """Return whether matrix products are faster: on a CPU, inputs smaller than a window."""
        if x.is_cuda or torch.is_autocast_enabled(x.device.type) or torch.compiler.is_compiling():
            return False
        return x.shape[2] * x.shape[3] < self.kernel**2


class _TransposedProduct(torch.autograd.Function):
    """A transposed convolution as matrix products, in half the time of PyTorch's on small inputs.

    Forward, one product gives the contribution of every input pixel to its window, and overlapping
    windows are added (col2im). Backward, each window of the gradient is one row of a matrix. All
    arrays are in `channels_last` order.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, stride: int) -> Tensor:  # noqa: ANN401
        count, inputs, height, width = x.shape
        outputs, kernel = weight.shape[1:3]
        rows = x.permute(0, 2, 3, 1).reshape(-1, inputs)
        matrix = weight.permute(0, 2, 3, 1).reshape(inputs, -1)
        ctx.save_for_backward(x, rows, matrix)
        ctx.stride, ctx.shape = stride, weight.shape
        windows = (rows @ matrix).view(count, height, width, kernel, kernel, outputs)
        return _overlapped(windows, stride).permute(0, 3, 1, 2)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, Tensor | None, None]:  # noqa: ANN401
        x, rows, matrix = ctx.saved_tensors
        inputs, outputs, kernel, _ = ctx.shape
        count, _, height, width = x.shape
        image = grad_outputs[0].permute(0, 2, 3, 1).contiguous()
        step = image.stride()
        windows = image.as_strided(
            (count, height, width, kernel, kernel * outputs),
            (step[0], ctx.stride * step[1], ctx.stride * step[2], step[1], 1),
        ).reshape(len(rows), -1)
        to_x = to_weight = None
        if ctx.needs_input_grad[0]:
            to_x = (windows @ matrix.t()).view(count, height, width, inputs).permute(0, 3, 1, 2)
        if ctx.needs_input_grad[1]:
            product = (rows.t() @ windows).view(inputs, kernel, kernel, outputs)
            to_weight = product.permute(0, 3, 1, 2)
        return to_x, to_weight, None


def _overlapped(windows: Tensor, stride: int) -> Tensor:
    """Add windows [n, h, w, k, k, c], `stride` apart, to an image [n, H, W, c]."""
    count, height, width, kernel, _, maps = windows.shape
    high, wide = (height - 1) * stride + kernel, (width - 1) * stride + kernel
    image = windows.new_zeros(count, high, wide, maps)
    for top in range(kernel):
        for left in range(kernel):
            rows = slice(top, top + stride * height, stride)
            columns = slice(left, left + stride * width, stride)
            image[:, rows, columns] += windows[:, :, :, top, left]
    return image


def leaky_relu(x: Tensor, printed: bool) -> Tensor:
    """Return 0.6x + 0.4|x| (leak 0.2), or 0.54x + 0.4|x| as the thesis prints it."""
    return 0.94 * F.leaky_relu(x, 0.14 / 0.94) if printed else F.leaky_relu(x, 0.2)


def truncated_normal_(weight: Tensor, deviation: float, generator: torch.Generator) -> None:
    """Fill with a normal distribution truncated at two standard deviations."""
    nn.init.trunc_normal_(
        weight, std=deviation, a=-2 * deviation, b=2 * deviation, generator=generator
    )
