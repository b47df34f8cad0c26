"""CPU time of a training iteration: auva, a plain PyTorch port, TensorFlow 1.15, the base loop.

    python benchmarks/training/compare.py                       # PyTorch, and TensorFlow where
    python benchmarks/training/compare.py --python37 PYTHON     # a Python 3.7 is on the PATH

Batch 64, five generator steps to one discriminator step, after the reconstruction term has faded
out (999 of 1,000 steps of the thesis). All sides are warmed up, then measured in turns within one
run, so that a busy machine slows all alike; the medians over the rounds are compared. TensorFlow
1.15 needs Python 3.7: it is installed into a scratch environment, which is removed again; where no
Python 3.7 is at hand its two sides are left out and the output says so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import h5py
import numpy as np

HERE = Path(__file__).parent
PACKAGES = ("tensorflow==1.15.5", "protobuf<3.21", "h5py<3")
SIDES = {
    "loop": ("the base code's loop, HDF5 input (TensorFlow 1.15)", 4.0),
    "bare": ("bare training step (TensorFlow 1.15)", 2.2),
    "port": ("plain PyTorch port (build_loss as printed)", 2.2),
    "lean": ("lean PyTorch port (only the passes needed)", None),
    "auva": ("auva", None),
}
FACES = 2_000


class Side:
    """One process that trains when told to."""

    def __init__(self, command: list[str], stack: ExitStack) -> None:
        # One thread each; idle threads must not spin while the others are measured.
        threads = {
            "OMP_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        self.process = stack.enter_context(
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=os.environ | threads,
            )
        )
        stack.callback(self.process.kill)

    def train(self, iterations: int) -> float:
        """Return the CPU seconds of so many iterations."""
        assert self.process.stdin
        assert self.process.stdout
        print(iterations, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def main() -> None:
    """Print the CPU time per iteration of each side and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python37", default=shutil.which("python3.7"), help="a Python 3.7")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--iterations", type=int, default=12, help="of a round")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--update-rate", type=int, default=5)
    args = parser.parse_args()
    if args.iterations % (args.update_rate + 1):
        parser.error("--iterations must hold whole cycles of --update-rate + 1 steps")
    sizes = [str(args.batch), str(args.update_rate)]
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        commands = {
            name: [sys.executable, str(HERE / "pytorch.py"), name, *sizes]
            for name in ("port", "lean", "auva")
        }
        tensorflow = install(args.python37, scratch)
        if tensorflow:
            data = write_faces(scratch / "faces.h5")
            for name in ("loop", "bare"):
                script = [tensorflow, str(HERE / "tensorflow1.py")]
                commands[name] = [*script, name, str(data), *sizes]
        sides = {name: Side(commands[name], stack) for name in SIDES if name in commands}
        for side in sides.values():
            side.train(args.update_rate + 1)
        seconds: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(args.rounds):
            for name, side in sides.items():
                seconds[name].append(side.train(args.iterations) / args.iterations)
        for side in sides.values():
            assert side.process.stdin
            side.process.stdin.close()
    report(seconds, args)


def install(python: str | None, scratch: Path) -> str | None:
    """Return a Python with TensorFlow 1.15 in the scratch folder, or None with a word about it."""
    if python is None or subprocess.run([python, "--version"], capture_output=True).returncode:
        print("no Python 3.7 (--python37): TensorFlow 1.15 is left out")
        return None
    subprocess.run([python, "-m", "venv", str(scratch / "env")], check=True)
    inside = str(scratch / "env" / "bin" / "python")
    quiet = ["--quiet", "--disable-pip-version-check"]
    subprocess.run([inside, "-m", "pip", "install", *quiet, *PACKAGES], check=True, stderr=-3)
    return inside


def write_faces(path: Path) -> Path:
    """Write faces as the base code keeps them: a group per face with `image` and `label`."""
    source = np.random.default_rng(1)
    with h5py.File(path, "w") as file:
        for number in range(FACES):
            group = file.create_group(f"{number:06d}")
            group["image"] = source.integers(0, 256, (28, 28, 3), np.uint8)
            group["label"] = (source.random(8) < 0.3).astype(np.uint8)
    return path


def report(seconds: dict[str, list[float]], args: argparse.Namespace) -> None:
    """Print medians, the spread of the rounds and how many times less auva needs."""
    middle = {name: median(values) for name, values in seconds.items()}
    steps = args.rounds * args.iterations
    print(f"batch {args.batch}, update rate {args.update_rate}, {steps} iterations, one thread")
    for name, values in seconds.items():
        label, target = SIDES[name]
        ratio = f"{middle[name] / middle['auva']:5.2f} x auva"
        goal = f" (target: at least {target})" if target else ""
        low, high = (1000 * value for value in (min(values), max(values)))
        spread = f"{1000 * middle[name]:7.1f} CPU ms ({low:.0f} to {high:.0f})"
        print(f"{label:52s} {spread:28s} {ratio}{goal}")


if __name__ == "__main__":
    main()
