"""The manual check as data: config/face_overrides.tsv (thesis, section 3.1.3)."""

import csv
import re
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.reading import read_text

COLUMNS = ("video", "first", "last", "action", "x", "y")
ACTIONS = ("drop", "choose")
_VIDEO = re.compile(r"[A-Za-z0-9_-]+")


def read_overrides(path: str | Path) -> dict[str, list[dict[str, Any]]]:
    """Read the manual corrections of the face choice.

    A tab-separated file with the columns `video`, `first`, `last` (frames, both included), `action`
    and, for `choose`, `x` and `y` (pixels of the converted video). `drop` keeps no face in these
    frames; `choose` keeps the box whose centre is nearest to (x, y). If several lines name a frame,
    the last one is used. Empty lines and lines that begin with # are skipped.

    Returns
    -------
    dict of str to list of dict
        Per video its corrections in the order of the file, as plain values: `first`, `last`,
        `action`, and `x`, `y` for `choose`.

    Raises
    ------
    InputError
        If the file is missing or a line is wrong; the message names the line.
    """
    path = Path(path)
    lines = read_text(path, "file of corrections").splitlines()
    rows = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    if not rows:
        raise InputError(f"has no header (columns {', '.join(COLUMNS)})", path)
    header = _cells(rows[0][1])
    _check_header(header, path, rows[0][0])
    overrides: dict[str, list[dict[str, Any]]] = {}
    for number, line in rows[1:]:
        cells = _cells(line)
        if len(cells) > len(header):
            raise InputError(f"{len(cells)} cells under {len(header)} columns", path, number)
        row = dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=False))
        try:
            entry = _override(row)
        except ValueError as error:
            raise InputError(str(error), path, number) from None
        overrides.setdefault(row["video"], []).append(entry)
    return overrides


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter="\t"))]


def _check_header(header: list[str], path: Path, line: int) -> None:
    for name in header:
        if name not in COLUMNS:
            raise InputError(f"unknown column '{name}'{suggest(name, COLUMNS)}", path, line)
        if header.count(name) > 1:
            raise InputError(f"column '{name}' twice", path, line)
    for name in COLUMNS[:4]:
        if name not in header:
            raise InputError(f"column '{name}' is missing", path, line)


def _override(row: dict[str, str]) -> dict[str, Any]:
    if not _VIDEO.fullmatch(row["video"]):
        raise ValueError(f"'{row['video']}' is not a video id (letters, digits, - and _)")
    first, last = _frame("first", row["first"]), _frame("last", row["last"])
    if last < first:
        raise ValueError(f"last frame {last} is before first frame {first}")
    action = row["action"]
    if action not in ACTIONS:
        hint = suggest(action, ACTIONS)
        raise ValueError(f"action '{action}' is not one of {', '.join(ACTIONS)}{hint}")
    entry: dict[str, Any] = {"first": first, "last": last, "action": action}
    if action == "drop":
        if row["x"] or row["y"]:
            raise ValueError("drop takes no x and y")
        return entry
    return entry | {"x": _pixel("x", row["x"]), "y": _pixel("y", row["y"])}


def _frame(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise ValueError(f"{name} '{text}' is not a frame number (1, 2, …)")
    return int(text)


def _pixel(name: str, text: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,6})?", text):
        raise ValueError(f"{name} '{text}' is not a number of pixels")
    return float(text)
