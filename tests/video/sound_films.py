"""Films with a sound whose bursts fall on known frames."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream

FPS, SECONDS, SAMPLES = 25, 2, 48_000


def film(
    path: Path, codec: str = "pcm_s16le", late: float = 0.0, bursts: Sequence[float] = (0.5, 1.2)
) -> None:
    """Write a video that begins `late` seconds after its sound; `bursts` are in picture time."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.codec_context.time_base = Fraction(1, FPS)
        sound = container.add_stream(codec, rate=SAMPLES)
        assert isinstance(sound, AudioStream)
        sound.layout = "stereo"
        for number in range(FPS * SECONDS):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 9, np.uint8), "rgb24")
            picture.pts, picture.time_base = number + round(late * FPS), Fraction(1, FPS)
            container.mux(video.encode(picture))
        container.mux(video.encode())
        time = np.arange(round((SECONDS + late) * SAMPLES)) / SAMPLES - late
        tone = 24_000 * np.sin(2 * np.pi * 440 * time)
        tone[~np.any([(at <= time) & (time < at + 0.1) for at in bursts], axis=0)] = 0
        for first in range(0, len(tone), 1024):
            part = np.repeat(tone[first : first + 1024].astype(np.int16), 2)[None]
            frame = av.AudioFrame.from_ndarray(part, "s16", "stereo")
            frame.sample_rate, frame.pts = SAMPLES, first
            frame.time_base = Fraction(1, SAMPLES)
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
