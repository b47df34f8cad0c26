"""What each result was made from: one record per job, and the chain back to the videos.

A job that ends well leaves `results/provenance/{rule}/{job}.json`: the checksums of its outputs and
of the files that it read, its settings, the digest of its code and the versions of what ran. The
record holds no date, so that repeating a run repeats its bytes.
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
        The job's log file, `{results}/logs/{rule}/…`, which says where the record goes.
    rule : str
        Its rule.
    inputs, outputs : list of str
        Its files, as the job sees them.
    params : mapping
        Its settings, builtins only.
    name_of : callable
        Gives the workflow's name of such a file, where that is another one.
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
    """Return the versions of Python and of the libraries that make results."""
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
        When the folder holds no record or a damaged one.
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
    """Work where the records of a results folder are and the workflow's names are files.

    On a shared disk this is where a job works anyway. Otherwise the records come from the store.

    Parameters
    ----------
    results : path
        The folder, as the job sees it.

    Yields
    ------
    callable
        Gives the workflow's name of a file that the job sees.
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
        Its path as the workflow names it.
    used : str or None
        SHA-256 of what was read: of the result itself, what its job wrote. None where a record of
        an older version has none.
    record : dict or None
        Of the job that made the file; None for a source.
    """

    depth: int
    name: str
    used: str | None
    record: Record | None

    @property
    def stale(self) -> bool:
        """Whether the file was made again or edited since the next job read it."""
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
