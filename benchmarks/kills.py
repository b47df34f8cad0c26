"""Kill the demo's workflow in each stage and at random moments, go on, compare the bytes.

    .venv/bin/python benchmarks/kills.py [--kills 20]

Runs a small corpus (five videos, one short training) undisturbed, then again while its process
group is killed, each time started anew by the same command: at random moments, and when the first
job of each rule has begun. Prints which jobs each kill hit, and whether every table and the packed
dataset are the same bytes.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the kill test with the wanted number of kills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    args = parser.parse_args()
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/workflow/test_kill.py"]
    environment = {**os.environ, "AUVA_KILLS": str(args.kills)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
