"""What large pictures cost: CPU milliseconds per frame of every search, with and without a limit.

    .venv/bin/python benchmarks/detector/sizes.py [--smallest 15%] [--frames 30]

A real frame of 640x360 is put in the middle of a picture of each size, at its own scale, beside
itself enlarged to half of the height, so that there are small faces and a large one. Modes `dense`
and `pruned` search one frame, mode `video` so many frames that drift by a pixel each, the first of
them whole. CPU seconds of one thread, the smallest of three rounds: other processes slow them too.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
from speed import LONDON, MODEL

from auva.dpm.detector import Detector
from auva.dpm.picture import as_picture
from auva.dpm.tracking import track
from auva.video.source import SourceVideo

SIZES = ((1280, 720), (1920, 1080), (3840, 2160))
MODES = ("dense", "pruned", "video")


def scene(width: int, height: int, drift: int) -> np.ndarray:
    """Return a greyscale picture, uint8 [1, height, width]."""
    _, frame = next(iter(SourceVideo(LONDON / "video01.mp4").pictures()))
    small = Image.fromarray(frame)
    large = small.resize((height * 8 // 9, height // 2), Image.Resampling.BILINEAR)
    picture = Image.new("RGB", (width, height), (96, 96, 96))
    picture.paste(large, (drift, height // 4))
    picture.paste(small, (width - small.width - drift, (height - small.height) // 2))
    return as_picture(np.asarray(picture))


def cost(cfg: dict, pictures: list[np.ndarray]) -> float:
    """Return CPU milliseconds per picture."""
    detector = Detector(MODEL, cfg)
    seconds = []
    for _ in range(3):
        started = time.process_time()
        if cfg["mode"] == "video":
            track(detector, pictures)
        else:
            detector.detect_picture(pictures[0])
        seconds.append(time.process_time() - started)
    return 1000 * min(seconds) / (len(pictures) if cfg["mode"] == "video" else 1)


def main() -> None:
    """Print one line per size and limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smallest", default="15%")
    parser.add_argument("--frames", type=int, default=30)
    args = parser.parse_args()
    print(f"{'CPU ms per frame':28}", *(f"{mode:>8}" for mode in MODES))
    for width, height in SIZES:
        pictures = [scene(width, height, drift) for drift in range(args.frames)]
        for smallest in (None, args.smallest):
            costs = (cost({"mode": m, "smallest_face": smallest}, pictures) for m in MODES)
            label = f"{width}x{height}, {smallest or 'all faces'}"
            print(f"{label:28}", *(f"{ms:8.0f}" for ms in costs), flush=True)


if __name__ == "__main__":
    sys.exit(main())
