"""How far several annotations of one video agree, and where they do not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.agreement.table import agreement_table
from auva.errors import InputError
from auva.units import AU_DESCRIPTIONS, AU_NAMES, VA_NAMES
from auva.web.affect_document import ValenceArousalDocument
from auva.web.clock import SourceClock, runs
from auva.web.project import FOLDERS, MAIN, Project
from auva.web.units_document import ActionUnitDocument

FAR = 0.3
"""Annotators differ on valence or arousal where their values are farther apart than this."""
UNIT_SCORES = ("cohen_kappa", "fleiss_kappa", "pabak")
DIMENSION_SCORES = ("ccc", "icc_2k")


def compare(project: Project, video: str, source: SourceClock) -> dict[str, Any]:
    """Return what the agreement page shows of one video.

    The numbers are the rows of `auva.agreement.agreement_table` for this video.

    Returns
    -------
    dict
        `annotators` per kind, `units` and `dimensions` with their scores (None where the labels do
        not define them) and the number of frames that two or more labelled, the spans of each
        annotator and the spans on which they differ (1-based converted frames, inclusive), and
        `problems`: files that could not be read.
    """
    problems: list[str] = []
    units = _read(project, video, "au", source, problems)
    affect = _read(project, video, "va", source, problems)
    scores = _scores(video, units, affect)
    return {
        "id": video,
        "frames": len(source.frame),
        "far": FAR,
        "annotators": {"au": list(units), "va": list(affect)},
        "units": [_unit(name, units) | scores[name] for name in AU_NAMES],
        "dimensions": [_dimension(name, affect) | scores[name] for name in VA_NAMES],
        "problems": [*problems, *_unused(project, video)],
    }


def _unused(project: Project, video: str) -> list[str]:
    return [line for kind in FOLDERS for line in project.unused_files(video, kind)]


def _scores(
    video: str, units: dict[str, NDArray[Any]], affect: dict[str, NDArray[Any]]
) -> dict[str, dict[str, Any]]:
    """Return the coefficients of each Action Unit and dimension."""
    none = {"frames": 0}
    found = {name: none | dict.fromkeys(UNIT_SCORES) for name in AU_NAMES}
    found |= {name: none | dict.fromkeys(DIMENSION_SCORES) for name in VA_NAMES}
    labels = {video: [(table == 1, table >= 0) for table in units.values()]} if units else {}
    values = {video: list(affect.values())} if affect else {}
    table = agreement_table(labels, values)
    for row in table[table["video"] == video].to_dict("records"):
        scores = found[str(row["target"])]
        for name in scores:
            scores[name] = None if np.isnan(row[name]) else round(row[name], 4)
    return found


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
            if source.context is not None:
                context = project.context(video, kind, path, source.context.timeline)
                source = replace(source, context=context)
            labels = _labels(path, form if path in named else None, kind, source)
        except InputError as error:
            problems.append(str(error))
            continue
        if labels is not None:
            found[name or MAIN] = labels
    return found


def _labels(path: Path, form: str | None, kind: str, source: SourceClock) -> NDArray[Any] | None:
    if kind == "au":
        units = ActionUnitDocument(path, form, source)
        return units.judged() if units.file_rows else None
    affect = ValenceArousalDocument(path, form, source)
    return affect.values[affect.clock.row] if affect.file_rows else None


def _unit(name: str, units: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the spans and the differences of one Action Unit."""
    column = AU_NAMES.index(name)
    labels = {annotator: table[:, column] for annotator, table in units.items()}
    stacked = np.array(list(labels.values()))
    differ = _differ(stacked) if len(labels) > 1 else np.zeros(0, bool)
    return {
        "name": name,
        "text": AU_DESCRIPTIONS[name],
        "spans": {annotator: spans(column == 1) for annotator, column in labels.items()},
        "differ": spans(differ),
    }


def _dimension(name: str, affect: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the curves and the differences of one dimension."""
    column = VA_NAMES.index(name)
    values = {annotator: table[:, column] for annotator, table in affect.items()}
    stacked = np.array(list(values.values()))
    differ = _far_apart(stacked) if len(values) > 1 else np.zeros(0, bool)
    return {
        "name": name,
        "curves": {annotator: _plain(each) for annotator, each in values.items()},
        "differ": spans(differ),
    }


def _differ(stacked: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return where labels [annotators, frames] differ; who did not label does not differ."""
    some = (stacked == 1).any(axis=0)
    return some & (stacked == 0).any(axis=0)


def _far_apart(stacked: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where values [annotators, frames] are far apart; NaN (not labelled) is nowhere."""
    unknown = np.isnan(stacked)
    highest = np.where(unknown, -np.inf, stacked).max(axis=0)
    return highest - np.where(unknown, np.inf, stacked).min(axis=0) > FAR


def spans(where: NDArray[np.bool_]) -> list[list[int]]:
    """Return the stretches of True as 1-based inclusive [first, last]."""
    return [[first + 1, last + 1] for first, last in runs(where) if where[first]]


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 3) for value in values]
