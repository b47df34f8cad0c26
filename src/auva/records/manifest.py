"""The frame manifest and the source timestamps: written by the conversion, read by the rest."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.errors import InputError
from auva.records.table import check_numbered, check_rising, read_table, real, whole

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = {"frame": whole(1), "time": real(0), "source_frame": whole(), "source_time": real()}
"""Columns of `video/{video}.frames.csv`."""

TIMESTAMPS = {"source_frame": whole(), "source_time": real(), "player_time": real()}
"""Columns of `video/{video}.source.csv`."""


def timestamps_path(manifest: str | Path) -> Path:
    """Return the file of source timestamps beside a manifest: x.frames.csv, x.source.csv."""
    manifest = Path(manifest)
    return manifest.with_name(
        manifest.name.removesuffix(".csv").removesuffix(".frames") + ".source.csv"
    )


def read_manifest(path: str | Path) -> "pd.DataFrame":
    """Read a frame manifest.

    Returns
    -------
    pandas.DataFrame
        One row per frame of the converted video: `frame` (1, 2, …), `time` (s), `source_frame`
        (0-based) and `source_time` (s after the first source frame, from the presentation
        timestamps).

    Raises
    ------
    InputError
        If the file is missing, damaged, without a frame or no manifest.
    """
    table = read_table(path, "frame manifest", MANIFEST)
    if table.empty:
        raise InputError("lists no frame", path)
    check_numbered(table["frame"].to_numpy(), path)
    check_rising(table["time"].to_numpy(), "time", path)
    check_rising(table["source_frame"].to_numpy(), "source_frame", path, equal=True)
    return table


def read_timestamps(path: str | Path, manifest: "pd.DataFrame | None" = None) -> "pd.DataFrame":
    """Read the source timestamps.

    Parameters
    ----------
    path : path
        The table.
    manifest : pandas.DataFrame, optional
        The frame manifest of the same video, to be compared with.

    Returns
    -------
    pandas.DataFrame
        One row per source frame: `source_frame` (0-based), `source_time` (s after the first) and
        `player_time` (s after the start of the file, where sound may have begun before the
        pictures).

    Raises
    ------
    InputError
        If the file is missing, damaged, without a frame, no such table, or of another video than
        the manifest.
    """
    table = read_table(path, "table of source timestamps", TIMESTAMPS)
    if table.empty:
        raise InputError("lists no frame", path)
    check_numbered(table["source_frame"].to_numpy(), path, first=0)
    check_rising(table["source_time"].to_numpy(), "source_time", path, equal=True)
    if manifest is not None:
        _check_same_video(table, manifest, path)
    return table


def _check_same_video(table: "pd.DataFrame", manifest: "pd.DataFrame", path: str | Path) -> None:
    shown = manifest["source_frame"].to_numpy()
    if shown[-1] >= len(table):
        cause = f"has {len(table)} source frames, but the manifest shows source frame {shown[-1]}"
        raise InputError(cause, path)
    times = table["source_time"].to_numpy()[shown]
    wrong = np.flatnonzero(times != manifest["source_time"].to_numpy())
    if len(wrong):
        frame = int(shown[wrong[0]])
        cause = f"source frame {frame} has another time than in the manifest"
        raise InputError(cause, path, frame + 2)
