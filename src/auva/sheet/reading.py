"""Reading a sample sheet line by line; every cell is checked."""

import csv
import io
import math
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from auva.errors import InputError, suggest
from auva.pairs import CELL_PAIR, join_pair
from auva.reading import read_text
from auva.sheet.layouts import read_layouts
from auva.sheet.names import ANNOTATORS, CONTROL, unfit
from auva.sheet.people import check_people
from auva.sheet.scale import Scale
from auva.sheet.video import SEXES, VIDEO_ID, Video, frame_rate
from auva.units import VA_NAMES

REQUIRED_COLUMNS = ("video", "path", "identity", "sex", "au", "va")
OPTIONAL_COLUMNS = (
    "au_format",
    "va_format",
    "au_weights",
    "va_weights",
    "batch",
    "au_consensus",
    "va_consensus",
    "stream",
    "fps",
    "subject",
    "va_scale",
    "au_layout",
    "va_layout",
)
COLUMNS = REQUIRED_COLUMNS + OPTIONAL_COLUMNS
"""Columns of the sample sheet, in the order in which it is written."""

LONGEST_ID = 100
"""Characters of a video's id; files are named after it, and a file's name has at most 255."""

_PERIODIC = re.compile(r"(.+)\1{19}$")
"""What Snakemake takes for a rule that feeds itself."""


def read_sample_sheet(path: str | Path) -> dict[str, Video]:
    """Read a sample sheet.

    Parameters
    ----------
    path : str or Path
        Tab-separated text with a header line (a name that ends in .csv: comma-separated).

    Returns
    -------
    dict of str to Video
        The videos by id, in the order of the sheet; paths are relative to the sheet's folder.

    Raises
    ------
    InputError
        For the first error, with its line.
    """
    path = Path(path)
    rows = _rows(path)
    if not rows:
        raise InputError("the sample sheet is empty", path)
    header = _header(path, *rows[0])
    videos: list[Video] = []
    for line, cells in rows[1:]:
        _drop_empty_end(cells, len(header))
        if len(cells) != len(header):
            raise InputError(f"{len(cells)} cells where the header has {len(header)}", path, line)
        videos.append(read_row(path, line, dict(zip(header, cells, strict=True))))
    if not videos:
        raise InputError("the sample sheet has a header but no videos", path)
    check_ids(path, videos)
    check_people(path, videos)
    return {video.id: video for video in videos}


def _drop_empty_end(cells: list[str], least: int = 0) -> None:
    """Take away empty cells at the end: spreadsheets write them for columns once used."""
    while len(cells) > least and not cells[-1]:
        cells.pop()


def check_ids(path: Path, videos: Iterable[Video]) -> None:
    """Refuse two videos with one id, or with ids that differ by capitals only.

    Raises
    ------
    InputError
        With both lines.
    """
    spelled: dict[str, Video] = {}
    for video in videos:
        first = spelled.setdefault(video.id.casefold(), video)
        if first is video:
            continue
        cause = f"video '{video.id}' is named twice (first in line {first.line})"
        if first.id != video.id:
            cause = (
                f"video '{video.id}' differs from '{first.id}' in line {first.line} by capitals "
                "only: files are named after both, and many disks take them for one"
            )
        raise InputError(cause, path, video.line)


