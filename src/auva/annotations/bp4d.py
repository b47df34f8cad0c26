"""BP4D's occurrence of Action Units: a line of FACS numbers, then a line of codes per frame.

As published (Zhang et al., BP4D-Spontaneous, Image and Vision Computing 2014): the first line is 0
and the units' numbers, the first column the frame; 1 is present, 0 absent, 9 unknown. Only a part
of a video is coded: frames without a line are not labelled.
"""

import re
from pathlib import Path

import numpy as np

from auva.annotations.abaw import check_some, other_units
from auva.annotations.columns import listed
from auva.annotations.context import Context
from auva.annotations.format import Format, only_file
from auva.annotations.frames import sparse_frames, up_to_the_end
from auva.annotations.tables import ActionUnits
from auva.annotations.text import Text, first_true, parse_numbers, read_text, row_error
from auva.errors import InputError

UNKNOWN = 9
_HEADER = re.compile(r"\s*0(\s*,\s*\d{1,2})+\s*", re.ASCII)


def is_bp4d(text: Text) -> bool:
    """Return whether a file begins with 0 and FACS numbers that ascend, and a line of codes."""
    if len(text.lines) < 2 or not _HEADER.fullmatch(text.lines[0]):
        return False
    numbers = _numbers(text)
    codes = [code.strip() for code in text.lines[1].split(",")[1:]]
    ascend = all(a < b for a, b in zip([0, *numbers], numbers, strict=False))
    return ascend and set(codes) <= {"0", "1", str(UNKNOWN)}


def read(path: Path, context: Context) -> ActionUnits:
    """Read a file of occurrence codes.

    Raises
    ------
    InputError
        For the first thing that is wrong, with its line.
    """
    text = read_text(path)
    if not _HEADER.fullmatch(text.lines[0]):
        raise InputError("the first line is not 0 and the numbers of Action Units", path, 1)
    numbers = _numbers(text)
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            raise InputError(f"the header names AU{number} twice", path, 1)
    asked = context.units
    check_some(numbers, asked, path)
    table = parse_numbers(text, 1, len(numbers) + 1, ",")
    frame = sparse_frames(text, np.arange(1, len(table) + 1), table[:, 0], 1)
    codes = table[:, 1:]
    wrong = ~((codes == 0) | (codes == 1) | (codes == UNKNOWN))
    if wrong.any():
        row, column = first_true(wrong)
        cause = f"AU{numbers[column]} is {codes[row, column]:.6g}, not 0, 1 or 9 (unknown)"
        raise row_error(text, 1, row, cause)
    units = np.full((len(table), len(asked)), float(UNKNOWN))
    for number in set(numbers) & set(asked):
        units[:, asked.index(number)] = codes[:, numbers.index(number)]
    others = other_units(numbers, asked)
    left_out = (f"columns of {listed(others)}",) if others else ()
    mask = units != UNKNOWN
    presence = np.where(mask, units, 0)
    read = ActionUnits(frame, presence, mask, frames_of="original", left_out=left_out, units=asked)
    return up_to_the_end(read, context.timeline.original)


def _numbers(text: Text) -> list[int]:
    return [int(field) for field in text.lines[0].split(",")[1:]]


FORMATS = (
    Format(
        name="bp4d",
        kind="au",
        recognise=lambda content: is_bp4d(content.text),
        read=lambda files, context: read(only_file(files, "bp4d"), context),
        write=None,
        content="BP4D's occurrence codes: a line `0` and the units' numbers, then lines of frame "
        "and codes, 0, 1 or 9 (unknown)",
        frames="of the original video, from 1; frames without a line are unlabelled",
        frames_of="original",
    ),
)
