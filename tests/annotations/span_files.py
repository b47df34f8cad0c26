"""Small files of ELAN and BORIS, written as these programs write them."""

from collections.abc import Sequence
from pathlib import Path

from auva.annotations import ActionUnits
from auva.units import THESIS_NAMES

BORIS = (
    *("Observation id", "Observation date", "Description", "Observation type", "Source"),
    *("Time offset (s)", "Media duration (s)", "FPS", "Subject", "Behavior"),
    *("Behavioral category", "Modifier #1", "Behavior type", "Time", "Media file name"),
    *("Image index", "Image file path", "Comment"),
)


def tier(name: str, *notes: tuple, **attributes: str) -> tuple:
    """A tier: its name, its annotations (start, stop, value in ms), PARENT_REF and the like."""
    return name, notes, attributes


def eaf(
    path: Path, *tiers: tuple, media: Sequence[dict[str, str]] = ({"MEDIA_URL": "file:///v.mp4"},)
) -> Path:
    """Write an .eaf file; a time of None makes a slot without one."""
    slots: list[str] = []
    body: list[str] = []
    for name, notes, attributes in tiers:
        told = "".join(f' {key}="{value}"' for key, value in attributes.items())
        body.append(f'<TIER LINGUISTIC_TYPE_REF="d" TIER_ID="{name}"{told}>')
        for start, stop, value in notes:
            for time in (start, stop):
                at = "" if time is None else f' TIME_VALUE="{time}"'
                slots.append(f'<TIME_SLOT TIME_SLOT_ID="ts{len(slots) + 1}"{at}/>')
            body.append(
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{len(slots) // 2}" '
                f'TIME_SLOT_REF1="ts{len(slots) - 1}" TIME_SLOT_REF2="ts{len(slots)}">'
                f"<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        body.append("</TIER>")
    descriptors = (
        "<MEDIA_DESCRIPTOR " + " ".join(f'{key}="{value}"' for key, value in medium.items()) + "/>"
        for medium in media
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+01:00" VERSION="3.0">',
        '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">',
        *descriptors,
        "</HEADER>",
        "<TIME_ORDER>",
        *slots,
        "</TIME_ORDER>",
        *body,
        '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="d" TIME_ALIGNABLE="true"/>',
        "</ANNOTATION_DOCUMENT>",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def boris(path: Path, *rows: dict[str, str], above: Sequence[str] = ()) -> Path:
    """Write a tabular export of BORIS with the columns that any row has."""
    columns = [name for name in BORIS if any(name in row for row in rows)]
    columns += [name for row in rows for name in row if name not in columns]
    columns = list(dict.fromkeys(columns))
    lines = ["\t".join(columns)]
    lines += ["\t".join(row.get(name, "") for name in columns) for row in rows]
    padded = [line + "\t" * (len(columns) - 1 - line.count("\t")) for line in above]
    path.write_text("\n".join([*padded, *lines, ""]), encoding="utf-8")
    return path


def state(behaviour: str, start: float, stop: float, **cells: str) -> list[dict[str, str]]:
    """Two rows of a state event; a cell's column is told by `_cell`."""
    row = {"Observation id": "o", "Behavior": behaviour} | {
        _column(name): value for name, value in cells.items()
    }
    return [
        row | {"Behavior type": kind, "Time": f"{time:.3f}"}
        for kind, time in (("START", start), ("STOP", stop))
    ]


def _column(name: str) -> str:
    known = {
        "modifier": "Modifier #1",
        "second": "Modifier #2",
        "subject": "Subject",
        "medium": "Media file name",
        "source": "Source",
        "offset": "Time offset (s)",
        "length": "Media duration (s)",
        "observation": "Observation id",
    }
    return known[name]


def spans(table: ActionUnits, name: str) -> list[tuple[int, int, float]]:
    """The runs of frames of a unit that is not absent: first, last, intensity (-1: not known)."""
    unit = THESIS_NAMES.index(name)
    cells = [
        -1.0 if not known else float(grade) if present else 0.0
        for known, present, grade in zip(
            table.mask[:, unit], table.presence[:, unit], table.intensity[:, unit], strict=True
        )
    ]
    runs: list[tuple[int, int, float]] = []
    for frame, cell in enumerate(cells, start=1):
        if runs and runs[-1][1] == frame - 1 and runs[-1][2] == cell:
            runs[-1] = (runs[-1][0], frame, cell)
        else:
            runs.append((frame, frame, cell))
    return [run for run in runs if run[2] != 0]
