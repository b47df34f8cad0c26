"""Writing a sample sheet so that reading it gives the same videos."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from auva.errors import InputError
from auva.files import write_text
from auva.pairs import PAIR, split_pair
from auva.samples.layouts import is_layout
from auva.samples.people import check_people
from auva.samples.reading import CONTROL, OPTIONAL_COLUMNS, REQUIRED_COLUMNS, delimiter, read_row
from auva.samples.scale import Scale
from auva.samples.video import ANNOTATORS, Video


def write_sample_sheet(path: str | Path, videos: Iterable[Video]) -> None:
    """Write a sample sheet, whole or not at all.

    Paths are written relative to the sheet's folder where they lie in it or beside it (with `..`).
    Optional columns are left out where no video uses them. A sheet that is there keeps its mode
    and owner, and a link to it stays one.

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
    check_people(path, [_check_written(path, row, seen) for row in rows])
    lines = [columns, *([row[name] for name in columns] for row in rows)]
    write_text(path, _joined(path, lines), keep=True)


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
        "subject": video.subject or "",
        "va_scale": _scale_cell(video.va_scales),
        "au_layout": _layout_cell(sheet, video.au_layouts),
        "va_layout": _layout_cell(sheet, video.va_layouts),
        "stream": "" if video.stream is None else str(video.stream),
        "fps": "" if video.fps is None else str(video.fps),
    }


def _weight_cell(weights: tuple[float, ...]) -> str:
    """Return the weights as a cell; equal weights of 1 need none."""
    if all(weight == 1.0 for weight in weights):
        return ""
    return ANNOTATORS.join(repr(weight) for weight in weights)


def _scale_cell(scales: tuple[Scale | None, ...]) -> str:
    """Return the scales as a cell; one that is the same for all annotators stands there once."""
    entries = [str(scale or "") for scale in scales]
    return entries[0] if len(set(entries)) == 1 else ANNOTATORS.join(entries)


def _layout_cell(sheet: Path, layouts: tuple[str, ...]) -> str:
    """Return the layouts as a cell; one that is the same for all annotators stands there once."""
    entries = [
        entry if not entry or is_layout(entry) else _relative(sheet, Path(entry))
        for entry in layouts
    ]
    return entries[0] if len(set(entries)) == 1 else ANNOTATORS.join(entries)


def _relative(sheet: Path, path: Path) -> str:
    """Return a path (or pair) as seen from the sheet."""
    parts = []
    for part in split_pair(path):
        keep = part.is_absolute() and not sheet.is_absolute()
        seen = part if keep else Path(os.path.relpath(part, sheet.parent))
        parts.append(seen.as_posix())
    return PAIR.join(parts)


def _check_written(path: Path, row: dict[str, str], seen: set[str]) -> Video:
    """Return what the reader will read; refuse what it would refuse or read differently."""
    if any(CONTROL.search(cell) or cell != cell.strip() for cell in row.values()):
        raise InputError(f"video '{row['video']}' has a cell that a sheet cannot hold", path)
    if row["video"] in seen:
        raise InputError(f"video '{row['video']}' is named twice", path)
    seen.add(row["video"])
    return read_row(path, len(seen) + 1, row)


def _joined(path: Path, lines: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter(path), lineterminator="\n").writerows(lines)
    return text.getvalue()
