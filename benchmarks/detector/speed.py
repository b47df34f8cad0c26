"""Frames per second of every search against cyffld2, in one run on the same frames.

    .venv/bin/python benchmarks/detector/speed.py [--frames 30] [--rounds 3] [--threads 2]

Real frames (consecutive ones of the videos in `--videos`, those of 640x360 and of 480x360) are held
in memory; mode `video` gets more of them, since its threads work on one second each. In each round
every detector searches all frames in turn: a busy machine slows all of them; printed is the median
over the rounds of each round's ratio. cyffld2 is given the greyscale picture, as menpodetect gives
it, and as many OpenMP threads; the others convert it themselves.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from peer import CannotBuild, build

from auva.dpm.picture import as_picture
from auva.dpm.stream import detect_frames
from auva.video.source import SourceVideo

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "resources/dpm/headhunter_dpm_baseline.txt"
LONDON = ROOT.parent / "shared/data/london/videos"
SIZES = {"640x360": (360, 640), "480x360": (360, 480)}
SEARCHES = {
    "dense, threshold 1.0": {"mode": "dense", "threshold": 1.0},
    "pruned, threshold 1.0": {"mode": "pruned", "threshold": 1.0},
    "pruned, threshold 4.0": {"mode": "pruned", "threshold": 4.0},
    "video, threshold 1.0": {"mode": "video", "threshold": 1.0},
}

Frames = list[tuple[int, np.ndarray]]


def frames_of(videos: Path, shape: tuple[int, int], wanted: int) -> Frames:
    """Return consecutive frames of one size, an equal share from each video of that size."""
    found = []
    for path in sorted(videos.iterdir()):
        first = next(SourceVideo(path).pictures(), None)
        if first is not None and first[1].shape[:2] == shape:
            found.append(path)
    frames: Frames = []
    share = -(-wanted // max(len(found), 1))
    for path in found:
        frames += [
            frame for frame, _ in zip(SourceVideo(path).pictures(), range(share), strict=False)
        ]
    return [(number, picture) for number, (_, picture) in enumerate(frames[:wanted], start=1)]


def ours(frames: Frames, cfg: dict, threads: int) -> Callable[[], None]:
    """Return a function that searches all frames with one of auva's searches."""

    def search() -> None:
        for _ in detect_frames(iter(frames), cfg, threads, MODEL):
            pass

    return search


def theirs(frames: Frames, folder: Path) -> Callable[[], None]:
    """Return a function that searches all frames with cyffld2."""
    sys.path.insert(0, str(folder))
    from cyffld2 import detect_frontal_faces  # pyright: ignore[reportMissingImports]

    pictures = [np.ascontiguousarray(as_picture(p)[0][..., None]) for _, p in frames]

    def search() -> None:
        for picture in pictures:
            detect_frontal_faces(picture, threshold=1.0)

    return search


def rates(searches: dict[str, tuple[Callable[[], None], int]], rounds: int) -> Iterator[dict]:
    """Yield the frames per second of every search (and its number of frames), round by round."""
    for search, _ in searches.values():
        search()  # compiled code is loaded, memory is taken
    for _ in range(rounds):
        speed = {}
        for name, (search, frames) in searches.items():
            started = time.perf_counter()
            search()
            speed[name] = frames / (time.perf_counter() - started)
        yield speed


def main() -> int:
    """Print one table per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", type=Path, default=LONDON)
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--video-frames", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    try:
        folder = build()
    except CannotBuild as error:
        print(f"cyffld2 cannot be built here: {error}", file=sys.stderr)
        return 1
    for size, shape in SIZES.items():
        frames = frames_of(args.videos, shape, args.frames)
        many = frames_of(args.videos, shape, args.video_frames)
        searches = {"cyffld2": (theirs(frames, folder), len(frames))}
        for name, cfg in SEARCHES.items():
            chosen = many if cfg["mode"] == "video" else frames
            searches[name] = ours(chosen, cfg, args.threads), len(chosen)
        measured = list(rates(searches, args.rounds))
        print(f"\n{size}, {len(frames)} frames, {args.threads} threads, {args.rounds} rounds")
        print(f"{'search':24} {'frames/s':>9} {'against cyffld2':>16}")
        for name in searches:
            speed = statistics.median(row[name] for row in measured)
            ratio = statistics.median(row[name] / row["cyffld2"] for row in measured)
            print(f"{name:24} {speed:9.1f} {ratio:15.1f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
