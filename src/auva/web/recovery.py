"""Recovery of a save that was killed after the journal entry, before the file was replaced."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from auva.files import copy_attributes, leftovers, move, sha256
from auva.web.history import Entry, intact

log = logging.getLogger("auva.web")


def digests(paths: Sequence[Path]) -> list[str]:
    """Return the SHA-256 of each file, empty for one that does not exist."""
    return [sha256(path) if path.exists() else "" for path in paths]


def finish_interrupted(paths: Sequence[Path], entries: list[Entry]) -> None:
    """Complete the last journaled edit if it was interrupted, and remove temporary files.

    The journal must be locked. An edit was interrupted if its temporary file still exists. If the
    temporary file is missing and the file has the old content, another program restored that
    content, which is kept.

    Parameters
    ----------
    paths : sequence of Path
        The files that one edit writes.
    entries : list of dict
        The journal.
    """
    chain = intact(entries)
    if chain:
        last = chain[-1]
        for path, before, after in zip(paths, last["previous"], last["file"], strict=False):
            if digests([path]) == [before] and before != after:
                _finish(path, after)
    for path in paths:
        for left in leftovers(path):
            with suppress(OSError):
                left.unlink()


def _finish(path: Path, wanted: str) -> None:
    for left in leftovers(path):
        if sha256(left) == wanted:
            log.warning("%s: completing the interrupted edit", path)
            if path.exists():
                copy_attributes(path, left)
            else:
                left.chmod(0o644)
            move(left, path)
            return
