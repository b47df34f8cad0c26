# ruff: noqa: E402  (the number of threads must be set before numpy is imported)
"""Memory while packing a large corpus, and reading rates against one HDF5 group per sample.

Run: python benchmarks/packing.py [--frames 2000000] [--samples 130795]

Packing: `auva.dataset.pack.pack` itself writes simulated videos (one label table and one crops
file under many names) in a process of its own; its peak memory at two sizes tells what a frame
costs.
Reading: the same faces are written in the layout that the thesis' work was based on, one group
with an image and a label per sample, and packed; both are read in random batches of 64. All times
are processor time of one thread, all files in the page cache.
"""

import argparse
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

import h5py
import numpy as np
import pandas as pd

import auva.dataset
from auva.dataset.pack import pack as pack_faces
from auva.units import THESIS_NAMES

SIZE = 28
FRAMES_OF_A_VIDEO = 2000
BATCH = 64
EPOCHS = 10
FLAT_ROWS = 5
"""With so much flat background lzf leaves 0.83 of the bytes, as of real faces at this size."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=2_000_000)
    parser.add_argument("--samples", type=int, default=130_795, help="default: the thesis' number")
    parser.add_argument("--folder", type=Path, help="where to write (default: a temporary folder)")
    parser.add_argument("--pack-only", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        folder = Path(name)
        if args.pack_only:
            pack(folder, args.pack_only)
            return
        write(args.frames, args.folder)
        read(folder, args.samples)


def write(frames: int, folder: Path | None) -> None:
    """Print the peak memory of packing `frames` frames and a tenth of them."""
    found = {}
    for count in (frames // 10, frames):
        command = [sys.executable, __file__, "--pack-only", str(count)]
        command += ["--folder", str(folder)] if folder else []
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found[count] = [float(value) for value in line.split()]
        memory, seconds, size = found[count]
        print(
            f"packed {count} frames of {SIZE} x {SIZE}: peak memory {memory:.0f} MB, "
            f"{seconds:.0f} s ({count / seconds:.0f} frames/s), file {size:.0f} MB",
            flush=True,
        )
    slope = (found[frames][0] - found[frames // 10][0]) / (frames - frames // 10)
    at = found[frames][0] + slope * (10_000_000 - frames)
    print(f"memory at 10,000,000 frames, by that slope: {at:.0f} MB (wanted: below 1000)")


def pack(folder: Path, frames: int) -> None:
    """Pack simulated videos and print peak memory (MB), processor seconds and file size (MB)."""
    labels, crops = video(folder)
    names = [f"video{number:06d}" for number in range(frames // FRAMES_OF_A_VIDEO)]
    rows = [
        (name, f"p{n // 2}", ("train", "train", "test")[n % 3], 1) for n, name in enumerate(names)
    ]
    split = folder / "split.csv"
    pd.DataFrame(rows, columns=["video", "identity", "set", "fold"]).to_csv(split, index=False)
    start = process_time()
    out = folder / "faces.h5"
    pack_faces(split, dict.fromkeys(names, crops), dict.fromkeys(names, labels), out, SIZE, {})
    seconds = process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(memory, seconds, out.stat().st_size / 1e6)


def video(folder: Path, frames: int = FRAMES_OF_A_VIDEO) -> tuple[Path, Path]:
    """Write the label table and the crops of one simulated video, all of its frames selected."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.integers(0, 2, (frames, 8)), columns=list(THESIS_NAMES))
    table.insert(0, "frame", np.arange(1, frames + 1))
    table[["valence", "arousal"]] = np.round(rng.uniform(-1, 1, (frames, 2)), 3)
    table["status"], table["reason"], table["selected"] = "face", "only candidate", 1
    table.to_csv(folder / "labels.csv", index=False)
    with h5py.File(folder / "crops.h5", "w") as file:
        file["image"], file["frame"] = faces(frames), np.arange(1, frames + 1)
    return folder / "labels.csv", folder / "crops.h5"


