"""The append-only journal beside an annotation file: JSON lines, each on disk before the next step.

The journal is what makes "saved" true: an edit is journaled and synced before the annotation file
is replaced. Each line carries the checksums of the file before and after, so that a restart can
tell an edit that was journaled but not yet written from a file that somebody else changed.
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

from auva.files import sync_folder

log = logging.getLogger("auva.web")
SUFFIX = ".journal.jsonl"


class Journal:
    """The journal of one annotation file.

    Parameters
    ----------
    path : Path
        The journal's file; it is made by the first entry.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, annotation: Path) -> "Journal":
        """Return the journal that lies beside an annotation file."""
        return cls(annotation.with_name(annotation.name + SUFFIX))

    def read(self) -> list[dict[str, Any]]:
        """Return all whole entries, oldest first; a line torn by a crash is passed over."""
        if not self.path.exists():
            return []
        entries = []
        for number, line in enumerate(self.path.read_bytes().split(b"\n"), start=1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                _ = entry["seq"], entry["action"]
            except (ValueError, KeyError, TypeError):
                log.warning("%s, line %d: not a whole entry, passed over", self.path, number)
                continue
            entries.append(entry)
        return entries

    def append(self, entry: dict[str, Any]) -> None:
        """Write one entry and wait until it is on disk."""
        line = json.dumps(entry, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        new = not self.path.exists()
        with self.path.open("ab+") as stream:
            if new:
                self._hide_like_the_annotation()
            if stream.tell() and not _ends_line(stream):
                line = b"\n" + line
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        if new:
            sync_folder(self.path.parent)

    def _hide_like_the_annotation(self) -> None:
        """Let a new journal be read by those only who may read the annotation."""
        annotation = self.path.with_name(self.path.name.removesuffix(SUFFIX))
        if annotation.exists():
            self.path.chmod(annotation.stat().st_mode & 0o666)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes of this machine from saving beside this journal."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def journal_lock(journal: Journal, make: bool = False) -> Any:  # noqa: ANN401 - a context manager
    """Lock the journal's folder, if there is one (or `make` it)."""
    if not make and not journal.path.parent.is_dir():
        return ExitStack()
    return journal.locked()


def now() -> str:
    """Return the time of an entry: UTC, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _ends_line(stream: Any) -> bool:  # noqa: ANN401 - any binary stream
    stream.seek(-1, os.SEEK_END)
    return stream.read(1) == b"\n"
