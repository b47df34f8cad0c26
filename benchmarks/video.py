"""Speed of the conversion and of random access, each against a named peer in the same run.

    python benchmarks/video.py [--seconds 20] [--repeats 3]

Conversion: `auva.video.convert` against plain `ffmpeg -vf fps=30` with the same encoder settings
(one ffmpeg process that decodes, filters and encodes, without a manifest and not proof against
disagreement). Random access: `FrameReader.read` against OpenCV's `VideoCapture` set to the same
frames, on the converted 640x360 video; also how many pictures were exactly the streamed ones.
"""

import argparse
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from time import perf_counter

import av
import numpy as np

from auva.video.conversion import convert
from auva.video.encoder import ffmpeg_binary
from auva.video.reader import FrameReader, iterate_frames

CFG = {"fps": 30, "crf": 18, "preset": "veryfast"}
WIDTH, HEIGHT = 640, 360


def make_source(path: Path, seconds: int) -> None:
    """Write a 25 fps video of a moving, slightly noisy scene."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = random.normal(0, 3, (8, HEIGHT, WIDTH, 1))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(25 * seconds):
            wave = 90 + 60 * np.sin((x + 3 * number) / 37) * np.cos((y - number) / 23)
            picture = np.stack([wave, wave[::-1], 255 - wave], axis=2) + noise[number % 8]
            pixels = picture.clip(0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def plain_ffmpeg(source: Path, target: Path) -> None:
    """Convert as most people do."""
    options = "-an -pix_fmt yuv420p -c:v libx264 -crf 18 -preset veryfast -g 15 -bf 0 -threads 1"
    command = [ffmpeg_binary(), "-nostdin", "-loglevel", "error", "-y", "-threads", "1"]
    command += ["-i", str(source), "-vf", "fps=30", *options.split(), str(target)]
    subprocess.run(command, check=True)


def cost(work: Callable[..., None], *arguments: object) -> tuple[float, float]:
    """Return processor and wall-clock seconds of a call, with the processes that it starts."""
    start, before = perf_counter(), os.times()
    work(*arguments)
    after = os.times()
    return sum(after[:4]) - sum(before[:4]), perf_counter() - start


def conversion(folder: Path, source: Path, repeats: int) -> None:
    """Print the conversion's speed; the two take turns, so that a busy machine slows both."""
    ours, peer = [], []
    for _ in range(repeats):
        ours.append(cost(convert, source, folder / "a.mp4", folder / "a.frames.csv", CFG))
        peer.append(cost(plain_ffmpeg, source, folder / "b.mp4"))
    with FrameReader(folder / "a.mp4") as reader:
        count = len(reader)
    for name, costs in (("auva", ours), ("ffmpeg -vf fps=30", peer)):
        used, wall = (min(column) for column in zip(*costs, strict=True))
        print(
            f"conversion {name}: {count / used:.0f} frames per processor second, "
            f"{count / wall:.0f} per second"
        )
    ratio = min(used for used, _ in ours) / min(used for used, _ in peer)
    print(f"    processor time auva / ffmpeg {ratio:.2f}")


def random_access(folder: Path) -> None:
    """Print the time of reading frames in random order."""
    path = folder / "a.mp4"
    stream = dict(iterate_frames(path))
    numbers = np.random.default_rng(2).integers(1, len(stream) + 1, 300).tolist()
    with FrameReader(path) as reader:
        ours, exact = _timed(reader.read, numbers, stream)
    _report("FrameReader", ours, exact, len(numbers))
    try:
        import cv2
    except ImportError:
        print("    OpenCV is not installed: no peer for random access")
        return
    video = cv2.VideoCapture(str(path))

    def read(frame: int) -> np.ndarray:
        video.set(cv2.CAP_PROP_POS_FRAMES, frame - 1)
        return video.read()[1][..., ::-1]

    peer, exact = _timed(read, numbers, stream)
    _report("OpenCV", peer, exact, len(numbers))
    ratio = statistics.median(ours) / statistics.median(peer)
    print(f"    median time auva / OpenCV {ratio:.2f}")


def _timed(
    read: Callable[[int], np.ndarray], numbers: list[int], stream: dict[int, np.ndarray]
) -> tuple[list[float], int]:
    times, exact = [], 0
    for frame in numbers:
        start = perf_counter()
        picture = read(frame)
        times.append(perf_counter() - start)
        # OpenCV converts colours with other rounding: the right frame is the nearest one.
        small = picture[::8, ::8].astype(int)
        errors = {
            k: np.abs(small - stream[k][::8, ::8]).mean()
            for k in range(frame - 2, frame + 3)
            if k in stream
        }
        exact += min(errors, key=errors.__getitem__) == frame
    return times, exact


def _report(name: str, times: list[float], exact: int, count: int) -> None:
    median, high = statistics.median(times) * 1000, sorted(times)[int(0.95 * len(times))] * 1000
    print(
        f"random access {name}: median {median:.1f} ms, 95 % {high:.1f} ms, "
        f"right frame {exact} of {count}"
    )


def main() -> None:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20, help="length of the test video")
    parser.add_argument("--repeats", type=int, default=3, help="runs, of which the best counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_source(folder / "source.mp4", arguments.seconds)
        conversion(folder, folder / "source.mp4", arguments.repeats)
        random_access(folder)


if __name__ == "__main__":
    main()
