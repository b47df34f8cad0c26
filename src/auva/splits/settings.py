"""The `splits` section of the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from auva.errors import InputError
from auva.settings import Section, setting

if TYPE_CHECKING:
    from auva.splits.distances import Goal

METHODS = ("search", "thesis")

WEIGHTS = {"au": 1.0, "va": 0.1, "sex": 0.1, "people": 0.1, "frames": 0.5}
"""Default weight of each distance in the cost that the search minimises."""

_WEIGHED = {
    "au": "Largest gap of an Action Unit's share",
    "va": "Distance of the histograms of valence and arousal",
    "sex": "Gap of the share of women",
    "people": "Distance of the share of people from the wanted one",
    "frames": "Distance of the share of frames from the wanted one",
}


@dataclass(frozen=True)
class Settings(Section):
    """How people are divided."""

    section: ClassVar[str] = "splits"

    method: str = setting(
        "search",
        "division of the people: search (the best one is found) or thesis (the published random "
        "search)",
        choices=METHODS,
    )
    test_share: float = setting(
        0.2, "fraction of all selected frames used for testing", above=0, maximum=0.9
    )
    validation_share: float = setting(
        0.2,
        "fraction of the non-test frames used for validation (0 for none)",
        minimum=0,
        maximum=0.9,
    )
    runs: int = setting(1000, "number of random divisions that the method thesis draws", minimum=1)
    folds: int = setting(
        5,
        "number of identity-disjoint folds over the whole corpus, at least 2 "
        "and at most one per person; 0: none",
        minimum=0,
    )
    weights: Mapping[str, float] | None = setting(
        None,
        "weights of the distances in the cost function: au, va, sex, people, "
        "frames (docs/explanation/splits.md); null: the defaults",
        types=("object", "null"),
        parts=_WEIGHED,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.folds == 1:
            raise InputError("config: splits.folds is 1; it must be 0 or at least 2")

    def goal(self, share: float, chosen: int = 1, rest: int = 1) -> "Goal":
        """Return the goal of a two-way division with these weights."""
        from auva.splits.distances import Goal

        return Goal(share, chosen, rest, {**WEIGHTS, **(self.weights or {})})


SETTINGS = Settings.declared()
