"""Where the time of a frame goes: CPU milliseconds of each stage of each search, one thread.

    .venv/bin/python benchmarks/detector/stages.py [--frames 30] [--rounds 3]

Real frames of 640x360 and 480x360; decoding is timed on the same frames. The smallest of the rounds
is printed: it is the one that other processes disturbed least.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from speed import LONDON, MODEL, SIZES, frames_of

from auva.dpm import exact, levels, pruned, search
from auva.dpm.detector import Detector
from auva.dpm.picture import as_picture
from auva.dpm.tracking import track

SEARCHES = {
    "dense, 1.0": {"mode": "dense", "threshold": 1.0},
    "pruned, 1.0": {"mode": "pruned", "threshold": 1.0},
    "pruned, 4.0": {"mode": "pruned", "threshold": 4.0},
    "video, 1.0": {"mode": "video", "threshold": 1.0},
}
STAGES: dict[str, list[tuple[ModuleType, str]]] = {
    "scaling": [(levels, "rescale"), (levels, "halve")],
    "HOG": [(levels, "hog_rectangle"), (levels, "fill_tiles")],
    "filters": [(exact, "correlate"), (pruned, "correlate")],
    "seeds' parts": [(pruned, "mark_seeds"), (pruned, "collect"), (pruned, "add_parts")],
    "placing parts": [(exact, "score_rectangle"), (pruned, "climb")],
    "peaks, boxes": [(search, "find_peaks"), (search, "box_of")],
}
SPENT: dict[str, float] = defaultdict(float)
_INSIDE: list[float] = []


def timed(stage: str, function: Callable) -> Callable:
    """Return a function whose own CPU time is added to its stage."""

    def wrapper(*args: object) -> object:
        _INSIDE.append(0.0)
        started = time.process_time()
        result = function(*args)
        took = time.process_time() - started
        SPENT[stage] += took - _INSIDE.pop()
        if _INSIDE:
            _INSIDE[-1] += took
        return result

    return wrapper


def search_all(detector: Detector, pictures: list[np.ndarray]) -> None:
    """Search pictures in the detector's mode."""
    if detector.settings.mode != "video":
        for picture in pictures:
            detector.search(detector.levels(picture))
        return
    length = detector.settings.rescan_interval
    for begin in range(0, len(pictures), length):
        list(track(detector, pictures[begin : begin + length]))


def rounds(count: int, work: Callable[[], object]) -> Iterator[tuple[float, dict[str, float]]]:
    """Yield the CPU seconds of a piece of work, and those of its stages."""
    for _ in range(count):
        SPENT.clear()
        started = time.process_time()
        work()
        yield time.process_time() - started, dict(SPENT)


def main() -> None:
    """Print one table per size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=Path, default=LONDON)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, timed(stage, getattr(module, name)))
    print(f"CPU ms per frame{'':12}", *(f"{name:>14}" for name in (*STAGES, "rest", "all")))
    for size, shape in SIZES.items():
        decode, _ = min(rounds(args.rounds, lambda s=shape: frames_of(args.videos, s, args.frames)))
        frames = [image for _, image in frames_of(args.videos, shape, args.frames)]
        grey, _ = min(rounds(args.rounds, lambda f=frames: [as_picture(image) for image in f]))
        pictures = [as_picture(image) for image in frames]
        each = 1000 / len(frames)
        print(f"{size}: decoding {decode * each:.2f}, greyscale {grey * each:.2f}")
        for name, cfg in SEARCHES.items():
            detector = Detector(MODEL, cfg)
            search_all(detector, pictures[:2])  # compiled code is loaded
            total, spent = min(
                rounds(args.rounds, lambda d=detector, p=pictures: search_all(d, p)),
                key=lambda pair: pair[0],
            )
            columns = [spent.get(stage, 0.0) for stage in STAGES]
            columns += [total - sum(columns), total]
            print(f"{size} {name:20}", *(f"{seconds * each:14.2f}" for seconds in columns))


if __name__ == "__main__":
    main()
