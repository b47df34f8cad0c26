"""The alignment report of one video: how its annotations met the frames."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.files import write_text
from auva.records.document import Document, read_document

VIDEO = {
    "video": str,
    "source_frames": int,
    "converted_frames": int,
    "largest_time_error_ms": float,
    "missing_pictures": int,
    "longest_frozen_run": int,
}
"""What `labels/{video}.json` says of the video (and more, for people)."""

FILE = {
    "file": str,
    "frames_of": str,
    "rows": int,
    "extended": int,
    "cropped": int,
    "left_out": list,
    "other_units": dict,
    "read_as": list,
}
"""What it says of each annotation file, under `au` and `va`."""


def write_report(path: str | Path, report: Mapping[str, Any]) -> None:
    """Write a report, whole or not at all."""
    write_text(path, json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def read_report(path: str | Path) -> dict[str, Any]:
    """Return what a report says, `VIDEO` and `FILE` checked.

    Raises
    ------
    InputError
        If the file is missing, not JSON or no such report.
    """
    report = read_document(path, "an alignment report")
    _check(report, VIDEO)
    for kind in ("au", "va"):
        for entry in report.parts(kind):
            _check(entry, FILE)
    return dict(report.content)


def _check(part: Document, kinds: Mapping[str, type]) -> None:
    for name, kind in kinds.items():
        part.get(name, kind)
