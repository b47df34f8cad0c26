"""Pictures and videos as sources of frames for the commands."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from auva.errors import InputError
from auva.video.source import open_video, source_frames


def read_picture(path: str | Path) -> np.ndarray:
    """Return an image file as uint8 [height, width] or [height, width, 2 to 4 channels].

    Palettes and other modes are converted to RGB. A picture that its metadata call turned (as
    cameras do) is turned upright.

    Raises
    ------
    InputError
        If the file is missing, empty, not an image or has more than 8 bits per channel.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("no such file", path)
    if path.stat().st_size == 0:
        raise InputError("the file is empty", path)
    try:
        with Image.open(path) as image:
            if image.mode[0] in "IF":
                raise InputError(f"pixels of more than 8 bits (mode {image.mode})", path)
            image = ImageOps.exif_transpose(image)
            if image.mode not in ("L", "LA", "RGB", "RGBA"):
                image = image.convert("RGB")
            return np.asarray(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise InputError(f"not a readable image ({error})", path) from None


def is_picture(path: str | Path) -> bool:
    """Return whether a file is a still image that can be opened (its pixels may be broken)."""
    try:
        with Image.open(path) as image:
            return getattr(image, "n_frames", 1) == 1
    except (UnidentifiedImageError, OSError, SyntaxError):
        return False


def read_frames(path: str | Path) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the frames of a video, numbered from 1 and upright, as uint8 [height, width, 3] RGB.

    Raises
    ------
    InputError
        If the file is missing, empty, or has no video that can be decoded whole.
    """
    for frame in source_frames(path):
        picture = frame.picture.to_ndarray(format="rgb24")
        quarters = round(frame.picture.rotation / 90)
        yield frame.number + 1, np.ascontiguousarray(np.rot90(picture, quarters))


def frame_total(path: str | Path) -> int | None:
    """Return the number of frames that a video's container states or implies, if any."""
    with open_video(path) as (container, stream):
        if stream.frames:
            return stream.frames
        if container.duration and stream.average_rate:
            return round(float(container.duration / av.time_base * stream.average_rate))
    return None


def frame_rate(path: str | Path) -> float:
    """Return the mean frame rate of a video in frames/s, 25 if it states none."""
    with open_video(path) as (_, stream):
        return float(stream.average_rate or 25)
