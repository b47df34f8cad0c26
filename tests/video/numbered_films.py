"""Films whose pictures carry their own number, over codecs, B-frames, containers and rates.

FFmpeg writes them, and FFmpeg's program reads their times too: independently of auva's reader.
"""

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

BITS = 12
BLOCK = 20
WIDTH, HEIGHT = 160, 120
PICTURES = 60

_X264 = "-c:v libx264 -pix_fmt yuv420p -g 24 -b:v 2M"
_X265 = "-c:v libx265 -pix_fmt yuv420p -preset ultrafast -b:v 2M -x265-params log-level=none"
_MPEG4 = "-c:v mpeg4 -pix_fmt yuv420p -q:v 3 -b_strategy 0"
_XVID = "-c:v libxvid -pix_fmt yuv420p -q:v 3"
_MPEG2 = "-c:v mpeg2video -pix_fmt yuv420p -q:v 3 -b_strategy 0"
_SVT = "-c:v libsvtav1 -pix_fmt yuv420p -preset 12 -svtav1-params lp=1"

CODECS = {
    ("h264", "0"): f"{_X264} -bf 0",
    ("h264", "1"): f"{_X264} -bf 1 -x264-params b-adapt=0",
    ("h264", "3"): f"{_X264} -bf 3 -x264-params b-adapt=0:b-pyramid=none",
    ("h264", "pyramid"): f"{_X264} -bf 3 -x264-params b-adapt=0:b-pyramid=normal",
    ("h264", "open GOP"): f"{_X264} -bf 3 -x264-params b-adapt=0:open-gop=1",
    ("h264", "interlaced"): f"{_X264} -bf 3 -flags +ildct+ilme -x264-params tff=1",
    ("hevc", "0"): f"{_X265}:bframes=0",
    ("hevc", "1"): f"{_X265}:bframes=1:b-adapt=0",
    ("hevc", "3"): f"{_X265}:bframes=3:b-adapt=0:b-pyramid=0",
    ("hevc", "pyramid"): f"{_X265}:bframes=4:b-adapt=0:b-pyramid=1:keyint=15",
    ("mpeg4", "0"): f"{_MPEG4} -bf 0",
    ("mpeg4", "1"): f"{_MPEG4} -bf 1",
    ("mpeg4", "3"): f"{_MPEG4} -bf 3",
    ("xvid", "0"): f"{_XVID} -bf 0",
    ("xvid", "1, packed"): f"{_XVID} -bf 1",
    ("mpeg2", "0"): f"{_MPEG2} -bf 0",
    ("mpeg2", "1"): f"{_MPEG2} -bf 1",
    ("mpeg2", "3"): f"{_MPEG2} -bf 3",
    ("mpeg1", "2"): "-c:v mpeg1video -pix_fmt yuv420p -q:v 3 -bf 2",
    ("vp8", "0"): "-c:v libvpx -pix_fmt yuv420p -b:v 2M -auto-alt-ref 0 -cpu-used 8",
    ("vp8", "hidden"): "-c:v libvpx -pix_fmt yuv420p -b:v 2M -auto-alt-ref 1 -lag-in-frames 16",
    ("vp9", "0"): "-c:v libvpx-vp9 -pix_fmt yuv420p -b:v 2M -auto-alt-ref 0 -cpu-used 8",
    ("vp9", "hidden"): "-c:v libvpx-vp9 -pix_fmt yuv420p -b:v 2M -lag-in-frames 16 -cpu-used 8",
    ("av1", "pyramid"): f"{_SVT} -crf 20",
    ("mjpeg", "0"): "-c:v mjpeg -pix_fmt yuvj420p -q:v 3",
    ("prores", "0"): "-c:v prores_ks -profile:v 0",
    ("wmv2", "0"): "-c:v wmv2 -pix_fmt yuv420p -q:v 3",
    ("theora", "0"): "-c:v libtheora -pix_fmt yuv420p -q:v 8",
}
"""FFmpeg's options for each codec and kind of B-frames (or of other pictures out of order)."""

_GENERAL = "mp4 mov mkv avi"
_STREAMS = "ts mpg flv"
CONTAINERS = {
    "h264": f"{_GENERAL} {_STREAMS} wmv mxf h264",
    "hevc": "mp4 mov mkv ts mpg flv hevc",
    "mpeg4": f"{_GENERAL} ts mpg wmv m4v",
    "xvid": f"{_GENERAL} wmv",
    "mpeg2": f"{_GENERAL} ts mpg wmv mxf m2v",
    "mpeg1": "avi mkv ts mpg wmv m1v",
    "vp8": "webm mkv avi ivf wmv",
    "vp9": "webm mkv mp4 avi ivf",
    "av1": "webm mkv mp4 ivf",
    "mjpeg": f"{_GENERAL} wmv",
    "prores": "mov mkv avi mxf",
    "wmv2": "wmv avi mkv",
    "theora": "ogv mkv avi",
}
"""The containers for each codec, by file suffix."""

_FORMATS = {"mpg": "-f vob", "m4v": "-f m4v", "m2v": "-f mpeg2video", "m1v": "-f mpeg1video"}

