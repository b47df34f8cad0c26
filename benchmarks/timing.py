"""Times of the pictures: numbered pictures over codecs, B-frames, containers and frame rates.

    .venv/bin/python benchmarks/timing.py [--codec h264 ...] [--ffprobe PROGRAM]

Writes each film of `tests/video/numbered_films.py`, reads it with `auva.video.SourceVideo` and
compares the time of every picture with its number, and with the times that FFmpeg's program shows
for the same file (or ffprobe's best-effort times). Prints a Markdown table: per codec and kind of
B-frames and per container the pictures read and those at a wrong time, over all rates; then the
files whose numbers show that FFmpeg's own times are wrong.
"""

import argparse
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "video"))

from numbered_films import (  # noqa: E402
    CODECS,
    CONTAINERS,
    Film,
    ffmpeg_times,
    films,
    read_pattern,
    shown,
    true_times,
    write,
    wrong,
)

from auva.video.encoder import ffmpeg_binary  # noqa: E402
from auva.video.source import SourceVideo  # noqa: E402

Cells = dict[tuple[str, str, str], list[int]]


def best_effort(ffprobe: str, path: Path) -> list[float]:
    """Return ffprobe's best-effort times after the first; where it has none, not a number."""
    command = [ffprobe, "-v", "error", "-select_streams", "v:0", "-of", "csv=p=0"]
    command += ["-show_entries", "frame=best_effort_timestamp_time", str(path)]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    times = [float(line.split(",")[0].replace("N/A", "nan")) for line in lines]
    return [time - times[0] for time in times]


def measure(
    film: Film, folder: Path, witness: Callable[[Path], list[float]]
) -> tuple[int, int, int]:
    """Return pictures read, those at a wrong time, and those at another time than the witness'."""
    path = write(ffmpeg_binary(), folder, film)
    frames = [
        (read_pattern(frame.rgb()), float(frame.time)) for frame in SourceVideo(path).frames()
    ]
    times = [time for _, time in frames]
    mistakes = wrong(times, true_times(film))
    if [number for number, _ in frames] != shown(film):
        mistakes = len(frames)
    differ = wrong(witness(path), times)
    path.unlink()
    return len(frames), mistakes, differ


def main() -> int:
    """Measure all films and print the tables; 1 if any picture has a wrong time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codec", nargs="+", default=list(CONTAINERS), choices=list(CONTAINERS))
    parser.add_argument("--ffprobe", help="compare with this program's best-effort times")
    args = parser.parse_args()

    def witness(path: Path) -> list[float]:
        if args.ffprobe:
            return best_effort(args.ffprobe, path)
        return ffmpeg_times(ffmpeg_binary(), path)

    cells: Cells = defaultdict(lambda: [0, 0])
    others: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    with tempfile.TemporaryDirectory() as scratch:
        for film in films():
            if film.codec not in args.codec:
                continue
            pictures, mistakes, differ = measure(film, Path(scratch), witness)
            key = (film.codec, film.order, film.container)
            cells[key] = [a + b for a, b in zip(cells[key], (pictures, mistakes), strict=True)]
            if differ:
                others[key] = [a + b for a, b in zip(others[key], (pictures, differ), strict=True)]
            print(
                f"{film.name}: {pictures} pictures, {mistakes} wrong", file=sys.stderr, flush=True
            )
    _print(args.codec, cells, others)
    return int(any(mistakes for _, mistakes in cells.values()))


def _print(codecs: list[str], cells: Cells, others: Cells) -> None:
    print("| codec | B-frames | pictures (wrong) by container | wrong |\n| --- | --- | --- | --- |")
    for codec, order in CODECS:
        if codec in codecs:
            row = [
                (name, *cells[codec, order, name])
                for name in CONTAINERS[codec].split()
                if (codec, order, name) in cells
            ]
            listed = ", ".join(
                f"{name} {pictures}" + f" ({bad})" * bool(bad) for name, pictures, bad in row
            )
            print(f"| {codec} | {order} | {listed} | {sum(bad for *_, bad in row)} |")
    pictures, mistakes = (sum(cell[k] for cell in cells.values()) for k in (0, 1))
    print(f"\n{pictures} pictures, {mistakes} at a wrong time.")
    for (codec, order, container), (pictures, differ) in sorted(others.items()):
        print(f"FFmpeg differs: {codec} {order} {container}, {differ} of {pictures} pictures")


if __name__ == "__main__":
    sys.exit(main())
