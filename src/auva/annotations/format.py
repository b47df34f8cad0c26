"""What auva knows of one annotation format: the record that each format's module fills."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from auva.annotations.context import Context
from auva.annotations.layout import Layout, read_layout
from auva.annotations.tables import ActionUnits, FramesOf, ValenceArousal
from auva.annotations.text import Text, first_true, read_bytes, read_text
from auva.errors import InputError
from auva.pairs import FOLDER_SUFFIXES, annotation_files, split_pair
from auva.units import THESIS_UNITS, VA_NAMES, names_of

Kind = Literal["au", "va"]
"""What an annotation is of: Action Units, or valence and arousal."""

Files = tuple[Path, ...]
"""The files of one annotation by one annotator."""

Source = str | Path | Sequence[str | Path]
"""An annotation's file, or several: their paths, or what `auva.pairs.join_pair` makes of them."""

Table = TypeVar("Table", ActionUnits, ValenceArousal)


class Content:
    """The beginning of an annotation as recognition looks at it; each file is read once.

    Parameters
    ----------
    files : tuple of Path
        The files of the annotation; the first one is read.
    layout : Layout or None
        Its layout, if it has one.
    units : sequence of int
        FACS numbers of the Action Units that are looked for.
    """

    def __init__(
        self, files: Files, layout: Layout | None = None, units: Sequence[int] = THESIS_UNITS
    ) -> None:
        self.files = files
        self.layout = layout
        self.units = units

    @cached_property
    def data(self) -> bytes:
        """The bytes of the first file."""
        return read_bytes(self.files[0])

    @cached_property
    def text(self) -> Text:
        """The lines of the first file; an `InputError` if it is not text."""
        return read_text(self.files[0])

    @property
    def first(self) -> str:
        """The first line."""
        return self.text.lines[0]


Reader = Callable[[Files, Context], Table]
Writer = Callable[[Files, Table, Context], None]


@dataclass(frozen=True)
class Format(Generic[Table]):
    """One kind of annotation in one format.

    Attributes
    ----------
    name : str
        As in the columns `au_format` and `va_format` of the sample sheet.
    kind : "au" or "va"
        What it holds.
    recognise : callable
        Says of a `Content` whether it has this format.
    read : callable
        Returns the table of some files, or raises an `InputError`.
    write : callable or None
        Writes a table that `check_writable` let through, whole or not at all; None where auva only
        reads the format.
    content, frames : str
        Its row in docs/reference/annotations.md: what a file holds, and what its rows count.
    frames_of : "converted" or "original"
        Which video's frames its table counts.
    others : callable or None
        Names what a file holds beyond its table of some Action Units, which writing it anew would
        lose.
    masks : bool
        Whether it can say that a frame is not labelled.
    intensities : bool
        Whether it can hold the intensity of an Action Unit.
    coding : bool
        Whether it distinguishes a stated intensity from none and not visible from not labelled, and
        has sides and comments (`auva.annotations.tables.Coding`).
    spans : bool
        Whether it holds stretches of time; else it has a row per frame.
    files : tuple of str
        What its files hold, where one annotation has several.
    suffixes : tuple of str
        How the names of such files end.
    layout : frozenset of str
        The keys of a layout that it takes.
    scaled : bool
        Whether its valence and arousal may be on the scale in the sheet.
    holds : callable or None
        Says of a `Content` in this format whether it has labels of this kind; None: always.
    """

    name: str
    kind: Kind
    recognise: Callable[[Content], bool]
    read: Reader[Table]
    write: Writer[Table] | None
    content: str
    frames: str
    frames_of: FramesOf
    others: Callable[[Path, Sequence[int]], list[str]] | None = None
    masks: bool = True
    intensities: bool = False
    coding: bool = False
    spans: bool = False
    files: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = (".txt", ".csv")
    layout: frozenset[str] = frozenset()
    scaled: bool = False
    holds: Callable[[Content], bool] | None = None


AnyFormat = Format[Any]


def check_writable(entry: AnyFormat, path: Path, table: ActionUnits | ValenceArousal) -> None:
    """Raise an `InputError` if a format cannot hold what a table says.

    Parameters
    ----------
    entry : Format
        The format: whose frames it counts, and whether it has masks and intensities.
    path : Path
        The file to be written, for the message.
    table : ActionUnits or ValenceArousal
        The table.
    """
    name = f"the format {entry.name}"
    if not len(table):
        raise InputError("a table without frames cannot be written", path)
    if table.frames_of != entry.frames_of:
        cause = (
            f"{name} holds frames of the {entry.frames_of} video, not of the {table.frames_of} one"
        )
        raise InputError(cause, path)
    if not np.array_equal(table.frame, np.arange(1, len(table) + 1)):
        raise InputError(f"{name} holds frames 1, 2, … without a gap only", path)
    if not entry.masks and not table.mask.all():
        row, column = first_true(~table.mask)
        labels = names_of(table.units) if isinstance(table, ActionUnits) else VA_NAMES
        label = labels[column]
        cause = f"{name} cannot hold missing labels, but {label} of frame {row + 1} is missing"
        raise InputError(cause, path)
    if isinstance(table, ActionUnits) and table.has_intensity and not entry.intensities:
        raise InputError(f"{name} cannot hold intensities", path)


def files_of(path: Source) -> Files:
    """Return the files of one annotation: one, those of a pair, or those in a folder.

    Raises
    ------
    InputError
        If a folder has no text file.
    """
    parts = [path] if isinstance(path, (str, Path)) else path
    return tuple(file for part in parts for place in split_pair(part) for file in _in_folder(place))


def layout_of(path: Source, layout: Layout | None) -> Layout | None:
    """Return the layout that is known of an annotation, or else the one beside it."""
    first = path if isinstance(path, (str, Path)) else path[0]
    return layout or read_layout(split_pair(first)[0])


def _in_folder(place: Path) -> list[Path]:
    if not place.is_dir():
        return [place]
    files = annotation_files(place)
    if not files:
        raise InputError(f"the folder has no text files ({', '.join(FOLDER_SUFFIXES)})", place)
    return files


def only_file(files: Files, name: str) -> Path:
    """Return the one file of an annotation in the format `name`, or raise an `InputError`."""
    if len(files) != 1:
        raise InputError(f"the format {name} has one file, not {len(files)}", files[0])
    return files[0]
