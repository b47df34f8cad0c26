"""A long video: memory and speed must not depend on its length, and decoding must cost no time.

    .venv/bin/python benchmarks/detector/long.py [--minutes 1 10] [--threads 2]

Repeats a real video of 640x360 to the lengths asked for and runs `auva detect` in mode `video` on
each, in a process of its own: frames per second and peak memory. Then decodes the longest one and
does nothing else: what detection would lose if it waited for each frame.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from auva.video.encoder import ffmpeg_binary

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "resources/dpm/headhunter_dpm_baseline.txt"
VIDEO = ROOT.parent / "shared/data/london/videos/video01.mp4"

DETECT = """
import sys
from auva.dpm.stream import detect_frames
from auva.video.reader import iterate_frames
from auva.dpm.stream import detect_frames
from auva.video.source import SourceVideo
video, threads, model = sys.argv[1:]
cfg = {"mode": "video", "threshold": 1.0}
print(sum(1 for _ in detect_frames(SourceVideo(video).pictures(), cfg, int(threads), model)))
"""
DECODE = """
import sys
from auva.video.source import SourceVideo
print(sum(1 for _ in SourceVideo(sys.argv[1]).pictures()))
"""


def repeated(video: Path, minutes: float, out: Path) -> Path:
    """Write a video that repeats another one up to a length."""
    command = [ffmpeg_binary(), "-loglevel", "error", "-stream_loop", "-1", "-i", str(video)]
    subprocess.run([*command, "-t", str(60 * minutes), "-c", "copy", str(out)], check=True)
    return out


def measured(code: str, *arguments: str) -> tuple[int, float, float]:
    """Run Python code; return the frames that it printed, wall seconds and peak memory in MB."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    ) as job:
        output = job.stdout.read() if job.stdout else ""
        _, status, usage = os.wait4(job.pid, 0)
        job.returncode = os.waitstatus_to_exitcode(status)
    if job.returncode:
        sys.exit(job.returncode)
    return int(output), time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Print one line per length."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, nargs="+", default=[1, 10])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--video", type=Path, default=VIDEO)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = args.video
        for minutes in args.minutes:
            path = repeated(args.video, minutes, Path(scratch) / f"{minutes}{args.video.suffix}")
            frames, seconds, megabytes = measured(DETECT, str(path), str(args.threads), str(MODEL))
            rate = f"{frames} frames, {seconds:.1f} s, {frames / seconds:.1f} frames/s"
            print(f"{minutes:g} min: {rate}, peak {megabytes:.0f} MB", flush=True)
        frames, alone, _ = measured(DECODE, str(path))
        print(f"decoding alone: {alone:.1f} s for {frames} frames ({frames / alone:.0f} frames/s)")


if __name__ == "__main__":
    main()
