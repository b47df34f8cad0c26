"""Which network a step updates, and how much the reconstruction counts (section 3.2.2)."""

GENERATOR = "generator"
DISCRIMINATOR = "discriminator"


def updated_network(step: int, update_rate: int) -> str:
    """Return the network that a step updates.

    The discriminator is updated at every multiple of `update_rate` + 1, step 0 among them, and the
    generator at all other steps: a higher update rate teaches the discriminator less often.
    """
    return GENERATOR if step % (update_rate + 1) > 0 else DISCRIMINATOR


def reconstruction_weight(step: int, weight: float = 10.0, steps: int = 1_500) -> float:
    """Return the weight of the Huber term of the generator's loss.

    `weight` (1500 - step) / 1500 below step 1500, then 0, with the thesis' numbers.
    """
    return weight * (steps - step) / steps if step < steps else 0.0
