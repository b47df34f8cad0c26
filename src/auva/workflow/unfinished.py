"""An unfinished training, kept in the store so that another machine can continue it.

While a training runs, its files are copied to `{run}/unfinished/` of the store: checkpoints,
samples and, last, its state. A list of the files is written after them, and files that are not in
the list are ignored. A file in the store never changes its content. If a machine is lost during a
copy, the previous copy therefore stays valid.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from auva.archive import files_of
from auva.files import sha256
from auva.workflow.store import Store, from_environment

_LOG = logging.getLogger("auva")

FOLDER = "unfinished"
_LIST = "files.json"

PAUSE = 60.0
"""Seconds between two checks for new files of a training."""


@contextmanager
def kept_in_store(folder: str | Path) -> Iterator[None]:
    """Fetch an unfinished training's files from the store, and send its new files to the store.

    On a shared disk this does nothing, because the files are in the folder.

    Parameters
    ----------
    folder : path
        The folder of the run.
    """
    store = from_environment()
    if store is None:
        yield
        return
    copy = Copy(store, Path(folder))
    copy.fetch()
    ended = threading.Event()
    sender = threading.Thread(target=copy.send_until, args=(ended,), daemon=True)
    sender.start()
    try:
        yield
    finally:
        ended.set()
        sender.join()
        copy.send()


def forget_finished(workflow: Any, store: Store) -> None:  # noqa: ANN401 - Snakemake's workflow
    """Remove the copies of the trainings that a run has finished."""
    for job in workflow.dag.needrun_jobs(exclude_finished=False):
        archive = dict(job.output.items()).get("archive")
        if archive and workflow.dag.finished(job):
            try:
                forget(store, store.name_of(Path(str(archive)).parent))
            except Exception as error:  # a plugin's own kinds of errors
                _LOG.warning("auva: %s: %s cannot be removed (%s)", archive, FOLDER, error)


def forget(store: Store, folder: str) -> None:
    """Remove the copy of a training that has ended.

    Parameters
    ----------
    store : Store
        Where it is.
    folder : str
        The run's folder, by its path in the workflow.
    """
    where = f"{folder}/{FOLDER}"
    for name in {entry["object"] for entry in _read_list(store, where).values()}:
        store.remove(f"{where}/{name}")
    store.remove(f"{where}/{_LIST}")


class Copy:
    """The copy of one unfinished training.

    Parameters
    ----------
    store : Store
        Where it is.
    folder : Path
        The folder of the run, by its path in the job.
    """

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._where = f"{store.name_of(folder)}/{FOLDER}"
        self._files: dict[str, dict[str, str]] = {}
        self._sent: dict[str, tuple[int, int]] = {}

    def fetch(self) -> None:
        """Fetch the files of the copy into the folder; a damaged copy is not used."""
        listed = _read_list(self._store, self._where)
        with tempfile.TemporaryDirectory(dir=_made(self._folder), prefix=".fetched-") as scratch:
            for name, entry in listed.items():
                path = Path(scratch, entry["object"])
                self._store.get(f"{self._where}/{entry['object']}", path)
                if sha256(path) != entry["sha256"]:
                    _LOG.warning(
                        "%s/%s is damaged: training starts again from the beginning",
                        self._where,
                        name,
                    )
                    return
            for name, entry in listed.items():
                _made((self._folder / name).parent)
                Path(scratch, entry["object"]).replace(self._folder / name)
                self._sent[name] = _stamp(self._folder / name)
        if listed:
            _LOG.info("fetched %d files of the training from an earlier machine", len(listed))
        self._files = listed

    def send_until(self, ended: threading.Event) -> None:
        """Send new files repeatedly until an event is set."""
        while not ended.wait(PAUSE):
            self.send()

    def send(self) -> None:
        """Send new and changed files, oldest first; an error of the store is only logged."""
        try:
            self._send()
        except Exception as error:  # a plugin's own kinds of errors
            _LOG.warning("%s: the training's files were not stored (%s)", self._where, error)

    def _send(self) -> None:
        stamps = {}
        for name in files_of(self._folder):
            with suppress(FileNotFoundError):
                stamps[name] = _stamp(self._folder / name)
        new = [name for name, stamp in stamps.items() if self._sent.get(name) != stamp]
        files, replaced = dict(self._files), []
        for name in sorted(new, key=lambda name: stamps[name]):
            with _held(self._folder / name) as path:
                digest = sha256(path)
                key = hashlib.sha256(f"{name} {digest}".encode()).hexdigest()[:32]
                self._store.put(path, f"{self._where}/{key}")
            if name in files and files[name]["object"] != key:
                replaced.append(files[name]["object"])
            files[name] = {"object": key, "sha256": digest}
        if not new:
            return
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch, _LIST)
            path.write_text(json.dumps(files, sort_keys=True), encoding="utf-8")
            self._store.put(path, f"{self._where}/{_LIST}")
        self._files = files
        self._sent.update({name: stamps[name] for name in new})
        for key in replaced:
            self._store.remove(f"{self._where}/{key}")


def _read_list(store: Store, where: str) -> dict[str, dict[str, Any]]:
    """Return the files of a copy by their paths in the run's folder; none without a copy."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, _LIST)
        if store.version(f"{where}/{_LIST}") is None:
            return {}
        store.get(f"{where}/{_LIST}", path)
        try:
            listed = json.loads(path.read_text(encoding="utf-8"))
            return {
                name: {"object": str(entry["object"]), "sha256": str(entry["sha256"])}
                for name, entry in listed.items()
                if not Path(name).is_absolute() and ".." not in Path(name).parts
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            _LOG.warning("%s/%s is damaged: training starts again from the beginning", where, _LIST)
            return {}


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size


@contextmanager
def _held(path: Path) -> Iterator[Path]:
    """Yield another name of the current file, so that a later replacement has no effect."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".held-") as scratch:
        held = Path(scratch, path.name)
        try:
            os.link(path, held)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, held)
        yield held
