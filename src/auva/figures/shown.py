"""The iterations that the figures of the thesis show (captions of Figures 3.19 to 3.55)."""

from typing import NamedTuple

from auva.tables.results import Point

THESIS_ITERATIONS = 1_000_000
"""Length of every training of the thesis except the vanilla GAN's."""

VANILLA_ITERATIONS = 100_000
"""Length of the vanilla GAN's training (config/thesis.yaml): a hundred pictures, 1,000 apart."""


class Shown(NamedTuple):
    """A figure of the thesis, the iterations of its pictures, and the training's length."""

    figure: str
    iterations: tuple[int, ...]
    length: int = THESIS_ITERATIONS


def _point(rate: float, update: int, alpha: float = 0.9, weighted: bool = False) -> Point:
    return Point(rate, update, alpha, weighted)


_THOUSANDS: dict[tuple[str, Point], tuple[str, tuple[int, ...]]] = {
    ("au", _point(1e-4, 2)): ("3.25", (261, 397, 672, 693)),
    ("au", _point(1e-4, 5)): ("3.26", (147, 261, 397, 688)),
    ("au", _point(1e-4, 7)): ("3.27", (73, 147, 385, 646)),
    ("au", _point(1e-5, 2)): ("3.28", (148, 385, 688, 999)),
    ("au", _point(1e-5, 5)): ("3.29", (147, 385, 672, 999)),
    ("au", _point(1e-5, 7)): ("3.30", (73, 198, 567, 817)),
    ("va_mse", _point(1e-4, 2)): ("3.31", (15, 319, 319, 529)),
    ("va_mse", _point(1e-4, 2, 1)): ("3.32", (147, 380, 646, 999)),
    ("va_mse", _point(1e-4, 5)): ("3.33", (147, 397, 646, 688)),
    ("va_mse", _point(1e-4, 5, 1)): ("3.34", (147, 385, 688, 919)),
    ("va_ccc", _point(1e-4, 2)): ("3.35", (147, 261, 646, 999)),
    ("va_ccc", _point(1e-4, 5)): ("3.36", (147, 385, 646, 688)),
    ("va_ccc", _point(1e-5, 2)): ("3.37", (261, 646, 688, 999)),
    ("va_ccc", _point(1e-5, 5)): ("3.38", (147, 385, 646, 999)),
    ("vaau_ccc", _point(1e-4, 2)): ("3.39", (261, 385, 646, 693)),
    ("vaau_ccc", _point(1e-4, 5)): ("3.40", (147, 385, 672, 693)),
    ("vaau_ccc", _point(1e-4, 7)): ("3.41", (147, 261, 672, 693)),
    ("vaau_ccc", _point(1e-5, 2)): ("3.42", (73, 261, 397, 688)),
    ("vaau_ccc", _point(1e-5, 5)): ("3.43", (147, 347, 693, 999)),
    ("vaau_ccc", _point(1e-5, 7)): ("3.44", (261, 646, 688, 999)),
    ("vaau_ccc", _point(1e-5, 2, weighted=True)): ("3.45", (147, 646, 672, 693)),
    ("vaau_ccc", _point(1e-5, 5, weighted=True)): ("3.46", (147, 261, 688, 999)),
    ("vaau_mse", _point(1e-4, 2)): ("3.47", (147, 385, 397, 688)),
    ("vaau_mse", _point(1e-4, 2, 1)): ("3.48", (73, 147, 397, 672)),
    ("vaau_mse", _point(1e-4, 5)): ("3.49", (147, 385, 672, 999)),
    ("vaau_mse", _point(1e-4, 5, 1)): ("3.50", (73, 261, 688, 693)),
    ("vaau_mse", _point(1e-5, 2)): ("3.51", (147, 261, 397, 691)),
    ("vaau_mse", _point(1e-5, 2, 1)): ("3.52", (147, 261, 397, 999)),
    ("vaau_mse", _point(1e-5, 5)): ("3.53", (147, 385, 646, 999)),
    ("vaau_mse", _point(1e-5, 5, 1)): ("3.54", (147, 385, 672, 688)),
    ("vaau_mse", _point(1e-4, 2, 1, weighted=True)): ("3.55", (147, 385, 646, 999)),
}

SHOWN: dict[tuple[str, Point], Shown] = {
    key: Shown(number, tuple(1000 * count for count in counts))
    for key, (number, counts) in _THOUSANDS.items()
}
"""(experiment, point of the grid) -> figure of the thesis."""

VANILLA: dict[tuple[str, float], Shown] = {
    (dataset, 1e-3): Shown(number, (0, 20_000, 50_000, 99_000), VANILLA_ITERATIONS)
    for dataset, number in (("faces", "3.19"), ("mnist", "3.20"))
}
"""(dataset, learning rate) of the vanilla GAN -> figure of the thesis.

The captions say 'iteration 0, 20, 50 and 99'. Digits do not emerge within 99 updates. The numbers
are therefore interpreted as those of a hundred pictures, one every 1,000 iterations.
"""
