"""Write the manual check of the faces, `config/face_overrides.tsv`, with a journal beside it.

People may edit the file too. Only the lines of the reviewed video are replaced; all other lines,
comments and their order are kept.
"""

import secrets
from pathlib import Path
from threading import RLock
from typing import Any

from auva.errors import InputError
from auva.faces.overrides import COLUMNS, read_overrides
from auva.files import atomic_path, edited_file, make_folder, sync_file
from auva.web.history import Entry, History, backwards, intact
from auva.web.journal import ACCEPTANCE, Journal, journal_lock, now
from auva.web.recovery import digests, finish_interrupted
from auva.web.responses import ApiError

Row = dict[str, Any]


class OverridesFile:
    """The file of manual corrections of all videos.

    Parameters
    ----------
    path : Path
        The file; the first correction creates it.

    Attributes
    ----------
    accepted : dict
        Marks of the accepted faces, by video.

    Raises
    ------
    InputError
        If the file exists but is invalid.
    """

    def __init__(self, path: Path) -> None:
        self.path = edited_file(path)
        self.journal = Journal.of(self.path)
        self.lock = RLock()
        self.version = secrets.randbits(40)  # differs after each start of the server
        self.reload()

    def reload(self) -> None:
        """Read the file and its journal again."""
        with self.lock, journal_lock(self.journal):
            entries = self.journal.read()
            finish_interrupted([self.path], entries)
            self.known = digests([self.path])
            self.rows = read_overrides(self.path) if self.path.exists() else {}
            self._seq = max((entry["seq"] for entry in entries), default=0)
            chain = intact(entries)
            self._chain = chain if chain and chain[-1]["file"] == self.known else []
            self.accepted: dict[str, set[int]] = {}
            for entry in entries:
                if entry["action"] in ACCEPTANCE:
                    self._accepted(entry)
            self.version += 1

    def outside(self) -> list[str]:
        """Return ["faces"] if another program changed the file since it was read."""
        with self.lock:
            return ["faces"] if digests([self.path]) != self.known else []

    def history(self, video: str) -> History:
        """Return the steps of one video that can be undone and redone."""
        mine = [entry for entry in self._chain if entry["changes"][0]["name"] == video]
        return History.of({"faces": mine})

    def replace(self, video: str, rows: list[Row], action: Entry | None = None) -> None:
        """Replace the corrections of one video and save.

        Raises
        ------
        ApiError
            409 if another program changed the file, 500 if it cannot be written.
        """
        with self.lock:
            before = self.rows.get(video, [])
            if before == rows and action is None:
                return
            changes = [{"name": video, "before": before, "after": rows}]
            entry: Entry = {"action": "edit", "source": "human", **(action or {})}
            entry["changes"] = changes
            try:
                with self.journal.locked():
                    if digests([self.path]) != self.known:
                        cause = f"{self.path} was modified by another program; reload it"
                        raise ApiError(409, cause, "outside")
                    entry = self._save(video, rows, entry)
            except (OSError, InputError) as error:
                cause = getattr(error, "strerror", None) or str(error)
                raise ApiError(500, cause, "unsaved") from error
            self.known, self.rows[video] = entry["file"], rows
            self._chain.append(entry)
            self.version += 1

    def step(self, video: str, action: str) -> None:
        """Undo or redo the last step of one video."""
        with self.lock:
            history = self.history(video)
            found = history.next_undo() if action == "undo" else history.next_redo()
            for _, entry in found:
                changes = backwards(entry["changes"]) if action == "undo" else entry["changes"]
                again = {"action": action, "of": entry["seq"]}
                self.replace(video, changes[0]["after"], again)

    def accept(self, video: str, faces: str, action: str = "accept") -> None:
        """Record in the journal that faces were accepted, or are "open" again."""
        with self.lock:
            try:
                make_folder(self.path.parent, keep=True)
                entry = self._note({"action": action, "video": video, "faces": faces})
            except OSError as error:
                raise ApiError(500, error.strerror or str(error), "unsaved") from error
            self._accepted(entry)
            self.version += 1

    def _accepted(self, entry: Entry) -> None:
        """Apply an entry to the marks of the accepted faces (`auva.web.review.FaceMarks`)."""
        text = entry["faces"]
        marks = {int(text[place : place + 8], 16) for place in range(0, len(text), 8)}
        known = self.accepted.setdefault(entry["video"], set())
        if entry["action"] == "accept":
            known |= marks
        else:
            known -= marks

    def _save(self, video: str, rows: list[Row], entry: Entry) -> Entry:
        with atomic_path(self.path, keep=True) as temporary:
            self._write(temporary, video, rows)
            read_overrides(temporary)
            sync_file(temporary)
            sums = {"previous": self.known, "file": digests([temporary])}
            entry = self._note({**entry, **sums})
        return entry

    def _note(self, entry: Entry) -> Entry:
        self._seq += 1
        entry = {"seq": self._seq, "time": now(), **entry}
        self.journal.append(entry)
        return entry

    def _write(self, target: Path, video: str, rows: list[Row]) -> None:
        """Write the file with the lines of one video replaced."""
        text = self.path.read_text(encoding="utf-8-sig") if self.path.exists() else ""
        lines = text.splitlines()
        place = next((n for n, line in enumerate(lines) if _is_cells(line)), None)
        if place is None:
            place = len(lines)
            lines.append("\t".join(COLUMNS))
        header = [cell.strip() for cell in lines[place].split("\t")]
        if rows and not set(COLUMNS) <= set(header):
            header += [name for name in COLUMNS if name not in header]
            lines[place] = "\t".join(header)
        column = header.index("video")
        kept = [line for line in lines if not _names(line, column, video)]
        mine = [n for n, line in enumerate(lines) if _names(line, column, video)]
        start = mine[0] if mine else len(kept)
        kept[start:start] = [_line(header, video, row) for row in rows]
        target.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _is_cells(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _names(line: str, column: int, video: str) -> bool:
    cells = line.split("\t")
    return _is_cells(line) and len(cells) > column and cells[column].strip() == video


def _line(header: list[str], video: str, row: Row) -> str:
    cells = {"video": video, **{key: _cell(value) for key, value in row.items()}}
    return "\t".join(cells.get(name, "") for name in header)


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
