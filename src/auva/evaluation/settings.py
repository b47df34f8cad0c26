"""The `evaluation` section of the configuration."""

import re
from dataclasses import dataclass
from typing import ClassVar

from auva.errors import InputError
from auva.evaluation.catalogue import METRICS
from auva.settings import Section, setting

STATISTICS = ("recalibrated", "running", "batch")
THRESHOLDS = ("each", "shared")
SELECTIONS = (
    "auto",
    "f1_best",
    *(metric.name for metric in METRICS if metric.chooses),
    "real_as_real",
)
"""What can choose a checkpoint; a metric means its mean over the targets, "f1_best" for the
mean F1 at the tuned thresholds, "auto" for the mean of that and "ccc", as far as a run has them."""

NONE, CENTRED = "none", "centred"
WAY = re.compile(r"median(?P<frames>[0-9]{1,6})|exponential(?P<share>0?\.[0-9]+|1(?:\.0*)?)")
"""A smoothing after the model; `auva.evaluation.after` tells what each way does."""


def check_way(name: str, place: str) -> None:
    """Raise an `InputError` that begins with `place` where a name is none of a way."""
    found = WAY.fullmatch(name.removeprefix(f"{CENTRED}+"))
    smoothing = found and (
        int(found["frames"]) % 2 == 1 if found["frames"] else float(found["share"]) > 0
    )
    if name not in (NONE, CENTRED) and not smoothing:
        raise InputError(
            f"{place}: '{name}' is not none, centred, median and an odd number of frames, "
            "exponential and a share of at most 1, or centred+one of the last two"
        )


@dataclass(frozen=True)
class Settings(Section):
    """How checkpoints are scored and one of them is chosen."""

    section: ClassVar[str] = "evaluation"

    # "recalibrated": of real training faces, taken when the checkpoint was written; "running": as
    # the training left them; "batch": of each scored batch with dropout on, as the base code did.
    statistics: str | None = setting(
        None,
        "batch norm statistics when scoring; null: those of training.statistics",
        choices=(None, *STATISTICS),
        types=("string", "null"),
    )
    batch_size: int = setting(256, "faces in one forward pass", minimum=1)
    every: int = setting(1, "score every n-th checkpoint, and always the last", minimum=1)
    subsample: int | None = setting(
        None,
        "score a fixed random subset of this many faces of each set; null: all. The held-out test "
        "set is always read in full",
        types=("integer", "null"),
        minimum=1,
    )
    threshold: float = setting(
        0.5,
        "probability from which an AU counts as present in scores.csv, and "
        "below which a face counts as real",
        above=0,
        below=1,
    )
    thresholds: str = setting(
        "each",
        "thresholds chosen on the validation people for the held-out protocol: "
        "each (one per AU) or shared (one for all AUs, more reliable with few "
        "people)",
        choices=THRESHOLDS,
    )
    selection: str = setting(
        "auto",
        "score that chooses the held-out checkpoint on the validation people; "
        "auto is used for a run without that score",
        choices=SELECTIONS,
    )
    after: tuple[str, ...] = setting(
        ("none",),
        "what may be done to the predictions after the model; one entry is "
        "chosen on the validation people. none, median9 (running median over 9 "
        "frames), exponential0.3 (exponential smoothing, weight 0.3), centred "
        "(the video's median of each Action Unit subtracted), centred+median9",
    )
    bootstrap: int = setting(1000, "number of bootstrap samples of people per interval", minimum=1)
    confidence: float = setting(0.95, "confidence level of the intervals", above=0, maximum=0.999)
    seed: int = setting(0, "random seed of the bootstrap and of the subsample", minimum=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        for way in self.after:
            check_way(way, f"config {self.section}.after")


SETTINGS = Settings.declared()
