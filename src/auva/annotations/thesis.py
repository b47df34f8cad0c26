"""The thesis' Action Unit file (section 3.1.2): frame number, then presence and intensity per AU.

No header; one line per frame of the 30 fps video, frames 1 to n without a gap; 17 numbers separated
by blanks: `frame b1 i1 b2 i2 … b25 i25`. It has no way to say that something is not labelled.
The units are the thesis', whichever are asked for: the others of a list are not labelled.
"""

from pathlib import Path

import numpy as np

from auva.annotations.abaw import left_out_columns
from auva.annotations.context import Context
from auva.annotations.format import Content, Format, only_file
from auva.annotations.frames import check_counting
from auva.annotations.tables import MAX_INTENSITY, ActionUnits
from auva.annotations.text import first_true, is_number, parse_numbers, read_text, row_error
from auva.errors import InputError
from auva.files import write_text
from auva.units import THESIS_NAMES, THESIS_UNITS, names_of

COLUMNS = 1 + 2 * len(THESIS_UNITS)


def read(path: str | Path, context: Context | None = None) -> ActionUnits:
    """Read a thesis AU file.

    Raises
    ------
    InputError
        For the first line whose frame, a presence (0 or 1) or an intensity (in [0, 5]) is wrong; if
        none of its units is asked for.
    """
    units = (context or Context()).units
    text = read_text(path)
    table = parse_numbers(text, 0, COLUMNS, None)
    frame = check_counting(text, 0, table[:, 0])
    presence, intensity = table[:, 1::2], table[:, 2::2]
    wrong = (presence != 0) & (presence != 1)
    if wrong.any():
        row, unit = first_true(wrong)
        cause = f"presence of {THESIS_NAMES[unit]} is {presence[row, unit]:.6g}, neither 0 nor 1"
        raise row_error(text, 0, row, cause)
    wrong = ~((intensity >= 0) & (intensity <= MAX_INTENSITY))
    if wrong.any():
        row, unit = first_true(wrong)
        cause = f"intensity of {THESIS_NAMES[unit]} is {intensity[row, unit]:.6g}, outside [0, 5]"
        raise row_error(text, 0, row, cause)
    kept = [number for number in units if number in THESIS_UNITS]
    if not kept:
        known = ", ".join(THESIS_NAMES)
        raise InputError(f"the file holds {known}: none of {', '.join(names_of(units))}", path)
    columns = [THESIS_UNITS.index(number) for number in kept]
    places = [units.index(number) for number in kept]
    mask = np.zeros((len(frame), len(units)), bool)
    read = np.zeros((2, *mask.shape))
    mask[:, places] = True
    read[:, :, places] = presence[:, columns], intensity[:, columns]
    return ActionUnits(
        frame,
        read[0],
        mask,
        read[1],
        "converted",
        left_out_columns(THESIS_UNITS, units),
        units=units,
        stated=mask,
    )


def write(path: str | Path, table: ActionUnits) -> None:
    """Write a thesis AU file, whole or not at all.

    Raises
    ------
    InputError
        If the table has other Action Units than the thesis': the format holds these alone.
    """
    if table.units != THESIS_UNITS:
        cause = f"the format thesis holds {', '.join(THESIS_NAMES)}, the table"
        raise InputError(f"{cause} {', '.join(names_of(table.units))}", path)
    write_text(path, "".join(_lines(table)))


def _lines(table: ActionUnits) -> list[str]:
    pairs = np.empty((len(table), 2 * len(table.units)), object)
    pairs[:, 0::2] = table.presence
    pairs[:, 1::2] = _short(table.intensity)
    return [
        f"{frame} {' '.join(map(str, row))}\n"
        for frame, row in zip(table.frame.tolist(), pairs.tolist(), strict=True)
    ]


def _short(intensity: np.ndarray) -> np.ndarray:
    """Return intensities as integers where they are, else as the shortest exact decimals."""
    if not np.any(intensity % 1):
        return intensity.astype(int)
    return intensity.astype(str)


def _recognise(content: Content) -> bool:
    fields = content.first.split()
    return len(fields) == COLUMNS and all(map(is_number, fields))


FORMATS = (
    Format(
        name="thesis",
        kind="au",
        recognise=_recognise,
        read=lambda files, context: read(only_file(files, "thesis"), context),
        write=lambda files, table, context: write(only_file(files, "thesis"), table),
        content="no header; per line `frame b1 i1 … b8 i8`: presence (0, 1) and intensity (0 to 5) "
        "of AU 1, 2, 4, 6, 12, 15, 20, 25; no missing values",
        frames="of the 30 fps video, from 1, without gaps",
        frames_of="converted",
        masks=False,
        intensities=True,
    ),
)
