"""One training step, with only the passes that it needs.

A generator step computes no gradients of the discriminator's weights, and reads real images only
while the reconstruction weight is above 0. A discriminator step generates its fake images without
gradients, and passes real and fake images together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from auva.models.cnn.augmentation import augment
from auva.models.gan.data import Images, Sampler, as_input, positive_weights
from auva.models.gan.layers import Dropout
from auva.models.gan.losses import DiscriminatorLoss, generator_loss, huber
from auva.models.gan.networks import build
from auva.models.gan.nodes import Outputs, outputs
from auva.models.gan.schedule import reconstruction_weight
from auva.models.gan.settings import MOVES
from auva.models.learning_rate import up_and_down
from auva.models.run import Run

TERMS = (
    "d_loss",
    "d_loss_real",
    "d_loss_fake",
    "s_loss",
    "g_loss",
    "adversarial",
    "reconstruction",
)
"""The losses of history.csv; `reconstruction` is the Huber loss before its weight."""

_WARM_UP = 0.1


@dataclass
class Networks:
    """The networks, optimizers, loss and random sources of one training.

    Attributes
    ----------
    generator, discriminator : nn.Module
        The networks.
    generator_adam, discriminator_adam : torch.optim.Adam
        Their optimizers; the discriminator's learning rate is a share of the generator's.
    loss : DiscriminatorLoss
        The run's loss.
    noise : torch.Generator
        Source of noise vectors.
    dropout : Dropout
        Source of dropout masks.
    """

    run: Run
    outputs: Outputs
    generator: nn.Module
    discriminator: nn.Module
    generator_adam: torch.optim.Adam
    discriminator_adam: torch.optim.Adam
    loss: DiscriminatorLoss
    noise: torch.Generator
    dropout: Dropout
    device: torch.device
    settings: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.settings = self.run.settings

    def random_noise(self, count: int) -> Tensor:
        """Return noise vectors [count, noise_size], uniform in [-1, 1)."""
        shape = (count, self.settings["noise_size"])
        return torch.rand(shape, generator=self.noise, device=self.device) * 2 - 1


def make_networks(run: Run, images: Images, device: torch.device) -> Networks:
    """Return the networks and optimizers of a run at step 0."""
    settings = run.settings
    nodes = outputs(run)
    seed = settings["seed"]
    generator, discriminator = build(settings, nodes, images.channels, seed)
    for network in (generator, discriminator):
        network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if settings["compile"]:
            network.compile()
    generator_rate, discriminator_rate = highest_rates(run)
    weight = None
    if settings["positive_weights"] == "balanced" and nodes.au.stop:
        weight = positive_weights(images.labels)
    dropout_bits = torch.Generator(device).manual_seed(seed + 1)
    return Networks(
        run=run,
        outputs=nodes,
        generator=generator,
        discriminator=discriminator,
        generator_adam=_adam(generator, generator_rate, settings),
        discriminator_adam=_adam(discriminator, discriminator_rate, settings),
        loss=DiscriminatorLoss(run, nodes, weight),
        noise=torch.Generator(device).manual_seed(seed),
        dropout=Dropout(settings["keep_probability"], dropout_bits),
        device=device,
    )


def highest_rates(run: Run) -> tuple[float, float]:
    """Return the highest learning rates of a run's generator and discriminator."""
    rate = run.axes["learning_rate"] * run.settings["learning_rate_scale"]
    share = 1.0 if outputs(run).kind == "vanilla" else run.settings["discriminator_rate"]
    return rate, rate * share


def set_rates(networks: Networks, step: int) -> None:
    """Set the learning rates of a step according to the setting `learning_rate_schedule`."""
    if networks.settings["learning_rate_schedule"] == "constant":
        return
    share = up_and_down(step, networks.settings["iterations"], _WARM_UP)
    adams = (networks.generator_adam, networks.discriminator_adam)
    for adam, highest in zip(adams, highest_rates(networks.run), strict=True):
        for group in adam.param_groups:
            group["lr"] = highest * share


