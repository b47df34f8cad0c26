"""Plan corpora of growing size: time, memory and the fitted exponent of the cost.

    .venv/bin/python benchmarks/scale.py [--sizes 10 100 1000 10000] [--no-op]

Makes sample sheets of simulated videos (empty files: planning reads none of them) with 31 published
runs, and measures a dry run of all tables on one core: CPU and wall seconds and peak memory (on a
busy machine the CPU seconds are what counts). With `--no-op` every output is made as an empty file
and all jobs are handed out to mark theirs as current (`--touch`: what the engine itself costs in a
run); then the call that finds nothing to do is measured.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
LINKED = ("workflow", "profiles", "src", "pyproject.toml")
TARGET = "all_tables"

# Snakemake waits a tenth of a second for each job whose outputs it touches.
TOUCHING = """
from snakemake.executors.touch import Executor
from snakemake.cli import main
Executor.SLEEPING_TIME = 0
main()
"""


def corpus(folder: Path, videos: int) -> None:
    """Make a project folder with a sample sheet of simulated videos, six to a person."""
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    for name in ("config", "data", "resources/dpm", "resources/digits"):
        (folder / name).mkdir(parents=True)
    (folder / "config/config.yaml").write_bytes((ROOT / "config/config.yaml").read_bytes())
    (folder / "resources/published").symlink_to(ROOT / "resources/published")
    rows = ["video\tpath\tidentity\tsex\tau\tva"]
    for number in range(videos):
        name = f"v{number:05d}"
        for suffix in ("mp4", "au.txt", "va.txt"):
            (folder / f"data/{name}.{suffix}").touch()
        files = (f"../data/{name}.{suffix}" for suffix in ("mp4", "au.txt", "va.txt"))
        video, au, va = files
        sex = ("female", "male")[number // 6 % 2]
        rows.append(f"{name}\t{video}\tp{number // 6:05d}\t{sex}\t{au}\t{va}")
    (folder / "config/videos.tsv").write_text("\n".join(rows) + "\n")


@dataclass
class Cost:
    """What one call of Snakemake cost."""

    cpu: float
    wall: float
    megabytes: float
    output: str


def measured(folder: Path, *arguments: str, program: tuple[str, ...] = (str(SNAKEMAKE),)) -> Cost:
    """Run Snakemake on one core; return CPU and wall seconds, peak memory, what it printed."""
    command = [*program, "--cores", "1", *arguments, "--", TARGET]
    started = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as job:
        output = job.stdout.read() if job.stdout else ""
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if job.returncode != 0:
        sys.exit(output[-3000:])
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of log(time) over log(videos), both above the smallest corpus.

    Sizes that cost less than a second more than the smallest say nothing and are left out.
    """
    points = [
        (math.log(n - sizes[0]), math.log(s - seconds[0]))
        for n, s in zip(sizes, seconds, strict=True)
        if s - seconds[0] > 1
    ]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def main() -> None:
    """Print one row per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000, 10000])
    parser.add_argument("--no-op", action="store_true")
    args = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    parts = ("plan", "handing out all jobs", "nothing to do") if args.no_op else ("plan",)
    columns = f"{'CPU s':>7} {'wall s':>7} {'MB':>7}"
    print(" | ".join([" " * 7, *(f"{part:^23}" for part in parts)]))
    print(" | ".join(["videos ", *(columns for _ in parts)]))
    planned = []
    for videos in args.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            corpus(folder, videos)
            plan = measured(folder, "--dry-run", "--quiet")
            planned.append(plan.cpu)
            print(f"{videos:>7} | {_row(plan)}", end="", flush=True)
            if args.no_op:
                make_outputs(folder)
                touching = (sys.executable, "-c", TOUCHING)
                print(
                    f" | {_row(measured(folder, '--touch', program=touching))}", end="", flush=True
                )
                idle = measured(folder)
                if "Nothing to be done" not in idle.output:
                    sys.exit(idle.output[-3000:])
                print(f" | {_row(idle)}", end="")
            print(flush=True)
    if len(args.sizes) > 2:
        print(f"exponent of the planning time: {exponent(args.sizes, planned):.2f}")


def _row(cost: Cost) -> str:
    return f"{cost.cpu:>7.1f} {cost.wall:>7.1f} {cost.megabytes:>7.0f}"


def make_outputs(folder: Path) -> None:
    """Create every file that the plan would make, empty."""
    listed = measured(folder, "--summary").output
    for line in listed.splitlines()[1:]:
        name = line.split("\t")[0]
        if name.startswith(("results/", "resources/")):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()


if __name__ == "__main__":
    main()
