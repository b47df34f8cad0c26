"""How far several annotations of one video agree, and where they do not."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.units import AU_NAMES, VA_NAMES
from auva.web.clock import runs
from auva.web.documents import ActionUnitDocument, SourceClock, ValenceArousalDocument
from auva.web.project import Project
from auva.web.scores import dimension_scores, unit_scores

FAR = 0.3
"""Annotators differ on valence or arousal where their values are farther apart than this."""


def compare(project: Project, video: str, source: SourceClock) -> dict[str, Any]:
    """Return what the agreement page shows of one video.

    Returns
    -------
    dict
        `annotators` per kind, `units` and `dimensions` with their scores, the spans of each
        annotator and the spans on which they differ (1-based converted frames, inclusive), and
        `problems`: files that could not be read.
    """
    problems: list[str] = []
    units = _read(project, video, "au", source, problems)
    affect = _read(project, video, "va", source, problems)
    return {
        "id": video,
        "frames": len(source.frame),
        "annotators": {"au": list(units), "va": list(affect)},
        "units": [_unit(name, units) for name in AU_NAMES],
        "dimensions": [_dimension(name, affect) for name in VA_NAMES],
        "problems": problems,
    }


def _read(
    project: Project, video: str, kind: str, source: SourceClock, problems: list[str]
) -> dict[str, NDArray[Any]]:
    """Return each annotator's labels on converted frames: [n, 8] presence or [n, 2] values."""
    row = project.videos[video]
    named = row.au if kind == "au" else row.va
    form = row.au_format if kind == "au" else row.va_format
    found = {}
    for name, path in project.annotators(video, kind).items():
        try:
            labels = _labels(path, form if path in named else None, kind, source)
        except InputError as error:
            problems.append(str(error))
            continue
        if labels is not None:
            found[name or "main"] = labels
    return found


def _labels(path: Path, form: str | None, kind: str, source: SourceClock) -> NDArray[Any] | None:
    if kind == "au":
        units = ActionUnitDocument(path, form, source)
        return units.presence[units.clock.row] if units.file_rows else None
    affect = ValenceArousalDocument(path, form, source)
    return affect.values[affect.clock.row] if affect.file_rows else None


def _unit(name: str, units: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the scores, the spans and the differences of one Action Unit."""
    column = AU_NAMES.index(name)
    labels = {annotator: table[:, column] for annotator, table in units.items()}
    stacked = np.array(list(labels.values()))
    differ = _differ(stacked) if len(labels) > 1 else np.zeros(0, bool)
    return {
        "name": name,
        "spans": {annotator: spans(column == 1) for annotator, column in labels.items()},
        "differ": spans(differ),
        **unit_scores(labels),
    }


def _dimension(name: str, affect: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the scores, the curves and the differences of one dimension."""
    column = VA_NAMES.index(name)
    values = {annotator: table[:, column] for annotator, table in affect.items()}
    differ = np.zeros(0, bool)
    if len(values) > 1:
        stacked = np.array(list(values.values()))
        known = ~np.isnan(stacked).any(axis=0)
        differ = known & (np.ptp(np.nan_to_num(stacked), axis=0) > FAR)
    return {
        "name": name,
        "curves": {annotator: _plain(each) for annotator, each in values.items()},
        "differ": spans(differ),
        **dimension_scores(values),
    }


def _differ(stacked: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return where labels [annotators, frames] differ; who did not label does not differ."""
    some = (stacked == 1).any(axis=0)
    return some & (stacked == 0).any(axis=0)


def spans(where: NDArray[np.bool_]) -> list[list[int]]:
    """Return the stretches of True as 1-based inclusive [first, last]."""
    return [[first + 1, last + 1] for first, last in runs(where) if where[first]]


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 3) for value in values]
