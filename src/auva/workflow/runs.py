"""The runs that the workflow plans: their names, inputs and expected times."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from auva.digest import code_digest
from auva.errors import InputError, suggest
from auva.files import sha256
from auva.landmarks.task import PLACE
from auva.models import registry
from auva.models.base import Model
from auva.models.gan.datasets import DIGITS, FETCHED
from auva.models.run import CHOICE, Run, expand, run_of
from auva.tables.layouts import LAYOUTS, thesis_family
from auva.units import names_of
from auva.workflow.paths import normalised
from auva.workflow.plan import DIGITS_FOLDER

_DAY = 24 * 60
"""Longest requested time of a training in minutes, which most clusters allow."""

_MINUTES_PER_MEGABYTE = 0.007
"""Minutes to score one checkpoint on the validation and test people per megabyte of a packed file;
about three times the measured time (1,000 checkpoints on 23,134 faces: 85 minutes of one core)."""


class Runs:
    """All runs of the configured experiments.

    Parameters
    ----------
    config : mapping
        The checked configuration.
    exists : callable
        Returns whether a path exists.

    Raises
    ------
    InputError
        For an invalid grid, an experiment under `leakage` that is unknown or has no scores, a
        dataset without a copy, faces that the packed files will lack, or a missing file that a
        setting names.
    """

    def __init__(
        self, config: Mapping[str, Any], exists: Callable[[str], bool] = os.path.exists
    ) -> None:
        self._runs = expand(
            config["experiments"],
            config["training"],
            config["models"],
            names_of(config["action_units"]),
        )
        self._leaking = config["leakage"]
        self._results = config["results"]
        self._check_copies(config["digits"])
        self._check_leaking()
        self._check_faces(config["crops"]["size"], config["dataset"]["keep_unlabelled_faces"])
        self._check_named_files(exists)

    def _check_leaking(self) -> None:
        first = {run.experiment: run for run in reversed(self._runs.values())}
        for name in self._leaking:
            if name not in first:
                raise InputError(f"config: leakage: no experiment '{name}'{suggest(name, first)}")
            if not first[name].predicts_faces:
                raise InputError(
                    f"config: leakage: experiment '{name}' (kind {first[name].kind}) has no scores "
                    "of faces to compare"
                )

    def _check_copies(self, folders: Mapping[str, Any]) -> None:
        """Raise an error if the configured runs need a dataset whose local copy is not set."""
        for (family, _), run in self._runs.items():
            name = run.dataset
            if name in DIGITS and name not in FETCHED and not folders[name]:
                raise InputError(
                    f"config: digits.{name}: experiment {family} needs the folder of a local copy "
                    f"of {name} with {', '.join(DIGITS[name].names)}"
                )

    def _check_faces(self, largest: int, unlabelled: bool) -> None:
        """Raise an error if the packed files would not have the faces that a run needs."""
        for run in self._runs.values():
            name = f"{run.experiment}/{run.name}"
            if run.dataset == "faces" and run.image_size > largest:
                raise InputError(
                    f"config: crops.size is {largest}, but {name} needs faces of {run.image_size} "
                    "pixels"
                )
            if "unlabelled" in _model(run).groups(run) and not unlabelled:
                raise InputError(
                    f"config: dataset.keep_unlabelled_faces is false, but {name} learns from them"
                )

    def _check_named_files(self, exists: Callable[[str], bool]) -> None:
        """Raise an error if the settings of the configured runs name a missing file.

        The workflow makes the landmark networks, and the choices of its scored runs.
        """
        made = {PLACE, *self._choices()}
        for run in self._runs.values():
            for setting in _model(run).files(run):
                path = normalised(run.file(setting))
                if path in self.files([run], "runs", CHOICE):
                    cause = f"{run.experiment}/{run.name} cannot begin with its own weights"
                    raise InputError(f"config: {setting}: {cause}")
                if path not in made and not exists(path):
                    raise InputError(
                        f"config: {setting}: no file {path}, for {run.experiment}/{run.name}"
                    )

    def run(self, experiment: str, run: str) -> Run:
        """Return one run; an unknown name is an `InputError`."""
        return run_of(self._runs, experiment, run)

    def of_experiment(self, experiment: str) -> list[Run]:
        """Return an experiment's runs in the order of the config.

        An unknown experiment is an `InputError`.
        """
        found = [run for (family, _), run in self._runs.items() if family == experiment]
        return found or [run_of(self._runs, experiment, "")]

    def of_table(self, name: str) -> list[Run]:
        """Return the runs of a table of `LAYOUTS`: those with its outputs and loss."""
        family = LAYOUTS[name].experiment
        return [run for run in self._runs.values() if thesis_family(run) == family]

    def all(self) -> list[Run]:
        """Return all runs in the order of the config."""
        return list(self._runs.values())

    def scored(self) -> list[Run]:
        """Return the runs on faces that have scores."""
        return [run for run in self._runs.values() if run.predicts_faces]

    def affect(self) -> list[Run]:
        """Return the runs that predict only valence and arousal."""
        return [run for run in self._runs.values() if run.kind == "va"]

    def categorical(self) -> list[Run]:
        """Return the runs on pictures of ten exclusive categories."""
        return [run for run in self._runs.values() if run.kind == "categorical"]

    def experiments(self, generating: bool | None = None) -> list[str]:
        """Return the names of all experiments, or of those that do or do not generate images."""
        return list(
            dict.fromkeys(
                run.experiment
                for run in self._runs.values()
                if generating is None or _model(run).generates == generating
            )
        )

    def generating(self) -> list[Run]:
        """Return the runs whose model makes images."""
        return [run for run in self._runs.values() if _model(run).generates]

    def leaking(self) -> list[Run]:
        """Return the runs that are also trained on a random split of frames."""
        return [run for name in self._leaking for run in self.of_experiment(name)]

    def predicting(self, cfg: Mapping[str, Any]) -> Run:
        """Return the run that predicts videos: the configured one, or the experiment's first.

        Raises
        ------
        InputError
            For an unknown experiment or run, or one without predictions for faces.
        """
        try:
            first, name = self.of_experiment(cfg["experiment"])[0], cfg["run"]
            run = first if name is None else self.run(cfg["experiment"], name)
        except InputError as error:
            raise InputError(f"config: prediction: {error}") from None
        if not run.predicts_faces:
            raise InputError(
                f"config: prediction.experiment: '{cfg['experiment']}' (kind {run.kind}) "
                "makes no predictions for faces"
            )
        return run

    def files(self, runs: Iterable[Run], folder: str, name: str) -> list[str]:
        """Return one file of each run's folder, or the folder if no name is given."""
        places = (f"{self._results}/{folder}/{run.experiment}/{run.name}" for run in runs)
        return [f"{place}/{name}" if name else place for place in places]

    def dataset(self, experiment: str, run: str, split: str = "") -> str:
        """Return the dataset of a run: the packed faces of its size, or digits."""
        found = self.run(experiment, run)
        if found.dataset != "faces":
            return f"{DIGITS_FOLDER}/{found.dataset}.h5"
        return f"{self._results}/dataset/faces_{found.image_size}{split}.h5"

    def named_files(self, experiment: str, run: str, stored: bool = False) -> list[str]:
        """Return the files that a run's settings name and its training reads.

        After these come the files that belong to the choice of another run: the list of its
        checkpoints and, if files are `stored` in a bucket, the archive of the chosen one.
        """
        found = self.run(experiment, run)
        files = [normalised(found.file(setting)) for setting in _model(found).files(found)]
        for choice in sorted(self._choices().intersection(files)):
            folder = choice.removesuffix(CHOICE)
            files += [f"{folder}checkpoints.csv", *([f"{folder}chosen.tar"] if stored else [])]
        return files

    def _choices(self) -> set[str]:
        """Return what the evaluations of the configured runs will write."""
        return set(self.files(self.scored(), "runs", CHOICE))

    def code(self, experiment: str, run: str) -> str:
        """Return the digest of the code of a run's model."""
        return model_code(self.run(experiment, run).model)

    def extractor(self, experiment: str, run: str) -> str:
        """Return the feature extractor for the image quality of a run."""
        found = self.run(experiment, run)
        faces = found.dataset == "faces"
        name = f"faces_{found.image_size}" if faces else found.dataset
        return f"{self._results}/quality/{name}.safetensors"

    def extractor_dataset(self, name: str) -> str:
        """Return the dataset that an extractor is trained on."""
        return f"{DIGITS_FOLDER if name in DIGITS else f'{self._results}/dataset'}/{name}.h5"

    def minutes(self, experiment: str, run: str, megabytes: float) -> int:
        """Return the run time to request from a cluster: a day, or less for a shorter training.

        A training that reaches its time limit continues in the next job. `megabytes` is the size of
        the packed file.
        """
        found = self.run(experiment, run)
        return min(_DAY, _model(found).minutes(found, megabytes))

    def scoring_minutes(self, experiment: str, run: str, every: int, megabytes: float) -> int:
        """Return the run time to request from a cluster, to score each `every`-th checkpoint.

        `megabytes` is the size of the packed file.
        """
        found = self.run(experiment, run)
        checkpoints = _model(found).checkpoints(found) / every
        return 20 + round(checkpoints * megabytes * _MINUTES_PER_MEGABYTE)

    def tables(self) -> list[str]:
        """Return the names of the tables of scores that contain a configured run."""
        names = [name for name in LAYOUTS if self.of_table(name)]
        names += ["categorical"] if self.categorical() else []
        names += ["models"] if self.scored() else []
        names += [f"held_out_{kind}" for kind in ("au", "va") if self._has(kind)]
        return [*names, "leakage"] if self._leaking else names

    def _has(self, task: str) -> bool:
        return any(task in run.tasks for run in self.scored())

    def pictures(self) -> list[str]:
        """Return the figures of all runs and experiments."""
        folder = f"{self._results}/figures"
        scored = self.scored()
        names = [f"{run.experiment}/{run.name}.samples.png" for run in self.generating()]
        for run in self._runs.values():
            kind = "losses" if run in scored else "losses-only"
            names.append(f"{run.experiment}/{run.name}.{kind}.png")
        families = dict.fromkeys(run.experiment for run in scored if "au" in run.tasks)
        names += [f"{name}_action_units.png" for name in families]
        names += ["affect.png"] if self.affect() else []
        return [f"{folder}/{name}" for name in names]


@cache
def model_code(name: str) -> str:
    """Return the digest of a model's code.

    It covers its modules here, or another package's source files and what of auva they import.
    """
    module = registry.target(name).partition(":")[0]
    files = registry.source_files(name)
    if not files:
        return code_digest(module)
    return hashlib.sha256("".join(map(_file_digest, files)).encode()).hexdigest()[:12]


def _file_digest(path: Path) -> str:
    try:
        return code_digest(path)
    except SyntaxError:
        return sha256(path)  # such as a template, which nothing executes


def _model(run: Run) -> Model:
    return registry.get_model(run.model, f"config experiments.{run.experiment}.model")