def delimiter(path: Path) -> str:
    """Return what separates the cells of a sheet: a comma in a .csv, else a tab."""
    return "," if path.suffix.lower() == ".csv" else "\t"


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return (line, cells) of every line that is not blank."""
    text = io.StringIO(read_text(path, "sample sheet"), newline="")
    rows = []
    reader = csv.reader(text, delimiter=delimiter(path), strict=True)
    try:
        for cells in reader:
            line = reader.line_num
            if any(CONTROL.search(cell) for cell in cells):
                raise InputError("a cell contains a control character or a line end", path, line)
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((line, stripped))
    except csv.Error as error:
        cause = f"quotes that do not fit together ({error}); inside a quoted cell they are doubled"
        raise InputError(cause, path, reader.line_num) from None
    return rows


def _header(path: Path, line: int, cells: list[str]) -> list[str]:
    if len(cells) == 1 and any(separator in cells[0] for separator in ",;\t"):
        name = "commas" if path.suffix.lower() == ".csv" else "tabs"
        raise InputError(f"the columns of this sheet must be separated by {name}", path, line)
    _drop_empty_end(cells)
    for position, name in enumerate(cells):
        if not name:
            raise InputError(f"column {position + 1} has no name", path, line)
        if name not in COLUMNS:
            raise InputError(f"unknown column '{name}'{suggest(name, COLUMNS)}", path, line)
        if name in cells[:position]:
            raise InputError(f"column '{name}' is named twice", path, line)
    for name in REQUIRED_COLUMNS:
        if name not in cells:
            raise InputError(f"column '{name}' is missing", path, line)
    return cells


def read_row(path: Path, line: int, row: dict[str, str]) -> Video:
    """Return the video of a row, by column; raise InputError for what is wrong with it."""
    _check_words(path, line, row)
    au = _files(path, line, row, "au")
    va = _files(path, line, row, "va")
    return Video(
        id=row["video"],
        path=path.parent / row["path"],
        identity=row["identity"],
        sex=row["sex"],
        au=au,
        va=va,
        au_format=_format(path, line, row, "au_format"),
        va_format=_format(path, line, row, "va_format"),
        au_weights=_weights(path, line, row, "au_weights", len(au)),
        va_weights=_weights(path, line, row, "va_weights", len(va)),
        batch=row.get("batch") or None,
        au_consensus=_consensus(path, line, row, "au"),
        va_consensus=_consensus(path, line, row, "va"),
        subject=row.get("subject") or None,
        va_scales=_scales(path, line, row.get("va_scale") or "", len(va)),
        au_layouts=_layouts(path, line, row, "au", len(au)),
        va_layouts=_layouts(path, line, row, "va", len(va)),
        stream=_stream(path, line, row),
        fps=_rate(path, line, row),
        line=line,
    )


def _check_words(path: Path, line: int, row: dict[str, str]) -> None:
    """Check the cells that are not files, and the characters of those that are."""
    _check_id(path, line, row["video"])
    for name in ("path", "identity"):
        if not row[name]:
            raise InputError(f"video '{row['video']}' has an empty '{name}'", path, line)
    if row["sex"] not in SEXES:
        known = ", ".join(SEXES)
        cause = f"sex '{row['sex']}' is not one of {known}{suggest(row['sex'], SEXES)}"
        raise InputError(cause, path, line)
    for name in ("path", "au", "va", "au_layout", "va_layout", "au_consensus", "va_consensus"):
        reason = unfit(row.get(name) or "")
        if reason:
            raise InputError(f"'{name}' has {reason}: '{row[name]}'", path, line)


def _check_id(path: Path, line: int, video: str) -> None:
    """Check that files and jobs can be named after a video."""
    if not video:
        raise InputError("the video has no id (column 'video')", path, line)
    if not re.fullmatch(VIDEO_ID, video):
        cause = f"video id '{video}' has a character other than letters, digits, '_' and '-'"
        raise InputError(cause, path, line)
    if len(video) > LONGEST_ID:
        cause = f"video id '{video}' has {len(video)} characters; {LONGEST_ID} are possible"
        raise InputError(cause, path, line)
    if _PERIODIC.search(video):
        cause = f"video id '{video}' ends in the same characters 20 times, which Snakemake refuses"
        raise InputError(cause, path, line)


def _files(path: Path, line: int, row: dict[str, str], name: str) -> tuple[Path, ...]:
    """Return the files of one cell, one entry per annotator."""
    if not row[name]:
        return ()
    found = []
    for entry in row[name].split(ANNOTATORS):
        parts = [part.strip() for part in entry.split(CELL_PAIR)]
        if not all(parts):
            raise InputError(f"'{name}' has an empty file name: '{row[name]}'", path, line)
        if name == "va" and len(parts) > len(VA_NAMES):
            cause = (
                f"'{name}' joins too many files by '{CELL_PAIR}', which no file's name can have "
                f"here: '{entry}'"
            )
            raise InputError(cause, path, line)
        found.append(join_pair(path.parent / part for part in parts))
    return tuple(found)


def _consensus(path: Path, line: int, row: dict[str, str], kind: str) -> Path | None:
    """Return the file of a decision between the annotators of a kind."""
    name = f"{kind}_consensus"
    cell = row.get(name)
    if not cell:
        return None
    if ANNOTATORS in cell or CELL_PAIR in cell:
        raise InputError(f"'{name}' has more than one file: '{cell}'", path, line)
    if not row[kind]:
        raise InputError(f"'{name}' decides between files, but '{kind}' has none", path, line)
    return path.parent / cell


def _format(path: Path, line: int, row: dict[str, str], name: str) -> str | None:
    value = row.get(name)
    if not value:
        return None
    # Imported where it is needed: a sheet that names no format stays light.
    from auva.annotations import AU_FORMATS, VA_FORMATS

    known = AU_FORMATS if name == "au_format" else VA_FORMATS
    if value not in known:
        cause = f"{name} '{value}' is not one of {', '.join(known)}{suggest(value, known)}"
        raise InputError(cause, path, line)
    return value


def _scales(path: Path, line: int, cell: str, annotators: int) -> tuple[Scale | None, ...]:
    """Return the scale of each annotator: one for all, or one for each."""
    if not cell:
        return ()
    entries = [entry.strip() for entry in cell.split(ANNOTATORS)]
    if len(entries) == 1:
        entries *= annotators
    if len(entries) != annotators:
        cause = f"va_scale has {len(entries)} values for {annotators} annotators"
        raise InputError(cause, path, line)
    return tuple(_scale(path, line, entry) if entry else None for entry in entries)


def _scale(path: Path, line: int, entry: str) -> Scale:
    try:
        return Scale.parse(entry)
    except ValueError as error:
        raise InputError(f"va_scale '{entry}' {error}", path, line) from None


def _layouts(
    path: Path, line: int, row: dict[str, str], kind: str, annotators: int
) -> tuple[str, ...]:
    name = f"{kind}_layout"
    return read_layouts(path, line, name, row.get(name) or "", annotators)


def _weights(
    path: Path, line: int, row: dict[str, str], name: str, annotators: int
) -> tuple[float, ...]:
    cell = row.get(name) or ""
    if not cell:
        return (1.0,) * annotators
    entries = [entry.strip() for entry in cell.split(ANNOTATORS)]
    if len(entries) != annotators:
        cause = f"{name} has {len(entries)} values for {annotators} annotators"
        raise InputError(cause, path, line)
    weights = []
    for entry in entries:
        try:
            weight = float(entry)
        except ValueError:
            weight = math.nan
        if not (math.isfinite(weight) and weight > 0):
            raise InputError(f"{name} '{entry}' is not a number above 0", path, line)
        weights.append(weight)
    return tuple(weights)


def _stream(path: Path, line: int, row: dict[str, str]) -> int | None:
    cell = row.get("stream") or ""
    if not re.fullmatch(r"[0-9]{0,4}", cell):
        raise InputError(f"stream '{cell}' is not the number of a stream (0, 1, …)", path, line)
    return int(cell) if cell else None


def _rate(path: Path, line: int, row: dict[str, str]) -> Fraction | None:
    cell = row.get("fps") or ""
    try:
        return frame_rate(cell) if cell else None
    except ValueError as error:
        raise InputError(f"fps {error}", path, line) from None
