"""Valence and arousal of one video in memory: edits of them, and the file's own format."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from auva.annotations.tables import FramesOf
from auva.errors import InputError
from auva.files import write_text
from auva.sheet import join_pair, split_pair
from auva.units import VA_NAMES
from auva.web.frame_rows import OriginalFrames, plain

Change = dict[str, Any]


class ValenceArousalDocument:
    """The valence and arousal file (or pair of files) of one video.

    An edit is first computed as a change (the values of the rows before and after it) and then
    applied. The journal stores the change; undo applies it backwards, and recovery after a crash
    applies it forwards. Changes are plain JSON values.

    Attributes
    ----------
    values : float64 array [rows, 2]
        In [-1, 1]; NaN where not labelled.
    denied : str
        Why the file cannot be edited, empty if it can.
    left_out : tuple of str
        Names of contents of the file that this document does not hold.
    """

    kind: Literal["va"] = "va"
    names = VA_NAMES

    def __init__(self, path: Path, form: str | None, source: OriginalFrames) -> None:
        from auva import annotations

        self.paths = split_pair(path)
        self.path = path
        self.context = source.known_context()
        table = None
        if all(part.exists() for part in self.paths):
            form = form or annotations.recognise_valence_arousal(path, self.context.layout)
            table = annotations.read_valence_arousal(path, form, self.context)
        self.format = form or ("affwild" if len(self.paths) == 2 else "abaw")
        self.masks = annotations.formats_of("va")[self.format].masks
        self.denied = ""
        if table is None and not self.masks:
            self.denied = (
                f"{path}: the sample sheet asks for new files in the format {self.format}, which "
                "cannot store 'not labelled': name one file instead"
            )
        # Two files cannot be replaced in one step. In one unit, every mixture of both is valid.
        whole = self.format == "affwild" and _whole_numbers(self.paths)
        self.thousandths = whole and self.context.va_scale is None
        self.file_rows = int(table.frame[-1]) if table is not None and len(table.frame) else 0
        self.frames_of: FramesOf = table.frames_of if table is not None else "original"
        self.frame_rows = source.rows_of(self.frames_of, self.file_rows)
        self.left_out = table.left_out if table else ()
        self.values = np.full((self.frame_rows.rows, 2), np.nan)
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

        Raises
        ------
        InputError
            If the file cannot be created.
        """
        if self.denied:
            raise InputError(self.denied)
        given = np.array([np.nan if value is None else value for value in values], dtype=float)
        begin, carried = self.frame_rows.resample(first, given)
        after = np.clip(np.round(carried, 3), -1.0, 1.0)
        column = VA_NAMES.index(name)
        before = self.values[begin : begin + len(after), column]
        return {"name": name, "first": begin, "before": plain(before), "after": plain(after)}

    def apply(self, change: Change, side: str = "after") -> None:
        """Set the rows of a change to their values on one `side` of it (before or after)."""
        column = VA_NAMES.index(change["name"])
        values = np.array([np.nan if v is None else v for v in change[side]], dtype=float)
        self.values[change["first"] : change["first"] + len(values), column] = values

    def remember(self, change: Change, current: bool) -> None:
        """No-op: the file holds everything about valence and arousal."""

    def content(self, names: Collection[str] | None = None) -> dict[str, list[float | None]]:
        """Return one value per converted frame of each dimension (or those among `names`).

        None in frames without a label.
        """
        shown = self.shown()
        return {
            name: plain(shown[:, place])
            for place, name in enumerate(VA_NAMES)
            if names is None or name in names
        }

    def shown(self) -> NDArray[np.float64]:
        """Return the values [converted frames, 2]; NaN where not labelled."""
        return self.values[self.frame_rows.row]

    @property
    def lacks(self) -> list[str]:
        """States that this format cannot store."""
        return [] if self.masks else ["not labelled"]

    @property
    def journaled(self) -> list[str]:
        """Names of values that are kept only in the journal."""
        return []

    def write(self, paths: Sequence[Path]) -> None:
        """Write the whole table to `paths` in the file's own format.

        Raises
        ------
        InputError
            If the format needs every value and one is missing.
        """
        from auva import annotations

        values = self.values if self.masks else _until_last(self.values)
        if self.thousandths and not np.isnan(values).any():
            for path, column in zip(paths, values.T, strict=True):
                write_text(path, "".join(f"{value:.0f}\n" for value in column * 1000))
            return
        table = annotations.ValenceArousal(
            values=values.copy(),
            mask=~np.isnan(values),
            frame=np.arange(1, len(values) + 1),
            frames_of=self.frames_of,
        )
        target = join_pair(paths)
        annotations.write_valence_arousal(target, table, self.format, self.context)


def _until_last(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rows up to the last one with a label."""
    said = np.flatnonzero(~np.isnan(values).all(axis=1))
    return values[: said[-1] + 1] if len(said) else values[:0]


def _whole_numbers(paths: Sequence[Path]) -> bool:
    """Return whether all values of these files are written as whole numbers (Aff-Wild's unit)."""
    return all(path.exists() and not set(path.read_text()) & set(".eE") for path in paths)
