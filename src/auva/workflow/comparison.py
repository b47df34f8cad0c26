"""Comparisons: runs with a baseline, with other tools, and on other corpora."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.evaluation.peer_settings import ENDINGS, is_prediction
from auva.models.run import Run
from auva.settings import complete
from auva.workflow.paths import normalised
from auva.workflow.runs import Runs
from auva.workflow.settings import TRANSFER

_SIZE = "{size}"
RESERVED = ("peer", "floor")
"""Names in the column `experiment` of models.csv that are not experiments."""

BASELINE_MODEL = "linear"
"""The model whose first experiment is the baseline if the configuration names none."""


class Comparison:
    """The sections `models_table`, `transfer` and `peers` of a configuration.

    Parameters
    ----------
    config : mapping
        The checked configuration.
    runs : Runs
        The runs of the same configuration.

    Raises
    ------
    InputError
        An unknown baseline, a reserved name of an experiment, a packed file or a folder of
        predictions that does not exist.
    """

    def __init__(self, config: Mapping[str, Any], runs: Runs) -> None:
        self._runs = runs
        self._transfer = {
            name: complete(
                TRANSFER, {"faces": entry} if isinstance(entry, str) else entry, f"transfer.{name}"
            )
            for name, entry in config["transfer"].items()
        }
        self._peers = config["peers"]
        self._results = config["results"]
        self._check_names()
        self.baseline = self._baseline(config["models_table"]["baseline"])
        self._check_sizes()
        for corpus, run in self.pairs():
            self.faces(corpus, run)
        for name in self._peers:
            self.predictions(name)

    def _check_names(self) -> None:
        for run in self._runs.scored():
            if run.experiment in RESERVED:
                raise InputError(
                    f"config: experiments.{run.experiment}: the table of models has rows of this "
                    "name that are not runs"
                )

    def _check_sizes(self) -> None:
        sizes = sorted({run.image_size for run in self._runs.scored()})
        for corpus, entry in self._transfer.items():
            if len(sizes) > 1 and _SIZE not in entry["faces"]:
                needed = " and ".join(map(str, sizes))
                raise InputError(
                    f"config: transfer.{corpus}: {entry['faces']} is one file, but the runs need "
                    f"faces of {needed} pixels: write {_SIZE} into the path"
                )

    def _baseline(self, named: str | None) -> str | None:
        """Return `EXPERIMENT/RUN`, None where there is no baseline."""
        scored = self._runs.scored()
        if named is None:
            scored = [run for run in scored if run.model == BASELINE_MODEL]
            return _name(scored[0]) if scored else None
        experiment, _, wanted = named.partition("/")
        for run in scored:
            if run.experiment == experiment and wanted in ("", run.name):
                return _name(run)
        known = [*dict.fromkeys(run.experiment for run in scored), *map(_name, scored)]
        cause = f"config: models_table.baseline: no run '{named}' with scores of faces"
        raise InputError(f"{cause}{suggest(named, known)}")

    def pairs(self) -> list[tuple[str, Run]]:
        """Return all pairs of another corpus and a scored run."""
        return [(corpus, run) for corpus in self._transfer for run in self._runs.scored()]

    def corpora(self) -> list[str]:
        """Return the names of the other corpora."""
        return list(self._transfer)

    def faces(self, corpus: str, run: Run) -> str:
        """Return the packed faces of another corpus for a run; the file must exist."""
        given = self._transfer[corpus]["faces"]
        path = normalised(given.replace(_SIZE, str(run.image_size)))
        if not Path(path).is_file():
            hint = "" if path == given else f", which {_name(run)} needs"
            raise InputError(f"config: transfer.{corpus}: no file {path}{hint}")
        return path

    def names_are_shared(self, corpus: str) -> bool:
        """Return whether equal names of people mean the same people in another corpus."""
        return not self._transfer[corpus]["other_people"]

    def transfer_files(self) -> list[str]:
        """Return the scores of each of `pairs`; an `InputError` if there is none."""
        if not self.pairs():
            cause = (
                "no other corpus is named" if not self._transfer else "no run has scores of faces"
            )
            raise InputError(f"config: transfer: {cause}")
        return [
            f"{self._results}/transfer/{corpus}/{run.experiment}/{run.name}.csv"
            for corpus, run in self.pairs()
        ]

    def peers(self) -> list[str]:
        """Return the names of the other tools."""
        return list(self._peers)

    def peer(self, name: str) -> dict[str, str]:
        """Return the configuration of a tool: predictions, format, frames_of."""
        return dict(self._peers[name])

    def peer_folders(self) -> list[tuple[str, str, str]]:
        """Return name, format and folder of the scores of each tool."""
        return [
            (name, entry["format"], f"{self._results}/peers/{name}")
            for name, entry in self._peers.items()
        ]

    def peer_files(self) -> list[str]:
        """Return the files of all tools' scores."""
        names = ("scores.csv", "as_given.bootstrap.csv", "tuned.bootstrap.csv")
        return [f"{folder}/{name}" for *_, folder in self.peer_folders() for name in names]

    def predictions(self, name: str) -> list[str]:
        """Return the files that a tool wrote."""
        peer = self._peers[name]
        folder = Path(peer["predictions"])
        if not folder.is_dir():
            raise InputError(f"config: peers.{name}.predictions: no folder {folder}")
        found = [path for path in folder.iterdir() if is_prediction(path, peer["format"])]
        if not found:
            endings = " or ".join(ENDINGS[peer["format"]])
            raise InputError(
                f"config: peers.{name}.predictions: no file in {folder} ends with {endings}"
            )
        return sorted(normalised(str(path)) for path in found)


def _name(run: Run) -> str:
    return f"{run.experiment}/{run.name}"
