"""Progress of the annotation of each video: new, begun or done, and the time of the last change."""

import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auva.pairs import split_pair
from auva.web.history import is_done
from auva.web.journal import Journal
from auva.web.project import FOLDERS, Project


@dataclass(frozen=True)
class Work:
    """The state of one annotation file of one annotator.

    Attributes
    ----------
    state : str
        "begun", "done" or "given" (a file that was not created here).
    changed : str
        Time of the last change: ISO 8601, UTC.
    """

    state: str
    changed: str


class Overview:
    """The work on all videos of a project; unchanged journals are not read again.

    Parameters
    ----------
    project : Project
        The videos.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[Path, tuple[tuple[int, int], tuple[bool, str]]] = {}

    def of(self, video: str) -> dict[str, Any]:
        """Return the work on one video.

        Returns
        -------
        dict
            `id`, `identity`, `sex`, `file`; `work`: {annotator, kinds, state, changed} of each
            annotator ("" is the main annotation); `state`: "new", "begun", "done" or "given" of
            the current annotator; `decided`: whether there is a consensus file; `compared`: whether
            two annotators have files of one kind.
        """
        row = self.project.videos[video]
        found: dict[str, dict[str, Work]] = defaultdict(dict)
        for kind in FOLDERS:
            for name, path in self.project.annotators(video, kind).items():
                work = self._of_file(split_pair(path)[0])
                if work:
                    found[name][kind] = work
        mine = found.get(self.project.annotator)
        decided = (row.au_consensus, row.va_consensus)
        return {
            "id": video,
            "identity": row.identity,
            "sex": row.sex,
            "file": _short(row.path),
            "work": [
                {
                    "annotator": name,
                    "kinds": list(works),
                    "state": _state(works),
                    "changed": max(work.changed for work in works.values()),
                }
                for name, works in found.items()
            ],
            "state": _state(mine) if mine else "new",
            "decided": any(path and path.exists() for path in decided),
            "compared": any(sum(kind in works for works in found.values()) > 1 for kind in FOLDERS),
        }

    def _of_file(self, path: Path) -> Work | None:
        """Return the state of an annotation file and its journal, None if neither exists."""
        journal = Journal.of(path)
        if journal.path.exists():
            done, changed = self._of_journal(journal)
            return Work("done" if done else "begun", changed)
        if not path.exists():
            return None
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Work("given", written.isoformat(timespec="seconds"))

    def _of_journal(self, journal: Journal) -> tuple[bool, str]:
        """Return whether the annotator has finished, and the time of the last entry."""
        known = journal.path.stat()
        stamp = (known.st_mtime_ns, known.st_size)
        seen = self._known.get(journal.path)
        if seen is None or seen[0] != stamp:
            entries = journal.read()
            changed = max((str(entry.get("time", "")) for entry in entries), default="")
            seen = (stamp, (is_done(entries), changed))
            self._known[journal.path] = seen
        return seen[1]


def _short(path: Path) -> str:
    """Return the last two parts of a video's path: its folder and its name."""
    parts = Path(os.path.normpath(path)).parts[-2:]
    return "/".join(part for part in parts if part not in ("..", "/"))


def _state(works: dict[str, Work]) -> str:
    """Return the combined state of an annotator's files."""
    states = {work.state for work in works.values()}
    return next(state for state in ("done", "begun", "given") if state in states)
