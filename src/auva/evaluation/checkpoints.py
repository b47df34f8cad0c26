"""Which checkpoints a run has, and which of them are scored."""

from pathlib import Path

import pandas as pd

from auva.archive import pack, restored
from auva.errors import InputError
from auva.files import sha256


def read_checkpoints(run_dir: str | Path) -> pd.DataFrame:
    """Return the run's checkpoints: iteration, file (relative to the run) and sha256, in order.

    Raises
    ------
    InputError
        If the list is missing, empty, lacks a column or has an iteration that is no whole number.
    """
    path = Path(run_dir) / "checkpoints.csv"
    if not path.is_file():
        raise InputError("no such file: the training of this run has not finished", path)
    try:
        table = pd.read_csv(path, dtype={"file": str, "sha256": str})
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"not a table of checkpoints ({error})", path) from None
    for column in ("iteration", "file", "sha256"):
        if column not in table.columns:
            raise InputError(f"column '{column}' is missing", path, 1)
    if table.empty:
        raise InputError("lists no checkpoint", path)
    if not pd.api.types.is_integer_dtype(table["iteration"]):
        raise InputError("has an iteration that is not a whole number", path)
    return table.sort_values("iteration", ignore_index=True)


def thinned(iterations: list[int], every: int) -> list[int]:
    """Return each `every`-th of the sorted iterations, counted back from the last."""
    return iterations[::-1][::every][::-1]


def verify(run_dir: str | Path, table: pd.DataFrame, iteration: int) -> Path:
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
            Path(run_dir) / "checkpoints.csv",
        )
    path = restored(run_dir, rows["file"].iloc[0])
    if not path.is_file():
        raise InputError("checkpoint is missing although checkpoints.csv lists it", path)
    if sha256(path) != rows["sha256"].iloc[0]:
        raise InputError(
            "damaged checkpoint: its checksum differs from the one in checkpoints.csv", path
        )
    return path


def pack_chosen(run_dir: str | Path, held_out_csv: str | Path, path: str | Path | None) -> None:
    """Write the checkpoint that the evaluation chose into an archive of its own.

    Parameters
    ----------
    run_dir, held_out_csv : path
        The run and its held-out scores.
    path : path or None
        Written; nothing is where it is None or empty.
    """
    if path:
        chosen = pd.read_csv(held_out_csv, usecols=["iteration"])["iteration"].unique()
        table = read_checkpoints(run_dir)
        pack(run_dir, table.loc[table["iteration"].isin(chosen), "file"], path)
