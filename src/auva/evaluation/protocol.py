"""The held-out protocol: choose on the validation people, then read the test set once.

The thesis takes each metric's best score over all checkpoints on the test set itself, which
flatters it. Here one checkpoint and one threshold per AU are chosen on people who are neither in
the training nor in the test set; then the test set is read once. This is the number to believe.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.dataset.read import FaceSet
from auva.evaluation.bootstrap import (
    Sampled,
    bootstrap,
    faces_digest,
    intervals,
    sample,
)
from auva.evaluation.catalogue import METRICS, NO_LABEL, NO_POSITIVE
from auva.evaluation.gaps import filled, without
from auva.evaluation.scores import (
    Score,
    action_unit_scores,
    affect_scores,
    defined,
    mean_score,
    real_scores,
)
from auva.evaluation.settings import Settings
from auva.metrics import classification, regression
from auva.models.predictions import Predictions
from auva.records.bootstrap import Samples
from auva.records.chosen import Chosen, Counts
from auva.records.scores import HELD_OUT, WITHOUT
from auva.units import VA_NAMES

Float = NDArray[np.float64]
UNTUNED = "no positive label in the validation set: threshold not tuned"
NOTHING_TO_CHOOSE = "no labelled validation faces: last checkpoint, thresholds not tuned"
UNRATED = "no positive label in the validation set: last checkpoint"
UNTAUGHT = "no positive label in the training set: never taught"
NO_COUNTS = Counts(0, 0, 0, 0, 0)


class Scored(NamedTuple):
    """Held-out scores.

    `table` has the columns `HELD_OUT`; `samples` the means over Action Units and the scores of
    affect in each bootstrap sample.
    """

    table: pd.DataFrame
    samples: Samples


class Choice(NamedTuple):
    """What the validation people decide.

    `criterion` (higher is better) rates a checkpoint, NaN where their labels cannot; `thresholds`
    are those of its AUs, NaN where the validation set has no positive of one. `note` tells what
    kept the checkpoint from being rated as the settings say. `ratings` are those of `Chosen`.
    """

    criterion: float
    thresholds: Float
    note: str = ""
    ratings: Mapping[str, float] = {}


def rate(predictions: Predictions, labels: FaceSet, settings: Settings) -> Choice | None:
    """Rate one checkpoint on the validation set and tune the thresholds of its AUs there.

    None where nothing is labelled that the run predicts. Where the run or the labels do not have
    the score that `settings.selection` names, the choice is that of "auto".
    """
    thresholds = best_f1 = np.full(len(labels.au_names), np.nan)
    if predictions.au is not None:
        thresholds, best_f1 = tuned_thresholds(predictions.au, labels, settings.thresholds)
    values = _validated(filled(predictions), labels, settings, best_f1)
    criterion, note = _criterion(values, settings)
    if np.isnan(criterion) and not _labelled(predictions, labels):
        return None
    rated = {"f1": values["f1_best"], "ccc": values["ccc"]}
    ratings = {name: float(value) for name, value in rated.items() if not np.isnan(value)}
    return Choice(criterion, thresholds, note, ratings)


def tuned_thresholds(probability: Float, labels: FaceSet, which: str) -> tuple[Float, Float]:
    """Return the thresholds that maximise F1 on labelled faces, and each AU's F1 there.

    `which` is "each" or "shared" (`Settings.thresholds`). A face without a prediction (NaN) is
    absent at every threshold. NaN for an AU without a positive, and the threshold also for one
    without a prediction.
    """
    if which == "shared":
        shared, f1 = classification.best_shared_threshold(labels.au, probability, labels.au_mask)
        return np.where(np.isnan(f1), np.nan, shared), f1
    pairs = [
        classification.best_threshold(labels.au[:, i], probability[:, i], labels.au_mask[:, i])
        for i in range(len(labels.au_names))
    ]
    thresholds, f1 = np.array(pairs).T
    return thresholds, f1


def _labelled(predictions: Predictions, labels: FaceSet) -> bool:
    """Return whether any face has a label of what the run predicts."""
    au = predictions.au is not None and bool(labels.au_mask.any())
    return au or (predictions.va is not None and bool(labels.va_mask.any()))


def _validated(
    predictions: Predictions, labels: FaceSet, settings: Settings, best_f1: Float
) -> dict[str, float]:
    """Return everything that can rate a checkpoint (higher is better), NaN where undefined."""
    rows: list[Score] = []
    if predictions.au is not None:
        fixed = np.full(len(labels.au_names), settings.threshold)
        rows += action_unit_scores(predictions.au, labels, fixed)
    if predictions.va is not None:
        rows += affect_scores(predictions.va, labels)
    values = {
        metric.name: (-1 if metric.lowest_is_best else 1)
        * classification.mean_defined([row.value for row in rows if row.metric == metric.name])
        for metric in METRICS
    }
    values["f1_best"] = classification.mean_defined(best_f1)
    values["real_as_real"] = (
        np.nan
        if predictions.fake is None
        else classification.real_as_real(predictions.fake, settings.threshold)
    )
    if predictions.au is None and predictions.va is None:
        values["auto"] = values["real_as_real"]
    else:
        values["auto"] = classification.mean_defined([values["f1_best"], values["ccc"]])
    return values


def _criterion(values: Mapping[str, float], settings: Settings) -> tuple[float, str]:
    """Return the number that rates a checkpoint, and a note where it is not the configured one."""
    if not np.isnan(values[settings.selection]):
        return values[settings.selection], ""
    if not np.isnan(values["auto"]):
        return values["auto"], f"no {settings.selection} on the validation set: chosen as by auto"
    return np.nan, UNRATED


def held_out(
    iteration: int,
    choice: Choice | None,
    predictions: Predictions,
    labels: FaceSet,
    settings: Settings,
) -> tuple[Chosen, Scored]:
    """Read the test set once with the chosen checkpoint and thresholds.

    Parameters
    ----------
    iteration : int
        The chosen checkpoint.
    choice : Choice or None
        Its rating on the validation people; None if there are none.
    predictions, labels : Predictions, FaceSet
        Of all faces of the test set.
    settings : Settings

    Returns
    -------
    chosen : Chosen
        Checkpoint, thresholds and criterion; counts and scoring are left for the caller.
    scores : Scored
        In `table` one row per metric and target: of each AU the metrics of `METRICS`,
        base_rate, floor (F1 of always "present", 2p/(1+p)) and accuracy_floor (always the commoner
        answer), and their means with target "all"; of valence and arousal ccc, mse, ccc_per_video,
        and the same of predicting each video's own mean (ccc_video_mean, mse_video_mean), which
        knows the labels; real_as_real; faces_without_prediction, where there are any. `low` and
        `high` are the interval over people, empty with fewer than two. A value is NaN where it is
        undefined, and `note` says why.
    """
    tuned = np.full(len(labels.au_names), np.nan) if choice is None else choice.thresholds
    thresholds = np.where(np.isnan(tuned), settings.threshold, tuned)
    units = labels.au_names if predictions.au is not None else ()
    untuned = NOTHING_TO_CHOOSE if choice is None else UNTUNED
    criterion = np.nan if choice is None else choice.criterion
    chosen = Chosen(
        iteration=iteration,
        thresholds={au: float(thresholds[i]) for i, au in enumerate(units)},
        remarks={au: untuned for i, au in enumerate(units) if np.isnan(tuned[i])},
        scoring={},
        criterion=None if np.isnan(criterion) else float(criterion),
        note=NOTHING_TO_CHOOSE if choice is None else choice.note,
        ratings={} if choice is None else dict(choice.ratings),
        fixed_threshold=settings.threshold,
        confidence=settings.confidence,
        counts=NO_COUNTS,
    )
    return chosen, scored(iteration, predictions, labels, thresholds, settings)


def scored(
    iteration: int,
    predictions: Predictions,
    labels: FaceSet,
    thresholds: Float,
    settings: Settings,
) -> Scored:
    """Return the held-out scores of faces at chosen thresholds, with floors and intervals.

    Parameters
    ----------
    iteration : int
        The checkpoint.
    predictions, labels : Predictions, FaceSet
        Of n faces.
    thresholds : float64 [units] or [n, units]
        Probability from which each Action Unit counts as present.
    settings : Settings
        `threshold` of real faces, `bootstrap`, `confidence` and `seed`.

    Returns
    -------
    Scored
        See `held_out`.
    """
    rows = missing_scores(predictions)
    predictions = filled(predictions)
    if predictions.au is not None:
        rows += floors(labels) + action_unit_scores(predictions.au, labels, thresholds)
    if predictions.va is not None:
        rows += affect_scores(predictions.va, labels) + affect_floors(predictions.va, labels)
    rows += real_scores(predictions, settings.threshold)
    draw = bootstrap(labels, settings.bootstrap, settings.confidence, settings.seed)
    sampled = sample(predictions, labels, thresholds, settings.threshold, draw)
    table = as_table(iteration, rows, intervals(sampled, draw))
    return Scored(table, Samples(faces_digest(labels, draw), _means(sampled)))


def missing_scores(predictions: Predictions) -> list[Score]:
    """Return how many faces have no prediction, and count as absent; nothing where all have one."""
    lacking = int(without(predictions).sum())
    why = f"{lacking} of {len(predictions)} faces without a prediction count as absent"
    return [Score(WITHOUT, "all", float(lacking), why)] if lacking else []


def _means(sampled: Sampled) -> dict[str, Float]:
    """Return the samples of all scores but those of a single Action Unit, by name."""
    return {
        metric if target == "all" else f"{metric}_{target}": values
        for (metric, target), values in sampled.items()
        if target == "all" or target in VA_NAMES
    }


def floors(labels: FaceSet) -> list[Score]:
    """Return base rate, F1 floor and accuracy floor of each AU, and the floors' means."""
    counts = classification.confusion(labels.au, np.ones_like(labels.au), labels.au_mask)
    rate_of = classification.base_rate(counts)
    floor, majority = classification.always_positive_f1(rate_of), np.maximum(rate_of, 1 - rate_of)
    table = {
        "base_rate": (rate_of, NO_LABEL),
        "floor": (floor, NO_POSITIVE),
        "accuracy_floor": (majority, NO_LABEL),
    }
    rows = [
        defined(name, au, values[i], why)
        for name, (values, why) in table.items()
        for i, au in enumerate(labels.au_names)
    ]
    return [*rows, *(mean_score(name, labels.au_names, *column) for name, column in table.items())]


