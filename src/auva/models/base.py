"""The interface between the workflow and a model: settings, axes, training and predictor."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from auva.settings import Setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from auva.models.predictions import Predictor
    from auva.models.run import Run

LARGEST_SEED = 2**32 - 1
"""Largest random seed that all libraries accept."""

IMAGE_SIZE = Setting(28, "side of the face images in pixels", minimum=8)

_STATISTICS = ("running_mean", "running_var", "num_batches_tracked", ".mean", ".variance")


@dataclass(frozen=True)
class Axis:
    """One axis of a grid: a parameter in which the runs of an experiment differ.

    Attributes
    ----------
    default : object
        The value if a grid does not name the axis.
    read : callable
        Returns a value of the configuration as a builtin of the axis' type; raises a `ValueError`
        whose text completes "'value' is not …".
    label : callable
        Returns the part of a run's name with the value; empty: the value is not in the name.
    """

    default: Any
    read: Callable[[Any], Any]
    label: Callable[[Any], str]


class Model(ABC):
    """A family of models that the workflow can plan, train, score and predict with.

    A model is registered under its name (`auva.models.registry`). Planning imports its module.
    Therefore that module must not import a numerical library before `train` or `load` is called.
    """

    kinds: ClassVar[tuple[str, ...]] = ("au", "va", "vaau")
    """The kinds that it can learn: keys of `auva.models.run.KINDS`."""

    settings: ClassVar[Mapping[str, Setting]] = {"image_size": IMAGE_SIZE}
    """Every setting of a run; it must have `image_size`, which selects the packed file."""

    losses: ClassVar[Mapping[str, Mapping[str, str]]] = {"training": {"loss": "loss"}}
    """Panels of the figure of losses: title -> column of history.csv -> label. The first column of
    each panel is the one that lists of runs show."""

    presets: ClassVar[tuple[str, ...]] = ("full",)
    """Names of its presets, the default first."""

    generates: ClassVar[bool] = False
    """Whether it generates images (`generate`), which the workflow then shows and measures."""

    def axes(self, kind: str) -> Mapping[str, Axis]:
        """Return the axes of its grid for a kind, in the order of a run's name."""
        return {}

    def datasets(self, kind: str) -> tuple[str, ...]:
        """Return its possible datasets: "faces" or datasets of pictures, the default first."""
        return ("faces",)

    def affect_losses(self, kind: str) -> tuple[str, ...]:
        """Return the possible losses of valence and arousal; empty: there is no choice."""
        return ()

    def preset(self, name: str, kind: str, affect_loss: str | None) -> Mapping[str, Any]:
        """Return the settings of a preset for a kind that differ from the defaults.

        Settings in the configuration have priority. `name` is one of `presets`.
        """
        return {}

    def check(self, run: "Run", place: str) -> None:
        """Raise an `InputError` for a combination of valid settings that cannot be trained."""
        return

    def files(self, run: "Run") -> tuple[str, ...]:
        """Return the settings with names of files that the training reads (`Run.file`)."""
        return ()

    def groups(self, run: "Run") -> tuple[str, ...]:
        """Return the groups of a packed file whose faces its training reads.

        "train", and "unlabelled" where it learns from faces without labels too. Their people are
        those on whom the run cannot be scored.
        """
        return ("train",)

    def minutes(self, run: "Run", megabytes: float) -> int:
        """Return the minutes to request from a cluster; `megabytes` is the packed file's size."""
        return 60

    def iterations(self, run: "Run") -> int | None:
        """Return the last iteration of a finished run, None if it depends on the faces."""
        return 1

    def checkpoints(self, run: "Run") -> int:
        """Return the number of checkpoints of a finished run."""
        return 1

    def learns(self, tensor: str) -> bool:
        """Return whether a tensor of a checkpoint is learnt (batch norm statistics are not)."""
        return not tensor.endswith(_STATISTICS)

    @abstractmethod
    def train(self, run: "Run", dataset_h5: Path, folder: Path, threads: int, device: str) -> None:
        """Train a run and write its folder (`auva.models.folder`)."""

    def scoring(self, run: "Run", statistics: str | None) -> dict[str, Any]:
        """Return settings of the scoring as builtins; `chosen.json` stores them for `load`."""
        return {}

    @abstractmethod
    def load(
        self, folder: Path, iteration: int, scoring: Mapping[str, Any], batch_size: int
    ) -> "Predictor":
        """Return a checkpoint of a trained run as a predictor.

        Parameters
        ----------
        folder : Path
            The folder of the run.
        iteration : int
            One of the iterations in its checkpoints.csv.
        scoring : mapping
            The result of `scoring`.
        batch_size : int
            Faces in one forward pass.
        """

    def generate(self, folder: Path, iteration: int, count: int, seed: int) -> "NDArray[np.uint8]":
        """Return images that a checkpoint generates, for a model with `generates`.

        Parameters
        ----------
        folder : Path
            The folder of the run.
        iteration : int
            One of the iterations in its checkpoints.csv.
        count : int
            Number of images.
        seed : int
            Random seed; the same seed gives the same images.

        Returns
        -------
        uint8 array [count, side, side, c]
            RGB (c = 3) or grey (c = 1).
        """
        raise NotImplementedError(f"{type(self).__name__} generates no images")
