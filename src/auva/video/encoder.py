"""The ffmpeg process that encodes raw pictures to H.264 in mp4."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from auva.errors import InputError

_KEY_FRAME_INTERVAL = 15
_COLOUR_MATRICES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"}


def ffmpeg_binary() -> str:
    """Return the ffmpeg program: the system's if there is one, else that of imageio-ffmpeg."""
    system = shutil.which("ffmpeg")
    if system:
        return system
    import imageio_ffmpeg

    return imageio_ffmpeg.get_ffmpeg_exe()


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
        `fps`, `crf` (0 lossless to 51), `preset` (of x264).
    """
    import ffmpeg

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
        f"file:{target.resolve()}",
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
    return stream.overwrite_output().compile(cmd=ffmpeg_binary())


@contextmanager
def encoder(command: list[str], target: Path) -> Iterator[IO[bytes]]:
    """Run an encoder command and yield its input; on an error the process is ended.

    Raises
    ------
    InputError
        If the encoder fails, with the last line of its messages.
    """
    with tempfile.TemporaryFile() as messages:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages
        )
        assert process.stdin is not None
        try:
            try:
                yield process.stdin
                process.stdin.close()
            except BrokenPipeError:
                pass
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code != 0:
            messages.seek(0)
            lines = messages.read().decode(errors="replace").strip().splitlines() or ["no message"]
            raise InputError(f"ffmpeg could not write the video ({lines[-1]})", target)