def faces(count: int) -> np.ndarray:
    """Return pictures that compress like faces: smooth shapes, noise and flat ground."""
    rng = np.random.default_rng(1)
    grid = np.linspace(-1, 1, SIZE)
    out = np.empty((count, SIZE, SIZE, 3), np.uint8)
    for number in range(count):
        a, b = rng.normal(0, 1, (2, 3, 1, 1))
        shape = (
            110
            + 60 * np.sin(3 * (a * grid[:, None] + b * grid))
            + rng.normal(0, 3, (3, SIZE, SIZE))
        )
        shape[:, :FLAT_ROWS] = 0
        out[number] = np.clip(shape, 0, 255).transpose(1, 2, 0)
    return out


def read(folder: Path, samples: int) -> None:
    """Print reading rates of the base layout and of the packed file."""
    packed, base = both_layouts(folder, samples)
    rng = np.random.default_rng(2)
    peer = rate_of_base(base, rng.permutation(samples)[:20_000])
    print(f"base layout, one group per sample, random order: {peer:.1f} us per face")
    for text, value in (
        (f"packed, loaded, {EPOCHS} epochs of random batches", loaded(packed, rng, EPOCHS)),
        ("packed, loaded, 1 epoch of random batches", loaded(packed, rng, 1)),
        ("packed, not loaded, 1 epoch of window-shuffled batches", streamed(packed)),
        ("packed, not loaded, random batches", on_demand(packed, rng)),
    ):
        print(f"{text}: {value:.2f} us per face, {peer / value:.0f} times the base layout's rate")


def both_layouts(folder: Path, samples: int) -> tuple[Path, Path]:
    """Write the same faces packed and in the base layout."""
    labels, crops = video(folder)
    count = -(-samples // FRAMES_OF_A_VIDEO)
    names = [f"video{number:06d}" for number in range(count)]
    split, packed = folder / "split.csv", folder / "faces.h5"
    rows = [(name, name, "train", 1) for name in names]
    pd.DataFrame(rows, columns=["video", "identity", "set", "fold"]).to_csv(split, index=False)
    files = dict.fromkeys(names, crops), dict.fromkeys(names, labels)
    pack_faces(split, *files, packed, SIZE, {})
    every = auva.dataset.load(packed, "train")
    base = folder / "base.h5"
    with h5py.File(base, "w") as file:
        for row in range(samples):
            group = file.create_group(str(row))
            group["image"] = every.image[row]
            group["label"] = np.append(every.va[row], every.au[row].astype(np.float32))
    return packed, base


def rate_of_base(path: Path, order: np.ndarray) -> float:
    """Return the microseconds that a sample costs: open its group, read image and label."""
    with h5py.File(path, "r") as file:
        start = process_time()
        for first in range(0, len(order), BATCH):
            groups = [file[str(row)] for row in order[first : first + BATCH]]
            np.stack([group["image"][()] for group in groups])
            np.stack([group["label"][()] for group in groups])
        return (process_time() - start) / len(order) * 1e6


def loaded(path: Path, rng: np.random.Generator, epochs: int) -> float:
    """Return the microseconds per face of loading once and taking batches for some epochs."""
    start = process_time()
    every = auva.dataset.load(path, "train")
    for _ in range(epochs):
        order = rng.permutation(len(every))
        for first in range(0, len(order), BATCH):
            rows = order[first : first + BATCH]
            _ = every.image[rows], every.au[rows], every.va[rows]
    return (process_time() - start) / (epochs * len(every)) * 1e6


def streamed(path: Path) -> float:
    """Return the microseconds per face of one epoch of `batches`."""
    start = process_time()
    with auva.dataset.open(path, "train") as every:
        count = sum(len(batch) for batch in every.batches(BATCH, seed=3))
    return (process_time() - start) / count * 1e6


def on_demand(path: Path, rng: np.random.Generator) -> float:
    """Return the microseconds per face of random batches from the file, labels read before."""
    with auva.dataset.open(path, "train") as every:
        every.read([0])
        order = rng.permutation(len(every))[:20_000]
        start = process_time()
        for first in range(0, len(order), BATCH):
            every.read(order[first : first + BATCH])
        return (process_time() - start) / len(order) * 1e6


if __name__ == "__main__":
    main()
