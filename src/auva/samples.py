"""The sample sheet: one row per video, with its annotations and the person in it.

Light on purpose (csv and dataclasses only): the workflow reads the sheet each time it is parsed.
Whether the named files exist is not checked here; the rules that read them tell.
"""

import csv
import hashlib
import io
import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from auva.errors import InputError, suggest
from auva.files import write_text

VIDEO_ID = r"[A-Za-z0-9_-]+"
"""What a video's id may look like; file names and wildcards are made from it."""

SEXES = ("female", "male", "unknown")
"""Values of the column `sex`."""

AU_FORMATS = ("thesis", "abaw", "openface", "elan", "boris")
"""Formats of Action Unit files, by the names of the column `au_format`."""

VA_FORMATS = ("abaw", "affwild", "elan")
"""Formats of valence and arousal files, by the names of the column `va_format`."""

REQUIRED_COLUMNS = ("video", "path", "identity", "sex", "au", "va")
OPTIONAL_COLUMNS = ("au_format", "va_format", "au_weights", "va_weights", "batch")
COLUMNS = REQUIRED_COLUMNS + OPTIONAL_COLUMNS
"""Columns of the sample sheet, in the order in which it is written."""

ANNOTATORS = ";"
"""Separates the files (or weights) of several annotators in one cell."""

PAIR = "|"
"""Separates Aff-Wild's valence file from its arousal file: together they are one annotation."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
    line: int = 0

    @property
    def au_files(self) -> tuple[Path, ...]:
        """All files that the AU annotations are read from."""
        return self.au

    @property
    def va_files(self) -> tuple[Path, ...]:
        """All files that the VA annotations are read from, pairs taken apart."""
        return tuple(file for path in self.va for file in split_pair(path))


def split_pair(path: str | Path) -> tuple[Path, ...]:
    """Return the files of one annotation: (valence, arousal) of a pair, else the path alone."""
    return tuple(Path(part) for part in str(path).split(PAIR))


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
        For the first thing that is wrong, with its line.
    """
    path = Path(path)
    rows = _rows(path)
    if not rows:
        raise InputError("the sample sheet is empty", path)
    header = _header(path, *rows[0])
    videos: dict[str, Video] = {}
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            raise InputError(f"{len(cells)} cells where the header has {len(header)}", path, line)
        video = _video(path, line, dict(zip(header, cells, strict=True)))
        if video.id in videos:
            first = videos[video.id].line
            raise InputError(
                f"video '{video.id}' is named twice (first in line {first})", path, line
            )
        videos[video.id] = video
    if not videos:
        raise InputError("the sample sheet has a header but no videos", path)
    return videos


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


