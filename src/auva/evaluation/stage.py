"""The evaluation of one trained run: from its folder and the packed faces to two tables."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from auva.dataset.read import check_people, facts_of
from auva.errors import InputError
from auva.evaluation.checkpoints import SCORED_SETS, evaluate_checkpoints
from auva.evaluation.digits import evaluate_pictures
from auva.evaluation.protocol import with_untaught
from auva.evaluation.settings import Settings
from auva.models.predictions import Predictor
from auva.models.registry import get_model
from auva.models.run import Run
from auva.progress import progress
from auva.records.bootstrap import write_bootstrap
from auva.records.checkpoints import read_checkpoints, thinned, verify
from auva.records.chosen import Chosen, read_chosen, write_chosen
from auva.records.history import exploded, read_history
from auva.records.run import read_run
from auva.records.scores import write_held_out, write_scores
from auva.units import check_same


def evaluate(
    run_dir: str | Path,
    dataset_h5: str | Path,
    scores_csv: str | Path,
    chosen_json: str | Path,
    held_out_csv: str | Path,
    bootstrap_csv: str | Path,
    cfg: dict[str, Any] | None = None,
    threads: int = 1,
    protocol: str = "identity",
    history_csv: str | Path | None = None,
) -> None:
    """Score every checkpoint of a run and hold one out.

    Parameters
    ----------
    run_dir : str or Path
        Folder of a trained run (config.json, checkpoints.csv and its checkpoints).
    dataset_h5 : str or Path
        Packed faces of the size that the run was trained on, or digits (`auva.models.gan.digits`).
    scores_csv : str or Path
        Written: iteration, set, metric, target, value, note (see `auva.evaluation.scores`).
    chosen_json : str or Path
        Written: what the validation people decided (see `auva.records.chosen`).
    held_out_csv : str or Path
        Written: iteration, metric, target, value, low, high, note (see `held_out`).
    bootstrap_csv : str or Path
        Written: the scores of each bootstrap sample (see `auva.records.bootstrap`).
    cfg : dict, optional
        The `evaluation` section of the config (see `Settings`).
    threads : int
        CPU threads of the forward passes.
    protocol : str
        How faces must have been divided: "identity", or "random_frames" to measure a leak.
    history_csv : str or Path, optional
        Losses of the training; where they exploded, chosen.json says so.

    Raises
    ------
    InputError
        For impossible settings, a missing or damaged checkpoint, an empty test set, a dataset of
        another size, schema version, list of Action Units or margin or of other pictures than the
        run was trained on, a person in two sets.
    """
    import torch

    from auva.dataset.read import Faces
    from auva.models.gan.digits import load_digits

    torch.set_num_threads(threads)
    settings = Settings.read(cfg)
    run = read_run(run_dir)
    _check_dataset(run, dataset_h5)
    model = get_model(run.model, str(run_dir))
    scoring = model.scoring(run, settings.statistics)
    iterations = thinned([*map(int, read_checkpoints(run_dir)["iteration"])], settings.every)
    checkpoints = _checkpoints(run_dir, iterations, scoring, settings)
    label, count = f"score {run.experiment} {run.name}", len(iterations)
    trained_on = [*run.seen]
    chosen_by: list[str] = []
    if run.dataset != "faces":
        pictures = load_digits(dataset_h5, "test", run.image_size)
        watched = progress(checkpoints, count, label, "checkpoint")
        found = evaluate_pictures(watched, *pictures, settings)
    else:
        check_people(dataset_h5, protocol)
        run.check_faces(facts_of(dataset_h5), dataset_h5)
        with ExitStack() as stack:
            sets = {
                name: stack.enter_context(Faces(dataset_h5, name, run.image_size))
                for name in SCORED_SETS
            }
            if not len(sets["test"]):
                raise InputError("the test set is empty: nothing to score", dataset_h5)
            found = evaluate_checkpoints(checkpoints, sets, settings, label, count)
            chosen_by = sorted({person for _, person, *_ in sets["validation"].videos()})
        for group in model.groups(run):
            with Faces(dataset_h5, group, run.image_size) as faces:
                trained_on += [person for _, person, *_ in faces.videos()]
        if "au" in run.tasks:
            with Faces(dataset_h5, "train", run.image_size) as train:
                remarks = found.chosen.remarks
                untaught = with_untaught(remarks, train.facts.au_names, train.positives())
                found = found._replace(chosen=replace(found.chosen, remarks=untaught))
    write_scores(scores_csv, found.scores)
    write_held_out(held_out_csv, found.held_out)
    write_bootstrap(bootstrap_csv, found.samples)
    note = "" if history_csv is None else exploded(read_history(history_csv))
    chosen = replace(
        found.chosen,
        scoring=scoring,
        trained_on=sorted(set(trained_on)),
        chosen_by=chosen_by,
        training_note=note,
    )
    write_chosen(chosen_json, chosen)


def read_choice(run: Run, chosen_json: str | Path) -> Chosen:
    """Read what the evaluation of a run chose.

    Raises
    ------
    InputError
        As for `auva.records.chosen.read_chosen`; thresholds of other Action Units than the run's,
        or a scoring that its model does not know.
    """
    chosen = read_chosen(chosen_json)
    check_same(sorted(chosen.thresholds), sorted(run.action_units), "the run has", chosen_json)
    model = get_model(run.model, str(chosen_json))
    wanted = ", ".join(sorted(model.scoring(run, None)))
    given = ", ".join(sorted(chosen.scoring))
    if given != wanted:
        known = f"the model {run.model} needs {wanted or 'nothing'}"
        raise InputError(f"scoring has {given or 'nothing'}, but {known}", chosen_json)
    for name, value in chosen.scoring.items():
        if name in model.settings:
            model.settings[name].check(value, f"{chosen_json}: scoring.{name}")
    return chosen


def predictor(
    run_dir: str | Path, iteration: int, scoring: dict[str, Any], batch_size: int = 256
) -> Predictor:
    """Return a checkpoint of a run as a function from faces to `Predictions`."""
    model = get_model(read_run(run_dir).model, str(run_dir))
    return model.load(Path(run_dir), iteration, scoring, batch_size)


def _check_dataset(run: Run, dataset_h5: str | Path) -> None:
    """Refuse to score a run on pictures of another dataset."""
    from auva.models.gan.digits import digits_name

    name = digits_name(dataset_h5) or "faces"
    if name != run.dataset:
        cause = f"holds {name}, but the run ({run.kind}) was trained on {run.dataset}"
        raise InputError(cause, dataset_h5)


def _checkpoints(
    run_dir: str | Path, iterations: list[int], scoring: dict[str, Any], settings: Settings
) -> Iterator[tuple[int, Predictor]]:
    listed = read_checkpoints(run_dir)
    for iteration in iterations:
        verify(run_dir, listed, iteration)
        yield iteration, predictor(run_dir, iteration, scoring, settings.batch_size)