def affect_floors(values: Float, labels: FaceSet) -> list[Score]:
    """Return CCC per video, and the scores of predicting each video's own mean."""
    video = labels.video
    rows: list[Score] = []
    for i, target in enumerate(VA_NAMES):
        truth, keep = labels.va[:, i].astype(np.float64), labels.va_mask[:, i]
        means = _group_means(truth, keep, video)
        for name, value in (
            ("ccc_per_video", regression.per_group_ccc(truth, values[:, i], keep, video)),
            ("ccc_video_mean", float(regression.ccc(truth, means, keep))),
            ("mse_video_mean", float(regression.mse(truth, means, keep))),
        ):
            rows.append(defined(name, target, value, NO_LABEL))
    return rows


def as_table(
    iteration: int, rows: Iterable[Score], edges: dict[tuple[str, str], tuple[float, float]]
) -> pd.DataFrame:
    """Return the rows of `held_out.csv`."""
    nothing = (np.nan, np.nan)
    return pd.DataFrame(
        [
            (iteration, row.metric, row.target, row.value, *edges.get(row[:2], nothing), row.note)
            for row in rows
        ],
        columns=list(HELD_OUT),
    )


def with_untaught(
    remarks: dict[str, str], names: Sequence[str], positives: NDArray[np.int64]
) -> dict[str, str]:
    """Return the remarks with a word at each Action Unit that the training never saw present.

    Parameters
    ----------
    remarks : dict
        Of `Chosen`.
    names : sequence of str
        The Action Units.
    positives : int64 [units]
        Training faces of each of them.
    """
    unseen = [au for au, count in zip(names, positives, strict=True) if not count]
    said = {au: "; ".join(filter(None, [UNTAUGHT, remarks.get(au, "")])) for au in unseen}
    return {**remarks, **said}


def _group_means(truth: Float, keep: NDArray, groups: NDArray) -> Float:
    _, number = np.unique(groups, return_inverse=True)
    total = np.bincount(number, weights=np.where(keep, truth, 0.0))
    frames = np.bincount(number, weights=keep.astype(np.float64))
    return (total / np.maximum(frames, 1))[number]
