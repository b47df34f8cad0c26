"""Shapes, parameter counts and initial weights of the networks of Tables 3.9 to 3.11."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F

from auva.models.gan.layers import BatchNorm, Dropout, TransposedConvolution, leaky_relu
from auva.models.gan.networks import build
from auva.models.gan.nodes import outputs_of
from auva.models.gan.settings import SETTINGS
from auva.settings import complete


def networks(kind="vaau", channels=3, **settings):
    return build(complete(SETTINGS, settings, "training"), outputs_of(kind), channels, seed=1)


def count(network):
    return sum(parameter.numel() for parameter in network.parameters())


def shapes(network, like):
    """Return the output shape of every layer of some class."""
    seen = []
    handles = [
        module.register_forward_hook(lambda _m, _i, out: seen.append(tuple(out.shape[1:])))
        for module in network.modules()
        if isinstance(module, like)
    ]
    return seen, handles


@pytest.mark.parametrize(
    ("kind", "nodes"), [("au", 9), ("va", 3), ("vaau", 11), ("categorical", 11)]
)
def test_discriminator(kind, nodes):
    """Table 3.10: 5x5 convolutions of stride 2, SAME; all of 4 x 4 x 256 flattened."""
    _, discriminator = networks(kind)
    seen, _ = shapes(discriminator, torch.nn.Conv2d)
    assert discriminator(torch.zeros(2, 3, 28, 28)).shape == (2, nodes)
    assert seen == [(64, 14, 14), (128, 7, 7), (256, 4, 4)]
    weights = 75 * 64 + 64 + 25 * 64 * 128 + 128 + 25 * 128 * 256 + 256
    norms = 2 * (64 + 128 + 256)
    assert count(discriminator) == weights + norms + (4096 + 1) * nodes


@pytest.mark.parametrize(
    ("side", "kernels", "sides"),
    [
        (28, (2, 3, 4, 6), (2, 5, 12, 28)),
        (32, (2, 4, 4, 6), (2, 6, 14, 32)),
        (64, (2, 4, 4, 4, 6), (2, 6, 14, 30, 64)),
        (96, (4, 4, 4, 4, 6), (4, 10, 22, 46, 96)),
    ],
)
def test_generator(side, kernels, sides):
    """Table 3.11; its kernels as printed give 32 pixels, with 3 in the second place 28.

    A layer more gives the larger images of section 3.4.
    """
    generator, _ = networks(image_size=side)
    seen, _ = shapes(generator, TransposedConvolution)
    images = generator(torch.zeros(2, 100))
    assert images.shape == (2, 3, side, side)
    maps = (384, 128, 64) if side < 64 else (384, 256, 128, 64)
    assert seen == [(m, s, s) for m, s in zip((*maps, 3), sides, strict=True)]
    pairs = pairwise((100, *maps, 3))
    weights = sum(a * b * k**2 + b for (a, b), k in zip(pairs, kernels, strict=True))
    assert count(generator) == weights + 2 * sum(maps)


@pytest.mark.parametrize("side", [28, 64, 96])
@pytest.mark.parametrize("backbone", ["thesis", "blocks", "resnet18", "vgg11"])
def test_every_body_judges_every_side(backbone, side):
    _, discriminator = networks(image_size=side, backbone=backbone, width=4)
    images = torch.randn(4, 3, side, side, generator=torch.Generator().manual_seed(0))
    assert discriminator(images).shape == (4, 11)


def test_a_backbone_keeps_real_and_fake_statistics_apart_and_takes_those_of_real_faces():
    _, discriminator = networks(backbone="blocks", width=4)
    source = torch.Generator().manual_seed(0)
    real, fake = torch.randn(2, 6, 3, 28, 28, generator=source)
    both = discriminator(torch.cat([real, fake * 7 + 3]), parts=2)
    before = {name: value.clone() for name, value in discriminator.named_buffers()}
    torch.testing.assert_close(both[:6], discriminator(real))
    for name, value in discriminator.named_buffers():
        if name.endswith(("mean", "var")):  # nothing was tracked
            assert torch.equal(value, before[name])
    discriminator(real, track=True)
    assert any(
        not torch.equal(value, before[name])
        for name, value in discriminator.named_buffers()
        if name.endswith("mean")
    )
    discriminator.calibrate(real)
    first = discriminator.backbone.layers[0](real)
    norm = discriminator.backbone.layers[1]
    torch.testing.assert_close(norm.running_mean, first.mean((0, 2, 3)))
    torch.testing.assert_close(norm.running_var, first.var((0, 2, 3)))


@pytest.mark.parametrize("channels", [1, 3])
def test_vanilla(channels):
    """Table 3.9: one hidden layer of 128 nodes on either side."""
    generator, discriminator = networks("vanilla", channels)
    pixels = channels * 784
    assert count(generator) == 101 * 128 + 129 * pixels
    assert count(discriminator) == (pixels + 1) * 128 + 129
    images = generator(torch.zeros(2, 100))
    assert images.shape == (2, channels, 28, 28)
    assert torch.equal(images, torch.full_like(images, 0.5))
    assert discriminator(images).shape == (2, 1)


def test_initial_weights():
    generator, discriminator = networks("vaau")
    for name, value in [*generator.named_parameters(), *discriminator.named_parameters()]:
        if "norms" in name:
            assert torch.equal(value, torch.full_like(value, float("weight" in name)))
        elif name.endswith("bias"):
            assert not value.any()
        else:
            assert value.abs().max() <= 0.04
            assert float(value.detach().std()) == pytest.approx(0.02 * 0.88, rel=0.03)
    vanilla, _ = networks("vanilla", 1)
    assert float(vanilla.hidden.weight.detach().std()) == pytest.approx((100 / 2) ** -0.5, rel=0.03)
    assert float(vanilla.full.weight.detach().std()) == pytest.approx((128 / 2) ** -0.5, rel=0.03)
    assert not vanilla.hidden.bias.any()


def test_other_readings():
    _, averaged = networks(flatten="average")
    assert averaged.full.in_features == 256
    x = torch.linspace(-3, 3, 61)
    torch.testing.assert_close(leaky_relu(x, False), 0.6 * x + 0.4 * x.abs())
    torch.testing.assert_close(leaky_relu(x, True), 0.54 * x + 0.4 * x.abs())
    noise = torch.randn(4, 100)
    leaky, _ = networks()
    rectified, _ = networks(generator_activation="relu")
    assert not torch.allclose(leaky(noise), rectified(noise))
    _, bounded = networks("va", va_activation="tanh")
    assert bounded(1e3 * torch.randn(8, 3, 28, 28))[:, :2].abs().max() <= 1


@pytest.mark.parametrize(
    ("inputs", "maps", "kernel", "stride", "side"),
    [(100, 384, 2, 1, 1), (384, 128, 3, 2, 2), (384, 128, 4, 2, 2), (7, 5, 4, 3, 3)],
)
def test_the_matrix_product_is_the_transposed_convolution(inputs, maps, kernel, stride, side):
    torch.manual_seed(0)
    layer = TransposedConvolution(inputs, maps, kernel, stride).double()
    torch.nn.init.normal_(layer.weight)
    torch.nn.init.normal_(layer.bias)
    x = torch.randn(3, inputs, side, side, dtype=torch.float64, requires_grad=True)
    assert layer._as_product(x)
    ours = layer(x)
    library = F.conv_transpose2d(x, layer.weight, layer.bias, stride)
    torch.testing.assert_close(ours, library)
    gradient = torch.randn_like(library)
    wanted = (x, layer.weight, layer.bias)
    for mine, its in zip(
        torch.autograd.grad(ours, wanted, gradient),
        torch.autograd.grad(library, wanted, gradient),
        strict=True,
    ):
        torch.testing.assert_close(mine, its)


def test_batch_norm_keeps_real_and_fake_statistics_apart():
    norm = BatchNorm(4, 1e-3, 0.9)
    real, fake = torch.randn(8, 4, 3, 3), 5 + 2 * torch.randn(8, 4, 3, 3)
    both = norm(torch.cat([real, fake]), parts=2)
    for part, x in ((both[:8], real), (both[8:], fake)):
        expected = (x - x.mean((0, 2, 3), keepdim=True)) / (
            x.var((0, 2, 3), correction=0, keepdim=True) + 1e-3
        ).sqrt()
        torch.testing.assert_close(part, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("keep", [0.5, 0.8])
def test_dropout_keeps_its_share_and_the_mean(keep):
    dropout = Dropout(keep, torch.Generator().manual_seed(3))
    mask = dropout.mask(torch.zeros(64, 16, 7, 7))
    assert mask.unique().tolist() == pytest.approx([0, 1 / keep])
    assert float((mask > 0).float().mean()) == pytest.approx(keep, abs=0.01)
    assert not torch.equal(mask, dropout.mask(torch.zeros(64, 16, 7, 7)))
