"""One row of the sample sheet: a video, its annotations and the person in it."""

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from auva.pairs import split_pair
from auva.sheet.scale import Scale

VIDEO_ID = r"[A-Za-z0-9_-]+"
"""What a video's id may look like; file names and wildcards are made from it."""

SEXES = ("female", "male", "unknown")
"""Values of the column `sex`."""


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
        The person; videos with one identity are never on both sides of a split.
    sex : str
        "female", "male" or "unknown".
    au, va : tuple of Path
        One annotation file per annotator; empty where the video has none of that kind, or none of
        both. In `va`, a pair of Aff-Wild files is one path, made by `join_pair` (see `split_pair`
        and `va_files`).
    au_format, va_format : str or None
        Format of these files; None: recognised from the content.
    au_weights, va_weights : tuple of float
        Weight of each annotator in the consensus, as many as there are annotators.
    batch : str or None
        Annotation batch (thesis, Table 3.1).
    au_consensus, va_consensus : Path or None
        The adjudicated labels; None: the weighted vote or mean of the annotators is used.
    subject : str or None
        The person whose labels are read, if an annotation file labels several people.
    va_scales : tuple of Scale or None
        The scale of valence and arousal in each annotator's file, None: what its format has; an
        empty tuple if the sheet names none.
    au_layouts, va_layouts : tuple of str
        The layout of each annotator's file: a layout, the path of one, or empty; empty tuples
        if the sheet names none (see `auva.sheet.layouts`).
    stream : int or None
        Number of the video stream; None: the only one or the default one.
    fps : Fraction or None
        Frames per second of a raw stream that does not contain them.
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
    au_consensus: Path | None = None
    va_consensus: Path | None = None
    subject: str | None = None
    va_scales: tuple[Scale | None, ...] = ()
    au_layouts: tuple[str, ...] = ()
    va_layouts: tuple[str, ...] = ()
    stream: int | None = None
    fps: Fraction | None = None
    line: int = 0

    @property
    def annotated(self) -> bool:
        """Whether the sheet names an annotation of either kind."""
        return bool(self.au or self.va or self.au_consensus or self.va_consensus)

    @property
    def au_files(self) -> tuple[Path, ...]:
        """All files of the AU annotations; the files of one annotator are listed one by one."""
        return tuple(file for path in self.au for file in split_pair(path))

    @property
    def va_files(self) -> tuple[Path, ...]:
        """All files of the VA annotations; pairs are listed as two files."""
        return tuple(file for path in self.va for file in split_pair(path))


def frame_rate(text: str) -> Fraction:
    """Read frames per second: a number above 0, or a fraction like 30000/1001.

    Raises
    ------
    ValueError
        With the text, if it is neither.
    """
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9]{1,9}|/[0-9]{1,7})?", text):
        raise ValueError(f"'{text}' is not a frame rate like 25, 29.97 or 30000/1001")
    number, _, divisor = text.partition("/")
    rate = Fraction(number) / Fraction(divisor or 1) if Fraction(divisor or 1) else Fraction(0)
    if not 0 < rate <= 1000:
        raise ValueError(f"'{text}' is not a frame rate above 0 and up to 1000")
    return rate
