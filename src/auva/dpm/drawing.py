"""Draw boxes into pictures and videos."""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.dpm.boxes import Detection
from auva.errors import InputError
from auva.files import atomic_path

if TYPE_CHECKING:
    from PIL import Image

_COLOURS = {
    "full": (40, 200, 80),
    "tracked": (60, 150, 255),
    "changed": (230, 90, 230),
    "traced": (110, 220, 220),
    "rescan": (255, 160, 40),
}


def draw_boxes(
    image: np.ndarray, detections: Iterable[Detection], search: str = "full"
) -> "Image.Image":
    """Return a picture (uint8 grey, RGB or with alpha) in RGB with its faces and their scores."""
    from PIL import Image, ImageDraw

    picture = Image.fromarray(image).convert("RGB")
    pen = ImageDraw.Draw(picture)
    width = max(1, round(min(picture.size) / 180))
    for face in detections:
        corners = face.left, face.top, face.right - 1, face.bottom - 1
        pen.rectangle(corners, outline=_COLOURS[search], width=width)
        place = face.left + width + 1, face.top + width
        pen.text(place, f"{face.score:.2f}", fill=_COLOURS[search], stroke_width=1, stroke_fill=0)
    return picture


def write_picture(path: Path, image: np.ndarray, detections: Iterable[Detection]) -> None:
    """Write a picture with its faces; the suffix determines the format."""
    drawn = draw_boxes(image, detections)
    with atomic_path(path) as temporary:
        try:
            drawn.save(temporary)
        except ValueError as error:  # e.g. WebP: at most 16383 pixels a side
            raise InputError(f"cannot hold the picture ({error})", path) from None


def check_format(path: Path) -> None:
    """Raise InputError if Pillow cannot write the format of the path's suffix in colour."""
    from PIL import Image

    name = Image.registered_extensions().get(path.suffix.lower(), "")
    try:
        Image.new("RGB", (16, 16)).save(BytesIO(), name)
    except (KeyError, ValueError, OSError):
        raise InputError(
            f"no picture can be written with the ending '{path.suffix}'", path
        ) from None


class VideoWriter:
    """Writes frames as an H.264 video of a constant frame rate.

    Parameters
    ----------
    path : Path
        The file to write into.
    rate : float
        Frames per second.
    threads : int
        Cores to use.
    """

    def __init__(self, path: Path, rate: float, threads: int = 1) -> None:
        import av

        self._container = av.open(str(path), "w", format="mp4")
        self._rate, self._threads = rate, threads
        self._stream = None

    def write(self, picture: "Image.Image") -> None:
        """Append a frame in RGB; odd sides lose their last row or column."""
        import av

        pixels = np.asarray(picture)
        image = np.ascontiguousarray(pixels[: picture.height // 2 * 2, : picture.width // 2 * 2])
        if self._stream is None:
            from fractions import Fraction

            rate = Fraction(self._rate).limit_denominator(1001)
            self._stream = self._container.add_stream("libx264", rate=rate)
            self._stream.height, self._stream.width = image.shape[:2]
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.thread_count = self._threads  # x264 would use all cores
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write the buffered frames and close the file."""
        if self._stream is not None:
            self._container.mux(self._stream.encode())
        self._container.close()
