"""Every metric of the evaluation, declared once: scores, intervals, tables and docs read this list.

A metric of the Action Units is a function of the counts of right and wrong decisions; a metric of
valence and arousal is a function of the moments of labels and predictions. Both add up over people,
so the same function gives the score and its bootstrap samples. The area under the ROC curve alone
is made from ranks.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_POSITIVE = "no positive label in this set"
NO_BOTH = "only one class in this set"
NO_LABEL = "nothing labelled in this set"
NO_DECISION = "never predicted"


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes
    ----------
    name : str
        Its name in scores.csv and held_out.csv; the mean over Action Units is `{name}_mean`.
    task : str
        "au" or "va": what it scores.
    text : str
        Its meaning, for the docs.
    undefined : str
        The note beside an undefined value.
    function : str or None
        Name of the function that makes it, of `auva.metrics.classification` (au) or
        `auva.metrics.regression` (va); None: made from ranks (`roc_auc`).
    lowest_is_best : bool
        Whether a lower value is better.
    floor : str or None
        Name of the reference score of a predictor that has learnt nothing, in held_out.csv.
    chooses : bool
        Whether it may choose a checkpoint (`evaluation.selection`).
    """

    name: str
    task: str
    text: str
    undefined: str
    function: str | None
    lowest_is_best: bool = False
    floor: str | None = None
    chooses: bool = False

    @property
    def of(self) -> "Callable[[Any], NDArray[np.float64]] | None":
        """From `Confusion` (au) or `Moments` (va) to the values."""
        from auva.metrics import classification, regression

        home = classification if self.task == "au" else regression
        return None if self.function is None else getattr(home, self.function)


METRICS: tuple[Metric, ...] = (
    Metric(
        "f1",
        "au",
        "2 tp / (2 tp + fp + fn), presence is the positive class",
        NO_POSITIVE,
        "f1",
        floor="floor",
        chooses=True,
    ),
    Metric("f1_macro", "au", "mean of the F1 of presence and that of absence", NO_BOTH, "f1_macro"),
    Metric(
        "accuracy",
        "au",
        "share of correct decisions",
        NO_LABEL,
        "accuracy",
        floor="accuracy_floor",
    ),
    Metric(
        "precision",
        "au",
        "share of correct ones among the predictions 'present'",
        NO_DECISION,
        "precision",
    ),
    Metric(
        "recall", "au", "share of the positive labels that are predicted", NO_POSITIVE, "recall"
    ),
    Metric(
        "auc",
        "au",
        "area under the ROC curve, ties count half; needs no threshold",
        NO_BOTH,
        None,
        chooses=True,
    ),
    Metric(
        "ccc",
        "va",
        "concordance correlation coefficient over all labelled faces of the set, population "
        "variance; a constant series gives 0",
        NO_LABEL,
        "ccc_of",
        chooses=True,
        floor="ccc_video_mean",
    ),
    Metric(
        "mse",
        "va",
        "mean squared error over all labelled faces; valence and arousal are not clipped",
        NO_LABEL,
        "mse_of",
        chooses=True,
        lowest_is_best=True,
        floor="mse_video_mean",
    ),
)


def metrics_of(task: str) -> list[Metric]:
    """Return the metrics of a task, "au" or "va"."""
    return [metric for metric in METRICS if metric.task == task]


def metric_named(name: str) -> Metric:
    """Return a metric by its name, or by the name of its mean; a `KeyError` where there is none."""
    by_name = {metric.name: metric for metric in METRICS}
    return by_name[name.removesuffix("_mean")]
