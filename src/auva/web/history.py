"""Undo and redo from the journals of a video, also after a restart."""

from dataclasses import dataclass, field
from typing import Any

Entry = dict[str, Any]
EDITS = ("edit", "undo", "redo")


@dataclass
class History:
    """Edits of one video that can be undone and redone: pairs (kind, entry), newest last."""

    done: list[tuple[str, Entry]] = field(default_factory=list)
    undone: list[tuple[str, Entry]] = field(default_factory=list)

    @classmethod
    def of(cls, journals: dict[str, list[Entry]]) -> "History":
        """Rebuild the history from intact entries of journals, by kind ("au", "va", "faces")."""
        history = cls()
        entries = [(kind, entry) for kind, all_ in journals.items() for entry in all_]
        for kind, entry in sorted(entries, key=lambda item: item[1]["time"]):
            history.record(kind, entry)
        return history

    def record(self, kind: str, entry: Entry) -> None:
        """Add an edit, undo or redo that has been saved."""
        if entry["action"] == "edit":
            self.done.append((kind, entry))
            self.undone.clear()
        elif entry["action"] == "undo":
            _move(self.done, self.undone, kind, entry["of"])
        else:
            _move(self.undone, self.done, kind, entry["of"])

    def next_undo(self) -> list[tuple[str, Entry]]:
        """Return the entries that one undo reverts, in the order in which to revert them."""
        return _group(self.done)

    def next_redo(self) -> list[tuple[str, Entry]]:
        """Return the entries that one redo applies, in the order in which to apply them."""
        return _group(self.undone)


def is_done(entries: list[Entry]) -> bool:
    """Return whether an annotator has marked the work as finished and not reopened it."""
    stated = [entry["action"] for entry in entries if entry["action"] in ("finish", "reopen")]
    return stated[-1:] == ["finish"]


def intact(entries: list[Entry]) -> list[Entry]:
    """Return the saved edits since another program last changed the file.

    Each entry has the file's checksums before and after it. If the checksums of two consecutive
    entries do not match, another program changed the file in between, and earlier edits cannot be
    undone.
    """
    failed = {entry["of"] for entry in entries if entry["action"] == "failed"}
    kept: list[Entry] = []
    for entry in entries:
        if entry["action"] not in EDITS or entry["seq"] in failed:
            continue
        if kept and kept[-1]["file"] != entry["previous"]:
            kept = []
        kept.append(entry)
    return kept


def backwards(changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the changes that revert `changes`."""
    swapped = [
        {**change, "before": change["after"], "after": change["before"]} for change in changes
    ]
    return swapped[::-1]


def _move(source: list, target: list, kind: str, seq: int) -> None:
    for place in range(len(source) - 1, -1, -1):
        if source[place][0] == kind and source[place][1]["seq"] == seq:
            target.append(source.pop(place))
            return


def _group(stack: list[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """Return the top of a stack with all entries of its group (a trace is sent in pieces)."""
    if not stack:
        return []
    group = stack[-1][1].get("group")
    if group is None:
        return stack[-1:]
    taken = []
    for item in reversed(stack):
        if item[1].get("group") != group:
            break
        taken.append(item)
    return taken
