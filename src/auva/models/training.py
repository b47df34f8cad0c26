"""The training stage: train one run with its model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from auva.dataset.read import Faces, check_people, facts_of
from auva.errors import InputError
from auva.models.base import Model
from auva.models.meter import metered
from auva.models.registry import get_model
from auva.models.run import CHOICE, Run, as_run
from auva.records.checkpoints import checkpoint_name, read_checkpoints
from auva.records.chosen import read_chosen
from auva.records.cost import COST, Cost, write_cost
from auva.records.tensors import read_tensors
from auva.sheet.people import same_people

_TASKS = {"au": "Action Units", "va": "valence and arousal"}
"""Task of a run on faces -> what its labels are called."""


def train(
    run: Mapping[str, Any] | Run,
    dataset_h5: str | Path,
    out_dir: str | Path,
    threads: int = 1,
    device: str = "auto",
    protocol: str = "identity",
    files: Sequence[str | Path] = (),
) -> None:
    """Train one run and write its folder: config.json, history.csv, checkpoints, checkpoints.csv.

    Finally writes cost.json: the CPU seconds of the training and the number of learnt parameters.

    A stopped run continues from its saved state if its model saves one.

    Parameters
    ----------
    run : mapping or Run
        A run, or the result of `Run.as_dict`.
    dataset_h5 : path
        Packed dataset; only its set `train` is read.
    out_dir : path
        Folder of the run.
    threads : int
        CPU threads; results are the same bit for bit at the same number.
    device : str
        "cpu", "cuda", or "auto" for CUDA where there is one.
    protocol : str
        The required split of the faces: "identity", or "random_frames" to measure leakage.
    files : sequence of path
        Paths of the files that the settings `Model.files` name, in that order; by default the paths
        in the settings.

    Raises
    ------
    InputError
        Dataset, settings or a stored file that cannot be used; a person in two sets; faces with
        other Action Units than the run's; no label of what it learns; initial weights that have
        seen people who are to be held out.
    """
    chosen = as_run(run)
    if chosen.dataset == "faces":
        check_people(dataset_h5, protocol)
        facts = facts_of(dataset_h5)
        chosen = replace(chosen, margin=facts.margin)
        chosen.check_faces(facts, dataset_h5)
        _check_labels(chosen, dataset_h5)
    model = get_model(chosen.model, f"config experiments.{chosen.experiment}.model")
    places = dict(zip(model.files(chosen), map(str, files), strict=False))
    chosen = replace(chosen, places=places)
    if protocol == "identity":
        chosen = replace(chosen, seen=_seen(chosen, model, dataset_h5))
    folder = Path(out_dir)
    with metered() as meter:
        model.train(chosen, Path(dataset_h5), folder, threads, device)
        write_cost(folder / COST, Cost(meter.seconds(), count_parameters(model, folder)))


def _check_labels(run: Run, dataset_h5: str | Path) -> None:
    """Refuse training faces without any label of what a run learns."""
    with Faces(dataset_h5, "train", run.image_size) as faces:
        for task in run.tasks:
            if not faces.has_labels(task):
                cause = f"no training face has a label of {_TASKS[task]}, which the run "
                raise InputError(
                    f"{cause}{run.experiment}/{run.name} (kind {run.kind}) learns", dataset_h5
                )


def _seen(run: Run, model: Model, dataset_h5: str | Path) -> tuple[str, ...]:
    """Return the people that the run's initial weights have seen; none may be held out here.

    The files that name no run, such as a network from elsewhere, say nothing about people.
    """
    seen: set[str] = set()
    for path in map(run.file, model.files(run)):
        if Path(path).name == CHOICE:
            choice = read_chosen(path)
            if not choice.trained_on:
                raise InputError("does not name the people of the training: evaluate again", path)
            _refuse_held_out(choice.trained_on, dataset_h5, ("validation", "test"), path)
            _refuse_held_out(choice.chosen_by, dataset_h5, ("test",), path)
            seen.update(choice.trained_on, choice.chosen_by)
    return tuple(sorted(seen))


def _refuse_held_out(
    people: Iterable[str], dataset_h5: str | Path, sets: Iterable[str], path: str | Path
) -> None:
    """Raise an `InputError` about `path` if a set of packed faces shows one of some people."""
    for name in sets:
        with Faces(dataset_h5, name) as faces:
            known = same_people((person for _, person, *_ in faces.videos()), people)
        if known:
            raise InputError(
                f"this run has learnt from '{known[0]}', who is in the {name} set of {dataset_h5}: "
                "its weights cannot initialise a run on these faces",
                path,
            )


def count_parameters(model: Model, folder: Path) -> int | None:
    """Return the number of learnt parameters of a finished run, None if it is not known."""
    last = int(read_checkpoints(folder)["iteration"].iloc[-1])
    try:
        tensors, _ = read_tensors(folder / checkpoint_name(last))
    except InputError:
        return None  # a model of another package may have its own format of checkpoints
    return sum(value.numel() for name, value in tensors.items() if model.learns(name))
