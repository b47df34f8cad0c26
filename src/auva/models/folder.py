"""The folder of a run: the files that every model leaves behind for evaluation and prediction.

config.json holds the run, checkpoints/ the weights by iteration, and checkpoints.csv, written last,
lists them with their checksums.
"""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from auva.errors import InputError
from auva.files import sha256, write_text
from auva.models.run import Run

if TYPE_CHECKING:
    import pandas as pd

CONFIG = "config.json"
CHECKPOINTS = "checkpoints.csv"
CHECKPOINT_COLUMNS = ("iteration", "file", "sha256")


def write_run(folder: Path, run: Run) -> None:
    """Write config.json of a run, before its training begins."""
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / CONFIG, json.dumps(run.as_dict(), indent=2, sort_keys=True) + "\n")


def read_run(folder: str | Path) -> Run:
    """Return the run that a folder holds.

    Raises
    ------
    InputError
        Its config.json is missing, not JSON or not the settings of a run.
    """
    path = Path(folder) / CONFIG
    try:
        return Run.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except OSError:
        raise InputError("no such file: not the folder of a trained run", path) from None
    except (ValueError, TypeError) as error:
        cause = "not valid JSON" if isinstance(error, json.JSONDecodeError) else str(error)
        raise InputError(cause, path) from None


def checkpoint_name(iteration: int) -> str:
    """Return the file name of a checkpoint."""
    return f"iteration-{iteration:08d}.safetensors"


def checkpoint_path(folder: str | Path, iteration: int) -> Path:
    """Return the file of a checkpoint of a run."""
    return Path(folder) / "checkpoints" / checkpoint_name(iteration)


def list_checkpoints(folder: Path, iterations: Iterable[int]) -> None:
    """Write checkpoints.csv: the last file of a training, which tells that it is finished.

    Raises
    ------
    InputError
        A checkpoint is missing.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CHECKPOINT_COLUMNS)
    for iteration in iterations:
        path = checkpoint_path(folder, iteration)
        if not path.exists():
            raise InputError("this checkpoint is missing; train again", path)
        writer.writerow((iteration, path.relative_to(folder).as_posix(), sha256(path)))
    write_text(folder / CHECKPOINTS, text.getvalue())


def read_checkpoints(run_dir: str | Path) -> "pd.DataFrame":
    """Return the run's checkpoints: iteration, file (relative to the run) and sha256, in order.

    Raises
    ------
    InputError
        If the list is missing, empty, lacks a column or has an iteration that is no whole number.
    """
    import pandas as pd

    path = Path(run_dir) / CHECKPOINTS
    if not path.is_file():
        raise InputError("no such file: the training of this run has not finished", path)
    try:
        table = pd.read_csv(path, dtype={"file": str, "sha256": str})
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"not a table of checkpoints ({error})", path) from None
    for column in CHECKPOINT_COLUMNS:
        if column not in table.columns:
            raise InputError(f"column '{column}' is missing", path, 1)
    if table.empty:
        raise InputError("lists no checkpoint", path)
    if not pd.api.types.is_integer_dtype(table["iteration"]):
        raise InputError("has an iteration that is not a whole number", path)
    return table.sort_values("iteration", ignore_index=True)


def verify(run_dir: str | Path, table: "pd.DataFrame", iteration: int) -> Path:
    """Return the file of one checkpoint after comparing its checksum.

    Raises
    ------
    InputError
        If the iteration is not listed, or the file is missing or not the one that was written.
    """
    rows = table[table["iteration"] == iteration]
    if rows.empty:
        known = ", ".join(str(number) for number in table["iteration"].tail(5))
        raise InputError(
            f"no checkpoint of iteration {iteration} (the last ones: {known})",
            Path(run_dir) / CHECKPOINTS,
        )
    path = Path(run_dir) / rows["file"].iloc[0]
    if not path.is_file():
        raise InputError("checkpoint is missing although checkpoints.csv lists it", path)
    if sha256(path) != rows["sha256"].iloc[0]:
        raise InputError(
            "damaged checkpoint: its checksum differs from the one in checkpoints.csv", path
        )
    return path
