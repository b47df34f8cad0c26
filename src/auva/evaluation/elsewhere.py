"""A trained run scored on another corpus.

The checkpoint, its thresholds and what is done after the model were chosen before, on the
validation people of the run's own corpus. Nothing is chosen here.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from auva import wording
from auva.dataset.read import Faces, FaceSet, facts_of
from auva.errors import InputError
from auva.evaluation.after import apply
from auva.evaluation.people import score_people
from auva.evaluation.protocol import scored
from auva.evaluation.settings import Settings
from auva.evaluation.stage import predictor, read_choice
from auva.models.predictions import Predictions, predict_blocks
from auva.models.run import Run
from auva.progress import progress
from auva.records.checkpoints import read_checkpoints, verify
from auva.records.chosen import Chosen
from auva.records.run import read_run
from auva.records.scores import write_held_out, write_people
from auva.sheet.people import same_people
from auva.units import SETS

_BLOCK = 2048


def evaluate_elsewhere(
    run_dir: str | Path,
    faces_h5: str | Path,
    out_csv: str | Path,
    chosen_json: str | Path | None = None,
    settings: Settings | None = None,
    sets: Sequence[str] = SETS,
    names_are_shared: bool = True,
    people_csv: str | Path | None = None,
) -> None:
    """Score a trained run on every face of a packed file that another corpus' run made.

    Parameters
    ----------
    run_dir : path
        Folder of a trained and evaluated run.
    faces_h5 : path
        Packed faces of the run's size.
    out_csv : path
        Written: the columns and scores of held_out.csv.
    chosen_json : path, optional
        What the evaluation chose; by default chosen.json in the run's folder.
    settings : Settings, optional
        Bootstrap, level and seed of the intervals, faces of a forward pass.
    sets : sequence of str
        The sets of the packed file that are scored, by default all.
    names_are_shared : bool
        Whether equal names of people mean the same people in both corpora.
    people_csv : path, optional
        Written: the scores of each person (`auva.evaluation.people.score_people`).

    Raises
    ------
    InputError
        The run is not evaluated or makes no predictions for faces; faces of another size, with
        other Action Units or another margin; no face; a person that the run was trained on, or that
        chose its checkpoint and thresholds.
    """
    settings = settings or Settings()
    run = read_run(run_dir)
    if not run.predicts_faces:
        cause = f"a run of kind {run.kind} on {run.dataset} makes no predictions for faces"
        raise InputError(cause, run_dir)
    chosen = read_choice(run, chosen_json or Path(run_dir) / "chosen.json")
    verify(run_dir, read_checkpoints(run_dir), chosen.iteration)
    labels: list[FaceSet] = []

    def blocks(name: str) -> Iterator[FaceSet]:
        with Faces(faces_h5, name, run.image_size) as faces:
            count = -(-len(faces) // _BLOCK)
            for block in progress(faces.blocks(_BLOCK), count, f"faces of {name}", "block"):
                labels.append(block.without_images())
                yield block

    run.check_faces(facts_of(faces_h5), faces_h5)
    used = [name for name in sets if _check_set(run, chosen, faces_h5, name, names_are_shared)]
    if not used:
        raise InputError(f"holds no face in {', '.join(sets)}: nothing to score", faces_h5)
    predict = predictor(run_dir, chosen.iteration, chosen.scoring, settings.batch_size)
    found = Predictions.concatenate([predict_blocks(predict, blocks(name)) for name in used])
    whole = FaceSet.concatenate(labels)
    order = np.lexsort((whole.frame, whole.video))
    whole, found = whole.take(order), found.take(order)
    found = apply(chosen.after, found, whole.video, whole.frame)
    thresholds = chosen.threshold_array(run.action_units)
    write_held_out(out_csv, scored(chosen.iteration, found, whole, thresholds, settings).table)
    if people_csv is not None:
        write_people(people_csv, score_people(found, whole, thresholds))


def _check_set(
    run: Run, chosen: Chosen, faces_h5: str | Path, name: str, names_are_shared: bool
) -> bool:
    """Refuse a set that the run may not be scored on; return whether it has faces."""
    with Faces(faces_h5, name, run.image_size) as faces:
        if names_are_shared:
            _refuse_known({person for _, person, *_ in faces.videos()}, chosen, faces_h5)
        return len(faces) > 0


def _refuse_known(people: set[str], chosen: Chosen, path: str | Path) -> None:
    roles = {
        "that the run was trained on": chosen.trained_on,
        "that chose its checkpoint and thresholds": chosen.chosen_by,
    }
    for role, names in roles.items():
        known = same_people(people, names)
        if known:
            raise InputError(
                f"holds {wording.people(len(known))} {role}: {', '.join(known)} (if these are "
                "other people of the same names: --other-people, or transfer.*.other_people)",
                path,
            )
