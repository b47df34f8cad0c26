"""Damaged files between stages: refused in one line, read as before, or something else.

    .venv/bin/python benchmarks/mutations.py [--kind faces.h5 ...] [--count 10000] [--first 0]

Changes each file of `tests/records/stage_files.py` as `tests/records/damaged_files.py` does, with
`--count` seeds from `--first` on, and reads it as the next stage would. Prints per kind of file how
many were refused in one line, said the same as before, or said something else. Something else is in
order only where somebody made the checksum right again or the file has none: then it is another
good file (`other content`). What must not happen is counted too, with its seed: `silent` (another
content behind a checksum that does not fit, or what no reader may accept), `traceback`, `killed`
and `hung`. The exit status is 1 if anything of that happened.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "records"))

from damaged_files import mutate  # noqa: E402
from stage_files import STAGE_FILES  # noqa: E402

GOOD = ("refused", "same", "other content")
BAD = ("silent", "traceback", "killed", "hung")
MEMORY = 8 * 2**30
PATIENCE = 120
"""Bytes and seconds that one reading may take."""


def judge(kind: str, seeds: range) -> Iterator[tuple[int, str, str]]:
    """Yield each seed with what became of its mutation, and what was done."""
    (file,) = (each for each in STAGE_FILES if each.name == kind)
    with TemporaryDirectory() as scratch:
        folder, beside = Path(scratch, "stage"), Path(scratch, "beside")
        folder.mkdir()
        beside.mkdir()
        known = file.known(folder)
        data = (folder / kind).read_bytes()
        for seed in seeds:
            mutation = mutate(kind, data, beside, seed)
            try:
                found = file.outcome(folder, mutation.data, known)
            except Exception as error:
                yield seed, "traceback", f"{mutation.how}: {error!r}"
                continue
            unsealed = Path(kind).suffix in (".csv", ".json")
            if found == "different" and (mutation.sealed or unsealed):
                found = "other content"
            if found == "different" or (found != "refused" and mutation.forbidden):
                found = "silent"
            yield seed, found, mutation.how


def count(kind: str, first: int, number: int) -> tuple[Counter[str], list[str]]:
    """Return the counts of a kind, and a line for each thing that must not happen.

    The reading is done by a process of its own, so that its end can be counted.
    """
    counts: Counter[str] = Counter()
    lines: list[str] = []
    seed, stop = first, first + number
    while seed < stop:
        command = [sys.executable, __file__, "--worker", kind, str(seed), str(stop)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            for line in worker.stdout or ():
                _, found, how = line.rstrip("\n").split("\t", 2)
                counts[found] += 1
                if found in BAD:
                    lines.append(f"{kind} {seed}: {found}: {how}")
                seed += 1
        if worker.returncode > 0:
            raise RuntimeError(f"{kind} {seed}: the mutation itself failed")
        if worker.returncode:
            found = "hung" if worker.returncode == -signal.SIGALRM else "killed"
            counts[found] += 1
            lines.append(f"{kind} {seed}: {found}: status {worker.returncode}")
            seed += 1
    return counts, lines


def work(kind: str, first: int, stop: int) -> None:
    """Judge mutations and print a line for each."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.alarm(PATIENCE)  # ends the process
    for seed, found, how in judge(kind, range(first, stop)):
        signal.alarm(PATIENCE)
        print(seed, found, " ".join(how.split())[:300], sep="\t", flush=True)


def main() -> int:
    """Count the mutations of each kind and print the table; 1 if anything was bad."""
    names = [each.name for each in STAGE_FILES]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", nargs="+", default=names, choices=names)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    args = parser.parse_args()
    print(f"| file | {' | '.join((*GOOD, *BAD))} |")
    print(f"| --- {'| --- ' * len((*GOOD, *BAD))}|", flush=True)
    bad: list[str] = []
    for kind in args.kind:
        counts, lines = count(kind, args.first, args.count)
        bad += lines
        print(f"| {kind} | {' | '.join(str(counts[name]) for name in (*GOOD, *BAD))} |", flush=True)
    print("\n".join(["", *bad]))
    return int(bool(bad))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        os.environ["OMP_NUM_THREADS"] = "1"
        work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
        sys.exit(0)
    sys.exit(main())
