"""The agreement of all videos with several annotators, as one table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auva.agreement.coefficients import dimension_agreement, unit_agreement
from auva.progress import progress
from auva.records.table import read_table, real, text, whole, write_table
from auva.units import THESIS_NAMES, THESIS_UNITS, VA_NAMES, names_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "video": text(),
    "target": text(),
    "annotators": whole(2),
    "frames": whole(),
    **dict.fromkeys(("cohen_kappa", "fleiss_kappa", "pabak", "ccc", "icc_2k"), real(empty=True)),
}
ALL = "all videos"
"""The name of the rows over all videos; no video can have it."""

_Labels = NDArray[Any]


def measure(
    rows: Mapping[str, Mapping[str, Any]],
    manifests: Sequence[str | Path],
    timestamps: Sequence[str | Path],
    cfg: Mapping[str, Any],
    csv: str | Path,
    action_units: Sequence[int] = THESIS_UNITS,
) -> None:
    """Write how far the annotators of each video agree, on the frames of the converted video.

    Each annotator's labels come to the 30 fps frames as they do for the label table, before any
    consensus.

    Parameters
    ----------
    rows : mapping
        Video -> its files and formats: `au`, `va`, `au_format`, `va_format`.
    manifests, timestamps : sequence of path
        Frame manifest and source timestamps of each video, in the order of `rows`.
    cfg : mapping
        The `alignment` section.
    csv : path
        Written, with `COLUMNS`.
    action_units : sequence of int
        FACS numbers of the Action Units.

    Raises
    ------
    InputError
        For the first annotation file that is wrong or does not fit its video.
    """
    from auva.alignment.labels import annotators

    units: dict[str, list[tuple[_Labels, _Labels]]] = {}
    affect: dict[str, list[_Labels]] = {}
    files = zip(rows.items(), manifests, timestamps, strict=True)
    for (video, row), manifest, times in progress(files, len(rows), "agreement", "video"):
        found = annotators(manifest, times, row, cfg, action_units)
        if len(found.au) > 1:
            units[video] = [(table.presence, table.mask) for table in found.au]
        if len(found.va) > 1:
            affect[video] = [table.values for table in found.va]
    write_table(csv, tuple(COLUMNS), agreement_table(units, affect, names_of(action_units)))


def read_agreement(csv: str | Path) -> "pd.DataFrame":
    """Read the table of `measure`: `COLUMNS`, NaN where a coefficient is undefined.

    Raises
    ------
    InputError
        If it is missing, damaged or no such table.
    """
    return read_table(csv, "table of agreement", COLUMNS)


def agreement_table(
    units: Mapping[str, Sequence[tuple[ArrayLike, ArrayLike]]],
    affect: Mapping[str, Sequence[ArrayLike]],
    names: Sequence[str] = THESIS_NAMES,
) -> "pd.DataFrame":
    """Return the agreement of every video with several annotators, and of all of them together.

    Parameters
    ----------
    units : mapping
        Video -> per annotator (presence [n, u], mask [n, u]).
    affect : mapping
        Video -> per annotator values [n, 2], NaN where not labelled.
    names : sequence of str
        The u Action Units.

    Returns
    -------
    DataFrame
        `COLUMNS`, one row per video and target, then per target the frames of all videos (`ALL`),
        videos with another number of annotators apart, annotators by their place in the sheet.
        `frames` are those that two or more labelled.
    """
    import pandas as pd

    labels = {
        video: np.stack([np.where(known, presence, -1) for presence, known in tables])
        for video, tables in sorted(units.items())
    }
    values = {
        video: np.stack([np.asarray(each, float) for each in tables])
        for video, tables in sorted(affect.items())
    }
    rows = [
        *(row for video, table in _with_all(labels) for row in _unit_rows(video, names, table)),
        *(row for video, table in _with_all(values) for row in _affect_rows(video, table)),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _with_all(tables: Mapping[str, _Labels]) -> Iterator[tuple[str, _Labels]]:
    """Yield each video's labels, then those of all videos, by the number of annotators."""
    yield from tables.items()
    for count in sorted({len(table) for table in tables.values()}):
        alike = [table for table in tables.values() if len(table) == count]
        yield ALL, np.concatenate(alike, axis=1)


def _unit_rows(video: str, names: Sequence[str], labels: _Labels) -> Iterator[dict[str, Any]]:
    """Yield a row per Action Unit; labels [annotators, n, u], -1 where not labelled."""
    for unit, name in enumerate(names):
        known = labels[:, :, unit] >= 0
        yield _row(video, name, known, unit_agreement(labels[:, :, unit] == 1, known))


def _affect_rows(video: str, values: _Labels) -> Iterator[dict[str, Any]]:
    """Yield a row per dimension; values [annotators, n, 2], NaN where not labelled."""
    for dimension, name in enumerate(VA_NAMES):
        column = values[:, :, dimension]
        yield _row(video, name, ~np.isnan(column), dimension_agreement(column))


def _row(video: str, target: str, known: _Labels, scores: Mapping[str, float]) -> dict[str, Any]:
    frames = int((known.sum(axis=0) >= 2).sum())
    return {"video": video, "target": target, "annotators": len(known), "frames": frames, **scores}
