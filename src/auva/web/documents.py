"""One annotation file in memory: its rows, edits of them, and the file's own format.

An edit is first computed as a change (what the touched rows say before and after) and then applied,
so that the journal can hold it, undo is the same change backwards, and a replay after a crash is
the same change forwards. Changes are plain JSON values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from auva.files import write_text
from auva.samples import join_pair, split_pair
from auva.units import ACTION_UNITS, AU_NAMES, VA_NAMES
from auva.web.clock import Clock, runs

if TYPE_CHECKING:
    from auva.annotations import Context

Change = dict[str, Any]
HUMAN, PROPOSAL = 0, 1
"""Where a label comes from: set by hand, or accepted from a model."""
UNLABELLED = -1


@dataclass(frozen=True)
class SourceClock:
    """What the manifest says of the original video.

    Attributes
    ----------
    frame : int64 array [converted frames]
        The 0-based original frame that each converted frame shows.
    frames : int
        How many frames the original video has.
    context : Context, optional
        What the video and the sheet tell of an annotation; by default 30 fps from 0 on.
    """

    frame: NDArray[np.int64]
    frames: int
    context: "Context | None" = None


class ActionUnitDocument:
    """The Action Unit file of one video.

    Attributes
    ----------
    presence : int8 array [rows, 8]
        1 present, 0 absent, -1 not labelled.
    intensity : float32 array [rows, 8]
        1 where set here; what the file says elsewhere.
    origin : uint8 array [rows, 8]
        `HUMAN` or `PROPOSAL`.
    """

    kind: Literal["au"] = "au"

    def __init__(self, path: Path, form: str | None, source: SourceClock) -> None:
        from auva import annotations

        self.paths = (path,)
        self.context = source.context or _plain_context(len(source.frame))
        table = None
        if path.exists():
            form = form or annotations.recognise_action_units(path)
            table = annotations.read_action_units(path, form, self.context)
        self.format = form or "thesis"
        self.masks = annotations.formats_of("au")[self.format].masks
        self.file_rows = int(table.frame[-1]) if table is not None and len(table.frame) else 0
        self.counts: Literal["converted", "source"] = (
            table.clock if table is not None else "converted"
        )
        self.clock = _clock(self.counts, source, self.file_rows)
        shape = (self.clock.rows, len(ACTION_UNITS))
        empty = UNLABELLED if self.masks else 0
        self.presence = np.full(shape, empty, np.int8)
        self.intensity = np.where(self.presence == 0, 0.0, np.nan).astype(np.float32)
        self.origin = np.zeros(shape, np.uint8)
        if table is not None:
            rows = table.frame - 1
            self.presence[rows] = np.where(table.mask, table.presence, UNLABELLED)
            self.intensity[rows] = table.intensity

    def mark(self, name: str, first: int, last: int, value: int | None, origin: int) -> Change:
        """Return the change that sets one Action Unit on the frames `first` to `last`.

        Parameters
        ----------
        name : str
            "AU1" … "AU25".
        first, last : int
            1-based converted frames, inclusive.
        value : int or None
            1 present, 0 absent, None not labelled.
        origin : int
            `HUMAN` or `PROPOSAL`.
        """
        begin, end = self.clock.span(first, last)
        presence = UNLABELLED if value is None else value
        after = [[begin, end, presence, None if value is None else float(value), origin]]
        return {"name": name, "before": self._cells(name, begin, end), "after": after}

    def apply(self, change: Change, side: str = "after") -> None:
        """Set the rows of a change to what they are on one `side` of it."""
        unit = AU_NAMES.index(change["name"])
        for begin, end, presence, intensity, origin in change[side]:
            self.presence[begin : end + 1, unit] = presence
            self.intensity[begin : end + 1, unit] = np.nan if intensity is None else intensity
            self.origin[begin : end + 1, unit] = origin

    def remember_origin(self, change: Change) -> None:
        """Take over where labels came from, from a journaled change."""
        unit = AU_NAMES.index(change["name"])
        for begin, end, _, _, origin in change["after"]:
            self.origin[begin : end + 1, unit] = origin

    def track(self, name: str) -> list[list[int]]:
        """Return the spans of one Action Unit on converted frames.

        Returns
        -------
        list of [first, last, presence, origin]
            1-based, inclusive; presence 1 or -1 (not labelled); absent stretches are left out.
        """
        unit = AU_NAMES.index(name)
        cells = np.stack([self.presence[:, unit], self.origin[:, unit]], axis=1)[self.clock.row]
        cells[cells[:, 0] != 1, 1] = 0
        return [
            [first + 1, last + 1, int(cells[first, 0]), int(cells[first, 1])]
            for first, last in runs(cells)
            if cells[first, 0] != 0
        ]

    def content(self) -> dict[str, list[list[int]]]:
        """Return the spans of all Action Units."""
        return {name: self.track(name) for name in AU_NAMES}

    def write(self, paths: Sequence[Path]) -> None:
        """Write the whole table to `paths` in the file's own format."""
        from auva import annotations

        table = annotations.ActionUnits(
            frame=np.arange(1, len(self.presence) + 1),
            presence=np.clip(self.presence, 0, 1).astype(np.uint8),
            mask=self.presence != UNLABELLED,
            intensity=self.intensity.copy(),
            clock=self.counts,
        )
        annotations.write_action_units(paths[0], table, self.format, self.context)

    def _cells(self, name: str, begin: int, end: int) -> list[list[Any]]:
        unit = AU_NAMES.index(name)
        presence = self.presence[begin : end + 1, unit]
        intensity = self.intensity[begin : end + 1, unit]
        origin = self.origin[begin : end + 1, unit]
        known = np.where(np.isnan(intensity), -1.0, intensity)
        stacked = np.stack([presence, known, origin], axis=1)
        return [
            [
                begin + first,
                begin + last,
                int(presence[first]),
                None if np.isnan(intensity[first]) else float(intensity[first]),
                int(origin[first]),
            ]
            for first, last in runs(stacked)
        ]


