"""One open video: its documents, undo and redo, and saving that is safe against a kill at any time.

An edit is saved in these steps and reported as saved only after the last one:

1. the checksums of the annotation files are compared with those of the last read or write;
2. the new content is written to a temporary file beside the annotation file and synced;
3. the journal gets the edit with the checksums before and after, synced;
4. the temporary file replaces the annotation file.

A kill before step 3 leaves the old file. After a kill between 3 and 4, the next start finds the
journaled edit and its temporary file, and completes step 4.
"""

import logging
import secrets
from contextlib import ExitStack
from pathlib import Path
from threading import RLock
from typing import Any

from auva.errors import InputError
from auva.files import atomic_path, check_editable, edited_file, sync_file
from auva.sheet import join_pair, split_pair
from auva.web.affect_document import ValenceArousalDocument
from auva.web.frame_rows import OriginalFrames
from auva.web.history import EDITS, Entry, History, backwards, intact, is_done
from auva.web.journal import Journal, journal_lock, now
from auva.web.recovery import digests, finish_interrupted
from auva.web.responses import ApiError
from auva.web.units_document import ActionUnitDocument

Document = ActionUnitDocument | ValenceArousalDocument

log = logging.getLogger("auva.web")
_SHOWN = 4
OUTSIDE = "the file was modified by another program; reload it"


class Session:
    """The annotation of one video by one annotator.

    Parameters
    ----------
    au, va : Path
        The annotation files; the first edit creates a missing one.
    formats : tuple of str or None
        Formats of the two; None: recognised from the file, or the default of a new file.
    source : OriginalFrames
        Which original frame each converted frame shows.
    annotator : str
        The annotator's name; empty for the main annotation.

    Attributes
    ----------
    done : bool
        Whether the annotator has marked the work as finished.
    finished : bool
        Whether it was ever marked as finished; later edits are not blind.
    """

    def __init__(
        self,
        au: Path,
        va: Path,
        formats: tuple[str | None, str | None],
        source: OriginalFrames,
        annotator: str = "",
    ) -> None:
        self._au, self._va, self._formats = _edited_pair(au), _edited_pair(va), formats
        self.source = source
        self.annotator = annotator
        self.lock = RLock()
        self.version = secrets.randbits(40)  # differs after each start of the server
        self.done = False
        self.finished = False
        self.reload()

    def reload(self) -> None:
        """Read everything from disk again, and complete an edit that was interrupted by a kill."""
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
        paths = [self._au] if kind == "au" else list(split_pair(self._va))
        journal = Journal.of(paths[0])
        self.journals[kind] = journal
        with journal_lock(journal):
            entries = journal.read()
            finish_interrupted(paths, entries)
            self.known[kind] = digests(paths)
            document = self._read(kind)
            self.documents[kind] = document
            self._seq[kind] = max((entry["seq"] for entry in entries), default=0)
        current = {entry["seq"] for entry in self._current(kind, entries)}
        for entry in entries:
            if entry["action"] in EDITS and entry.get("timing", _timing(document)) == _timing(
                document
            ):
                for change in entry["changes"]:
                    document.remember(change, entry["seq"] in current)
        if kind == "au":
            self.done = is_done(entries)
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
        """Return the entries that led to the current file, for the current frames.

        Entries before a change of an Action Unit that is no longer configured are left out.
        """
        chain = intact(entries)
        if not chain or chain[-1]["file"] != self.known[kind]:
            return []
        timing = _timing(self.documents[kind])
        known = self.documents[kind].names
        other = [
            place
            for place, entry in enumerate(chain)
            if entry.get("timing", timing) != timing or not _names(entry) <= set(known)
        ]
        return chain[other[-1] + 1 :] if other else chain

    def edit(
        self,
        kind: str,
        edits: list[dict[str, Any]],
        about: Entry | None = None,
    ) -> None:
        """Apply and save one step of work: edits of one document that are undone together.

        Parameters
        ----------
        kind : str
            "au" or "va".
        edits : list of dict
            Arguments of the document's `mark`, in order.
        about : dict, optional
            Facts about the step for the journal: `source` ("human", or "proposal" for an accepted
            span of a model, with its `model`), `group` (steps of one group are undone together),
            `aided` (the model's proposals were on the screen), `trace` (the requested `speed` and
            `times`, [frame, milliseconds] of each sample).
        """
        with self.lock:
            changes = _changes(self.documents[kind], edits)
            about = {"source": "human", **(about or {})}
            self._save(kind, {"action": "edit", **about, "changes": changes})

    def undo(self) -> set[str]:
        """Undo the last step; return the names that it changed, none if there is no step."""
        with self.lock:
            return self._again("undo", self.history.next_undo())

    def redo(self) -> set[str]:
        """Redo the step that was last undone; return the names that it changed."""
        with self.lock:
            return self._again("redo", self.history.next_redo())

    def _again(self, action: str, steps: list[tuple[str, Entry]]) -> set[str]:
        for kind, entry in steps:
            changes = backwards(entry["changes"]) if action == "undo" else entry["changes"]
            self._save(kind, {"action": action, "of": entry["seq"], "changes": changes})
        return {change["name"] for _, entry in steps for change in entry["changes"]}

    def finish(self) -> None:
        """Record that this annotator has finished the video; later edits are not blind."""
        self._state_end("finish", done=True)

    def reopen(self) -> None:
        """Record that this annotator continues the video; later edits are still not blind."""
        self._state_end("reopen", done=False)

    def _state_end(self, action: str, done: bool) -> None:
        with self.lock:
            if self.done == done:
                return
            try:
                with self.journals["au"].locked():
                    self._note("au", {"action": action})
            except OSError as error:
                raise ApiError(500, _cause(error), "unsaved") from error
            self.done = done
            self.finished = True

    def _save(self, kind: str, entry: Entry) -> None:
        """Save one entry's changes (see the module); on an error nothing is changed."""
        document, journal = self.documents[kind], self.journals[kind]
        try:
            with journal_lock(journal, make=True):
                if digests(document.paths) != self.known[kind]:
                    raise ApiError(409, OUTSIDE, "outside")
                for change in entry["changes"]:
                    document.apply(change)
                try:
                    entry = self._write(kind, document, entry)
                except BaseException:
                    for change in reversed(entry["changes"]):
                        document.apply(change, "before")
                    raise
        except (OSError, InputError, ValueError) as error:
            raise ApiError(500, _cause(error), "unsaved") from error
        self.known[kind] = entry["file"]
        self.history.record(kind, entry)
        self.version += 1

    def _write(self, kind: str, document: Document, entry: Entry) -> Entry:
        journaled = None
        try:
            with ExitStack() as stack:
                temporary = [
                    stack.enter_context(atomic_path(path, keep=True)) for path in document.paths
                ]
                document.write(temporary)
                for path in temporary:
                    sync_file(path)
                sums = {"previous": self.known[kind], "file": digests(temporary)}
                journaled = self._note(kind, {**entry, "timing": _timing(document), **sums})
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
        """Return the kinds whose files another program changed since they were read."""
        with self.lock:
            return [
                kind
                for kind, document in self.documents.items()
                if digests(document.paths) != self.known[kind]
            ]

    def content(self, touched: set[str] | None = None) -> dict[str, Any]:
        """Return the content of the page: spans, curves, and what can be undone.

        Parameters
        ----------
        touched : set of str, optional
            The Action Units and dimensions to return; by default all.
        """
        with self.lock:
            return {
                "version": self.version,
                "tracks": self.documents["au"].content(touched),
                "va": self.documents["va"].content(touched),
                "undo": len(self.history.done),
                "redo": len(self.history.undone),
                "finished": self.finished,
            }


