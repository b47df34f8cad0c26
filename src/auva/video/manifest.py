"""The frame manifest and the source timestamps: written by the conversion, read by the rest."""

from pathlib import Path
from typing import TYPE_CHECKING

from auva.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MANIFEST_COLUMNS = ("frame", "time", "source_frame", "source_time")
TIMESTAMP_COLUMNS = ("source_frame", "source_time", "player_time")


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
        If the file is missing or is no manifest.
    """
    return _read(path, MANIFEST_COLUMNS)


def read_timestamps(path: str | Path) -> "pd.DataFrame":
    """Read the source timestamps.

    Returns
    -------
    pandas.DataFrame
        One row per source frame: `source_frame` (0-based), `source_time` (s after the first) and,
        in files since it exists, `player_time` (s after the start of the file, where sound may
        have begun before the pictures).

    Raises
    ------
    InputError
        If the file is missing or is no such table.
    """
    return _read(path, TIMESTAMP_COLUMNS[:2])


def _read(path: str | Path, columns: tuple[str, ...]) -> "pd.DataFrame":
    import pandas as pd

    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", path) from error
    if tuple(table.columns[: len(columns)]) != columns or table.empty:
        raise InputError(f"is not a table with the columns {', '.join(columns)}", path)
    return table