class ValenceArousalDocument:
    """The valence and arousal file (or pair of files) of one video.

    Attributes
    ----------
    values : float64 array [rows, 2]
        In [-1, 1]; NaN where not labelled.
    """

    kind: Literal["va"] = "va"

    def __init__(self, path: Path, form: str | None, source: SourceClock) -> None:
        from auva import annotations

        self.paths = split_pair(path)
        self.path = path
        self.context = source.context or _plain_context(len(source.frame))
        table = None
        if all(part.exists() for part in self.paths):
            form = form or annotations.recognise_valence_arousal(path)
            table = annotations.read_valence_arousal(path, form, self.context)
        self.format = form or ("affwild" if len(self.paths) == 2 else "abaw")
        self.masks = annotations.formats_of("va")[self.format].masks
        # Two files cannot be replaced in one step; in one unit any mixture of old and new reads.
        whole = self.format == "affwild" and _whole_numbers(self.paths)
        self.thousandths = whole and self.context.va_scale is None
        self.file_rows = int(table.frame[-1]) if table is not None and len(table.frame) else 0
        self.counts: Literal["converted", "source"] = table.clock if table is not None else "source"
        self.clock = _clock(self.counts, source, self.file_rows)
        self.values = np.full((self.clock.rows, 2), np.nan if self.masks else 0.0)
        if table is not None:
            self.values[table.frame - 1] = np.where(table.mask, table.values, np.nan)

    def mark(self, name: str, first: int, values: Sequence[float | None]) -> Change:
        """Return the change that sets one dimension from frame `first` on.

        Parameters
        ----------
        name : str
            "valence" or "arousal".
        first : int
            1-based converted frame of the first value.
        values : sequence of float or None
            One value per converted frame; None where not labelled.
        """
        given = np.array([np.nan if value is None else value for value in values], dtype=float)
        begin, carried = self.clock.resample(first, given)
        after = np.clip(np.round(carried, 3), -1.0, 1.0)
        column = VA_NAMES.index(name)
        before = self.values[begin : begin + len(after), column]
        return {"name": name, "first": begin, "before": _plain(before), "after": _plain(after)}

    def apply(self, change: Change, side: str = "after") -> None:
        """Set the rows of a change to what they are on one `side` of it."""
        column = VA_NAMES.index(change["name"])
        values = np.array([np.nan if v is None else v for v in change[side]], dtype=float)
        self.values[change["first"] : change["first"] + len(values), column] = values

    def remember_origin(self, change: Change) -> None:
        """Nothing: valence and arousal are only ever set by hand."""

    def content(self) -> dict[str, list[float | None]]:
        """Return one value per converted frame for each dimension, None where not labelled."""
        shown = self.values[self.clock.row]
        return {name: _plain(shown[:, column]) for column, name in enumerate(VA_NAMES)}

    def write(self, paths: Sequence[Path]) -> None:
        """Write the whole table to `paths` in the file's own format."""
        from auva import annotations

        table = annotations.ValenceArousal(
            values=self.values.copy(),
            mask=~np.isnan(self.values),
            frame=np.arange(1, len(self.values) + 1),
            clock=self.counts,
        )
        if self.thousandths:
            for path, column in zip(paths, self.values.T, strict=True):
                write_text(path, "".join(f"{value:.0f}\n" for value in column * 1000))
            return
        target = join_pair(paths)
        annotations.write_valence_arousal(target, table, self.format, self.context)


def _plain_context(frames: int) -> "Context":
    from auva.annotations import Context, Timeline

    return Context(Timeline(frames))


def _whole_numbers(paths: Sequence[Path]) -> bool:
    """Return whether all values of these files are written as whole numbers (Aff-Wild's unit)."""
    return all(path.exists() and not set(path.read_text()) & set(".eE") for path in paths)


Document = ActionUnitDocument | ValenceArousalDocument


def _clock(name: str, source: SourceClock, rows: int) -> Clock:
    if name == "converted":
        return Clock.converted(len(source.frame), rows)
    return Clock.source(source.frame, max(rows, source.frames))


def _plain(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 6) for value in values]
