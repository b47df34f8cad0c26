"""The linear models: kinds, training and loading.

Planning imports this module, so numerical libraries are imported only inside the functions that
need them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from auva.errors import InputError
from auva.models.base import Model
from auva.models.linear.settings import BY_LANDMARKS, LEAST_SIDE, NETWORK, SETTINGS

if TYPE_CHECKING:
    from auva.models.predictions import Predictor
    from auva.models.run import Run


class Linear(Model):
    """Features of the face, logistic regression for each Action Unit, ridge for affect."""

    kinds = ("vaau", "au", "va")
    settings = SETTINGS
    losses: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "training": {"au_loss": "cross entropy", "va_loss": "squared error"}
    }

    def check(self, run: "Run", place: str) -> None:
        """Raise an error if the faces are too small for the features or their cells."""
        settings = run.settings
        if settings["features"] in BY_LANDMARKS and settings["image_size"] < LEAST_SIDE:
            raise InputError(
                f"{place}.training.image_size: landmarks need faces of at least {LEAST_SIDE} "
                f"pixels, not {settings['image_size']}"
            )
        if settings["cell"] * 2 > settings["image_size"]:
            raise InputError(
                f"{place}.training.cell: {settings['cell']} pixels are more than half of a face"
            )

    def files(self, run: "Run") -> tuple[str, ...]:
        """Return the setting that names the file of landmark networks, if it is needed."""
        return ("landmarker",) if run.settings["features"] in BY_LANDMARKS else ()

    def learns(self, tensor: str) -> bool:
        """Return whether a tensor is learnt (the landmark network is not)."""
        return tensor != NETWORK

    def iterations(self, run: "Run") -> int:
        """Return the number of penalties, each of which has a row of the history."""
        return len(run.settings["penalties"])

    def checkpoints(self, run: "Run") -> int:
        """Return the number of penalties."""
        return len(run.settings["penalties"])

    def train(self, run: "Run", dataset_h5: Path, folder: Path, threads: int, device: str) -> None:
        """Train one run: see `auva.models.linear.training.train`."""
        from auva.models.linear.training import train

        train(run, dataset_h5, folder, threads)

    def scoring(self, run: "Run", statistics: str | None) -> dict[str, Any]:
        """Return whether a prediction is the mean of a face and its mirror image."""
        return {"mean_of_mirror": run.settings["mean_of_mirror"]}

    def load(
        self, folder: Path, iteration: int, scoring: Mapping[str, Any], batch_size: int
    ) -> "Predictor":
        """Return the linear map of a penalty as a predictor."""
        from auva.models.linear.predictor import load

        return load(folder, iteration, bool(scoring["mean_of_mirror"]), batch_size)


MODEL = Linear()
