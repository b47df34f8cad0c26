"""Writing a sample sheet so that reading it gives the same videos."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from auva.errors import InputError
from auva.files import write_text
from auva.pairs import CELL_PAIR, split_pair
from auva.sheet.layouts import is_layout
from auva.sheet.names import ANNOTATORS, CONTROL, unfit
from auva.sheet.people import check_people
from auva.sheet.reading import (
    OPTIONAL_COLUMNS,
    REQUIRED_COLUMNS,
    check_ids,
    delimiter,
    read_row,
)
from auva.sheet.scale import Scale
from auva.sheet.video import Video


def write_sample_sheet(path: str | Path, videos: Iterable[Video]) -> None:
    """Write a sample sheet, whole or not at all.

    Paths in the sheet's folder or beside it (with `..`) are written relative to that folder.
    Optional columns that no video uses are left out. An existing sheet keeps its mode and owner,
    and a link to it stays a link.

    Raises
    ------
    InputError
        If a video could not be read back as it is (two with one id, a forbidden character, …).
    """
    path = Path(path)
    rows = [_cells(path, video) for video in videos]
    used = [name for name in OPTIONAL_COLUMNS if any(row[name] for row in rows)]
    columns = [*REQUIRED_COLUMNS, *used]
    written = [_check_written(path, line, row) for line, row in enumerate(rows, start=2)]
    check_ids(path, written)
    check_people(path, written)
    lines = [columns, *([row[name] for name in columns] for row in rows)]
    write_text(path, _joined(path, lines), keep=True)


def _cells(sheet: Path, video: Video) -> dict[str, str]:
    return {
        "video": video.id,
        "path": _relative(sheet, video.path),
        "identity": video.identity,
        "sex": video.sex,
        "au": _annotation_cell(sheet, video.au),
        "va": _annotation_cell(sheet, video.va),
        "au_format": video.au_format or "",
        "va_format": video.va_format or "",
        "au_weights": _weight_cell(video.au_weights),
        "va_weights": _weight_cell(video.va_weights),
        "batch": video.batch or "",
        "au_consensus": _consensus_cell(sheet, video.au_consensus),
        "va_consensus": _consensus_cell(sheet, video.va_consensus),
        "subject": video.subject or "",
        "va_scale": _scale_cell(video.va_scales),
        "au_layout": _layout_cell(sheet, video.au_layouts),
        "va_layout": _layout_cell(sheet, video.va_layouts),
        "stream": "" if video.stream is None else str(video.stream),
        "fps": "" if video.fps is None else str(video.fps),
    }


def _consensus_cell(sheet: Path, path: Path | None) -> str:
    return "" if path is None else _annotation_cell(sheet, (path,))


def _annotation_cell(sheet: Path, annotations: tuple[Path, ...]) -> str:
    """Return the annotations of a video as a cell: files of one, and annotators, joined."""
    files = [[_relative(sheet, file) for file in split_pair(each)] for each in annotations]
    for file in (file for each in files for file in each):
        reason = unfit(file, annotation=True)
        if reason:
            raise InputError(f"cannot name the file '{file}': it has {reason}", sheet)
    return ANNOTATORS.join(CELL_PAIR.join(each) for each in files)


def _weight_cell(weights: tuple[float, ...]) -> str:
    """Return the weights as a cell; equal weights of 1 need none."""
    if all(weight == 1.0 for weight in weights):
        return ""
    return ANNOTATORS.join(repr(weight) for weight in weights)


def _scale_cell(scales: tuple[Scale | None, ...]) -> str:
    """Return the scales as a cell; a scale shared by all annotators is written once."""
    entries = [str(scale or "") for scale in scales]
    return entries[0] if len(set(entries)) == 1 else ANNOTATORS.join(entries)


def _layout_cell(sheet: Path, layouts: tuple[str, ...]) -> str:
    """Return the layouts as a cell; a layout shared by all annotators is written once."""
    entries = [
        entry if not entry or is_layout(entry) else _relative(sheet, Path(entry))
        for entry in layouts
    ]
    return entries[0] if len(set(entries)) == 1 else ANNOTATORS.join(entries)


def _relative(sheet: Path, path: Path) -> str:
    """Return a path as seen from the sheet."""
    keep = path.is_absolute() and not sheet.is_absolute()
    return (path if keep else Path(os.path.relpath(path, sheet.parent))).as_posix()


def _check_written(path: Path, line: int, row: dict[str, str]) -> Video:
    """Return what the reader will read; refuse what it would refuse or read differently."""
    if any(CONTROL.search(cell) or cell != cell.strip() for cell in row.values()):
        raise InputError(f"video '{row['video']}' has a cell that a sheet cannot hold", path)
    return read_row(path, line, row)


def _joined(path: Path, lines: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter(path), lineterminator="\n").writerows(lines)
    return text.getvalue()
