"""One open video: its documents, undo and redo, and saving that survives a kill at any moment.

Saving one edit takes these steps, and only after the last one is it called saved:

1. the annotation files are compared with what was last read or written (checksums);
2. the new content is written to a temporary file beside the annotation file and synced;
3. the journal gets the edit with the checksums before and after, synced;
4. the temporary file replaces the annotation file.

A kill before 3 leaves the old file; between 3 and 4 the next start finds the journaled edit and its
temporary file, and puts that in place.
"""

import logging
from contextlib import ExitStack
from pathlib import Path
from threading import RLock
from typing import Any

from auva.errors import InputError
from auva.files import atomic_path, sync_file
from auva.web.documents import (
    ActionUnitDocument,
    Document,
    SourceClock,
    ValenceArousalDocument,
)
from auva.web.history import EDITS, Entry, History, backwards, intact
from auva.web.journal import Journal, journal_lock, now
from auva.web.recovery import digests, finish_interrupted
from auva.web.refusal import Refusal

log = logging.getLogger("auva.web")
_SHOWN = 4
OUTSIDE = "the file was changed outside since it was read; reload it"


class Session:
    """The annotation of one video by one annotator.

    Parameters
    ----------
    au, va : Path
        The annotation files; one that does not exist is made by the first edit.
    formats : tuple of str or None
        Formats of the two, None: recognised, or the thesis' own for a new file.
    source : SourceClock
        Which original frame each converted frame shows.
    annotator : str
        Who annotates; empty for the main annotation.
    """

    def __init__(
        self,
        au: Path,
        va: Path,
        formats: tuple[str | None, str | None],
        source: SourceClock,
        annotator: str = "",
    ) -> None:
        self._au, self._va, self._formats = au, va, formats
        self.source = source
        self.annotator = annotator
        self.lock = RLock()
        self.version = 0
        self.finished = False
        self.reload()

    def reload(self) -> None:
        """Read everything from disk again, and finish an edit that a kill has interrupted."""
        with self.lock:
            self.version += 1
            self.documents: dict[str, Document] = {}
            self.journals: dict[str, Journal] = {}
            self.known: dict[str, list[str]] = {}
            self._seq: dict[str, int] = {}
            read = {"au": self._load("au"), "va": self._load("va")}
            self.history = History.of(
                {kind: self._current(kind, entries) for kind, entries in read.items()}
            )

    def _load(self, kind: str) -> list[Entry]:
        """Read one document and its journal; return the journal's entries."""
        paths = [self._au] if kind == "au" else list(_parts(self._va))
        journal = Journal.of(paths[0])
        self.journals[kind] = journal
        with journal_lock(journal):
            entries = journal.read()
            finish_interrupted(paths, entries)
            self.known[kind] = digests(paths)
            document = self._read(kind)
            self.documents[kind] = document
            self._seq[kind] = max((entry["seq"] for entry in entries), default=0)
        for entry in entries:
            if entry["action"] in EDITS:
                for change in entry["changes"]:
                    document.remember_origin(change)
        self.finished = self.finished or any(e["action"] == "finish" for e in entries)
        return entries

    def _read(self, kind: str) -> Document:
        document = (
            ActionUnitDocument(self._au, self._formats[0], self.source)
            if kind == "au"
            else ValenceArousalDocument(self._va, self._formats[1], self.source)
        )
        _refuse_loss(document)
        return document

    def _current(self, kind: str, entries: list[Entry]) -> list[Entry]:
        """Return the entries that lead to the file as it is now."""
        chain = intact(entries)
        return chain if chain and chain[-1]["file"] == self.known[kind] else []

    def edit(
        self,
        kind: str,
        edits: list[dict[str, Any]],
        source: str = "human",
        model: str | None = None,
        group: str | None = None,
    ) -> None:
        """Apply and save one step of work: edits of one document that are undone together.

        Parameters
        ----------
        kind : str
            "au" or "va".
        edits : list of dict
            Arguments of the document's `mark`, in order.
        source : str
            "human", or "proposal" for a model's span that was accepted.
        model : str, optional
            The model of a proposal.
        group : str, optional
            Edits of one group are undone together.
        """
        with self.lock:
            document = self.documents[kind]
            changes = []
            for arguments in edits:
                change = document.mark(**arguments)
                document.apply(change)
                changes.append(change)
            for change in reversed(changes):
                document.apply(change, "before")
            entry: Entry = {"action": "edit", "source": source, "changes": changes}
            if model is not None:
                entry["model"] = model
            if group is not None:
                entry["group"] = group
            self._save(kind, entry)

    def undo(self) -> bool:
        """Take the last step back; return whether there was one."""
        with self.lock:
            return self._again("undo", self.history.next_undo())

    def redo(self) -> bool:
        """Do the step that was last taken back again; return whether there was one."""
        with self.lock:
            return self._again("redo", self.history.next_redo())

    def _again(self, action: str, steps: list[tuple[str, Entry]]) -> bool:
        for kind, entry in steps:
            changes = backwards(entry["changes"]) if action == "undo" else entry["changes"]
            self._save(kind, {"action": action, "of": entry["seq"], "changes": changes})
        return bool(steps)

    def finish(self) -> None:
        """Note that this annotator is done with the video: what follows is no longer blind."""
        with self.lock:
            if self.finished:
                return
            try:
                with self.journals["au"].locked():
                    self._note("au", {"action": "finish"})
            except OSError as error:
                raise Refusal(500, f"not saved: {_cause(error)}", "unsaved") from error
            self.finished = True

    def _save(self, kind: str, entry: Entry) -> None:
        """Save one entry's changes (see the module) or leave everything as it was."""
        document, journal = self.documents[kind], self.journals[kind]
        try:
            with journal_lock(journal, make=True):
                if digests(document.paths) != self.known[kind]:
                    raise Refusal(409, OUTSIDE, "outside")
                for change in entry["changes"]:
                    document.apply(change)
                try:
                    entry = self._write(kind, document, entry)
                except BaseException:
                    for change in reversed(entry["changes"]):
                        document.apply(change, "before")
                    raise
        except (OSError, InputError, ValueError) as error:
            raise Refusal(500, f"not saved: {_cause(error)}", "unsaved") from error
        self.known[kind] = entry["file"]
        self.history.record(kind, entry)
        self.version += 1

    def _write(self, kind: str, document: Document, entry: Entry) -> Entry:
        journaled = None
        try:
            with ExitStack() as stack:
                temporary = [stack.enter_context(atomic_path(path)) for path in document.paths]
                document.write(temporary)
                for path in temporary:
                    sync_file(path)
                sums = {"previous": self.known[kind], "file": digests(temporary)}
                journaled = self._note(kind, {**entry, **sums})
        except BaseException:
            if journaled is not None and digests(document.paths) == self.known[kind]:
                self._note(kind, {"action": "failed", "of": journaled["seq"]})
            raise
        return journaled

    def _note(self, kind: str, entry: Entry) -> Entry:
        """Write an entry to the journal, numbered and signed."""
        self._seq[kind] += 1
        who = {"seq": self._seq[kind], "time": now(), "annotator": self.annotator}
        blind = {"blind": not self.finished} if self.annotator else {}
        entry = {**who, **blind, **entry}
        self.journals[kind].append(entry)
        return entry

    def outside(self) -> list[str]:
        """Return the kinds whose files were changed by somebody else since they were read."""
        with self.lock:
            return [
                kind
                for kind, document in self.documents.items()
                if digests(document.paths) != self.known[kind]
            ]

    def content(self) -> dict[str, Any]:
        """Return what the page shows: spans, curves, and what can be undone."""
        with self.lock:
            return {
                "version": self.version,
                "tracks": self.documents["au"].content(),
                "va": self.documents["va"].content(),
                "undo": len(self.history.done),
                "redo": len(self.history.undone),
                "finished": self.finished,
            }


def writable(folder: Path) -> str:
    """Return why nothing can be written to a folder (or the one that it will be made in)."""
    import tempfile

    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".auva-", suffix="-probe"):
            return ""
    except OSError as error:
        return f"{folder} cannot be written to ({error.strerror})"


def _parts(path: Path) -> tuple[Path, ...]:
    from auva.samples import split_pair

    return split_pair(path)


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def _refuse_loss(document: Document) -> None:
    """Raise an `InputError` if writing the file anew would lose what its document cannot hold."""
    from auva.annotations import left_out

    path = document.paths[0]
    lost = left_out(path, document.kind, document.format) if path.exists() else []
    if lost:
        names = ", ".join(lost[:_SHOWN]) + (" …" if len(lost) > _SHOWN else "")
        cause = f"it also holds {names}, which an edit would lose; annotate under another name"
        raise InputError(cause, path)
