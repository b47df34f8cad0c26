"""The ffmpeg process that encodes raw pictures to H.264 in mp4."""

import errno
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from auva.errors import InputError

_KEY_FRAME_INTERVAL = 15
_SECONDS = 60
_COLOUR_MATRICES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"}


def ffmpeg_binary(program: str | None = None) -> str:
    """Return the path of ffmpeg: the named program, or that of the locked package imageio-ffmpeg.

    Other ffmpegs of the machine are not used, because other versions write other bytes.

    Raises
    ------
    InputError
        If the program does not exist, or the package has none for this platform.
    """
    if program is not None:
        found = shutil.which(program)
        if found is None:
            raise InputError(f"video.ffmpeg: the program {program} does not exist")
        return found
    package = find_spec("imageio_ffmpeg")
    folder = Path(package.origin).parent if package and package.origin else Path()
    programs = sorted(folder.glob("binaries/ffmpeg-*"))
    if not programs:
        raise InputError(
            "the package imageio-ffmpeg has no ffmpeg for this platform: install ffmpeg and name "
            "it by the setting video.ffmpeg"
        )
    return str(programs[0])


@cache
def ffmpeg_version(program: str | None = None) -> str:
    """Return the version of `ffmpeg_binary(program)`, such as "7.1" or "5.1.6-0+deb12u1".

    Raises
    ------
    InputError
        If the program does not exist or is not ffmpeg.
    """
    path = ffmpeg_binary(program)
    packaged = re.search(r"-v([\d.]+\d)", Path(path).name)
    if program is None and packaged:
        return packaged[1]
    try:
        done = subprocess.run(
            [path, "-version"], capture_output=True, timeout=_SECONDS, check=False
        )
        told = re.match(rb"ffmpeg version (\S+)", done.stdout)
    except (OSError, subprocess.TimeoutExpired):
        told = None
    if told is None:
        raise InputError(f"video.ffmpeg: {path} is not an ffmpeg: it does not tell its version")
    return told[1].decode("utf-8", "replace")


def with_version(cfg: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the encoder with the version of the ffmpeg that they name.

    A job with these settings depends on this version; a machine with another one refuses it.
    """
    return {**cfg, "ffmpeg_version": ffmpeg_version(cfg.get("ffmpeg"))}


def encoder_command(
    target: Path,
    size: tuple[int, int],
    colour_matrix: int,
    cfg: dict,
) -> list[str]:
    """Return the command that reads raw yuv420p pictures from its input and writes `target`.

    The process opens no file but its output. One encoder thread and bit-exact flags make the bytes
    independent of the machine's cores; no B-frames and a short distance of key frames make random
    access fast.

    Parameters
    ----------
    target : Path
        The mp4 to write.
    size : tuple of int
        Width and height of the pictures, both even.
    colour_matrix : int
        FFmpeg's number of the YUV matrix (2 where unknown), kept in the output.
    cfg : dict
        `fps`, `crf` (0 lossless to 51), `preset` (of x264); optional `ffmpeg` (a program other
        than that of imageio-ffmpeg) and `ffmpeg_version` (which it must have).

    Raises
    ------
    InputError
        If the program is missing or has another version.
    """
    import ffmpeg

    program = cfg.get("ffmpeg")
    version = cfg.get("ffmpeg_version")
    if version is not None and version != ffmpeg_version(program):
        raise InputError(
            f"video.ffmpeg: {ffmpeg_binary(program)} has version {ffmpeg_version(program)} on this "
            f"machine, but {version} where the workflow was started"
        )

    stream = ffmpeg.input(
        "pipe:0",
        format="rawvideo",
        pix_fmt="yuv420p",
        video_size=size,
        framerate=cfg["fps"],
        protocol_whitelist="pipe",
    )
    if colour_matrix in _COLOUR_MATRICES:
        stream = stream.filter("setparams", colorspace=_COLOUR_MATRICES[colour_matrix], range="tv")
    stream = stream.output(
        f"file:{target.absolute()}",
        format="mp4",
        vcodec="libx264",
        pix_fmt="yuv420p",
        crf=cfg["crf"],
        preset=cfg["preset"],
        g=_KEY_FRAME_INTERVAL,
        bf=0,
        threads=1,
        an=None,
        movflags="+faststart",
        fflags="+bitexact",
        **{"flags:v": "+bitexact", "filter_threads": 1},
    )
    stream = stream.global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    return stream.overwrite_output().compile(cmd=ffmpeg_binary(program))


@contextmanager
def encoder(command: list[str], target: Path, video: str | Path) -> Iterator[IO[bytes]]:
    """Run an encoder command and yield its input; on an error the process is ended.

    Parameters
    ----------
    command : list of str
        Of `encoder_command`.
    target : Path
        The file that it writes, mostly a temporary one.
    video : path
        The video that an error names.

    Raises
    ------
    InputError
        If the encoder fails, with the last line of its messages.
    OSError
        If the disk is full.
    """
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages
        )
        assert process.stdin is not None
        whole = False
        try:
            try:
                yield process.stdin
                process.stdin.close()
                whole = True
            except BrokenPipeError:
                pass
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code != 0 or not whole:
            messages.seek(0)
            raise _failure(messages.read().decode(errors="replace"), target, video)


def _failure(messages: str, target: Path, video: str | Path) -> Exception:
    """Return the error for the messages of an encoder that failed."""
    full = os.strerror(errno.ENOSPC)
    if full in messages:
        return OSError(errno.ENOSPC, full, str(target.parent))
    lines = messages.replace(f"file:{target.absolute()}", "its output").strip().splitlines()
    reason = re.sub(r" @ 0x[0-9a-f]+", "", lines[-1]) if lines else "it ended before its input"
    return InputError(f"ffmpeg could not encode the video ({reason})", video)
