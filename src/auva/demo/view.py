"""One moment of a face, and the shift of its features when the head turns."""

from dataclasses import dataclass, field

import numpy as np

from auva.demo.raster import Array, Raster, Window
from auva.units import THESIS_UNITS

_RADIUS = 1.25
"""Radius of the cylinder on which yaw moves the features, in face units."""

_DOME = 1.9
"""Radius of the sphere on which pitch moves them."""

_PIVOT = 0.3
"""Height of the point that pitch does not move."""


@dataclass(frozen=True)
class Moment:
    """The properties of a face that change with time.

    Attributes
    ----------
    au : dict of int to float
        Intensity of each of the eight Action Units in [0, 1].
    yaw, pitch, roll : float
        Pose in radians: to the right of the picture, downwards, clockwise.
    blink : float
        0 open, 1 closed.
    gaze : two floats
        Shift of the irises in face units.
    light : two floats
        Direction of the light source: to the right, upwards; (0, 0) is the camera.
    gain : three floats
        Colour and strength of the light.
    """

    au: dict[int, float] = field(default_factory=lambda: dict.fromkeys(THESIS_UNITS, 0.0))
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blink: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    light: tuple[float, float] = (0.25, 0.35)
    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)


class View:
    """Surface coordinates of the raster's columns and rows for one pose.

    Attributes
    ----------
    u, v : float32 [w], [h]
        Position on the unrolled face: `u` to the right of the picture from the midline, `v`
        downwards from the line of the eyes, in face units.
    """

    def __init__(self, raster: Raster, moment: Moment) -> None:
        self.raster = raster
        self.turn = float(np.sin(moment.yaw))
        self.nod = float(np.sin(moment.pitch))
        self._yaw, self._pitch = moment.yaw, moment.pitch
        angle = np.arcsin(np.clip(raster.x / _RADIUS, -0.99, 0.99))
        self.u: Array = (_RADIUS * (angle - moment.yaw)).astype(np.float32)
        angle = np.arcsin(np.clip((raster.y - _PIVOT) / _DOME, -0.99, 0.99))
        self.v: Array = (_DOME * (angle - moment.pitch) + _PIVOT).astype(np.float32)

    def across(self, depth: float) -> Array:
        """Return `u` for features that stand out of the face by `depth`."""
        return self.u - np.float32(depth * self.turn)

    def down(self, depth: float) -> Array:
        """Return `v` for features that stand out of the face by `depth`."""
        return self.v - np.float32(depth * self.nod)

    def window(
        self, left: float, top: float, right: float, bottom: float, depth: float = 0.0
    ) -> Window:
        """Return the slices that contain a rectangle of the unrolled face."""
        sides = [self._to_x(u, depth) for u in (left, right)]
        ends = [self._to_y(v, depth) for v in (top, bottom)]
        return self.raster.window(sides[0], ends[0], sides[1], ends[1])

    def _to_x(self, u: float, depth: float) -> float:
        angle = np.clip((u + depth * self.turn) / _RADIUS + self._yaw, -1.5, 1.5)
        return float(_RADIUS * np.sin(angle))

    def _to_y(self, v: float, depth: float) -> float:
        angle = np.clip((v + depth * self.nod - _PIVOT) / _DOME + self._pitch, -1.5, 1.5)
        return float(_DOME * np.sin(angle) + _PIVOT)
