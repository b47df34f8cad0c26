"""Times of the pictures: numbered pictures over codecs, B-frames, containers and frame rates.

    .venv/bin/python benchmarks/timing.py [--codec h264 ...] [--sample N] [--ffprobe PROGRAM]
        [--results FILE]

Writes each film of `tests/video/numbered_films.py`, reads it with `auva.video.SourceVideo` and
compares the time of every picture with its number, and with the times that FFmpeg's program shows
for the same file (or ffprobe's best-effort times). With `--results`, each measured film is a line
of that file, and the same command goes on after the last one. Prints a Markdown table: per codec
and kind of B-frames and per container the pictures read and those at a wrong time, over all rates;
then the files whose numbers show that FFmpeg's own times are wrong.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable
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

from auva.errors import InputError  # noqa: E402
from auva.video.encoder import ffmpeg_binary  # noqa: E402
from auva.video.source import SourceVideo  # noqa: E402

Counts = tuple[int, int, int]
"""Pictures, those at a wrong time, those at another time than the witness'."""


def best_effort(ffprobe: str, path: Path) -> list[float]:
    """Return ffprobe's best-effort times after the first; where it has none, not a number."""
    command = [ffprobe, "-v", "error", "-select_streams", "v:0", "-of", "csv=p=0"]
    command += ["-show_entries", "frame=best_effort_timestamp_time", str(path)]
    lines = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    times = [float(line.split(",")[0].replace("N/A", "nan")) for line in lines]
    return [time - times[0] for time in times]


def measure(film: Film, folder: Path, witness: Callable[[Path], list[float]]) -> Counts:
    """Write a film, read it and compare; all pictures of a film that cannot be read are wrong."""
    path = write(ffmpeg_binary(), folder, film)
    try:
        read = [(read_pattern(each.rgb()), float(each.time)) for each in SourceVideo(path).frames()]
    except InputError as error:
        print(error, file=sys.stderr)
        read = []
    times = [time for _, time in read]
    mistakes = wrong(times, true_times(film))
    if [number for number, _ in read] != shown(film):
        mistakes = len(shown(film))
    differ = wrong(times, witness(path))
    path.unlink()
    return len(shown(film)), mistakes, differ


def chosen(codecs: list[str], sample: int) -> list[Film]:
    """Return each `sample`-th film of the codecs, the same number of each rate or nearly so."""
    return [film for film in films() if film.codec in codecs][::sample]


def known(results: Path | None) -> dict[str, Counts]:
    """Return what an earlier part of the same command has measured, by the film's name."""
    if results is None or not results.exists():
        return {}
    with results.open(newline="") as stream:
        return {name: (int(a), int(b), int(c)) for name, a, b, c in csv.reader(stream)}


def main() -> int:
    """Measure the films and print the tables; 1 if any picture has a wrong time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codec", nargs="+", default=list(CONTAINERS), choices=list(CONTAINERS))
    parser.add_argument("--sample", type=int, default=1, help="only each N-th film")
    parser.add_argument("--ffprobe", help="compare with this program's best-effort times")
    parser.add_argument("--results", type=Path, help="keep what is measured, and go on from there")
    args = parser.parse_args()

    def witness(path: Path) -> list[float]:
        if args.ffprobe:
            return best_effort(args.ffprobe, path)
        return ffmpeg_times(ffmpeg_binary(), path)

    measured = known(args.results)
    wanted = chosen(args.codec, args.sample)
    with tempfile.TemporaryDirectory() as scratch:
        for film in wanted:
            if film.name in measured:
                continue
            measured[film.name] = counts = measure(film, Path(scratch), witness)
            if args.results:
                with args.results.open("a", newline="") as stream:
                    csv.writer(stream, lineterminator="\n").writerow((film.name, *counts))
            print(film.name, *counts, file=sys.stderr, flush=True)
    _print(wanted, measured)
    return int(any(measured[film.name][1] for film in wanted))


def _sums(wanted: Iterable[Film], measured: dict[str, Counts]) -> dict[tuple[str, ...], list[int]]:
    """Return the counts of each codec, kind of B-frames and container over its rates."""
    cells: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for film in wanted:
        cell = cells[film.codec, film.order, film.container]
        cell[:] = [a + b for a, b in zip(cell, measured[film.name], strict=True)]
    return cells


def _print(wanted: list[Film], measured: dict[str, Counts]) -> None:
    cells = _sums(wanted, measured)
    print("| codec | B-frames | pictures (wrong) by container | wrong |\n| --- | --- | --- | --- |")
    for kind in CODECS:
        row = [(name, *counts) for (*of, name), counts in cells.items() if tuple(of) == kind]
        listed = (f"{name} {count}" + f" ({bad})" * bool(bad) for name, count, bad, _ in row)
        wrong_ones = sum(bad for *_, bad, _ in row)
        if row:
            print(f"| {' | '.join(kind)} | {', '.join(listed)} | {wrong_ones} |")
    pictures, mistakes, differ = (sum(cell[k] for cell in cells.values()) for k in range(3))
    print(f"\n{len(wanted)} films, {pictures} pictures, {mistakes} at a wrong time, ", end="")
    print(f"{differ} at another time than the witness gives.")
    for kind, (pictures, _, differ) in sorted(cells.items()):
        if differ:
            print(f"The witness differs: {' '.join(kind)}, {differ} of {pictures} pictures")


if __name__ == "__main__":
    sys.exit(main())
