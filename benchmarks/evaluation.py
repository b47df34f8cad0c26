"""CPU time of evaluating many checkpoints against that of the bare forward passes, in one run.

    python benchmarks/evaluation.py                  # 100 checkpoints, 20,000 faces
    python benchmarks/evaluation.py --checkpoints 10 --faces 5000

The bare passes are the same networks on the same faces, already floats in memory: no reading of
files, no bytes to floats, no sigmoid, no metric, no bootstrap. The evaluation is `auva.evaluation.
evaluate` as the workflow calls it, from the packed dataset to scores.csv and held_out.csv. The two
are measured in turns, checkpoint by checkpoint blocks, so that a busy machine slows both alike.
"""

import argparse
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import torch

from auva.dataset.read import FaceSet
from auva.dataset.write import write_faces
from auva.evaluation.stage import evaluate
from auva.models.gan.data import as_input
from auva.models.gan.scoring import load_discriminator
from auva.models.gan.training import train
from auva.models.run import expand
from auva.records.checkpoints import read_checkpoints
from auva.units import SETS, THESIS_NAMES, VA_NAMES

TARGET = 1.2


def main() -> None:
    """Print both CPU times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoints", type=int, default=100)
    parser.add_argument("--faces", type=int, default=20_000, help="validation and test together")
    parser.add_argument("--batch", type=int, default=256)
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        packed, run_dir = prepare(folder, args.checkpoints, args.faces)
        bare = bare_passes(packed, run_dir, args.batch) / 2
        start = time.process_time()
        files = (folder / name for name in ("s.csv", "c.json", "h.csv", "b.csv"))
        evaluate(run_dir, packed, *files, {"batch_size": args.batch}, 1)
        ours = time.process_time() - start
        bare += bare_passes(packed, run_dir, args.batch) / 2
    passes = args.checkpoints * args.faces
    print(f"{args.checkpoints} checkpoints, {args.faces} faces, batch {args.batch}, one thread")
    print(f"bare forward passes  {bare:9.2f} CPU s  {passes / bare:7.0f} faces per CPU s")
    print(f"evaluation           {ours:9.2f} CPU s  {passes / ours:7.0f} faces per CPU s")
    print(f"ratio {ours / bare:.3f} (target: at most {TARGET})")


def prepare(folder: Path, checkpoints: int, faces: int) -> tuple[Path, Path]:
    """Pack noise faces and train a joint run for as many steps as checkpoints are wanted."""
    packed = folder / "faces_28.h5"
    counts = {"train": 600, "validation": faces // 5, "test": faces - faces // 5}
    generator = np.random.default_rng(0)
    sets = {}
    for name in SETS:
        n = counts[name]
        people = np.array([f"{name}-{10 * row // max(n, 1)}" for row in range(n)], dtype=str)
        sets[name] = FaceSet(
            image=generator.integers(0, 256, (n, 28, 28, 3), np.uint8),
            au=generator.integers(0, 2, (n, len(THESIS_NAMES)), np.uint8),
            au_mask=np.ones((n, len(THESIS_NAMES)), bool),
            va=generator.uniform(-1, 1, (n, len(VA_NAMES))).astype("f4"),
            va_mask=np.ones((n, len(VA_NAMES)), bool),
            video=people,
            identity=people,
            frame=np.arange(1, n + 1, dtype="i4"),
        )
    write_faces(packed, sets)
    training = {
        "iterations": checkpoints - 1,
        "checkpoint_interval": 1,
        "batch_size": 8,
        "tensorboard": False,
    }
    ((key, run),) = expand({"vaau_mse": {"kind": "vaau", "va_loss": "mse"}}, training).items()
    train(run, packed, folder / key[0] / key[1])
    return packed, folder / key[0] / key[1]


def bare_passes(packed: Path, run_dir: Path, batch: int) -> float:
    """Return the CPU seconds of the forward passes alone."""
    with h5py.File(packed) as file:
        images = [torch.from_numpy(file[name]["image"][()]) for name in ("validation", "test")]  # type: ignore[index]
    batches = [as_input(piece, "signed") for part in images for piece in part.split(batch)]
    seconds = 0.0
    for iteration in read_checkpoints(run_dir)["iteration"]:
        network = load_discriminator(run_dir, int(iteration)).network
        start = time.process_time()
        with torch.inference_mode():
            for images_of_batch in batches:
                network(images_of_batch)
        seconds += time.process_time() - start
    return seconds


if __name__ == "__main__":
    main()
