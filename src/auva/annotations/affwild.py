"""Aff-Wild's valence and arousal: two files without header, one value per line and source frame.

The database was published with integers in [-1000, 1000] (the joystick's raw range) and with floats
in [-1, 1] (Zafeiriou et al., Aff-Wild, CVPR Workshops 2017). Which of them a pair holds is decided
by the content of both files together, since one tool wrote them:

- any value beyond [-1, 1]: thousandths, and then every value must be an integer;
- else any value with a fraction, or written with a decimal point or an exponent: floats;
- else (only -1, 0 and 1, all written as integers) the content does not tell. It is read as
  thousandths: a joystick at rest is common, a person who only ever jumps between the ends is not.

Aff-Wild has no way to say that a frame is not labelled.
"""

from pathlib import Path

import numpy as np

from auva.annotations.format import Content, Files, Format
from auva.annotations.frames import check_writable
from auva.annotations.tables import ValenceArousal
from auva.annotations.text import Text, first_true, parse_numbers, read_text, row_error
from auva.errors import InputError
from auva.files import write_text
from auva.pairs import PAIR
from auva.units import VA_NAMES

SCALE = 1000


def read(valence: str | Path, arousal: str | Path) -> ValenceArousal:
    """Read an Aff-Wild pair of files.

    Raises
    ------
    InputError
        If a line is not one number in the range, or the files have different lengths.
    """
    texts = [read_text(path) for path in (valence, arousal)]
    columns = [parse_numbers(text, 0, 1, None)[:, 0] for text in texts]
    if len(columns[0]) != len(columns[1]):
        cause = f"{len(columns[1])} values, but {texts[0].path} has {len(columns[0])}"
        raise InputError(cause, texts[1].path)
    scale = _scale(texts, columns)
    for name, text, column in zip(VA_NAMES, texts, columns, strict=True):
        _check_range(name, text, column, scale)
    return ValenceArousal(np.stack(columns, axis=1) / scale)


def write(valence: str | Path, arousal: str | Path, table: ValenceArousal) -> None:
    """Write an Aff-Wild pair of files with floats in [-1, 1], each whole or not at all.

    Raises
    ------
    InputError
        If something is not labelled, or the frames are not 1 to n of the source video.
    """
    check_writable(valence, table, "source", "affwild")
    if not table.mask.all():
        row, column = first_true(~table.mask)
        cause = (
            f"the format affwild needs every value, but frame {row + 1} has no {VA_NAMES[column]}"
        )
        raise InputError(cause, valence)
    for path, column in zip((valence, arousal), table.values.T, strict=True):
        write_text(path, "".join(f"{value!r}\n" for value in column.tolist()))


def _scale(texts: list[Text], columns: list[np.ndarray]) -> int:
    """Return what one unit of [-1, 1] is in the files: 1 or 1000."""
    values = np.concatenate(columns)
    integers = not np.any(values % 1)
    if np.any(np.abs(values) > 1):
        return SCALE if integers else 1
    pointed = any("." in line or "e" in line.lower() for text in texts for line in text.lines)
    return SCALE if integers and not pointed else 1


def _check_range(name: str, text: Text, column: np.ndarray, scale: int) -> None:
    wrong = ~(np.abs(column) <= scale)
    if wrong.any():
        row = int(np.argmax(wrong))
        kind = f"[-{scale}, {scale}] of integers" if scale > 1 else "[-1, 1] of floats"
        raise row_error(text, 0, row, f"{name} {column[row]:.6g} is outside {kind}")


def _pair(files: Files) -> tuple[Path, Path]:
    if len(files) != 2:
        cause = f"Aff-Wild keeps valence and arousal in two files: 'VALENCE{PAIR}AROUSAL'"
        raise InputError(cause, files[0])
    return files[0], files[1]


def _recognise(content: Content) -> bool:
    return len(content.files) > 1 or len(content.first.replace(",", " ").split()) == 1


FORMATS = (
    Format(
        name="affwild",
        kind="va",
        recognise=_recognise,
        read=lambda files, context: read(*_pair(files)),
        write=lambda files, table, context: write(*_pair(files), table),
        content="one value per line, valence and arousal in two files; integers in [-1000, 1000] "
        "or floats in [-1, 1]; no missing values",
        frames="of the original video",
        clock="source",
        masks=False,
        files=VA_NAMES,
    ),
)
