"""One row of the sample sheet: a video, its annotations and the person in it."""

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path

from auva.pairs import split_pair
from auva.samples.scale import Scale

VIDEO_ID = r"[A-Za-z0-9_-]+"
"""What a video's id may look like; file names and wildcards are made from it."""

SEXES = ("female", "male", "unknown")
"""Values of the column `sex`."""

ANNOTATORS = ";"
"""Separates the files (or weights) of several annotators in one cell."""


@dataclass(frozen=True)
class Video:
    """One row of the sample sheet.

    Attributes
    ----------
    id : str
        Name of the video in all results; matches `VIDEO_ID`.
    path : Path
        The video file.
    identity : str
        The person; videos with one identity never stand on both sides of a split.
    sex : str
        "female", "male" or "unknown".
    au, va : tuple of Path
        One annotation file per annotator; empty where the video has none of that kind. In `va`, a
        pair of Aff-Wild files is one path "VALENCE|AROUSAL" (see `split_pair` and `va_files`).
    au_format, va_format : str or None
        Format of these files; None: recognised from the content.
    au_weights, va_weights : tuple of float
        Weight of each annotator in the consensus, as many as there are annotators.
    batch : str or None
        Annotation batch (thesis, Table 3.1).
    subject : str or None
        Whose labels are meant where an annotation file has those of several people.
    va_scale : Scale or None
        The scale of valence and arousal in the files; None: what their format has.
    line : int
        1-based line of the row in the sheet, for messages.
    """

    id: str
    path: Path
    identity: str
    sex: str
    au: tuple[Path, ...] = ()
    va: tuple[Path, ...] = ()
    au_format: str | None = None
    va_format: str | None = None
    au_weights: tuple[float, ...] = ()
    va_weights: tuple[float, ...] = ()
    batch: str | None = None
    subject: str | None = None
    va_scale: Scale | None = None
    line: int = 0

    @property
    def au_files(self) -> tuple[Path, ...]:
        """All files that the AU annotations are read from."""
        return self.au

    @property
    def va_files(self) -> tuple[Path, ...]:
        """All files that the VA annotations are read from, pairs taken apart."""
        return tuple(file for path in self.va for file in split_pair(path))


def row_digest(video: Video, *names: str) -> str:
    """Return a digest of what a row says, for rules that depend on that row alone.

    Parameters
    ----------
    video : Video
        The row.
    names : str
        Only these fields ("identity", "sex", …); without names, all but `line`, so that moving a
        row within the sheet changes nothing.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    chosen = names or tuple(field.name for field in fields(video) if field.name != "line")
    text = "\n".join(f"{name}={_plain(getattr(video, name))}" for name in chosen)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ANNOTATORS.join(_plain(entry) for entry in value)
    return value.as_posix() if isinstance(value, Path) else repr(value)
