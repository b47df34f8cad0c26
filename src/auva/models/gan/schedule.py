"""Which network a step updates, and the weight of the reconstruction (section 3.2.2)."""

GENERATOR = "generator"
DISCRIMINATOR = "discriminator"


def updated_network(step: int, update_rate: int) -> str:
    """Return the network that a step updates.

    The discriminator is updated at every multiple of `update_rate` + 1, including step 0, and the
    generator at all other steps. A higher update rate therefore means fewer updates of the
    discriminator.
    """
    return GENERATOR if step % (update_rate + 1) > 0 else DISCRIMINATOR


def reconstruction_weight(step: int, weight: float = 10.0, steps: int = 1_500) -> float:
    """Return the weight of the Huber term of the generator's loss.

    `weight` (1500 - step) / 1500 below step 1500, then 0, with the thesis' numbers.
    """
    return weight * (steps - step) / steps if step < steps else 0.0
