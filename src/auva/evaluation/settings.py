"""The settings of the evaluation stage, with their defaults and checks."""

from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from auva.errors import InputError, suggest
from auva.evaluation.after import NONE, check_way
from auva.evaluation.catalogue import METRICS

STATISTICS = ("recalibrated", "running", "batch")
THRESHOLDS = ("each", "shared")
SELECTIONS = ("auto", "f1_best", *(metric.name for metric in METRICS), "real_as_real")
"""What can choose a checkpoint; a metric stands for its mean over the targets."""


@dataclass(frozen=True)
class Settings:
    """How checkpoints are scored and one of them is chosen; the keys of `config["evaluation"]`.

    Attributes
    ----------
    statistics : str or None
        Batch norm statistics that the discriminator is scored with. "recalibrated": of real
        training faces, taken when the checkpoint was written; "running": as the training left
        them, a mix of real and generated batches; "batch": of each scored batch, with dropout on,
        as the base code of the thesis did. None: as the run's setting `training.statistics` says.
    batch_size : int
        Faces in one forward pass; no influence on the scores unless `statistics` is "batch".
    every : int
        Score each `every`-th checkpoint only, and always the last; 1 scores all.
    subsample : int or None
        Score a fixed random subset of this many faces of each set, None all faces. The test set of
        the held-out protocol is always read in full.
    threshold : float
        Probability from which an AU counts as present in `scores.csv` (the thesis' 0.5), and
        under which a face counts as real.
    thresholds : str
        What the validation people tune for the held-out protocol: a threshold of "each" AU, or one
        "shared" by all, which a handful of people decides more surely than eight.
    selection : str
        What chooses the held-out checkpoint on the validation people. "auto" is the mean of
        "f1_best" (mean over AUs of the F1 at the tuned thresholds) and "ccc" (mean of valence and
        arousal), as far as the run has these outputs. A run without the named score (ccc of a run
        of Action Units) is chosen as by "auto", and its held_out.csv says so.
    after : tuple of str
        Ways of `auva.evaluation.after` (smoothing, centring) among which the validation people
        choose one for the chosen checkpoint.
    bootstrap : int
        Number of bootstrap samples of people for the intervals.
    confidence : float
        Level of the intervals.
    seed : int
        Seed of the bootstrap and of the subsample.
    """

    statistics: str | None = None
    batch_size: int = 256
    every: int = 1
    subsample: int | None = None
    threshold: float = 0.5
    thresholds: str = "each"
    selection: str = "auto"
    after: tuple[str, ...] = (NONE,)
    bootstrap: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        for field, kind in get_type_hints(type(self)).items():
            if field != "after":
                _of_kind(field, getattr(self, field), get_args(kind) or (kind,))
        if self.statistics is not None:
            _one_of("statistics", self.statistics, STATISTICS)
        _one_of("thresholds", self.thresholds, THRESHOLDS)
        _one_of("selection", self.selection, SELECTIONS)
        if not self.after:
            raise InputError("evaluation.after: the list is empty")
        for way in self.after:
            check_way(way, "evaluation.after")
        for field in ("batch_size", "every", "bootstrap"):
            if getattr(self, field) < 1:
                raise InputError(f"evaluation.{field}: {getattr(self, field)} is less than 1")
        if self.subsample is not None and self.subsample < 1:
            raise InputError(f"evaluation.subsample: {self.subsample} is less than 1")
        for field in ("threshold", "confidence"):
            if not 0 < getattr(self, field) < 1:
                raise InputError(
                    f"evaluation.{field}: {getattr(self, field)} does not lie between 0 and 1"
                )


def read(cfg: dict[str, Any] | None) -> Settings:
    """Return the settings of one plain dict; missing keys take their default.

    Raises
    ------
    InputError
        For an unknown key (with the nearest known one) or an impossible value.
    """
    known = [field.name for field in fields(Settings)]
    for key in cfg or {}:
        if key not in known:
            raise InputError(f"evaluation.{key}: unknown setting{suggest(key, known)}")
    given = dict(cfg or {})
    if "after" in given:
        if not isinstance(given["after"], list) or not all(
            isinstance(way, str) for way in given["after"]
        ):
            raise InputError(f"evaluation.after: {given['after']!r} is not a list of names")
        given["after"] = tuple(given["after"])
    return Settings(**given)


def _of_kind(field: str, value: object, kinds: tuple[type, ...]) -> None:
    """Check the type of a value; a whole number may stand for a float, true and false for none."""
    allowed = (*kinds, int) if float in kinds else kinds
    if isinstance(value, bool) or not isinstance(value, allowed):
        wanted = " or ".join("null" if kind is type(None) else kind.__name__ for kind in kinds)
        raise InputError(f"evaluation.{field}: {value!r} is not of the kind {wanted}")


def _one_of(field: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        listed = ", ".join(known)
        raise InputError(
            f"evaluation.{field}: '{value}' is not one of {listed}{suggest(value, known)}"
        )
