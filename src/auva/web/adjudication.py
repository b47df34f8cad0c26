"""Adjudication: where annotators agree and differ, and taking the labels of one of them.

The result is a separate file, which the sample sheet names as the consensus. The annotators' files
are not changed, and agreement is measured on them. The journal of the result records the origin of
each label: agreement of all, one annotator, or an edit by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auva.annotations.tables import SIDES
from auva.units import VA_NAMES
from auva.web.affect_document import ValenceArousalDocument
from auva.web.compare import differing, far_apart, read_documents, spans
from auva.web.frame_rows import plain, runs
from auva.web.open_video import OpenVideo
from auva.web.project import Project
from auva.web.recovery import digests
from auva.web.responses import ApiError
from auva.web.units_document import (
    ABSENT,
    NOT_JUDGED,
    PRESENT,
    VALUES,
    ActionUnitDocument,
)

MANY = 2
"""Minimum number of annotators for a comparison."""
_WORDS = {state: value for value, state in VALUES.items()}


@dataclass(frozen=True)
class Sources:
    """The annotations of all annotators of one video.

    Attributes
    ----------
    units, affect : mapping
        Their documents by name.
    problems : list of str
        Files that could not be read.
    au_names : tuple of str
        The Action Units.
    """

    units: Mapping[str, ActionUnitDocument]
    affect: Mapping[str, ValenceArousalDocument]
    problems: list[str]
    au_names: tuple[str, ...]

    @classmethod
    def of(cls, project: Project, opened: OpenVideo) -> "Sources":
        """Read the files of all annotators of an open video."""
        problems: list[str] = []
        units, affect = (
            read_documents(project, opened.video, kind, opened.source, problems)
            for kind in ("au", "va")
        )
        return cls(units, affect, problems, project.au_names)  # type: ignore[arg-type]

    def describe(self) -> dict[str, Any]:
        """Return the annotators' labels for the page, and where they differ.

        Returns
        -------
        dict
            `annotators` per kind; `tracks` and `curves` by annotator; `differ` by Action Unit and
            dimension: spans of 1-based converted frames; `problems`.
        """
        differ = {name: spans(differing(self._states(name))) for name in self.au_names}
        differ |= {name: spans(far_apart(self._values(name))) for name in VA_NAMES}
        return {
            "annotators": {"au": list(self.units), "va": list(self.affect)},
            "tracks": {name: each.content() for name, each in self.units.items()},
            "curves": {name: each.content() for name, each in self.affect.items()},
            "differ": differ,
            "problems": self.problems,
        }

    def files(self) -> list[dict[str, Any]]:
        """Return the annotators with the checksums of their files, for the journal."""
        return [
            {"annotator": name, "file": path.name, "sha256": sum_}
            for documents in (self.units, self.affect)
            for name, document in documents.items()
            for path, sum_ in zip(document.paths, digests(document.paths), strict=True)
        ]

    def agreed_units(self) -> list[dict[str, Any]]:
        """Return the edits for the labels on which the annotators agree.

        There are none with a single annotator.
        """
        edits: list[dict[str, Any]] = []
        if len(self.units) < MANY:
            return edits
        for unit, name in enumerate(self.au_names):
            states = self._states(name)
            open_ = differing(states)
            said = np.where((states == PRESENT).any(axis=0), PRESENT, ABSENT)
            said[(states < ABSENT).all(axis=0) | open_] = NOT_JUDGED
            cells = np.stack([each.shown()[:, unit] for each in self.units.values()])
            intensity = _common(cells["intensity"], states == PRESENT, -1)
            side = _common(cells["side"], states == PRESENT, 0)
            for first, last in runs(np.stack([said, intensity, side], axis=1)):
                state = int(said[first])
                if state == NOT_JUDGED:
                    continue
                edit = {"name": name, "first": first + 1, "last": last + 1, "value": _WORDS[state]}
                if state == PRESENT and intensity[first] >= 0:
                    edit["intensity"] = round(float(intensity[first]), 4)
                if state == PRESENT and side[first]:
                    edit["side"] = SIDES[int(side[first])]
                edits.append(edit)
        return edits

    def agreed_affect(self) -> list[dict[str, Any]]:
        """Return the edits that set the mean where the annotators are close to each other.

        There are none with a single annotator.
        """
        edits: list[dict[str, Any]] = []
        if len(self.affect) < MANY:
            return edits
        for name in VA_NAMES:
            values = self._values(name)
            known = ~np.isnan(values)
            mean = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
            mean[~known.any(axis=0) | far_apart(values)] = np.nan
            if not np.isnan(mean).all():
                edits.append({"name": name, "first": 1, "values": plain(mean)})
        return edits

    def taken(self, annotator: str, name: str, first: int, last: int) -> list[dict[str, Any]]:
        """Return the edits that copy one annotator's labels of some frames.

        Raises
        ------
        ApiError
            If that annotator has no file of that kind.
        """
        documents = self.units if name in self.au_names else self.affect
        if annotator not in documents:
            raise ApiError(422, f"no annotator {ascii(annotator)[:60]} of this kind")
        if name in VA_NAMES:
            column = VA_NAMES.index(name)
            values = self.affect[annotator].shown()[first - 1 : last, column]
            return [{"name": name, "first": first, "values": plain(values)}]
        return self.units[annotator].edits(name, first, last)

    def _states(self, name: str) -> NDArray[np.int8]:
        unit = self.au_names.index(name)
        given = [document.judged()[:, unit] for document in self.units.values()]
        return np.array(given) if given else np.zeros((0, 0), np.int8)

    def _values(self, name: str) -> NDArray[np.float64]:
        column = VA_NAMES.index(name)
        given = [document.shown()[:, column] for document in self.affect.values()]
        return np.array(given) if given else np.zeros((0, 0))


def _common(values: NDArray[Any], where: NDArray[np.bool_], nothing: float) -> NDArray[np.float64]:
    """Return the common value of each frame in `where`, and `nothing` in the other frames."""
    high = np.where(where, values, -np.inf).max(axis=0)
    low = np.where(where, values, np.inf).min(axis=0)
    return np.where(high == low, high, nothing).astype(np.float64)
