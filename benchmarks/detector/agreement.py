"""How far the fast searches agree with the dense one.

    .venv/bin/python benchmarks/detector/agreement.py [--every 10] [--video]

Compares `pruned` with `dense` on the golden pictures, on every 10th frame of the real faces and of
the demo corpus (rendered by the workflow): detections kept, added, and the largest difference of a
score. With `--video`, compares the face that auva keeps after mode `video` with the one that it
keeps after the full search, on every frame of the real faces (box within IoU 0.9, or none in both).
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from auva.dpm.boxes import Detection
from auva.dpm.detector import Detector
from auva.dpm.stream import detect_frames
from auva.faces.selection import choose
from auva.faces.settings import SETTINGS
from auva.records.detections import Boxes
from auva.settings import complete
from auva.video.source import SourceVideo

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "resources/dpm/headhunter_dpm_baseline.txt"
SHARED = ROOT.parent / "shared"
THRESHOLDS = (1.0, 4.0)


def pictures(folder: Path) -> Iterator[np.ndarray]:
    """Yield the golden pictures."""
    for path in sorted(folder.glob("*.png")):
        yield np.array(Image.open(path))


def frames(folder: Path, every: int) -> Iterator[np.ndarray]:
    """Yield every so many frames of all videos of a folder."""
    for path in sorted(folder.iterdir()):
        for number, picture in SourceVideo(path).pictures():
            if number % every == 0:
                yield picture


def compare(images: Iterable[np.ndarray], threshold: float) -> tuple[int, ...]:
    """Return dense detections, kept, added, and the largest score difference times 1e6."""
    shared = {"threshold": threshold, "greyscale": True}
    dense = Detector(MODEL, {**shared, "mode": "dense"})
    pruned = Detector(MODEL, {**shared, "mode": "pruned"})
    total = kept = added = 0
    largest = 0.0
    for image in images:
        want = {box_of(d): d.score for d in dense.detect(image)}
        have = {box_of(d): d.score for d in pruned.detect(image)}
        both = want.keys() & have.keys()
        total, kept, added = total + len(want), kept + len(both), added + len(have.keys() - want)
        largest = max([largest, *(abs(want[box] - have[box]) for box in both)])
    return total, kept, added, round(largest * 1e6)


def box_of(detection: Detection) -> tuple[int, int, int, int]:
    """Return the sides of a detection."""
    return detection.left, detection.top, detection.right, detection.bottom


def overlap(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    """Return the intersection over union of two boxes."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    inside = max(width, 0) * max(height, 0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return inside / (areas - inside)


def chosen(path: Path, mode: str, threads: int) -> list[tuple[int, ...] | None]:
    """Return the box that auva keeps in each frame of a video, as one search finds it."""
    cfg = {"mode": mode, "threshold": 1.0}
    found = list(detect_frames(SourceVideo(path).pictures(), cfg, threads, MODEL))
    rows = [(frame, face) for frame, _, faces in found for face in faces]
    boxes = Boxes(
        np.array([frame for frame, _ in rows], np.int64),
        np.array([face.score for _, face in rows], np.float64),
        np.array([box_of(face) for _, face in rows], np.int64).reshape(-1, 4),
    )
    settings = complete(SETTINGS, {}, "selection")
    kept = (choice.row for choice in choose(boxes, len(found), settings))
    return [None if row is None else box_of(rows[row][1]) for row in kept]


def tracked(path: Path, threads: int) -> tuple[int, int]:
    """Return the frames of a video and those for which mode `video` leads to the same choice."""
    full, near = (chosen(path, mode, threads) for mode in ("pruned", "video"))
    same = sum(
        (a is None and b is None) or bool(a and b and overlap(a, b) >= 0.9)
        for a, b in zip(full, near, strict=True)
    )
    return len(full), same


def main() -> None:
    """Print the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--video", action="store_true")
    args = parser.parse_args()
    london = SHARED / "data/london/videos"
    if args.video:
        total = same = 0
        for path in sorted(london.iterdir()):
            count, agreed = tracked(path, args.threads)
            total, same = total + count, same + agreed
            print(f"{path.name:24} {agreed:5} of {count}", flush=True)
        print(f"{'all':24} {same:5} of {total}: {100 * same / total:.2f} %")
        return
    sources = {
        "golden pictures": lambda: pictures(SHARED / "reference/dpm_golden/images"),
        f"real faces, every {args.every}th": lambda: frames(london, args.every),
        f"demo, every {args.every}th": lambda: frames(ROOT / "resources/demo/videos", args.every),
    }
    print(f"{'pictures':26} {'threshold':>9} {'dense':>6} {'kept':>6} {'added':>6} {'score':>8}")
    for name, source in sources.items():
        for threshold in THRESHOLDS:
            total, kept, added, largest = compare(source(), threshold)
            row = f"{name:26} {threshold:9} {total:6} {kept:6} {added:6} {largest / 1e6:8.1e}"
            print(row, flush=True)


if __name__ == "__main__":
    sys.exit(main())