def _changes(document: Document, edits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes of consecutive edits without changing the document."""
    changes: list[dict[str, Any]] = []
    try:
        for arguments in edits:
            change = document.mark(**arguments)
            document.apply(change)
            changes.append(change)
    except InputError as error:
        raise ApiError(422, str(error), "format") from error
    finally:
        for change in reversed(changes):
            document.apply(change, "before")
    return changes


def _names(entry: Entry) -> set[str]:
    """Return the Action Units or dimensions that an entry changes."""
    return {change["name"] for change in entry.get("changes", ())}


def _timing(document: Document) -> list[float]:
    """Return an identifier of the frames of a change's rows, which depends on the conversion."""
    line = document.context.timeline
    rows = [float(document.frame_rows.rows)]
    return (
        rows
        if document.frames_of == "original"
        else [*rows, round(line.rate, 6), round(line.start, 6)]
    )


def denial(path: Path) -> str:
    """Return why edits of a file cannot be saved, empty if they can.

    The file, its journal and their folder (or the folder in which it will be created) are checked.
    """
    import tempfile

    try:
        for file in (path, Journal.of(path).path):
            check_editable(file)
    except InputError as error:
        return str(error)
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".auva-", suffix="-probe"):
            return ""
    except OSError as error:
        return f"{folder} cannot be written to ({error.strerror})"


def _edited_pair(path: Path) -> Path:
    """Return the file, or the pair of files, that an edit changes."""
    return join_pair(edited_file(part) for part in split_pair(path))


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)


def _refuse_loss(document: Document) -> None:
    """Raise an `InputError` if the file cannot be rewritten without loss."""
    from auva.annotations import formats_of, left_out
    from auva.sheet import split_pair

    path = document.paths[0]
    first, *others = split_pair(path)
    if others or formats_of(document.kind)[document.format].write is None:
        what = "of several files" if others else f"in the format {document.format}"
        cause = f"an annotation {what} can be read but not written; use --annotator NAME"
        raise InputError(cause, first)
    lost = (
        left_out(path, document.kind, document.format, document.context.units)
        if path.exists()
        else []
    )
    lost = lost or list(document.left_out)
    if lost:
        names = ", ".join(lost[:_SHOWN]) + (" …" if len(lost) > _SHOWN else "")
        cause = f"it also contains {names}, which an edit would delete; use --annotator NAME"
        raise InputError(cause, path)
