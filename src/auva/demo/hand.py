"""A hand in front of the face: one of the reasons why no face is visible for some time."""

import numpy as np

from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Raster, ramp

LEFT, TOP, RIGHT, BOTTOM = -1.25, -1.6, 1.25, 3.6
"""Extent of the hand's raster in face units; the forearm reaches below the frame."""

_FINGERS = (
    ((-0.52, 0.35), (-0.80, -0.72), 0.165),
    ((-0.20, 0.20), (-0.30, -1.15), 0.180),
    ((0.16, 0.20), (0.18, -1.22), 0.180),
    ((0.48, 0.35), (0.62, -0.98), 0.165),
    ((0.50, 0.95), (1.02, 0.15), 0.185),
    ((-0.05, 0.62), (0.02, 0.85), 0.66),
    ((0.0, 1.3), (0.05, 3.8), 0.46),
)
"""Fingers, thumb, palm and forearm: two ends and a radius each."""


def paint_hand(person: Person, scale: float) -> np.ndarray:
    """Return the back of a hand, premultiplied uint8 RGBA [h, w, 4]."""
    raster = Raster.cover(scale, LEFT, TOP, RIGHT, BOTTOM)
    canvas = Canvas(raster.shape)
    x, y = raster.x[None, :], raster.y[:, None]
    for start, end, radius in reversed(_FINGERS):
        depth = 1.0 - _distance(x, y, start, end) / radius
        mask = ramp(depth * radius, 1.2 * raster.pixel)
        tone = 0.62 + 0.40 * np.sqrt(np.clip(depth, 0.0, 1.0)) - 0.06 * (x + 0.3)
        outline = ramp(0.05 + depth * radius, 0.05) * np.float32(0.25)
        canvas.paint(outline * (1.0 - mask) * canvas.planes[3], (0.0, 0.0, 0.0))
        tints = (1.0, 0.94, 0.92)
        colour = np.stack([c * k * tone for c, k in zip(person.skin, tints, strict=True)])
        canvas.paint(mask, colour.astype(np.float32))
    return canvas.to_bytes()


def _distance(x: Array, y: Array, start: tuple[float, float], end: tuple[float, float]) -> Array:
    """Return the distance of each pixel to the line between two points."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    t = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
    return np.sqrt((x - start[0] - t * dx) ** 2 + (y - start[1] - t * dy) ** 2).astype(np.float32)
