"""Presentation times of the frames of a video, and its number of frames at 30 per second."""

from fractions import Fraction

import numpy as np

from auva.demo.catalogue import DemoVideo

CONVERTED_RATE = 30
"""Frames per second of the converted video, on which AUs are annotated."""


def frame_times(video: DemoVideo, seconds: float, rng: np.random.Generator) -> list[Fraction]:
    """Return the presentation time of each original frame, in seconds from 0.

    A variable rate changes every half second between 12 and 30 frames per second, like that of a
    webcam when the light changes. Its times are whole milliseconds.
    """
    length = video.length * seconds
    if video.rate is not None:
        return [Fraction(index) / video.rate for index in range(round(length * float(video.rate)))]
    paces = rng.uniform(12.0, 30.0, int(2 * length) + 1)
    times, now = list[Fraction](), 0.0
    while now < length:
        times.append(Fraction(round(now * 1000), 1000))
        now += 1.0 / float(paces[int(2 * now)])
    return times


def duration(video: DemoVideo, times: list[Fraction]) -> Fraction:
    """Return the length in seconds: frames / rate, or the last time plus 1/30 s."""
    if video.rate is not None:
        return Fraction(len(times)) / video.rate
    return times[-1] + Fraction(1, CONVERTED_RATE)


def converted_frames(video: DemoVideo, times: list[Fraction]) -> int:
    """Return the number of frames of the video at 30 frames per second (halves round up)."""
    return int(duration(video, times) * CONVERTED_RATE + Fraction(1, 2))
