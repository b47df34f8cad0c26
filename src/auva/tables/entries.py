"""The rows of the table of models: our runs and other tools' predictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from auva.errors import InputError
from auva.models.run import Run
from auva.records.bootstrap import Samples, read_bootstrap
from auva.records.chosen import Chosen, read_chosen
from auva.records.cost import COST, read_cost
from auva.records.scores import AS_GIVEN, TUNED, WITHOUT, read_held_out, read_peer
from auva.tables.results import NOTHING, Best


@dataclass(frozen=True)
class Entry:
    """One row of the table.

    Attributes
    ----------
    experiment, run : str
        Experiment and name of a run; for another tool, "peer" and the name of the tool.
    model : str
        Name of the model; for another tool, the format of its files.
    held_out : mapping
        (metric, target) -> score.
    samples : Samples
        Samples of the bootstrap.
    place : Path
        The file of the samples, for messages.
    facts : mapping
        Further cells: seed, image_size, after, thresholds, parameters, training_cpu_seconds.
    notes : sequence of str
        Notes on the scores.
    """

    experiment: str
    run: str
    model: str
    held_out: Mapping[tuple[str, str], Best]
    samples: Samples
    place: Path
    facts: Mapping[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def name(self) -> str:
        """Name of the entry in messages and captions."""
        return f"{self.experiment}/{self.run}"

    def score(self, metric: str, target: str) -> Best:
        """Return a score, all NaN if there is none."""
        return self.held_out.get((metric, target), NOTHING)


def of_run(run: Run, folder: Path) -> tuple[Entry, Chosen]:
    """Return the entry of an evaluated run, read from its folder, and its choices."""
    chosen, cost = read_chosen(folder / "chosen.json"), read_cost(folder / COST)
    seed = run.axes.get("seed", run.settings.get("seed"))
    place = folder / "bootstrap.csv"
    scores = _scores(read_held_out(folder / "held_out.csv"))
    lost = _lost(scores)
    return Entry(
        run.experiment,
        run.name,
        run.model,
        scores,
        read_bootstrap(place),
        place,
        {
            "image_size": run.image_size,
            "seed": seed,
            "after": chosen.after,
            "thresholds": "chosen on the validation people" if chosen.thresholds else "",
            "parameters": cost.parameters,
            "training_cpu_seconds": cost.cpu_seconds,
        },
        tuple(
            filter(
                None,
                (
                    chosen.note,
                    *dict.fromkeys(chosen.remarks.values()),
                    chosen.training_note,
                    lost,
                ),
            )
        ),
    ), chosen


def of_peer(name: str, format: str, folder: Path) -> list[Entry]:
    """Return the entries of another tool: with its own thresholds, and with tuned ones."""
    entries = []
    for thresholds, table in read_peer(folder / "scores.csv").groupby("thresholds", sort=False):
        place = folder / f"{thresholds}.bootstrap.csv"
        scores = _scores(table)
        lost = _lost(scores)
        entries.append(
            Entry(
                "peer",
                name,
                format,
                scores,
                read_bootstrap(place),
                place,
                {"thresholds": _THRESHOLDS[str(thresholds)]},
                (f"{lost} ({folder.name}/scores.csv names them)",) if lost else (),
            )
        )
    return entries


def _lost(scores: dict[tuple[str, str], Best]) -> str:
    """Remove the number of faces without a prediction from the scores; "" if there are none."""
    found = scores.pop((WITHOUT, "all"), None)
    if found is None or not found.value:
        return ""
    return f"{found.value:.0f} faces without a prediction count as absent"


_THRESHOLDS = {AS_GIVEN: "as the tool gives them", TUNED: "tuned on the validation people"}


def entries_of(
    runs: Sequence[Mapping[str, Any]],
    folders: Sequence[str | Path],
    peers: Sequence[tuple[str, str, str]],
) -> tuple[list[Entry], list[Chosen]]:
    """Return the entries of runs and of other tools, and the choices of each run's evaluation.

    Parameters
    ----------
    runs : sequence of mapping
        Evaluated runs, as `Run.as_dict` gives them.
    folders : sequence of path
        Their folders.
    peers : sequence of (name, format, folder)
        Other tools, as `auva.evaluation.peers.evaluate_peer` scored them.
    """
    pairs = [of_run(Run.from_dict(run), Path(at)) for run, at in zip(runs, folders, strict=True)]
    others = [entry for name, format, at in peers for entry in of_peer(name, format, Path(at))]
    return [entry for entry, _ in pairs] + others, [chosen for _, chosen in pairs]


def check_same_faces(entries: Sequence[Entry]) -> None:
    """Raise an error for entries that were scored on different faces, labels or samples."""
    for entry in entries:
        first = entries[0]
        if entry.samples.faces != first.samples.faces:
            raise InputError(
                f"other faces, labels or bootstrap samples than in {first.place}: the scores "
                "cannot be compared",
                entry.place,
            )


def _scores(table: pd.DataFrame) -> dict[tuple[str, str], Best]:
    return {
        (str(row["metric"]), str(row["target"])): Best(
            float(row["value"]),
            np.nan,
            float(row["low"]),
            float(row["high"]),
            str(row["note"]),
        )
        for row in table.to_dict("records")
    }