def _adam(network: nn.Module, rate: float, settings: Mapping[str, Any]) -> torch.optim.Adam:
    return torch.optim.Adam(
        network.parameters(),
        lr=rate,
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        fused=True,
    )


def generator_step(
    networks: Networks, images: Images, sampler: Sampler, step: int
) -> dict[str, Tensor]:
    """Update the generator and return the terms of its loss."""
    settings = networks.settings
    weight = 0.0
    if networks.outputs.kind != "vanilla":
        weight = reconstruction_weight(
            step, settings["reconstruction_weight"], settings["reconstruction_steps"]
        )
    networks.discriminator.requires_grad_(False)
    fake = networks.generator(networks.random_noise(settings["batch_size"]))
    logits = networks.discriminator(fake, networks.dropout)
    adversarial = generator_loss(logits, networks.outputs, settings["generator_loss"])
    terms = {"g_loss": adversarial, "adversarial": adversarial}
    if weight > 0:
        real = _real(networks, images, sampler.next().to(networks.device))
        terms["reconstruction"] = huber(real, fake)
        terms["g_loss"] = adversarial + weight * terms["reconstruction"]
    _descend(terms["g_loss"], networks.generator, networks.generator_adam, settings)
    networks.discriminator.requires_grad_(True)
    return {name: value.detach() for name, value in terms.items()}


def discriminator_step(
    networks: Networks, images: Images, sampler: Sampler, unlabelled: Sampler | None = None
) -> dict[str, Tensor]:
    """Update the discriminator and return the terms of its loss.

    Images of `unlabelled` are added to those of `sampler`. Their labels are masked, so they
    contribute only to the real/fake term.
    """
    index = sampler.next()
    if unlabelled is not None:
        index = torch.cat([index, len(images) + unlabelled.next()])
    index = index.to(networks.device)
    real = _real(networks, images, index)
    with torch.no_grad():
        fake = networks.generator(networks.random_noise(len(index)))
    both = torch.cat([real, fake]).contiguous(memory_format=torch.channels_last)
    logits = networks.discriminator(both, networks.dropout, parts=2, track=True)
    terms = networks.loss(logits[: len(index)], logits[len(index) :], images.batch(index))
    _descend(
        terms["d_loss"], networks.discriminator, networks.discriminator_adam, networks.settings
    )
    return {name: value.detach() for name, value in terms.items()}


def _real(networks: Networks, images: Images, index: Tensor) -> Tensor:
    """Return some real images as input, with the augmentation of the settings.

    Digits are never mirrored, because the mirror image of a digit is not a digit.
    """
    settings = networks.settings
    pixels = images.take(index)
    if settings["mirror"] and networks.run.dataset == "faces":
        drawn = torch.rand(len(index), generator=networks.noise, device=networks.device)
        mirrored = (drawn < 0.5)[:, None, None, None]
        pixels = torch.where(mirrored, pixels.flip(2), pixels)
    real = as_input(pixels, settings["image_range"])
    moves = {name: settings[name] for name in MOVES}
    if not any(moves.values()):
        return real
    lowest = 0.0 if settings["image_range"] == "unit" else -1.0
    return augment(real, {**moves, "mirror": False}, networks.noise).clamp(lowest, 1.0)


def _descend(
    loss: Tensor, network: nn.Module, adam: torch.optim.Adam, settings: Mapping[str, Any]
) -> None:
    """Update a network with its clipped gradient."""
    adam.zero_grad(set_to_none=True)
    loss.backward()
    limit = settings["gradient_limit"]
    if limit > 0 and settings["gradient_clipping"] == "norm":
        nn.utils.clip_grad_norm_(network.parameters(), limit)
    elif limit > 0:
        nn.utils.clip_grad_value_(network.parameters(), limit)
    adam.step()
