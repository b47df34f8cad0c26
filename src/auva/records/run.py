"""`config.json`: the settings of a trained run, in its folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError
from auva.files import write_text
from auva.gan.experiments import AXES, expand

CONFIG = "config.json"


def write_run(run_dir: Path, run: Mapping[str, Any]) -> None:
    """Write the settings of a run, as `auva.gan.experiments.expand` gives them."""
    write_text(run_dir / CONFIG, json.dumps(run, indent=2, sort_keys=True) + "\n")


def read_run(run_dir: str | Path) -> dict[str, Any]:
    """Return the settings of a trained run.

    Raises
    ------
    InputError
        If the file is missing, no JSON, or not the settings of a run.
    """
    path = Path(run_dir) / CONFIG
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError("no such file: not the folder of a trained run", path) from None
    except (ValueError, RecursionError):
        raise InputError("is not valid JSON: not the settings of a run", path) from None
    try:
        return _checked(run)
    except InputError as error:
        raise InputError(f"not the settings of a run ({error.cause})", path) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError("not the settings of a run", path) from None


def _checked(run: dict[str, Any]) -> dict[str, Any]:
    """Return a run as its own settings expand to it; settings that it lacks have their default."""
    axes = {axis: [value] for axis, value in run.items() if axis in (*AXES, "dataset")}
    entry = {"kind": run["kind"], "grid": [axes], "training": run["training"]}
    if run["va_loss"] is not None:
        entry["va_loss"] = run["va_loss"]
    (known,) = expand({run["experiment"]: entry}, {}).values()
    for name in known.keys() | run.keys():
        if name != "training" and known[name] != run[name]:
            raise InputError(f"{name} is '{run[name]}', not '{known[name]}'")
    return known
