"""What the engine itself costs while jobs last: CPU, scheduling rounds and threads.

    .venv/bin/python benchmarks/engine.py [--jobs 60 240 1200] [--cores 8] [--options ...]

Makes corpora of simulated videos and runs the workflow up to the split, with its own rules, hooks
and profile, while each job only waits for 0.5 to 2 s (drawn by its name) and writes its outputs.
The CPU seconds are those of Snakemake's own process and its threads, without its jobs. With
`--options` come other flags of Snakemake: `--options --max-jobs-per-timespan 100/1s` keeps the
limiter, `--options --workflow-profile profiles/slurm-generic` submits to a Slurm.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from scale import corpus, exponent

ROOT = Path(__file__).resolve().parents[1]

# Replaces each script of the workflow: the frame around it stays.
WAITING = """
import time, zlib
from pathlib import Path
from auva.workflow.stage import stage
with stage(snakemake):
    time.sleep(0.5 + 1.5 * (zlib.crc32(str(snakemake.output[0]).encode()) % 1000) / 1000)
    for output in snakemake.output:
        Path(output).write_text("done")
"""

# Runs Snakemake in this process, counts its rounds and threads, writes what it cost at the end.
MEASURED = """
import atexit, json, os, resource, sys, threading, time
from snakemake.scheduling.job_scheduler import JobScheduler
from snakemake.cli import main
cost = {"rounds": 0, "threads": 0, "begun": None}
select = JobScheduler.job_selector
schedule = JobScheduler.schedule
def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
def counted(self, jobs):
    cost["rounds"] += 1
    cost["threads"] = max(cost["threads"], threading.active_count())
    return select(self, jobs)
def timed(self):
    cost["planned"], begun = cpu(), time.monotonic()
    done = schedule(self)
    cost["cpu"], cost["wall"] = cpu() - cost["planned"], time.monotonic() - begun
    return done
JobScheduler.job_selector, JobScheduler.schedule = counted, timed
atexit.register(lambda: open(os.environ["AUVA_COST"], "w").write(json.dumps(cost)))
sys.argv[0] = "snakemake"
main()
"""


def measured(jobs: int, cores: int, options: list[str]) -> dict[str, float]:
    """Run a corpus with about so many jobs; return what the engine cost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus(folder, jobs // 4)
        wait_instead_of_working(folder)
        cost = folder / "cost.json"
        command = [sys.executable, "-c", MEASURED, "--cores", str(cores), *options]
        done = subprocess.run(
            [*command, "--", "results/dataset/split.csv"],
            cwd=folder,
            env={**os.environ, "AUVA_COST": str(cost)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(done.stdout[-4000:])
        return json.loads(cost.read_text())


def wait_instead_of_working(folder: Path) -> None:
    """Give a project folder a workflow of its own whose scripts only wait."""
    (folder / "workflow").unlink()
    (folder / "resources/dpm/headhunter_dpm_baseline.txt").touch()
    for path in (ROOT / "workflow").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            is_script = path.parent.name == "scripts"
            copy.write_text(WAITING if is_script else path.read_text(encoding="utf-8"))


def main() -> None:
    """Print one row per number of jobs and the exponent of the engine's CPU seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, nargs="+", default=[60, 240, 1200])
    parser.add_argument("--cores", type=int, default=8)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[])
    args = parser.parse_args()
    print(f"{'jobs':>6} {'CPU s':>8} {'ms a job':>9} {'rounds':>7} {'threads':>8} {'wall s':>7}")
    seconds = []
    for jobs in args.jobs:
        cost = measured(jobs, args.cores, args.options)
        seconds.append(cost["cpu"])
        each = 1000 * cost["cpu"] / jobs
        row = f"{jobs:>6} {cost['cpu']:>8.2f} {each:>9.0f} {cost['rounds']:>7}"
        print(f"{row} {cost['threads']:>8} {cost['wall']:>7.0f}", flush=True)
    if len(args.jobs) > 2:
        print(f"exponent of the engine's CPU seconds: {exponent(args.jobs, seconds):.2f}")


if __name__ == "__main__":
    main()
