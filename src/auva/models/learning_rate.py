"""Learning rate schedules."""

import math


def up_and_down(step: int, steps: int, warm_up: float) -> float:
    """Return the share of the highest learning rate: linear rise, then a cosine fall to 0.

    Parameters
    ----------
    step : int
        The step, from 0.
    steps : int
        Number of steps of the training.
    warm_up : float
        Fraction of the steps in which the rate rises, 0 to 1; at least one step.
    """
    up = max(round(warm_up * steps), 1)
    if step < up:
        return (step + 1) / up
    return 0.5 * (1 + math.cos(math.pi * (step - up) / max(steps - up, 1)))