RATES = {
    "15": Fraction(15),
    "23.976": Fraction(24000, 1001),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "50": Fraction(50),
    "60": Fraction(60),
    "variable": Fraction(60),
}

_VARYING = {"h264", "hevc", "vp8", "vp9", "av1", "mjpeg"}
_VARYING_CONTAINERS = {"mp4", "mov", "mkv", "webm", "ts", "flv", "ivf"}
_OTHER_RATES = {("mpeg1", "15"), ("mpeg2", "15"), ("mxf", "15"), ("mpeg4", "variable")}


@dataclass(frozen=True)
class Film:
    """One case: what is in the file, and how it was written."""

    codec: str
    order: str
    container: str
    rate: str

    @property
    def name(self) -> str:
        """A name for the file and the test."""
        order = re.sub(r"\W+", "_", self.order)
        return f"{self.codec}-{order}-{self.rate.replace('.', '_')}.{self.container}"


def films() -> Iterator[Film]:
    """Yield every case."""
    for codec, order in CODECS:
        for container in CONTAINERS[codec].split():
            for rate in RATES:
                if rate == "variable" and not (
                    codec in _VARYING and container in _VARYING_CONTAINERS
                ):
                    continue
                if {(codec, rate), (container, rate)} & _OTHER_RATES:
                    continue  # MPEG-1, MPEG-2 and MXF know no such rate
                yield Film(codec, order, container, rate)


def pattern(number: int) -> np.ndarray:
    """A picture of 6 x 4 blocks: 12 bits of `number`, then the same bits inverted."""
    bits = [(number >> bit) & 1 for bit in range(BITS)]
    blocks = np.array(bits + [1 - bit for bit in bits], np.uint8).reshape(4, 6) * 215 + 20
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    picture[20:100, 20:140] = np.kron(blocks, np.ones((BLOCK, BLOCK), np.uint8))[..., None]
    return picture


def read_pattern(picture: np.ndarray) -> int:
    """The number in a picture; fails if a bit and its inverse do not disagree clearly."""
    inner = picture[20:100, 20:140].mean(axis=2).reshape(4, BLOCK, 6, BLOCK)
    means = inner[:, 6:14, :, 6:14].mean(axis=(1, 3)).ravel()
    assert np.all(np.abs(means[:BITS] - means[BITS:]) > 100), "the pattern cannot be read"
    return sum(int(mean > 128) << bit for bit, mean in enumerate(means[:BITS]))


@cache
def _raw(count: int) -> bytes:
    """Numbered pictures with a grainy border: pictures of a camera are no few bytes either."""
    grain = np.random.default_rng(5)
    pictures = []
    for number in range(count):
        picture = pattern(number)
        picture[100:] = grain.integers(60, 200, (HEIGHT - 100, WIDTH, 1), np.uint8)
        pictures.append(picture.tobytes())
    return b"".join(pictures)


def shown(film: Film) -> list[int]:
    """The numbers of the pictures of a film; the variable rate leaves many out."""
    if film.rate != "variable":
        # Xvid keeps the last picture to itself when it packs B-frames.
        return list(range(PICTURES - ("packed" in film.order)))
    holds = np.random.default_rng(20170407).integers(1, 6, PICTURES)
    return [0, *np.cumsum(holds)[: PICTURES - 20].tolist()]


def write(ffmpeg: str, folder: Path, film: Film) -> Path:
    """Write a film; the number of a picture is its time in steps of its rate."""
    path = folder / film.name
    numbers = shown(film)
    pictures = max(PICTURES, numbers[-1] + 1)
    command = [ffmpeg, "-nostdin", "-loglevel", "error", "-y", "-f", "rawvideo"]
    command += ["-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATES[film.rate])]
    command += ["-i", "pipe:0"]
    if film.rate == "variable":
        chosen = "+".join(f"eq(n\\,{number})" for number in numbers)
        command += ["-vf", f"select={chosen}", "-fps_mode", "vfr"]
    command += [*CODECS[film.codec, film.order].split(), "-threads", "1"]
    command += [*_FORMATS.get(film.container, "").split(), str(path)]
    subprocess.run(command, input=_raw(pictures), check=True, capture_output=True)
    return path


def true_times(film: Film) -> list[float]:
    """When each picture of a film is shown, in seconds after the first."""
    return [float(number / RATES[film.rate]) for number in shown(film)]


def ffmpeg_times(ffmpeg: str, path: Path) -> list[float]:
    """The times of the pictures as FFmpeg's program shows them (its best effort), in seconds."""
    command = [ffmpeg, "-nostdin", "-hide_banner", "-copyts", "-i", str(path), "-map", "0:v:0"]
    command += ["-vf", "showinfo", "-fps_mode", "passthrough", "-f", "null", "-"]
    log = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    times = [float(time) for time in re.findall(r" n: *\d+ pts: *\S+ pts_time:(\S+)", log)]
    return [time - times[0] for time in times]


def wrong(times: Sequence[float], truth: Sequence[float], tolerance: float = 0.0021) -> int:
    """How many times differ from the true ones; every one if there is another number of them.

    Matroska and ASF round to whole milliseconds, the first time and each later one.
    """
    if len(times) != len(truth):
        return max(len(times), len(truth))
    return int((np.abs(np.subtract(times, truth)) > tolerance).sum())
