"""`cost.json`: what a training cost. Its CPU seconds differ from one training to the next."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from auva.errors import InputError
from auva.files import write_text

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
        Numbers that were learnt; None where the model's checkpoints do not tell.
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
    try:
        stored = json.loads(Path(path).read_text(encoding="utf-8"))
        cost = Cost(**stored)
    except OSError:
        raise InputError("no such file: train the run first", path) from None
    except (ValueError, TypeError):
        raise InputError("is not the cost of a training", path) from None
    counted = cost.parameters is None or _is_number(cost.parameters, int)
    if not (counted and _is_number(cost.cpu_seconds, int | float)):
        raise InputError("is not the cost of a training", path)
    return cost


def _is_number(value: object, kind: object) -> bool:
    known = isinstance(value, kind) and not isinstance(value, bool)  # type: ignore[arg-type]
    return known and 0 <= value < float("inf")  # type: ignore[operator]
