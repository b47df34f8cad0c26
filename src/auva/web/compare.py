"""Agreement and differences of several annotations of one video."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.agreement.table import agreement_table
from auva.errors import InputError
from auva.units import VA_NAMES, describe
from auva.web.affect_document import ValenceArousalDocument as Traced
from auva.web.frame_rows import OriginalFrames, plain, runs
from auva.web.project import FOLDERS, MAIN, Project
from auva.web.units_document import ActionUnitDocument as Coded

FAR = 0.3
"""Annotators differ on valence or arousal if their values differ by more than this."""
UNIT_SCORES = ("cohen_kappa", "fleiss_kappa", "pabak")
DIMENSION_SCORES = ("ccc", "icc_2k")


def compare(project: Project, video: str, source: OriginalFrames) -> dict[str, Any]:
    """Return the content of the agreement page for one video.

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
    coded, traced = (read_documents(project, video, kind, source, problems) for kind in FOLDERS)
    units = {name: each.judged() for name, each in coded.items() if isinstance(each, Coded)}
    affect = {name: each.shown() for name, each in traced.items() if isinstance(each, Traced)}
    names = project.au_names
    scores = _scores(video, names, units, affect)
    return {
        "id": video,
        "frames": len(source.frame),
        "far": FAR,
        "annotators": {"au": list(units), "va": list(affect)},
        "units": [_unit(names, name, units) | scores[name] for name in names],
        "dimensions": [_dimension(name, affect) | scores[name] for name in VA_NAMES],
        "problems": [*problems, *_unused(project, video)],
    }


def _unused(project: Project, video: str) -> list[str]:
    return [line for kind in FOLDERS for line in project.unused_files(video, kind)]


def _scores(
    video: str,
    names: Sequence[str],
    units: dict[str, NDArray[Any]],
    affect: dict[str, NDArray[Any]],
) -> dict[str, dict[str, Any]]:
    """Return the coefficients of each Action Unit and dimension."""
    none = {"frames": 0}
    found = {name: none | dict.fromkeys(UNIT_SCORES) for name in names}
    found |= {name: none | dict.fromkeys(DIMENSION_SCORES) for name in VA_NAMES}
    labels = {video: [(table == 1, table >= 0) for table in units.values()]} if units else {}
    values = {video: list(affect.values())} if affect else {}
    table = agreement_table(labels, values, names)
    for row in table[table["video"] == video].to_dict("records"):
        scores = found[str(row["target"])]
        for name in scores:
            scores[name] = None if np.isnan(row[name]) else round(row[name], 4)
    return found


def read_documents(
    project: Project, video: str, kind: str, source: OriginalFrames, problems: list[str]
) -> dict[str, Coded | Traced]:
    """Return the document of each annotator whose file has labels.

    Parameters
    ----------
    project, video, source
        The video, and which original frame each converted one shows.
    kind : "au" or "va"
        The kind of the documents.
    problems : list of str
        Messages about files that cannot be read are appended.
    """
    row = project.videos[video]
    named = row.au if kind == "au" else row.va
    form = row.au_format if kind == "au" else row.va_format
    found = {}
    for name, path in project.annotators(video, kind).items():
        try:
            if source.context is not None:
                context = project.context(video, kind, path, source.context.timeline)
                source = replace(source, context=context)
            document = (Coded if kind == "au" else Traced)(
                path, form if path in named else None, source
            )
        except InputError as error:
            problems.append(str(error))
            continue
        if document.file_rows:
            found[name or MAIN] = document
    return found


def _unit(names: Sequence[str], name: str, units: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the spans and the differences of one Action Unit."""
    column = names.index(name)
    labels = {annotator: table[:, column] for annotator, table in units.items()}
    stacked = np.array(list(labels.values()))
    differ = differing(stacked)
    return {
        "name": name,
        "text": describe(name),
        "spans": {annotator: spans(column == 1) for annotator, column in labels.items()},
        "differ": spans(differ),
    }


def _dimension(name: str, affect: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the curves and the differences of one dimension."""
    column = VA_NAMES.index(name)
    values = {annotator: table[:, column] for annotator, table in affect.items()}
    stacked = np.array(list(values.values()))
    differ = far_apart(stacked)
    return {
        "name": name,
        "curves": {annotator: plain(each, 3) for annotator, each in values.items()},
        "differ": spans(differ),
    }


def differing(stacked: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Return where states [annotators, frames] differ, ignoring annotators without a label."""
    if len(stacked) < 2:
        return np.zeros(stacked.shape[1:], bool)
    some = (stacked == 1).any(axis=0)
    return some & (stacked == 0).any(axis=0)


def far_apart(stacked: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where values [annotators, frames] are far apart, ignoring NaN (not labelled)."""
    if len(stacked) < 2:
        return np.zeros(stacked.shape[1:], bool)
    unknown = np.isnan(stacked)
    highest = np.where(unknown, -np.inf, stacked).max(axis=0)
    return highest - np.where(unknown, np.inf, stacked).min(axis=0) > FAR


def spans(where: NDArray[np.bool_]) -> list[list[int]]:
    """Return the runs of True as 1-based inclusive [first, last]."""
    return [[first + 1, last + 1] for first, last in runs(where) if where[first]]
