"""The GANs of the thesis as a model: kinds, grid, training and loading.

Planning imports this module, so torch is imported only inside the functions that need it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from auva.errors import InputError
from auva.models.base import Axis, Model
from auva.models.gan.datasets import DIGITS
from auva.models.gan.settings import PRESETS, SETTINGS, VA_LOSSES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from auva.models.predictions import Predictor
    from auva.models.run import Run

_MINUTES_PER_ITERATION = 1 / 250
"""Requested time of a step with batch 64 and 28 pixels: 0.24 s, about three times the time on an
idle core (docs/explanation/training.md, Speed), because cluster cores may be slower or shared."""


class Gan(Model):
    """A generator, and a discriminator whose last layer has the labels and a real/fake node."""

    kinds = ("vanilla", "categorical", "au", "va", "vaau")
    settings = SETTINGS
    presets = tuple(PRESETS)
    generates = True
    losses: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "discriminator": {
            "d_loss": "loss",
            "d_loss_real": "on real images",
            "d_loss_fake": "on generated images",
        },
        "generator": {"g_loss": "loss", "adversarial": "adversarial term"},
    }

    def axes(self, kind: str) -> Mapping[str, Axis]:
        """Return the axes of a kind, among learning rate, update rate, alpha and weighted."""
        if kind == "vanilla":
            return {"learning_rate": _share(1e-3, _rate_label)}
        axes = {
            "learning_rate": _share(1e-4, _rate_label),
            "update_rate": Axis(5, _whole, lambda value: f"update{value}"),
            "alpha": _share(0.9, lambda value: f"alpha{value:g}"),
        }
        if kind == "vaau":
            axes["weighted"] = Axis(False, _flag, lambda value: "weighted" if value else "")
        return axes

    def datasets(self, kind: str) -> tuple[str, ...]:
        """Return faces, pictures of ten categories, or both for the vanilla GAN."""
        return {"vanilla": ("faces", *DIGITS), "categorical": tuple(DIGITS)}.get(kind, ("faces",))

    def affect_losses(self, kind: str) -> tuple[str, ...]:
        """Return MSE and CCC if valence and arousal are learnt."""
        return tuple(VA_LOSSES) if kind in ("va", "vaau") else ()

    def preset(self, name: str, kind: str, affect_loss: str | None) -> Mapping[str, Any]:
        """Return the settings of the thesis or of the short trainings for one family."""
        family = "_".join(filter(None, (kind, affect_loss)))
        preset = PRESETS[name]
        return {**preset.get("all", {}), **preset.get(family, {})}

    def check(self, run: "Run", place: str) -> None:
        """Raise an error for settings that do not fit the kind or the dataset."""
        body = run.settings["backbone"]
        if body != "thesis" and (run.kind == "vanilla" or run.dataset in DIGITS):
            raise InputError(
                f"{place}.training.backbone: '{body}' is for faces with labels, not for "
                f"kind {run.kind} on {run.dataset}"
            )
        if run.settings["unlabelled_batch"] and not run.predicts_faces:
            raise InputError(
                f"{place}.training.unlabelled_batch: is for faces with labels, not for "
                f"kind {run.kind} on {run.dataset}"
            )
        if run.settings["mean_of_mirror"] and not run.predicts_faces:
            raise InputError(
                f"{place}.training.mean_of_mirror: is for faces with labels, not for "
                f"kind {run.kind} on {run.dataset}"
            )
        if run.dataset in DIGITS and DIGITS[run.dataset].side != run.image_size:
            raise InputError(
                f"{place}.training.image_size: the pictures of {run.dataset} have "
                f"{DIGITS[run.dataset].side} pixels, not {run.image_size}"
            )

    def groups(self, run: "Run") -> tuple[str, ...]:
        """Return also the group without labels if training steps use it."""
        return ("train", "unlabelled") if run.settings["unlabelled_batch"] else ("train",)

    def minutes(self, run: "Run", megabytes: float) -> int:
        """Return the minutes of all iterations; the time grows with the area of the images."""
        size = max(run.image_size / 28, 1) ** 2 * max(run.settings["batch_size"] / 64, 1)
        return 15 + round(run.settings["iterations"] * size * _MINUTES_PER_ITERATION)

    def iterations(self, run: "Run") -> int:
        """Return the number of training steps."""
        return run.settings["iterations"]

    def checkpoints(self, run: "Run") -> int:
        """Return the number of checkpoints: one per interval, plus the first and the last step."""
        return 1 + -(-run.settings["iterations"] // run.settings["checkpoint_interval"])

    def learns(self, tensor: str) -> bool:
        """Return True for weights of both networks, False for averages and statistics."""
        return tensor.startswith(("generator.", "discriminator.")) and super().learns(tensor)

    def train(self, run: "Run", dataset_h5: Path, folder: Path, threads: int, device: str) -> None:
        """Train one run: see `auva.models.gan.training.train`."""
        from auva.models.gan.training import train

        train(run, dataset_h5, folder, threads, device)

    def scoring(self, run: "Run", statistics: str | None) -> dict[str, Any]:
        """Return the kind of batch norm statistics: the argument, or the setting of the run."""
        return {"statistics": statistics or run.settings["statistics"]}

    def load(
        self, folder: Path, iteration: int, scoring: Mapping[str, Any], batch_size: int
    ) -> "Predictor":
        """Return the discriminator of a checkpoint as a predictor."""
        from auva.models.gan.scoring import load_discriminator

        return load_discriminator(folder, iteration, scoring["statistics"]).predictor(batch_size)

    def generate(self, folder: Path, iteration: int, count: int, seed: int) -> "NDArray[np.uint8]":
        """Return generated images: see `auva.models.gan.scoring.generate`."""
        from auva.models.gan.scoring import generate

        return generate(folder, iteration, count, seed)


def _share(default: float, label: Callable[[Any], str]) -> Axis:
    """Return an axis of numbers above 0 and at most 1."""

    def read(value: object) -> float:
        number = _number(value)
        if not 0 < number <= 1:
            raise ValueError("a number above 0 and at most 1")
        return number

    return Axis(default, read, label)


def _whole(value: object) -> int:
    number = _number(value)
    if not (number >= 1 and number.is_integer()):
        raise ValueError("a whole number of at least 1")
    return int(number)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _number(value: Any) -> float:  # noqa: ANN401
    """Return a value as a number, NaN if it is not one."""
    try:
        return float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return float("nan")


def _rate_label(rate: float) -> str:
    """Return a learning rate as `lr1e-4` or `lr2.5e-4`."""
    _, digits, exponent = Decimal(repr(rate)).normalize().as_tuple()
    assert isinstance(exponent, int)
    text = "".join(str(digit) for digit in digits)
    mantissa = text[0] + (f".{text[1:]}" if len(text) > 1 else "")
    return f"lr{mantissa}e{exponent + len(text) - 1}"


MODEL = Gan()
