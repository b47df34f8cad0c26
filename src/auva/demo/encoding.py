"""Write video files whose bytes depend only on the pictures."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np

_REPEATABLE = {"x264-params": "mbtree=0"}
"""Without x264's macroblock tree, whose bytes differ between runs (measured: 4 to 7 different files
in 8 runs)."""

_CODECS: dict[str, tuple[str, str, dict[str, str]]] = {
    "h264": ("libx264", "yuv420p", {"crf": "22", "preset": "veryfast", **_REPEATABLE}),
    "mpeg4": ("mpeg4", "yuv420p", {"qmin": "2", "qmax": "4"}),
    "mjpeg": ("mjpeg", "yuvj420p", {"qmin": "2", "qmax": "4"}),
    "vp8": ("libvpx", "yuv420p", {"crf": "8", "b": "2M", "deadline": "good", "cpu-used": "5"}),
    "vp9": (
        "libvpx-vp9",
        "yuv420p",
        {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "5"},
    ),
}
"""Encoder, pixel format and options of each codec."""


def encode(
    path: Path,
    frames: Iterable[np.ndarray],
    times: list[Fraction],
    rate: Fraction | None,
    codec: str,
) -> None:
    """Write frames as a video; its container follows from the suffix of `path`.

    Parameters
    ----------
    path : Path
        File to write.
    frames : iterable of uint8 RGB [h, w, 3]
        The pictures, one per time.
    times : list of Fraction
        Presentation times in seconds.
    rate : Fraction or None
        Constant frame rate; None for a variable one with times in whole milliseconds.
    codec : str
        h264, mpeg4, mjpeg, vp8 or vp9.
    """
    import av
    from av.codec.context import Flags
    from av.video.stream import VideoStream

    encoder, pixels, options = _CODECS[codec]
    unit = Fraction(1, 1000) if rate is None else 1 / rate
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(encoder, rate=rate or Fraction(30), options=options)
        assert isinstance(stream, VideoStream)
        stream.pix_fmt = pixels
        stream.codec_context.thread_count = 1
        stream.codec_context.time_base = unit
        stream.codec_context.flags |= Flags.bitexact
        for picture, time in zip(frames, times, strict=True):
            if stream.codec_context.width != picture.shape[1]:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = int(time / unit), unit
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
