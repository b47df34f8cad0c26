"""Pictures and videos as sources of frames for the commands."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from auva.errors import InputError


def read_picture(path: str | Path) -> np.ndarray:
    """Return an image file as uint8 [height, width] or [height, width, 2 to 4 channels].

    Palettes and other modes are converted to RGB, or RGB with alpha.

    Raises
    ------
    InputError
        If the file is missing, empty or not an image.
    """
    from PIL import Image, UnidentifiedImageError

    path = Path(path)
    if not path.is_file():
        raise InputError("no such file", path)
    if path.stat().st_size == 0:
        raise InputError("the file is empty", path)
    try:
        with Image.open(path) as image:
            if image.mode not in ("L", "LA", "RGB", "RGBA"):
                image = image.convert("RGB")
            return np.asarray(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InputError(f"not a readable image ({error})", path) from None


def is_picture(path: str | Path) -> bool:
    """Return whether a file is a still image that can be opened (its pixels may be broken)."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return getattr(image, "n_frames", 1) == 1
    except (UnidentifiedImageError, OSError, SyntaxError):
        return False


def read_frames(path: str | Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the frames of a video, numbered from 1, as uint8 [height, width, 3] RGB.

    Raises
    ------
    InputError
        If the file is missing, empty, or has no video that can be decoded.
    """
    import av
    from av.error import FFmpegError

    path = Path(path)
    if not path.is_file():
        raise InputError("no such file", path)
    if path.stat().st_size == 0:
        raise InputError("the file is empty", path)
    try:
        container = av.open(str(path))
    except FFmpegError:
        raise InputError("neither an image nor a video that can be read", path) from None
    with container:
        if not container.streams.video:
            raise InputError("the file has no video stream", path)
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        number = 0
        try:
            for number, frame in enumerate(container.decode(stream), start=1):
                yield number, frame.to_ndarray(format="rgb24")
        except FFmpegError as error:
            raise InputError(f"decoding fails after frame {number}: {error}", path) from None
        if number == 0:
            raise InputError("the video has no frame", path)


def frame_total(path: str | Path) -> int | None:
    """Return the number of frames that a video's container states or implies, if any."""
    import av
    from av.error import FFmpegError

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if stream.frames:
                return stream.frames
            if container.duration and stream.average_rate:
                return round(float(container.duration / av.time_base * stream.average_rate))
    except (FFmpegError, IndexError):
        return None  # reading the frames tells what is wrong
    return None


def frame_rate(path: str | Path) -> float:
    """Return the mean frame rate of a video in frames/s, 25 if it states none."""
    import av

    with av.open(str(path)) as container:
        return float(container.streams.video[0].average_rate or 25)
