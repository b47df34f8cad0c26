"""The append-only journal beside an annotation file: JSON lines, each on disk before the next step.

An edit is written to the journal and synced before the annotation file is replaced; only then does
the page say "saved". Each line has the checksums of the file before and after. A restart can
therefore distinguish an edit that was not yet written to the file from a change by another program.

A line that is incomplete because the process was killed was never shown as saved; the numbering of
the entries skips it. Any other invalid line is damage, which the page reports before the first
edit.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auva.files import give_owner, make_folder, sync_folder
from auva.reading import read_bytes
from auva.web.history import EDITS, Entry

log = logging.getLogger("auva.web")
SUFFIX = ".journal.jsonl"
ACCEPTANCE = ("accept", "open")
"""Actions of entries on faces: accepted, or open again."""
_SHOWN = 4


class Journal:
    """The journal of one annotation file.

    Parameters
    ----------
    path : Path
        The journal's file; the first entry creates it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged: list[int] = []

    @classmethod
    def of(cls, annotation: Path) -> "Journal":
        """Return the journal beside an annotation file."""
        return cls(annotation.with_name(annotation.name + SUFFIX))

    def read(self) -> list[Entry]:
        """Return all whole entries, oldest first.

        `damaged` then lists the lines of damaged entries.

        Raises
        ------
        InputError
            If the file cannot be read.
        """
        self.damaged = []
        if not self.path.exists():
            return []
        *lines, torn = read_bytes(self.path, "journal").split(b"\n")
        entries: list[Entry] = []
        suspects: list[int] = []
        for number, line in enumerate([*lines, torn], start=1):
            entry = parse(line)
            if entry is not None:
                goes_on = entry["seq"] == (entries[-1]["seq"] if entries else 0) + 1
                self.damaged += [] if goes_on else suspects
                suspects = []
                entries.append(entry)
            elif line.strip():
                log.warning("%s, line %d: incomplete entry, ignored", self.path, number)
                suspects += [number] if number <= len(lines) else []
        self.damaged += suspects
        return entries

    def damage(self) -> str:
        """Return the message about damaged lines, empty if there are none."""
        if not self.damaged:
            return ""
        lines = ", ".join(map(str, self.damaged[:_SHOWN])) + (
            " …" if len(self.damaged) > _SHOWN else ""
        )
        word = "line" if len(self.damaged) == 1 else "lines"
        return (
            f"{self.path}, {word} {lines}: damaged; edits before it cannot be undone, "
            "and what only the journal stored of them is not shown"
        )

    def append(self, entry: Entry) -> None:
        """Write one entry and wait until it is on disk; remove it again after an error."""
        line = json.dumps(entry, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        new = not os.path.lexists(self.path)
        with self.path.open("xb+" if new else "ab+", buffering=0) as stream:
            if new:
                self._belong_to_the_annotation(stream.fileno())
            size = stream.seek(0, os.SEEK_END)
            if size and not _ends_line(stream):
                line = b"\n" + line
            try:
                while line:
                    line = line[stream.write(line) :]
                os.fsync(stream.fileno())
            except OSError:
                stream.truncate(size)
                raise
        if new:
            sync_folder(self.path.parent)

    def _belong_to_the_annotation(self, made: int) -> None:
        """Give a new journal the owner and the read permissions of the annotation."""
        annotation = self.path.with_name(self.path.name.removesuffix(SUFFIX))
        if annotation.exists():
            os.fchmod(made, annotation.stat().st_mode & 0o666)
        give_owner(made, annotation if annotation.exists() else annotation.parent)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock this journal against saves of other processes of this machine."""
        make_folder(self.path.parent, keep=True)
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def journal_lock(journal: Journal, make: bool = False) -> Any:  # noqa: ANN401 - a context manager
    """Lock the journal's folder if it exists; with `make`, create it first."""
    if not make and not journal.path.parent.is_dir():
        return ExitStack()
    return journal.locked()


def now() -> str:
    """Return the time for an entry: UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def parse(line: bytes) -> Entry | None:
    """Return the entry in a line of a journal, None if the line is not a complete entry."""
    try:
        entry = json.loads(line)
        told = type(entry["seq"]) is int and isinstance(entry["time"], str)
        whole = told and isinstance(entry["action"], str)
        if entry["action"] in EDITS:
            sums = [*entry["previous"], *entry["file"]]
            whole = whole and all(isinstance(each, str) for each in sums)
            whole = whole and bool(entry["changes"]) and all(map(_is_change, entry["changes"]))
        if entry["action"] in ACCEPTANCE:
            whole = whole and isinstance(entry["video"], str) and _is_marks(entry["faces"])
        if entry["action"] in ("undo", "redo", "failed"):
            whole = whole and type(entry["of"]) is int
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return entry if whole else None


def _is_marks(text: str) -> bool:
    return len(text) % 8 == 0 and (not text or int(text, 16) >= 0)


def _is_change(change: Entry) -> bool:
    """Return whether a change has a name and the values before and after (see the documents)."""
    parts = [*change["before"], *change["after"]]
    if "first" in change:  # valence and arousal: a number per row
        kinds = [type(change["first"]) is int]
        kinds += [part is None or isinstance(part, int | float) for part in parts]
    else:  # corrections of faces, or spans of an Action Unit
        kinds = [isinstance(part, dict) or _is_stretch(part) for part in parts]
    return isinstance(change["name"], str) and all(kinds)


def _is_stretch(part: list[Any]) -> bool:
    begin, end, state, intensity, origin, *more = part
    numbers = (begin, end, state, origin)
    graded = intensity is None or isinstance(intensity, int | float)
    return all(type(each) is int for each in numbers) and graded and len(more) <= 1


def _ends_line(stream: Any) -> bool:  # noqa: ANN401 - any binary stream
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) == b"\n"
