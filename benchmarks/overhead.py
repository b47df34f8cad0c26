"""What a job of each rule costs beside its useful work.

    .venv/bin/python benchmarks/overhead.py [results]

Reads the last line of each job's log in a finished results folder: CPU seconds that the process
took to start (interpreter, Snakemake's preamble, imports of the script) and to work (imports made
on first use included), and the heavy libraries that it loaded. Prints medians by rule.
"""

import argparse
import re
import statistics
from pathlib import Path

COST = re.compile(r"([\d.]+) CPU s to start, ([\d.]+) to work, loaded (.+)$")


def costs(results: Path) -> dict[str, list[tuple[float, float, str]]]:
    """Return start, work (CPU seconds) and loaded libraries of each job, by rule."""
    found: dict[str, list[tuple[float, float, str]]] = {}
    for path in sorted((results / "logs").rglob("*.log")):
        lines = path.read_text(encoding="utf-8").splitlines()
        match = COST.search(lines[-1]) if lines else None
        if match:
            rule = path.relative_to(results / "logs").parts[0].removesuffix(".log")
            found.setdefault(rule, []).append((float(match[1]), float(match[2]), match[3]))
    return found


def main() -> None:
    """Print one row per rule."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="?", type=Path, default=Path("results"))
    found = costs(parser.parse_args().results)
    print(f"{'rule':<22} {'jobs':>5} {'start s':>8} {'work s':>8} {'start/work':>10}  loaded")
    for rule, jobs in found.items():
        start, work = (statistics.median(job[i] for job in jobs) for i in (0, 1))
        share = start / work if work else float("inf")
        print(f"{rule:<22} {len(jobs):>5} {start:>8.2f} {work:>8.2f} {share:>10.2f}  {jobs[0][2]}")


if __name__ == "__main__":
    main()
