"""A converted video whose pictures are known."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

COUNT, WIDTH, HEIGHT = 45, 128, 96


def picture(frame: int) -> np.ndarray:
    """Frame `frame` (from 1): a smooth ramp with a bright square that moves right."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = np.stack([x + 40, y + 60, 0 * x + 80], axis=2).astype(np.uint8)
    image[30:62, 10 + frame : 42 + frame] = 235
    return image


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 45 frames of 128x96 pixels, converted."""
    from auva.video.conversion import convert

    folder = tmp_path_factory.mktemp("clip")
    with av.open(str(folder / "source.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30), options={"crf": "8"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(COUNT):
            frame = av.VideoFrame.from_ndarray(picture(number + 1), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    cfg = {"fps": 30, "crf": 8, "preset": "veryfast"}
    convert(folder / "source.mp4", folder / "clip.mp4", folder / "clip.frames.csv", cfg)
    return folder / "clip.mp4"
