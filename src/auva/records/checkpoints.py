"""The checkpoints of a run: how they are named, and the list that says which are whole."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.archive import pack, restored
from auva.errors import InputError
from auva.files import sha256
from auva.records.chosen import read_chosen
from auva.records.table import check_rising, read_table, table_writer, text, whole

if TYPE_CHECKING:
    import pandas as pd

CHECKPOINTS = {"iteration": whole(), "file": text(), "sha256": text()}
"""Columns of a run's `checkpoints.csv`: `file` is relative to the run's folder."""

LIST = "checkpoints.csv"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def checkpoint_name(iteration: int) -> str:
    """Return the file of a checkpoint, relative to the run's folder."""
    return f"checkpoints/iteration-{iteration:08d}.safetensors"


def write_checkpoints(run_dir: Path, iterations: Iterable[int]) -> None:
    """Write the list of a finished run's checkpoints.

    Raises
    ------
    InputError
        If one of them is not there.
    """
    with table_writer(run_dir / LIST, tuple(CHECKPOINTS)) as row:
        for iteration in iterations:
            name = checkpoint_name(iteration)
            path = run_dir / name
            if not path.exists():
                raise InputError("a checkpoint of an earlier part is missing; train again", path)
            row(iteration, name, sha256(path))


def read_checkpoints(run_dir: str | Path) -> "pd.DataFrame":
    """Return the run's checkpoints: iteration, file (relative to the run) and sha256, in order.

    Raises
    ------
    InputError
        If the list is missing, damaged or empty, or names a file that is none of its checkpoints.
    """
    path = Path(run_dir) / LIST
    if not path.is_file():
        raise InputError("no such file: the training of this run has not finished", path)
    table = read_table(path, "list of checkpoints", CHECKPOINTS)
    if table.empty:
        raise InputError("lists no checkpoint", path)
    check_rising(table["iteration"].to_numpy(), "iteration", path)
    right = [
        file == checkpoint_name(iteration) and _SHA256.fullmatch(digest) is not None
        for iteration, file, digest in table.itertuples(index=False)
    ]
    if not all(right):
        row = int(np.argmin(right))
        raise InputError("is not the file and SHA-256 of this iteration", path, row + 2)
    return table


def thinned(iterations: list[int], every: int) -> list[int]:
    """Return each `every`-th of the sorted iterations, counted back from the last."""
    return iterations[::-1][::every][::-1]


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
            Path(run_dir) / LIST,
        )
    path = restored(run_dir, rows["file"].iloc[0])
    if not path.is_file():
        raise InputError("checkpoint is missing although checkpoints.csv lists it", path)
    if sha256(path) != rows["sha256"].iloc[0]:
        raise InputError(
            "damaged checkpoint: its checksum differs from the one in checkpoints.csv", path
        )
    return path


def pack_chosen(run_dir: str | Path, chosen_json: str | Path, path: str | Path | None) -> None:
    """Write the checkpoint that the evaluation chose into a separate archive.

    Parameters
    ----------
    run_dir, chosen_json : path
        The run and what the evaluation decided.
    path : path or None
        Written; nothing is where it is None or empty.
    """
    if path:
        pack(run_dir, [checkpoint_name(read_chosen(chosen_json).iteration)], path)
