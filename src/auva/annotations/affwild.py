"""Aff-Wild's valence and arousal: two files without header, one value per line and source frame.

The database was published with integers in [-1000, 1000] (the joystick's raw range) and with floats
in [-1, 1] (Zafeiriou et al., Aff-Wild, CVPR Workshops 2017). Which of them a pair holds is decided
by the content of both files together, since one tool wrote them:

- integers of which any is beyond 100: thousandths;
- values in [-1, 1] of which any has a fraction, or is written with a decimal point or an exponent:
  floats; only zeros are the same on both;
- else the scale may be another one, as -10 to 10, 1 to 9 or -100 to 100: the sheet must tell it.

Aff-Wild has no way to say that a frame is not labelled.
"""

import re
from pathlib import Path

import numpy as np

from auva.annotations.context import Context
from auva.annotations.format import Content, Files, Format
from auva.annotations.scales import ASK, THOUSANDTHS, UNIT, implied_scale
from auva.annotations.tables import ValenceArousal
from auva.annotations.text import Text, is_number, parse_numbers, read_text, row_error
from auva.errors import InputError
from auva.files import write_text
from auva.pairs import CELL_PAIR
from auva.sheet import Scale
from auva.units import VA_NAMES


def read(
    valence: str | Path, arousal: str | Path, context: Context | None = None
) -> ValenceArousal:
    """Read an Aff-Wild pair of files, on the scale of the context if it has one.

    Raises
    ------
    InputError
        If a line is not one number in the range, the files have different lengths, or their scale
        is not known.
    """
    texts = [read_text(path) for path in (valence, arousal)]
    columns = [parse_numbers(text, 0, 1, None)[:, 0] for text in texts]
    if len(columns[0]) != len(columns[1]):
        cause = f"{len(columns[1])} values, but {texts[0].path} has {len(columns[0])}"
        raise InputError(cause, texts[1].path)
    scale = (context or Context()).va_scale or _scale(texts, columns)
    for name, text, column in zip(VA_NAMES, texts, columns, strict=True):
        _check_range(name, text, column, scale)
    return ValenceArousal(scale.to_unit(np.stack(columns, axis=1)))


def write(
    valence: str | Path,
    arousal: str | Path,
    table: ValenceArousal,
    context: Context | None = None,
) -> None:
    """Write an Aff-Wild pair of files, each whole or not at all.

    The values are floats in [-1, 1], or on the scale of the context.
    """
    values = ((context or Context()).va_scale or UNIT).from_unit(table.values)
    for path, column in zip((valence, arousal), values.T, strict=True):
        write_text(path, "".join(f"{value!r}\n" for value in column.tolist()))


def _scale(texts: list[Text], columns: list[np.ndarray]) -> Scale:
    """Return the scale of the values, or raise an `InputError` if several are possible."""
    values = np.concatenate(columns)
    pointed = any("." in line or "e" in line.lower() for text in texts for line in text.lines)
    found = implied_scale(values, pointed, thousandths=True)
    if found is not None:
        return found
    if np.any(values % 1):
        return UNIT
    largest = max((float(value) for value in values), key=abs)
    place = next(place for place, column in enumerate(columns) if largest in column)
    row = int(np.argmax(columns[place] == largest))
    cause = f"whole numbers up to {largest:g} may be on several scales; {ASK}"
    raise row_error(texts[place], 0, row, cause)


def _check_range(name: str, text: Text, column: np.ndarray, scale: Scale) -> None:
    wrong = ~((column >= scale.low) & (column <= scale.high))
    if wrong.any():
        row = int(np.argmax(wrong))
        told = {UNIT: "[-1, 1] of floats", THOUSANDTHS: "[-1000, 1000] of integers"}
        kind = told.get(scale, f"the scale {scale}")
        hint = f"; {ASK}" if scale == UNIT else ""
        raise row_error(text, 0, row, f"{name} {column[row]:.6g} is outside {kind}{hint}")


def _pair(files: Files) -> tuple[Path, Path]:
    if len(files) != 2:
        cause = f"Aff-Wild keeps valence and arousal in two files: 'VALENCE{CELL_PAIR}AROUSAL'"
        raise InputError(cause, files[0])
    return files[0], files[1]


def _recognise(content: Content) -> bool:
    first = content.first.strip()
    return is_number(first) or (len(content.files) > 1 and not re.search(r"[\s,;]", first))


FORMATS = (
    Format(
        name="affwild",
        kind="va",
        recognise=_recognise,
        read=lambda files, context: read(*_pair(files), context),
        write=lambda files, table, context: write(*_pair(files), table, context),
        content="one value per line, valence and arousal in two files; integers in [-1000, 1000], "
        "floats in [-1, 1], or on the scale that `va_scale` tells; no missing values",
        frames="of the original video",
        frames_of="original",
        masks=False,
        files=VA_NAMES,
        scaled=True,
    ),
)
