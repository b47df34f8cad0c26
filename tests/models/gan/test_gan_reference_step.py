"""The fast step against a plain one: all passes, one image set at a time, the library's layers.

The reference builds the networks of Tables 3.10 and 3.11 from `torch.nn.functional` in float64,
pads as TensorFlow's SAME does, normalises real and fake batches in two passes, and lets plain
autograd find the gradients. Both start from the same weights and see the same batches, noise and
dropout masks; after some steps of either kind the weights must be the same. Both compute in float64
here: Adam's first steps follow the sign of a gradient, however small, which rounding would turn.
"""

import pytest
import torch
import torch.nn.functional as F

from auva.models.gan import step as steps
from auva.models.gan.data import Images, Sampler, as_input, read_images
from auva.models.gan.losses import DiscriminatorLoss, Labels, generator_loss
from auva.models.gan.nodes import outputs
from auva.models.gan.schedule import GENERATOR, reconstruction_weight, updated_network
from auva.models.gan.step import discriminator_step, generator_step, make_networks

STEPS = 7
CPU = torch.device("cpu")


class Recorded:
    """Dropout masks by position, so that both steps can use the same."""

    def __init__(self, masks):
        self.masks = list(masks)

    def mask(self, like):
        return self.masks.pop(0).to(like.dtype)


def normalise(x, weight, bias):
    mean = x.mean((0, 2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean((0, 2, 3), keepdim=True)
    return (x - mean) / (variance + 1e-3).sqrt() * weight[:, None, None] + bias[:, None, None]


def same_padding(x):
    """TensorFlow's SAME for a 5x5 kernel of stride 2, after turning the picture by 180 degrees."""
    side = x.shape[-1]
    total = max((-(-side // 2) - 1) * 2 + 5 - side, 0)
    return F.pad(x, (total - total // 2, total // 2) * 2)


class Reference:
    """Both networks as dictionaries of weights, updated by Adam written out."""

    def __init__(self, networks, run):
        self.run, self.outputs = run, outputs(run)
        self.settings = run.settings
        self.networks = {
            name: {
                key: value.detach().double().clone().requires_grad_()
                for key, value in getattr(networks, name).named_parameters()
            }
            for name in ("generator", "discriminator")
        }
        self.moments = {name: {} for name in self.networks}
        self.times = dict.fromkeys(self.networks, 0)

    def generate(self, noise):
        weights = self.networks["generator"]
        x = noise.double()[:, :, None, None]
        for k, stride in enumerate((1, 2, 2, 2)):
            x = F.conv_transpose2d(
                x,
                weights[f"deconvolutions.{k}.weight"],
                weights[f"deconvolutions.{k}.bias"],
                stride,
            )
            if k < 3:
                x = 0.6 * x + 0.4 * x.abs()
                x = normalise(x, weights[f"norms.{k}.weight"], weights[f"norms.{k}.bias"])
        return x.tanh()

    def discriminate(self, images, masks):
        weights = self.networks["discriminator"]
        x = images
        for k in range(3):
            x = F.conv2d(
                same_padding(x),
                weights[f"convolutions.{k}.weight"],
                weights[f"convolutions.{k}.bias"],
                2,
            )
            x = 0.6 * x + 0.4 * x.abs()
            x = normalise(x, weights[f"norms.{k}.weight"], weights[f"norms.{k}.bias"])
            x = x * masks[k].double()
        return x.flatten(1) @ weights["full.weight"].t() + weights["full.bias"]

    def step(self, step, real, labels, noise, masks):
        fake = self.generate(noise)
        nodes = self.outputs
        if updated_network(step, self.run.axes["update_rate"]) == GENERATOR:
            weight = reconstruction_weight(step, 10, self.settings["reconstruction_steps"])
            loss = generator_loss(self.discriminate(fake, masks), nodes)
            if weight:
                loss = loss + weight * F.huber_loss(fake, real.double())
            self.descend("generator", loss, self.run.axes["learning_rate"])
        else:
            count = len(real)
            on_real = self.discriminate(real.double(), [m[:count] for m in masks])
            on_fake = self.discriminate(fake, [m[count:] for m in masks])
            loss = DiscriminatorLoss(self.run, nodes)(on_real, on_fake, labels)["d_loss"]
            self.descend("discriminator", loss, self.run.axes["learning_rate"] / 2)

    def descend(self, name, loss, rate):
        weights = self.networks[name]
        gradients = torch.autograd.grad(loss, list(weights.values()))
        norm = torch.sqrt(sum((g**2).sum() for g in gradients))
        scale = min(1.0, 20.0 / float(norm))
        self.times[name] += 1
        t = self.times[name]
        with torch.no_grad():
            for (key, value), gradient in zip(weights.items(), gradients, strict=True):
                first, second = self.moments[name].get(key, (0, 0))
                g = gradient * scale
                first = 0.5 * first + 0.5 * g
                second = 0.999 * second + 0.001 * g**2
                self.moments[name][key] = (first, second)
                value -= rate * (first / (1 - 0.5**t)) / ((second / (1 - 0.999**t)).sqrt() + 1e-8)


def in_float64(tensors):
    return {
        name: value.double() if value is not None and value.is_floating_point() else value
        for name, value in tensors.items()
    }


@pytest.mark.parametrize(("kind", "va_loss"), [("au", None), ("va", "mse"), ("vaau", "ccc")])
def test_the_fast_step_equals_the_reference(make_run, faces_h5, monkeypatch, kind, va_loss):
    # The reconstruction term ends within these steps, so that both branches are seen.
    training = {"reconstruction_steps": 4, "batch_size": 8}
    run = make_run(kind, va_loss=va_loss, update_rate=2, learning_rate=1e-3, training=training)
    images = read_images(faces_h5, "train", outputs(run), run.image_size, CPU)
    images = Images(images.pixels, Labels(**in_float64(vars(images.labels))))
    networks, sampler = make_networks(run, images, CPU), Sampler(len(images), 8, 1)
    monkeypatch.setattr(steps, "as_input", lambda *given: as_input(*given).double())
    for network in (networks.generator, networks.discriminator):
        network.double()
    reference = Reference(networks, run)
    start = {
        name: {key: value.detach().clone() for key, value in weights.items()}
        for name, weights in reference.networks.items()
    }
    batches = Sampler(len(images), 8, 1)
    source = torch.Generator().manual_seed(9)
    for step in range(STEPS):
        generator = updated_network(step, 2) == GENERATOR
        count = 8 if generator else 16
        masks = [
            2.0 * (torch.rand(count, maps, side, side, generator=source) < 0.5)
            for maps, side in ((64, 14), (128, 7), (256, 4))
        ]
        noise = torch.rand(8, 100, generator=source, dtype=torch.float64) * 2 - 1
        networks.dropout = Recorded(masks)
        monkeypatch.setattr(networks, "random_noise", lambda _count, noise=noise: noise)
        if generator:
            generator_step(networks, images, sampler, step)
        else:
            discriminator_step(networks, images, sampler)
        needs_real = not generator or step < 4
        index = batches.next() if needs_real else torch.arange(8)
        real = as_input(images.pixels[index], "signed")
        reference.step(step, real, images.batch(index), noise, masks)
    assert sampler.position == batches.position
    for name, weights in reference.networks.items():
        for key, value in getattr(networks, name).named_parameters():
            moved = (value - start[name][key]).abs().max()
            assert moved > 1e-5, key
            assert (value - weights[key]).abs().max() < 1e-4 * moved, key
