"""The runs that the workflow plans: which exist, what each reads, how long it takes."""

from collections.abc import Mapping
from typing import Any

from auva.errors import InputError, suggest
from auva.gan.datasets import DIGITS, FETCHED
from auva.gan.experiments import expand, run_of
from auva.gan.nodes import FACE_KINDS
from auva.tables.layouts import LAYOUTS, thesis_family
from auva.workflow.plan import DIGITS_FOLDER

_MINUTES_PER_ITERATION = 1 / 250
"""Measured 0.1 to 0.2 s per iteration of batch 64 on one core; a job gets about twice that."""

_DAY = 24 * 60
"""Most minutes that a training asks for: what partitions of most clusters allow."""

_MINUTES_PER_MEGABYTE = 0.007
"""Of scoring one checkpoint on the validation and test people of a packed file; about three times
what was measured (1,000 checkpoints on 23,134 faces: 85 minutes of one core)."""


class Runs:
    """All runs of the configured experiments.

    Parameters
    ----------
    config : mapping
        The checked configuration.

    Raises
    ------
    InputError
        For an impossible grid, an experiment under `leakage` that is unknown or has no scores, a
        dataset without a copy.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._runs = expand(config["experiments"], config["training"])
        self._leaking = config["leakage"]
        self._results = config["results"]
        self._check_copies(config["digits"])
        self._check_leaking()

    def _check_leaking(self) -> None:
        kinds = {family: run["kind"] for (family, _), run in self._runs.items()}
        for name in self._leaking:
            if name not in kinds:
                raise InputError(f"config: leakage: no experiment '{name}'{suggest(name, kinds)}")
            if kinds[name] not in FACE_KINDS:
                raise InputError(
                    f"config: leakage: experiment '{name}' (kind {kinds[name]}) has no scores of "
                    "faces to compare"
                )

    def _check_copies(self, folders: Mapping[str, Any]) -> None:
        """Say at once which local copy of a dataset the configured runs need."""
        for (family, _), run in self._runs.items():
            name = run["dataset"]
            if name in DIGITS and name not in FETCHED and not folders[name]:
                raise InputError(
                    f"config: digits.{name}: experiment {family} needs the folder of a local copy "
                    f"of {name} with {', '.join(DIGITS[name].names)}"
                )

    def settings(self, experiment: str, run: str) -> dict[str, Any]:
        """Return the settings of one run; an unknown name is an `InputError`."""
        return run_of(self._runs, experiment, run)

    def of(self, experiment: str) -> list[dict[str, Any]]:
        """Return the settings of an experiment's runs in the order of the config.

        An unknown experiment is an `InputError`.
        """
        found = [run for (family, _), run in self._runs.items() if family == experiment]
        return found or [run_of(self._runs, experiment, "")]

    def of_table(self, name: str) -> list[dict[str, Any]]:
        """Return the runs that a table of `LAYOUTS` shows: those with its outputs and loss."""
        family = LAYOUTS[name].experiment
        return [run for run in self._runs.values() if thesis_family(run) == family]

    def all(self) -> list[dict[str, Any]]:
        """Return the settings of all runs in the order of the config."""
        return list(self._runs.values())

    def scored(self) -> list[dict[str, Any]]:
        """Return the runs on faces whose discriminators have scores to tabulate."""
        return [run for run in self._runs.values() if run["kind"] in FACE_KINDS]

    def affect(self) -> list[dict[str, Any]]:
        """Return the runs that predict valence and arousal alone."""
        return [run for run in self._runs.values() if run["kind"] == "va"]

    def categorical(self) -> list[dict[str, Any]]:
        """Return the runs on pictures of ten exclusive categories."""
        return [run for run in self._runs.values() if run["kind"] == "categorical"]

    def leaking(self) -> list[dict[str, Any]]:
        """Return the runs that are trained on a random split of frames too."""
        return [run for name in self._leaking for run in self.of(name)]

    def predicting(self, cfg: Mapping[str, Any]) -> dict[str, Any]:
        """Return the run that predicts videos: the configured one, or the experiment's first.

        Raises
        ------
        InputError
            For an unknown experiment or run, or one that says nothing about faces.
        """
        try:
            first, name = self.of(cfg["experiment"])[0], cfg["run"]
            run = first if name is None else self.settings(cfg["experiment"], name)
        except InputError as error:
            raise InputError(f"config: prediction: {error}") from None
        if run["kind"] not in FACE_KINDS:
            raise InputError(
                f"config: prediction.experiment: '{cfg['experiment']}' (kind {run['kind']}) "
                "predicts nothing about faces"
            )
        return run

    def files(self, runs: list[dict[str, Any]], folder: str, name: str) -> list[str]:
        """Return one file of each run's folder below the results."""
        return [f"{self._results}/{folder}/{r['experiment']}/{r['run']}/{name}" for r in runs]

    def dataset(self, experiment: str, run: str, split: str = "") -> str:
        """Return the file that a run reads: the packed faces of its size, or digits."""
        settings = self.settings(experiment, run)
        if settings["dataset"] != "faces":
            return f"{DIGITS_FOLDER}/{settings['dataset']}.h5"
        return f"{self._results}/dataset/faces_{settings['training']['image_size']}{split}.h5"

    def extractor(self, experiment: str, run: str) -> str:
        """Return the feature extractor that measures a run's images."""
        settings = self.settings(experiment, run)
        name = settings["dataset"]
        if name == "faces":
            name = f"faces_{settings['training']['image_size']}"
        return f"{self._results}/quality/{name}.safetensors"

    def extractor_dataset(self, name: str) -> str:
        """Return the dataset that an extractor is trained on."""
        return f"{DIGITS_FOLDER if name in DIGITS else f'{self._results}/dataset'}/{name}.h5"

    def minutes(self, experiment: str, run: str) -> int:
        """Return the run time to ask a cluster for: a day, or what a shorter training needs.

        A training that its time limit ends goes on in the next job.
        """
        iterations = self.settings(experiment, run)["training"]["iterations"]
        return min(_DAY, 15 + round(iterations * _MINUTES_PER_ITERATION))

    def scoring_minutes(self, experiment: str, run: str, every: int, megabytes: float) -> int:
        """Return the run time to ask a cluster for, to score each `every`-th checkpoint.

        `megabytes` is the size of the packed file.
        """
        settings = self.settings(experiment, run)["training"]
        checkpoints = settings["iterations"] / settings["checkpoint_interval"] / every
        return 20 + round(checkpoints * megabytes * _MINUTES_PER_MEGABYTE)

    def tables(self) -> list[str]:
        """Return the names of the tables of scores that some configured run stands in."""
        names = [name for name in LAYOUTS if self.of_table(name)]
        names += ["categorical"] if self.categorical() else []
        names += [f"held_out_{kind}" for kind in ("au", "va") if self._has(kind)]
        return [*names, "leakage"] if self._leaking else names

    def _has(self, outputs: str) -> bool:
        return any(outputs in run["kind"] for run in self.scored())

    def pictures(self) -> list[str]:
        """Return the figures of all runs and experiments."""
        folder = f"{self._results}/figures"
        scored = self.scored()
        names = [f"{r['experiment']}/{r['run']}.samples.png" for r in self._runs.values()]
        for run in self._runs.values():
            kind = "losses" if run in scored else "losses-only"
            names.append(f"{run['experiment']}/{run['run']}.{kind}.png")
        families = dict.fromkeys(r["experiment"] for r in scored if r["kind"] in ("au", "vaau"))
        names += [f"{name}_action_units.png" for name in families]
        names += ["affect.png"] if self.affect() else []
        return [f"{folder}/{name}" for name in names]
