"""Table of the alignment: one row per annotation file (thesis, section 3.1.3)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from auva.records.report import FILE, VIDEO, read_report
from auva.tables.page import Cell, Page, Row, write_page

COLUMNS = (*VIDEO, "annotation", *FILE)
_COUNTS = ("rows", "extended", "cropped")
_NO_FILE = ("none", *(None if name in _COUNTS else "" for name in FILE))


def write_alignment(
    reports: Sequence[str | Path],
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write the table of all alignment reports.

    One row per annotation file (a video without any has one row): frames of the original and of
    the converted video, the largest distance in time between a converted frame and the original
    frame that it shows (ms), missing original pictures according to their times, the longest run of
    converted frames that show one original frame, the kind of annotation, the frames of its rows
    (`original`, or `converted`: 30 fps), the number of rows, how many were extended or cropped, its
    content that is not used for labels, the number of converted frames with Action Units that are
    not configured, and the decisions in reading it.

    Parameters
    ----------
    reports : sequence of path
        `labels/{video}.json` of `auva.alignment.align`.
    csv, markdown, html : path
        Written.

    Raises
    ------
    InputError
        If the file is not such a report.
    """
    table = alignment_table([read_report(path) for path in reports])
    write_page(table, alignment_page(table), csv, markdown, html)


def alignment_table(reports: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the table with `COLUMNS` from the contents of alignment reports."""
    rows = []
    for report in reports:
        video = [report[name] for name in VIDEO]
        files = [
            (kind, *(_told(entry[name]) for name in FILE))
            for kind in ("au", "va")
            for entry in report[kind]
        ]
        rows += [(*video, *file) for file in files or [_NO_FILE]]
    whole = dict.fromkeys(_COUNTS, "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(whole)


def alignment_page(table: pd.DataFrame) -> Page:
    """Return the table as a page."""
    rows = [
        Row(
            (str(row["video"]), str(row["annotation"]).upper().replace("NONE", "none")),
            [
                Cell(f"{row['source_frames']:,}"),
                Cell(f"{row['converted_frames']:,}"),
                Cell(f"{row['largest_time_error_ms']:.1f}"),
                _whole(row["missing_pictures"]),
                _whole(row["longest_frozen_run"]),
                Cell(str(row["file"]), (f"{row['frames_of']} frames",) if row["frames_of"] else ()),
                *(_whole(row[name]) for name in _COUNTS),
                Cell(str(row["left_out"])),
                Cell(str(row["other_units"])),
                Cell(str(row["read_as"])),
            ],
        )
        for _, row in table.iterrows()
    ]
    videos = table.drop_duplicates("video")
    worst = videos["largest_time_error_ms"].max() if len(videos) else 0.0
    caption = (
        f"{len(videos):,} videos, {videos['source_frames'].sum():,} original and "
        f"{videos['converted_frames'].sum():,} converted frames; the largest time error is "
        f"{worst:.1f} ms. {int(table['extended'].sum()):,} frames repeat the last row of an "
        f"annotation, {int(table['cropped'].sum()):,} rows beyond the last frame were cropped. "
        "time error: largest time difference between a converted frame and the original frame that "
        "it shows; it is at best half an original frame. missing: number of pictures for which the "
        "times leave a gap. frozen: longest run of converted frames that show one original frame. "
        "left out: content of an annotation from which no label is made. "
        "other AUs: converted frames in which an Action Unit that action_units lacks is present. "
        "read as: decisions where a format leaves a choice, such as a threshold."
    )
    heads = (
        "original frames",
        "converted frames",
        "time error (ms)",
        "missing",
        "frozen",
        "file",
        "rows",
        "extended",
        "cropped",
        "left out",
        "other AUs",
        "read as",
    )
    return Page("Alignment of annotations", caption, ("video", "annotation"), heads, rows)


def _told(value: Any) -> Any:  # noqa: ANN401 - an entry of a report
    if isinstance(value, dict):
        return "; ".join(f"{name} {n}" for name, n in value.items())
    return "; ".join(value) if isinstance(value, list) else value


def _whole(value: Any) -> Cell:  # noqa: ANN401 - an integer or pandas' NA
    return Cell("" if pd.isna(value) else f"{int(value):,}")