def write_sample_sheet(path: str | Path, videos: Iterable[Video]) -> None:
    """Write a sample sheet, whole or not at all.

    Paths are written relative to the sheet's folder where they lie in it or beside it (with `..`).
    Optional columns are left out where no video uses them.

    Raises
    ------
    InputError
        If a video could not be read back as it is (two with one id, a forbidden character, …).
    """
    path = Path(path)
    rows = [_cells(path, video) for video in videos]
    used = [name for name in OPTIONAL_COLUMNS if any(row[name] for row in rows)]
    columns = [*REQUIRED_COLUMNS, *used]
    seen: set[str] = set()
    for row in rows:
        _check_written(path, row, seen)
    lines = [columns, *([row[name] for name in columns] for row in rows)]
    write_text(path, _joined(path, lines))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return (line, cells) of every line that is not blank."""
    text = _text(path)
    rows = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, **_dialect(path))
    try:
        for cells in reader:
            line = reader.line_num
            if any(_CONTROL.search(cell) for cell in cells):
                raise InputError("a cell contains a control character or a line end", path, line)
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((line, stripped))
    except csv.Error as error:
        raise InputError(f"not a readable table: {error}", path, reader.line_num) from None
    return rows


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(_reason(error), path) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError("not UTF-8 text", path, line) from None


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "the sample sheet does not exist"
    return f"the sample sheet cannot be read: {error.strerror}"


def _dialect(path: Path) -> dict:
    """Return how the cells are separated: quotes have a meaning in .csv only."""
    if path.suffix.lower() == ".csv":
        return {"delimiter": ","}
    return {"delimiter": "\t", "quoting": csv.QUOTE_NONE}


def _header(path: Path, line: int, cells: list[str]) -> list[str]:
    if len(cells) == 1 and any(separator in cells[0] for separator in ",;\t"):
        name = "commas" if path.suffix.lower() == ".csv" else "tabs"
        raise InputError(f"the columns of this sheet must be separated by {name}", path, line)
    for position, name in enumerate(cells):
        if name not in COLUMNS:
            raise InputError(f"unknown column '{name}'{suggest(name, COLUMNS)}", path, line)
        if name in cells[:position]:
            raise InputError(f"column '{name}' is named twice", path, line)
    for name in REQUIRED_COLUMNS:
        if name not in cells:
            raise InputError(f"column '{name}' is missing", path, line)
    return cells


def _video(path: Path, line: int, row: dict[str, str]) -> Video:
    _check_words(path, line, row)
    au = _files(path, line, row, "au")
    va = _files(path, line, row, "va")
    if not au and not va:
        cause = f"video '{row['video']}' has neither an au nor a va file"
        raise InputError(cause, path, line)
    return Video(
        id=row["video"],
        path=path.parent / row["path"],
        identity=row["identity"],
        sex=row["sex"],
        au=au,
        va=va,
        au_format=_format(path, line, row, "au_format", AU_FORMATS),
        va_format=_format(path, line, row, "va_format", VA_FORMATS),
        au_weights=_weights(path, line, row, "au_weights", len(au)),
        va_weights=_weights(path, line, row, "va_weights", len(va)),
        batch=row.get("batch") or None,
        line=line,
    )


def _check_words(path: Path, line: int, row: dict[str, str]) -> None:
    """Check the cells that are not files."""
    if not row["video"]:
        raise InputError("the video has no id (column 'video')", path, line)
    if not re.fullmatch(VIDEO_ID, row["video"]):
        cause = f"video id '{row['video']}' has a character other than letters, digits, '_' and '-'"
        raise InputError(cause, path, line)
    for name in ("path", "identity"):
        if not row[name]:
            raise InputError(f"video '{row['video']}' has an empty '{name}'", path, line)
    if row["sex"] not in SEXES:
        known = ", ".join(SEXES)
        cause = f"sex '{row['sex']}' is none of {known}{suggest(row['sex'], SEXES)}"
        raise InputError(cause, path, line)


def _files(path: Path, line: int, row: dict[str, str], name: str) -> tuple[Path, ...]:
    """Return the files of one cell, one entry per annotator."""
    if not row[name]:
        return ()
    found = []
    for entry in row[name].split(ANNOTATORS):
        parts = [part.strip() for part in entry.split(PAIR)]
        if not all(parts):
            raise InputError(f"'{name}' has an empty file name: '{row[name]}'", path, line)
        if len(parts) > (2 if name == "va" else 1):
            cause = f"'{name}' joins too many files by '{PAIR}': '{entry}'"
            raise InputError(cause, path, line)
        found.append(Path(PAIR.join(str(path.parent / part) for part in parts)))
    return tuple(found)


def _format(
    path: Path, line: int, row: dict[str, str], name: str, known: Sequence[str]
) -> str | None:
    value = row.get(name) or None
    if value is not None and value not in known:
        cause = f"{name} '{value}' is none of {', '.join(known)}{suggest(value, known)}"
        raise InputError(cause, path, line)
    return value


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


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ANNOTATORS.join(_plain(entry) for entry in value)
    return value.as_posix() if isinstance(value, Path) else repr(value)


def _cells(sheet: Path, video: Video) -> dict[str, str]:
    return {
        "video": video.id,
        "path": _relative(sheet, video.path),
        "identity": video.identity,
        "sex": video.sex,
        "au": ANNOTATORS.join(_relative(sheet, file) for file in video.au),
        "va": ANNOTATORS.join(_relative(sheet, file) for file in video.va),
        "au_format": video.au_format or "",
        "va_format": video.va_format or "",
        "au_weights": _weight_cell(video.au_weights),
        "va_weights": _weight_cell(video.va_weights),
        "batch": video.batch or "",
    }


def _weight_cell(weights: tuple[float, ...]) -> str:
    """Return the weights as a cell; equal weights of 1 need none."""
    if all(weight == 1.0 for weight in weights):
        return ""
    return ANNOTATORS.join(repr(weight) for weight in weights)


def _relative(sheet: Path, path: Path) -> str:
    """Return a path (or pair) as seen from the sheet."""
    parts = []
    for part in split_pair(path):
        keep = part.is_absolute() and not sheet.is_absolute()
        seen = part if keep else Path(os.path.relpath(part, sheet.parent))
        parts.append(seen.as_posix())
    return PAIR.join(parts)


def _check_written(path: Path, row: dict[str, str], seen: set[str]) -> None:
    """Refuse what the reader would refuse or read differently."""
    if any(_CONTROL.search(cell) or cell != cell.strip() for cell in row.values()):
        raise InputError(f"video '{row['video']}' has a cell that a sheet cannot hold", path)
    if row["video"] in seen:
        raise InputError(f"video '{row['video']}' is named twice", path)
    seen.add(row["video"])
    _video(path, len(seen) + 1, row)


def _joined(path: Path, lines: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    if path.suffix.lower() == ".csv":
        csv.writer(text, lineterminator="\n").writerows(lines)
    else:
        text.writelines("\t".join(cells) + "\n" for cells in lines)
    return text.getvalue()
