"""Provenance of results: one record per job, and the chain back to the videos.

A successful job writes `results/provenance/{rule}/{job}.json` with the checksums of its outputs and
inputs, its settings, the digest of its code and the versions of the libraries. The record has no
date, so that repeating a run gives the same bytes.
"""

import json
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

from auva.errors import InputError
from auva.files import sha256, write_text
from auva.workflow.paths import beside_log
from auva.workflow.store import from_environment

FOLDER = "provenance"
_LIBRARIES = ("auva", "snakemake", "numpy", "pandas", "torch", "av", "h5py", "numba")

Record = dict[str, Any]


def record_path(log: str | Path) -> Path:
    """Return the path of a job's record: `logs/x/y.log` -> `provenance/x/y.json`."""
    return beside_log(log, FOLDER, ".json")


def write_record(
    log: str | Path,
    rule: str,
    inputs: list[str],
    outputs: list[str],
    params: Mapping[str, Any],
    name_of: Callable[[str], str] = str,
) -> None:
    """Write the record of a finished job.

    Parameters
    ----------
    log : path
        The job's log file, `{results}/logs/{rule}/…`, which determines the path of the record.
    rule : str
        Its rule.
    inputs, outputs : list of str
        Its files, by the paths in the job.
    params : mapping
        Its settings, builtins only.
    name_of : callable
        Returns the workflow's name of such a file, which may differ.
    """
    path = record_path(log)
    record = {
        "rule": rule,
        "outputs": _checksums(outputs, name_of),
        "inputs": _checksums(inputs, name_of),
        "params": dict(params),
        "versions": versions(),
    }
    write_text(path, json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n")


def _checksums(files: list[str], name_of: Callable[[str], str]) -> dict[str, str]:
    return {name_of(file): sha256(file) for file in files if Path(file).is_file()}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that affect results."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def records(results: str | Path) -> dict[str, Record]:
    """Return the record that made each file, by the file's path as the workflow names it.

    Raises
    ------
    InputError
        If the folder has no record or a damaged one.
    """
    makers: dict[str, Record] = {}
    for path in sorted(Path(results).glob(f"{FOLDER}/**/*.json")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            makers.update(dict.fromkeys(record["outputs"], record))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"is not a provenance record ({error})", path) from error
    if not makers:
        raise InputError("holds no provenance records: was it made by this workflow?", results)
    return makers


@contextmanager
def records_at_hand(results: str | Path) -> Iterator[Callable[[str], str]]:
    """Change to a folder in which the records are available and the workflow's names are paths.

    On a shared disk this is the working directory of the job. Otherwise the records are fetched
    from the store.

    Parameters
    ----------
    results : path
        The folder, by its path in the job.

    Yields
    ------
    callable
        Returns the workflow's name of a path in the job.
    """
    store = from_environment()
    if store is None:
        yield str
        return
    for name in store.files_in(f"{store.name_of(results)}/{FOLDER}") or ():
        path = store.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        store.get(name, path)
    with chdir(store.root):
        yield store.name_of


def folder_of(file: str | Path) -> Path:
    """Return the results folder of a file: the nearest parent with provenance records."""
    for parent in Path(file).parents:
        if (parent / FOLDER).is_dir():
            return parent
    raise InputError("is not in a results folder with provenance records", file)


class Step(NamedTuple):
    """One file of a chain.

    Attributes
    ----------
    depth : int
        Jobs between it and the result.
    name : str
        Its path in the workflow.
    used : str or None
        SHA-256 of the version that the next job read; for the result itself, of the version that
        its job wrote. None if a record of an older version of auva has none.
    record : dict or None
        The record of the job that made the file; None for a source.
    """

    depth: int
    name: str
    used: str | None
    record: Record | None

    @property
    def stale(self) -> bool:
        """Whether the file has changed since the next job read it."""
        if self.record is None or self.used is None:
            return False
        return self.record["outputs"][self.name] != self.used


def chain(file: str, makers: Mapping[str, Record]) -> Iterator[Step]:
    """Yield the files from a result back to the sources, each version of a file once."""
    seen: set[tuple[str, str | None]] = set()
    waiting = [Step(0, file, makers[file]["outputs"][file], makers[file])]
    while waiting:
        step = waiting.pop()
        if (step.name, step.used) in seen:
            continue
        seen.add((step.name, step.used))
        yield step
        if step.record is not None:
            waiting.extend(
                Step(step.depth + 1, name, used, makers.get(name))
                for name, used in sorted(step.record["inputs"].items(), reverse=True)
            )


def state(name: str, recorded: str | None) -> str:
    """Compare a file with its record: "as recorded", "changed", "gone"."""
    if recorded is None:
        return "no checksum"
    if not Path(name).is_file():
        return "gone"
    return "as recorded" if sha256(name) == recorded else "changed"
