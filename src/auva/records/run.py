"""`config.json`: the run that a folder holds."""

import json
from pathlib import Path

from auva.errors import InputError
from auva.files import write_text
from auva.models.run import Run
from auva.records.document import read_document

CONFIG = "config.json"


def write_run(run_dir: Path, run: Run) -> None:
    """Write the run that a folder holds, before its training begins."""
    write_text(run_dir / CONFIG, json.dumps(run.as_dict(), indent=2, sort_keys=True) + "\n")


def read_run(run_dir: str | Path) -> Run:
    """Return the run that a folder holds, its model and settings checked.

    Raises
    ------
    InputError
        If the file is missing, not JSON, or not the settings of a run.
    """
    path = Path(run_dir) / CONFIG
    missing = "no such file: not the folder of a trained run"
    stored = read_document(path, "the settings of a run", missing).content
    try:
        return Run.from_dict(stored)
    except InputError as error:
        raise InputError(f"is not the settings of a run: {error.cause}", path) from None
    except (TypeError, ValueError):
        raise InputError("is not the settings of a run", path) from None
