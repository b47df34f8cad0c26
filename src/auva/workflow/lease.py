"""One run at a time in a folder of a store: a second submitter on one bucket is refused.

A store has no locks. A run therefore writes a note (`.running`) into the folder and renews it every
minute. An older note, by the clock of the store, belongs to a run that was killed. At the end the
note is emptied, not removed, because the plugin for S3 removes a bucket with its last file.
"""

import json
import logging
import os
import socket
import tempfile
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from auva.errors import InputError
from auva.workflow.store import Store

_LOG = logging.getLogger("auva")

NOTE = ".running"

_CLOCK = ".clock"

PAUSE = 60.0
"""Seconds between two renewals of the note."""

EXPIRED = 300.0
"""Seconds without renewal after which a run counts as killed."""

_SETTLED = 2.0
"""Seconds within which two runs that start at the same time see each other's notes."""


class Lease:
    """The right to work in a folder of a store, until `close`.

    Parameters
    ----------
    store : Store
        The store.
    folder : str
        The workflow's name of the folder.

    Raises
    ------
    InputError
        If another run works there; the message names its user and machine.
    """

    def __init__(self, store: Store, folder: str) -> None:
        self._store, self._folder = store, folder
        self._name = f"{folder}/{NOTE}"
        self._owner = {
            "id": uuid.uuid4().hex,
            "host": socket.gethostname(),
            "process": os.getpid(),
            "user": _user(),
        }
        self._closed = threading.Event()
        other = self._read()
        if other is not None and not self._is_dead(other):
            raise _taken(folder, other)
        self._write()
        time.sleep(_SETTLED)
        other = self._read()
        if other is None or other["id"] != self._owner["id"]:
            raise _taken(folder, other or {})
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def close(self) -> None:
        """Release the folder."""
        self._closed.set()
        self._keeper.join()
        with suppress(Exception):  # if the store does not answer, the note expires
            if self._is_mine():
                self._put(self._name, "")

    def _keep(self) -> None:
        """Renew the note; report it if another run has taken the folder in the meantime."""
        while not self._closed.wait(PAUSE):
            try:
                other = self._read()
                if other is not None and other["id"] != self._owner["id"]:
                    _LOG.warning("auva: %s", _taken(self._folder, other))
                    return
                self._write()
            except Exception as error:  # any error of a plugin
                _LOG.warning("auva: %s cannot be kept (%s)", self._name, error)

    def _is_mine(self) -> bool:
        found = self._read()
        return found is not None and found["id"] == self._owner["id"]

    def _is_dead(self, other: dict[str, Any]) -> bool:
        """Return whether a note belongs to a run that was killed."""
        if other.get("host") == self._owner["host"] and not _is_running(other.get("process")):
            return True
        written = self._store.version(self._name)
        return written is None or self._now() - written.time > EXPIRED

    def _now(self) -> float:
        """Return the time of the store's clock, from a file that is written now."""
        self._put(f"{self._folder}/{_CLOCK}", "")
        written = self._store.version(f"{self._folder}/{_CLOCK}")
        return written.time if written else time.time()

    def _read(self) -> dict[str, Any] | None:
        """Return the note, None if there is none; an unreadable one has an unknown owner."""
        if self._store.version(self._name) is None:
            return None
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "note")
            self._store.get(self._name, path)
            if not path.stat().st_size:
                return None
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                return {**found, "id": str(found["id"])}
            except (ValueError, KeyError, TypeError):
                return {"id": ""}

    def _write(self) -> None:
        self._put(self._name, json.dumps(self._owner, sort_keys=True))

    def _put(self, name: str, text: str) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, "note")
            path.write_text(text, encoding="utf-8")
            self._store.put(path, name)


def _taken(folder: str, other: dict[str, Any]) -> InputError:
    known = " ".join(f"{key} {other[key]}" for key in ("host", "user", "process") if key in other)
    return InputError(
        f"another run works in this folder of the store ({known or 'unknown'})", folder
    )


def _is_running(process: object) -> bool:
    """Return whether a process of this machine is running; True if this is unknown."""
    try:
        os.kill(int(str(process)), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True
    return True


def _user() -> str:
    with suppress(Exception):
        import getpass

        return getpass.getuser()
    return "unknown"
