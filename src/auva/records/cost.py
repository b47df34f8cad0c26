"""`cost.json`: what a training cost. Its CPU seconds differ from one training to the next."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from auva.errors import InputError
from auva.files import write_text
from auva.records.document import read_document

COST = "cost.json"


@dataclass(frozen=True)
class Cost:
    """What a training cost and made.

    Attributes
    ----------
    cpu_seconds : float
        CPU time of the training on all cores. Of a training that was interrupted: the time to reach
        each state from which it went on, and the rest. A GPU's time is not counted.
    parameters : int or None
        Numbers that were learnt; None if the model's checkpoints do not show them.
    """

    cpu_seconds: float
    parameters: int | None


def write_cost(path: str | Path, cost: Cost) -> None:
    """Write cost.json, whole or not at all."""
    rounded = {**asdict(cost), "cpu_seconds": round(cost.cpu_seconds, 2)}
    write_text(path, json.dumps(rounded, indent=2, sort_keys=True) + "\n")


def read_cost(path: str | Path) -> Cost:
    """Read cost.json.

    Raises
    ------
    InputError
        It is missing or holds something else.
    """
    page = read_document(path, "the cost of a training", "no such file: train the run first")
    seconds = page.get("cpu_seconds", float)
    if seconds < 0:
        raise InputError(f"is not the cost of a training: cpu_seconds is {seconds:g}", path)
    unknown = "parameters" in page.content and page.content["parameters"] is None
    return Cost(seconds, None if unknown else page.get("parameters", int))
