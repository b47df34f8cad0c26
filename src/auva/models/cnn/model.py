"""Supervised networks as a model: kinds, grid, training and loading.

Planning imports this module, so torch is imported only inside the functions that need it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from auva.errors import InputError, suggest
from auva.models.base import LARGEST_SEED, Axis, Model
from auva.models.cnn.names import BACKBONES
from auva.models.cnn.settings import PRESETS, SEQUENCE_SETTINGS, SETTINGS

if TYPE_CHECKING:
    from auva.models.predictions import Predictor
    from auva.models.run import Run

_FACES_PER_MINUTE = 3000
"""Trained on one core at 96 pixels: a job gets about twice the measured time."""


class Cnn(Model):
    """A convolutional network over single faces, without a generator."""

    kinds = ("vaau", "au", "va")
    settings = SETTINGS
    presets = tuple(PRESETS)
    losses: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "training": {"loss": "loss", "au_loss": "Action Units", "va_loss": "valence, arousal"}
    }

    def axes(self, kind: str) -> Mapping[str, Axis]:
        """Return backbone and seed."""
        return {
            "backbone": Axis(BACKBONES[0], _one_of(BACKBONES), str),
            "seed": Axis(1, _whole, lambda value: f"seed{value}" if value != 1 else ""),
        }

    def preset(self, name: str, kind: str, affect_loss: str | None) -> Mapping[str, Any]:
        """Return the settings of the whole or of the short training."""
        return PRESETS[name]

    def files(self, run: "Run") -> tuple[str, ...]:
        """Return the setting that names the file of initial weights, if it is set."""
        return ("initial_weights",) if run.settings["initial_weights"] else ()

    def minutes(self, run: "Run", megabytes: float) -> int:
        """Return the minutes of all epochs, for faces of 3 bytes a pixel."""
        faces = megabytes * 1e6 / (3 * run.image_size**2)
        return 15 + round(faces * run.settings["epochs"] / _FACES_PER_MINUTE)

    def iterations(self, run: "Run") -> None:
        """Return None, because the steps of an epoch depend on the number of training faces."""
        return

    def checkpoints(self, run: "Run") -> int:
        """Return the number of epochs with a checkpoint."""
        return -(-run.settings["epochs"] // run.settings["checkpoint_epochs"])

    def train(self, run: "Run", dataset_h5: Path, folder: Path, threads: int, device: str) -> None:
        """Train one run: see `auva.models.cnn.training.train`."""
        from auva.models.cnn.training import train

        train(run, dataset_h5, folder, threads, device)

    def scoring(self, run: "Run", statistics: str | None) -> dict[str, Any]:
        """Return whether a prediction is the mean of a face and its mirror image."""
        return {"mean_of_mirror": run.settings["mean_of_mirror"]}

    def load(
        self, folder: Path, iteration: int, scoring: Mapping[str, Any], batch_size: int
    ) -> "Predictor":
        """Return the network of a checkpoint as a predictor."""
        from auva.models.cnn.predictor import load

        return load(folder, iteration, bool(scoring["mean_of_mirror"]), batch_size)


def _one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: object) -> str:
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}{suggest(str(value), names)}")
        return str(value)

    return read


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_SEED:
        raise ValueError(f"a whole number from 0 to {LARGEST_SEED}")
    return value


class CnnGru(Cnn):
    """The same network with a recurrent layer over the faces of a video (thesis, 2.4.4)."""

    settings = SEQUENCE_SETTINGS

    def check(self, run: "Run", place: str) -> None:
        """Refuse a window that no batch holds."""
        window, batch = run.settings["window"], run.settings["batch_size"]
        if window > batch:
            raise InputError(
                f"{place}.training.window: {window} faces are more than batch_size, {batch}"
            )


MODEL = Cnn()
SEQUENCE_MODEL = CnnGru()
