"""The detectors that `detector.name` offers, side by side on the real faces.

    .venv/bin/python benchmarks/detector/compare.py [--every 5]

Prints for each detector that is installed the faces found (a box contains the true centre), missed,
the false boxes (with neither the true centre nor the second face inside) over every 5th frame of
the videos (converted here to the frames of the truth files), and the frames per second of one core
(decoding and detection of every frame, after one video that is not timed).
"""

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path

from auva.errors import InputError
from auva.faces.detection import DETECTORS, detect_faces
from auva.sheet import read_sample_sheet
from auva.video.conversion import convert
from auva.video.reader import iterate_frames

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "resources/dpm/headhunter_dpm_baseline.txt"
LONDON = ROOT.parent / "shared/data/london"
CONVERSION = {"fps": 30, "crf": 18, "preset": "veryfast"}

Box = tuple[float, float, float, float]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def inside(box: Box, x: str, y: str) -> bool:
    """Tell whether a box contains a point."""
    return bool(x) and box[0] <= float(x) <= box[2] and box[1] <= float(y) <= box[3]


def score(detections: Path, truth: Path, every: int) -> tuple[int, int, int]:
    """Return found, missed and false boxes of one video."""
    boxes: dict[int, list[Box]] = {}
    for row in read_rows(detections):
        sides = tuple(float(row[side]) for side in ("left", "top", "right", "bottom"))
        boxes.setdefault(int(row["frame"]), []).append(sides)  # type: ignore[arg-type]
    found = missed = false = 0
    for row in read_rows(truth):
        frame = int(row["frame"])
        if frame % every:
            continue
        here = boxes.get(frame, [])
        hit = [inside(box, row["cx"], row["cy"]) for box in here]
        other = [inside(box, row["d_cx"], row["d_cy"]) for box in here]
        if row["face_present"] == "1":
            found += any(hit)
            missed += not any(hit)
        false += sum(not a and not b for a, b in zip(hit, other, strict=True))
    return found, missed, false


def main() -> None:
    """Print one row per detector."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=5)
    args = parser.parse_args()
    sheet = read_sample_sheet(LONDON / "videos.tsv")
    print(f"{'detector':10} {'found':>6} {'missed':>7} {'false':>6} {'frames/s':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for video in sheet.values():
            convert(video.path, folder / f"{video.id}.mp4", folder / "frames.csv", CONVERSION)
        frames = sum(
            sum(1 for _ in iterate_frames(folder / f"{video.id}.mp4")) for video in sheet.values()
        )
        for detector in DETECTORS:
            cfg = {"name": detector}
            if detector == "dpm":
                cfg |= {"mode": "pruned", "threshold": 1.0}
            total = [0, 0, 0]
            seconds = 0.0
            try:
                # Compiling and first imports belong to no frame.
                detect_faces(folder / f"{next(iter(sheet))}.mp4", folder / "boxes.csv", cfg, MODEL)
                for video in sheet.values():
                    mp4 = folder / f"{video.id}.mp4"
                    started = time.perf_counter()
                    detect_faces(mp4, folder / "boxes.csv", cfg, MODEL)
                    seconds += time.perf_counter() - started
                    truth = LONDON / f"truth/{video.id}.csv"
                    counts = score(folder / "boxes.csv", truth, args.every)
                    total = [a + b for a, b in zip(total, counts, strict=True)]
            except InputError as error:
                print(f"{detector:10} {error}")
                continue
            rate = frames / seconds
            print(f"{detector:10} {total[0]:6} {total[1]:7} {total[2]:6} {rate:9.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
