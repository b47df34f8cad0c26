"""Action Units of one video in memory: state of each frame, edits, and the file's own format."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auva.annotations.tables import SIDES, ActionUnits, Coding, Comment, FramesOf
from auva.errors import InputError
from auva.pairs import split_pair
from auva.units import names_of
from auva.web.frame_rows import OriginalFrames, runs

Change = dict[str, Any]
HUMAN, PROPOSAL = 0, 1
"""Origin of a label: set by hand, or accepted from a model."""
PRESENT, ABSENT, NOT_JUDGED, NOT_VISIBLE = 1, 0, -1, -2
"""States of an Action Unit in a frame; absent means that somebody looked."""
VALUES: dict[int | str | None, int] = {
    1: PRESENT, 0: ABSENT, None: NOT_JUDGED, "hidden": NOT_VISIBLE
}  # fmt: skip
"""State for each value of an edit."""
NEW_FORMAT = "elan"
"""Format of a new file; it holds every state, intensities, sides and comments."""
_NO_GRADE = -1.0
_CELL = np.dtype(
    [("state", "i1"), ("intensity", "f4"), ("side", "u1"), ("comment", "i4"), ("origin", "u1")]
)


class ActionUnitDocument:
    """The Action Unit file of one video.

    An edit is first computed as a change (the contents of the rows before and after it) and then
    applied. The journal stores the change; undo applies it backwards, and recovery after a crash
    applies it forwards. Changes are plain JSON values.

    Values that the format cannot hold are kept only in the journal (`journaled`) and read from it.
    A state that would become another state in the file is refused (`lacks`).

    Attributes
    ----------
    names : tuple of str
        The Action Units, those of the context.
    cells : structured array [rows, units]
        `state` (`PRESENT`, `ABSENT`, `NOT_JUDGED`, `NOT_VISIBLE`), `intensity` in [0, 5] or -1
        without one, `side` (index in `SIDES`), `comment` (index in `comments`), `origin`
        (`HUMAN` or `PROPOSAL`).
    comments : list of str
        All comments; the first one is empty.
    denied : str
        Why the file cannot be edited, empty if it can.
    left_out : tuple of str
        Names of contents of the file that this document does not hold.
    """

    kind: Literal["au"] = "au"

    def __init__(self, path: Path, form: str | None, source: OriginalFrames) -> None:
        from auva import annotations

        self.paths = (path,)
        self.context = source.known_context()
        self.names = names_of(self.context.units)
        table = None
        if all(part.exists() for part in split_pair(path)):
            form = form or annotations.recognise_action_units(path, self.context.layout)
            table = annotations.read_action_units(path, form, self.context)
        self.format = form or NEW_FORMAT
        known = annotations.formats_of("au")[self.format]
        self.masks, self.grades, self.codes = known.masks, known.intensities, known.coding
        self.denied = ""
        if table is None and not self.masks:
            self.denied = (
                f"{path}: the sample sheet asks for a new file in the format {self.format}, which "
                f"cannot store 'not judged': leave au_format empty, or write {NEW_FORMAT}"
            )
        self.file_rows = int(table.frame[-1]) if table is not None and len(table.frame) else 0
        self.frames_of: FramesOf = table.frames_of if table else known.frames_of
        self.frame_rows = source.rows_of(self.frames_of, self.file_rows)
        self.left_out = table.left_out if table else ()
        self.comments = [""]
        self.cells = np.zeros((self.frame_rows.rows, len(self.names)), _CELL)
        self.cells["state"] = NOT_JUDGED
        self.cells["intensity"] = _NO_GRADE
        if table is not None:
            self._take(table)

    def _take(self, table: ActionUnits) -> None:
        rows = table.frame - 1
        self.cells["state"][rows] = np.where(table.mask, table.presence.astype(np.int8), NOT_JUDGED)
        if table.coding is None:
            graded = table.mask & table.has_intensity
            self.cells["intensity"][rows] = np.where(graded, table.intensity, _NO_GRADE)
            return
        coding = table.coding
        self.cells["state"][rows] = np.where(coding.hidden, NOT_VISIBLE, self.cells["state"][rows])
        self.cells["intensity"][rows] = np.where(coding.graded, table.intensity, _NO_GRADE)
        self.cells["side"][rows] = coding.side
        for comment in coding.comments:
            place = slice(comment.first - 1, comment.last)
            self.cells["comment"][place, comment.unit] = self._comment(comment.text)

    def _comment(self, text: str) -> int:
        if text not in self.comments:
            self.comments.append(text)
        return self.comments.index(text)

    @property
    def lacks(self) -> list[str]:
        """States that this format cannot store; the file would contain another state."""
        return [] if self.masks else ["not judged", "not visible"]

    @property
    def journaled(self) -> list[str]:
        """Names of values that only the journal keeps, because the format cannot hold them."""
        words = ["not visible"] if self.masks and not self.codes else []
        words += [] if self.grades else ["intensities"]
        return words + ([] if self.codes else ["sides", "comments"])

    def mark(
        self,
        name: str,
        first: int,
        last: int,
        value: int | str | None,
        origin: int = HUMAN,
        **more: Any,  # noqa: ANN401 - intensity, side, comment
    ) -> Change:
        """Return the change that sets one Action Unit in the frames `first` to `last`.

        Frames that already have this state keep their intensity, side and comment unless `more`
        gives other ones.

        Parameters
        ----------
        name : str
            "AU1", …, one of `names`.
        first, last : int
            1-based converted frames, inclusive.
        value : 1, 0, "hidden" or None
            Present, absent, not visible, not judged.
        origin : int
            `HUMAN` or `PROPOSAL`.
        more
            `intensity` (in [0, 5] or None), `side` ("", "left", "right", "both") and `comment`
            ("": none) of these frames.

        Raises
        ------
        InputError
            If the file's format cannot store the state, or the file cannot be created.
        """
        if self.denied:
            raise InputError(self.denied)
        begin, end = self.frame_rows.span(first, last)
        state = VALUES[value]
        if state < 0 and not self.masks:
            word = "not judged" if state == NOT_JUDGED else "not visible"
            raise InputError(f"the format {self.format} cannot store '{word}'")
        if not self.masks and end >= self.file_rows:
            last_said = int(np.searchsorted(self.frame_rows.row, self.file_rows))
            cause = f"the file ends with frame {last_said}, and {self.format} cannot skip frames"
            raise InputError(cause)
        unit = self.names.index(name)
        after = self.cells[begin : end + 1, unit].copy()
        new = after["state"] != state
        after[new] = (state, _NO_GRADE, 0, 0, origin)
        if not more and origin == HUMAN:
            after["origin"] = origin
        if "intensity" in more:
            after["intensity"] = _NO_GRADE if more["intensity"] is None else more["intensity"]
        if "side" in more:
            after["side"] = SIDES.index(more["side"])
        if "comment" in more:
            after["comment"] = self._comment(more["comment"])
        before = self._written(begin, self.cells[begin : end + 1, unit])
        return {"name": name, "before": before, "after": self._written(begin, after)}

    def apply(self, change: Change, side: str = "after") -> None:
        """Set the rows of a change to their contents on one `side` of it (before or after)."""
        unit = self.names.index(change["name"])
        for begin, end, state, intensity, origin, *more in change[side]:
            said = more[0] if more else {}
            self.cells[begin : end + 1, unit] = (
                NOT_VISIBLE if said.get("hidden") else state,
                _NO_GRADE if intensity is None else intensity,
                SIDES.index(said.get("side", "")),
                self._comment(said.get("comment", "")),
                origin,
            )

    def remember(self, change: Change, current: bool) -> None:
        """Take those values from a journaled change that the file does not hold.

        Parameters
        ----------
        change : dict
            The change.
        current : bool
            Whether the file is unchanged since the journal's last edit; otherwise only the origins
            of labels are taken.
        """
        if change["name"] not in self.names:
            return
        unit = self.names.index(change["name"])
        for begin, end, state, intensity, origin, *more in change["after"]:
            place = self.cells[begin : end + 1, unit]
            place["origin"] = origin
            if not current or self.codes:
                continue
            said = more[0] if more else {}
            if said.get("hidden"):
                place["state"][place["state"] < 0] = NOT_VISIBLE
            elif state < 0:
                place["state"][place["state"] < 0] = NOT_JUDGED
            place["side"] = SIDES.index(said.get("side", ""))
            place["comment"] = self._comment(said.get("comment", ""))
            if not self.grades:
                place["intensity"] = _NO_GRADE if intensity is None else intensity

    def track(self, name: str) -> list[list[Any]]:
        """Return the spans of one Action Unit in converted frames.

        Returns
        -------
        list of [first, last, state, origin] or [first, last, state, origin, more]
            1-based, inclusive. Absent spans without further values are left out. `more` may have
            `side`, `comment`, and `intensity`: a number, or a list of [first, last, number or None]
            if it changes within the span.
        """
        unit = self.names.index(name)
        cells = self.cells[:, unit][self.frame_rows.row]
        origin = np.where(cells["state"] == PRESENT, cells["origin"], HUMAN)
        parts = (cells["state"], cells["side"], cells["comment"], origin)
        spans = []
        for first, last in runs(np.stack([part.astype(np.int32) for part in parts], axis=1)):
            state, side, comment = (int(part[first]) for part in parts[:3])
            if state == ABSENT and not comment:
                continue
            more: dict[str, Any] = {"side": SIDES[side]} if side else {}
            if comment:
                more["comment"] = self.comments[comment]
            if state == PRESENT:
                more |= _grades(cells["intensity"][first : last + 1], first)
            spans.append(
                [first + 1, last + 1, state, int(origin[first]), *([more] if more else [])]
            )
        return spans

    def content(self, names: Collection[str] | None = None) -> dict[str, list[list[Any]]]:
        """Return the spans of all Action Units, or of those among `names`; see `track`."""
        return {name: self.track(name) for name in self.names if names is None or name in names}

    def shown(self) -> NDArray[Any]:
        """Return the cells [converted frames, units]."""
        return self.cells[self.frame_rows.row]

    def judged(self) -> NDArray[np.int8]:
        """Return the states [converted frames, units]; those below 0 are not labels."""
        return self.shown()["state"]

    def edits(self, name: str, first: int, last: int) -> list[dict[str, Any]]:
        """Return the arguments of `mark` that copy the labels of a unit in some frames."""
        cells = self.shown()[first - 1 : last, self.names.index(name)]
        told = ("state", "intensity", "side", "comment")
        parts = np.stack([cells[part] for part in told], axis=1)
        made = []
        for begin, end in runs(parts):
            cell = cells[begin]
            state = int(cell["state"])
            edit = {"name": name, "first": first + begin, "last": first + end}
            edit["value"] = next(value for value, known in VALUES.items() if known == state)
            edit["comment"] = self.comments[cell["comment"]]
            if state == PRESENT:
                edit |= {"intensity": _grade(cell["intensity"]), "side": SIDES[cell["side"]]}
            made.append(edit)
        return made

    def write(self, paths: Sequence[Path]) -> None:
        """Write the whole table to `paths` in the file's own format."""
        from auva import annotations

        # In a format without a mask, frames after its last row are not labelled.
        cells = self.cells if self.masks else self.cells[: self.file_rows]
        state = cells["state"]
        graded = (cells["intensity"] >= 0) & (state >= 0)
        plain = (state == PRESENT).astype(np.float32)
        table = ActionUnits(
            frame=np.arange(1, len(cells) + 1),
            presence=(state == PRESENT).astype(np.uint8),
            mask=state >= 0,
            intensity=np.where(graded & self.grades, cells["intensity"], plain),
            frames_of=self.frames_of,
            coding=self._coding(cells, graded) if self.codes else None,
            units=self.context.units,
        )
        annotations.write_action_units(paths[0], table, self.format, self.context)

    def _coding(self, cells: NDArray[Any], graded: NDArray[np.bool_]) -> Coding:
        comments = [
            Comment(unit, first + 1, last + 1, self.comments[cells["comment"][first, unit]])
            for unit in range(len(self.names))
            for first, last in runs(cells["comment"][:, unit])
            if cells["comment"][first, unit]
        ]
        hidden = cells["state"] == NOT_VISIBLE
        return Coding(graded, hidden, cells["side"].copy(), tuple(comments))

    def _written(self, begin: int, cells: NDArray[Any]) -> list[list[Any]]:
        """Return cells as JSON: [first row, last row, state, intensity, origin, more]."""
        return [
            [
                begin + first,
                begin + last,
                max(int(cells["state"][first]), NOT_JUDGED),
                _grade(cells["intensity"][first]),
                int(cells["origin"][first]),
                *([more] if (more := self._said(cells[first])) else []),
            ]
            for first, last in runs(cells)
        ]

    def _said(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        more: dict[str, Any] = {"hidden": True} if cell["state"] == NOT_VISIBLE else {}
        if cell["side"]:
            more["side"] = SIDES[cell["side"]]
        if cell["comment"]:
            more["comment"] = self.comments[cell["comment"]]
        return more


def _grade(intensity: float) -> float | None:
    return None if intensity < 0 else round(float(intensity), 4)


def _grades(intensity: NDArray[np.float32], begin: int) -> dict[str, Any]:
    """Return the intensity of a span that begins at the 0-based frame `begin`."""
    steps = [
        [begin + first + 1, begin + last + 1, _grade(intensity[first])]
        for first, last in runs(intensity)
    ]
    if len(steps) > 1:
        return {"intensity": steps}
    return {} if steps[0][2] is None else {"intensity": steps[0][2]}
