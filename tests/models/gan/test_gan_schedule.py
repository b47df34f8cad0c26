"""Which network each step updates, and how the reconstruction term fades (section 3.2.2)."""

from fractions import Fraction

import pytest
import torch

from auva.models.gan.schedule import (
    DISCRIMINATOR,
    GENERATOR,
    reconstruction_weight,
    updated_network,
)

STEPS = range(2_000)


@pytest.mark.parametrize("rate", [2, 5, 7])
def test_the_discriminator_is_updated_at_every_multiple_of_the_update_rate_plus_one(rate):
    multiples = {k * (rate + 1) for k in range(2_000)}
    for step in STEPS:
        expected = DISCRIMINATOR if step in multiples else GENERATOR
        assert updated_network(step, rate) == expected, step


def test_the_reconstruction_weight_at_every_step():
    """10 (1500 - step) / 1500, from step 1500 on 0."""
    for step in STEPS:
        exact = max(Fraction(0), Fraction(10 * (1500 - step), 1500))
        assert reconstruction_weight(step) == pytest.approx(float(exact), abs=1e-12), step
    assert reconstruction_weight(0) == 10
    assert reconstruction_weight(1_500) == 0
    assert reconstruction_weight(0, 10, 0) == 0


def test_the_learning_rates_rise_and_fall(make_run, faces_h5, tmp_path, monkeypatch):
    """Each step has its share of the two highest rates: a tenth of the steps up, 0 at the end."""
    from auva.models.gan import training

    seen = []

    def note(networks, images, sampler, step=None):
        adams = (networks.generator_adam, networks.discriminator_adam)
        seen.append([adam.param_groups[0]["lr"] for adam in adams])
        return {"d_loss": torch.zeros(())}

    monkeypatch.setattr(training, "generator_step", note)
    monkeypatch.setattr(training, "discriminator_step", note)
    lengths = {"iterations": 20, "checkpoint_interval": 20}
    scales = {"learning_rate_scale": 3.0, "discriminator_rate": 2.0}
    settings = {**lengths, **scales, "learning_rate_schedule": "cosine"}
    run = make_run("au", learning_rate=1e-4, training=settings)
    training.train(run, faces_h5, tmp_path, device="cpu")
    assert seen[0] == pytest.approx([1.5e-4, 3e-4])
    assert seen[1] == pytest.approx([3e-4, 6e-4])
    assert seen[11] == pytest.approx([1.5e-4, 3e-4])
    generator = [rate for rate, _ in seen]
    assert generator[2:] == sorted(generator[2:], reverse=True)
    assert 0 < generator[-1] < 3e-6


def test_a_training_follows_the_schedule(make_run, faces_h5, tmp_path, monkeypatch):
    """The loop itself updates the networks in this order and hands each step its number."""
    from auva.models.gan import training
    from auva.models.gan.training import train

    seen = []

    def note(label, term):
        def update(networks, images, sampler, step=None):
            seen.append((label, step))
            return {term: torch.zeros(())}

        return update

    monkeypatch.setattr(training, "generator_step", note(GENERATOR, "g_loss"))
    monkeypatch.setattr(training, "discriminator_step", note(DISCRIMINATOR, "d_loss"))
    run = make_run("au", update_rate=5, training={"iterations": 25, "checkpoint_interval": 25})
    train(run, faces_h5, tmp_path, device="cpu")
    assert [label for label, _ in seen] == [updated_network(step, 5) for step in range(25)]
    given = [step for label, step in seen if label == GENERATOR]
    assert given == [step for step in range(25) if step % 6]
