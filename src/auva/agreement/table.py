"""The agreement of all videos with several annotators, as one table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auva.agreement.coefficients import dimension_agreement, unit_agreement
from auva.files import write_csv
from auva.samples import annotation_paths
from auva.units import AU_NAMES, VA_NAMES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "video",
    "target",
    "annotators",
    "frames",
    "cohen_kappa",
    "fleiss_kappa",
    "pabak",
    "ccc",
    "icc_2k",
)
ALL = "all videos"
"""The name of the rows over all videos; no video can have it."""

_Labels = NDArray[Any]


def measure(
    rows: Mapping[str, Mapping[str, Any]],
    annotations: Sequence[str | Path],
    manifests: Sequence[str | Path],
    timestamps: Sequence[str | Path],
    cfg: Mapping[str, Any],
    csv: str | Path,
) -> None:
    """Write how far the annotators of each video agree, on the frames of the converted video.

    Each annotator's labels come to the 30 fps frames as they do for the label table, before any
    consensus.

    Parameters
    ----------
    rows : mapping
        Video -> of how many files each annotation consists, and their formats: `au_sizes`,
        `va_sizes`, `au_format`, `va_format`.
    annotations : sequence of path
        All files, in the order of `rows`; those of a video's Action Units before those of affect.
    manifests, timestamps : sequence of path
        Frame manifest and source timestamps of each video, in the order of `rows`.
    cfg : mapping
        The `alignment` section.
    csv : path
        Written, with `COLUMNS`.

    Raises
    ------
    InputError
        For the first annotation file that is wrong or does not fit its video.
    """
    from auva.alignment.labels import annotators

    units: dict[str, list[tuple[_Labels, _Labels]]] = {}
    affect: dict[str, list[_Labels]] = {}
    files = iter(annotations)
    for (video, row), manifest, times in zip(rows.items(), manifests, timestamps, strict=True):
        au = annotation_paths(files, row["au_sizes"])
        va = annotation_paths(files, row["va_sizes"])
        found = annotators(manifest, times, {**row, "au": au, "va": va}, cfg)
        if len(found.au) > 1:
            units[video] = [(table.presence, table.mask) for table in found.au]
        if len(found.va) > 1:
            affect[video] = [table.values for table in found.va]
    write_csv(csv, agreement_table(units, affect))


def agreement_table(
    units: Mapping[str, Sequence[tuple[ArrayLike, ArrayLike]]],
    affect: Mapping[str, Sequence[ArrayLike]],
) -> "pd.DataFrame":
    """Return the agreement of every video with several annotators, and of all of them together.

    Parameters
    ----------
    units : mapping
        Video -> per annotator (presence [n, 8], mask [n, 8]).
    affect : mapping
        Video -> per annotator values [n, 2], NaN where not labelled.

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
        *(row for video, table in _with_all(labels) for row in _unit_rows(video, table)),
        *(row for video, table in _with_all(values) for row in _affect_rows(video, table)),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _with_all(tables: Mapping[str, _Labels]) -> Iterator[tuple[str, _Labels]]:
    """Yield each video's labels, then those of all videos, by the number of annotators."""
    yield from tables.items()
    for count in sorted({len(table) for table in tables.values()}):
        alike = [table for table in tables.values() if len(table) == count]
        yield ALL, np.concatenate(alike, axis=1)


def _unit_rows(video: str, labels: _Labels) -> Iterator[dict[str, Any]]:
    """Yield a row per Action Unit; labels [annotators, n, 8], -1 where not labelled."""
    for unit, name in enumerate(AU_NAMES):
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
