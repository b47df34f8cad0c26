"""CPU time of scoring faces with a supervised network against the bare forward passes, in one run.

    python benchmarks/scoring.py                          # 1,000,000 faces of 96 pixels: hours
    python benchmarks/scoring.py --faces 2000 --size 28   # seconds

Scoring is `auva evaluate RUN --faces FILE` as users call it: reading the packed file, pixels to
floats, the network on each face and its mirror image, what is done after the model, metrics and
intervals. The bare loop is the network on the same faces and their mirror images, already floats in
memory. Both are measured in turns, a file of at most `--block` faces at a time, so that a busy
machine slows both alike. The network has its initial weights: what it says does not change its
speed.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from auva.dataset.read import FaceSet, load
from auva.dataset.write import write_faces
from auva.evaluation.elsewhere import evaluate_elsewhere
from auva.evaluation.stage import evaluate
from auva.models.cnn.network import as_input, build_network
from auva.models.run import Run, expand
from auva.models.training import train
from auva.units import SETS, THESIS_NAMES, VA_NAMES

TARGET = 1.2
BATCH = 256
PEOPLE = 20


def main() -> None:
    """Print both CPU times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faces", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=96, help="pixels of a face's side")
    parser.add_argument("--backbone", default="blocks")
    parser.add_argument("--block", type=int, default=20_000, help="faces in one file")
    args = parser.parse_args()
    torch.set_num_threads(1)
    scored, bare, left = 0.0, 0.0, args.faces
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = plan(args.size, args.backbone)
        make_run(run, folder)
        while left:
            count = min(left, args.block)
            packed = folder / f"{count}.h5"
            if not packed.exists():
                write_faces(packed, {"test": noise(count, args.size, "other")})
            start = time.process_time()
            evaluate_elsewhere(folder / "run", packed, folder / "out.csv")
            scored += time.process_time() - start
            bare += bare_passes(run, load(packed, "test"))
            left -= count
    print(f"{args.faces:,} faces of {args.size} pixels, {args.backbone}, batch {BATCH}, one thread")
    print(f"bare forward passes  {bare:9.2f} CPU s  {args.faces / bare:7.0f} faces per CPU s")
    print(f"auva evaluate        {scored:9.2f} CPU s  {args.faces / scored:7.0f} faces per CPU s")
    print(f"ratio {scored / bare:.3f} (target: at most {TARGET})")


def plan(size: int, backbone: str) -> Run:
    """Return a run of one epoch."""
    settings = {"image_size": size, "epochs": 1, "batch_size": 16}
    entry = {"model": "cnn", "kind": "vaau", "grid": [{"backbone": backbone}], "training": settings}
    (run,) = expand({"cnn": entry}, {}).values()
    return run


def make_run(run: Run, folder: Path) -> None:
    """Train and evaluate a run on a few faces, so that it can be scored elsewhere."""
    packed = folder / "own.h5"
    write_faces(packed, {name: noise(40, run.image_size, name) for name in SETS})
    train(run, packed, folder / "run")
    names = ("scores.csv", "chosen.json", "held_out.csv", "bootstrap.csv")
    evaluate(folder / "run", packed, *(folder / "run" / name for name in names))


def noise(count: int, size: int, name: str) -> FaceSet:
    """Return noise as faces of some people."""
    rng = np.random.default_rng(0)
    people = np.sort(np.char.mod(f"{name}%02d", np.arange(count) % PEOPLE))
    return FaceSet(
        image=rng.integers(0, 256, (count, size, size, 3), np.uint8),
        au=rng.integers(0, 2, (count, len(THESIS_NAMES)), np.uint8),
        au_mask=np.ones((count, len(THESIS_NAMES)), bool),
        va=rng.uniform(-1, 1, (count, len(VA_NAMES))).astype("f4"),
        va_mask=np.ones((count, len(VA_NAMES)), bool),
        video=people,
        identity=people,
        frame=np.arange(1, count + 1, dtype="i4"),
    )


def bare_passes(run: Run, faces: FaceSet) -> float:
    """Return the CPU seconds of the forward passes alone."""
    network = build_network(run).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    seconds = 0.0
    with torch.inference_mode():
        for pixels in torch.from_numpy(faces.image).split(BATCH):
            images = as_input(pixels)
            mirrored = images.flip(3)
            start = time.process_time()
            network(images)
            network(mirrored)
            seconds += time.process_time() - start
    return seconds


if __name__ == "__main__":
    main()
