"""The head-aligned raster: coordinates, soft masks and premultiplied painting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
"""Pictures and coordinates, float32 unless said otherwise."""

Window = tuple[slice, slice]


def ramp(distance: Array, softness: float) -> Array:
    """Return a mask that rises from 0 to 1 while `distance` goes from -softness to +softness."""
    return np.clip(distance * np.float32(0.5 / softness) + np.float32(0.5), 0.0, 1.0)


def smooth(value: Array, low: float, high: float) -> Array:
    """Return Hermite's smooth step of `value` between `low` and `high` (either order)."""
    t = np.clip((value - np.float32(low)) * np.float32(1.0 / (high - low)), 0.0, 1.0)
    return t * t * (np.float32(3.0) - np.float32(2.0) * t)


def bell(value: Array, centre: float, width: float) -> Array:
    """Return a Gaussian of height 1."""
    t = (value - np.float32(centre)) * np.float32(1.0 / width)
    return np.exp(np.float32(-0.5) * t * t)


@dataclass(frozen=True)
class Raster:
    """A regular grid over the head.

    Attributes
    ----------
    scale : float
        Pixels per face unit.
    x, y : float32 [w], [h]
        Position of the columns (to the right) and rows (downwards) in face units; (0, 0) is the
        point between the eyes of a head seen from the front.
    """

    scale: float
    x: Array
    y: Array

    @classmethod
    def cover(cls, scale: float, left: float, top: float, right: float, bottom: float) -> "Raster":
        """Return the raster of `scale` pixels per unit that covers a rectangle."""
        x = np.arange(round((right - left) * scale), dtype=np.float32) / scale + left
        y = np.arange(round((bottom - top) * scale), dtype=np.float32) / scale + top
        return cls(scale, x.astype(np.float32), y.astype(np.float32))

    @property
    def pixel(self) -> float:
        """Size of a pixel in face units."""
        return 1.0 / self.scale

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.y), len(self.x)

    def window(self, left: float, top: float, right: float, bottom: float) -> Window:
        """Return the slices (rows, columns) of a rectangle in face units, cut to the raster."""
        rows = self._cut(top - float(self.y[0]), bottom - float(self.y[0]), len(self.y))
        columns = self._cut(left - float(self.x[0]), right - float(self.x[0]), len(self.x))
        return rows, columns

    def _cut(self, low: float, high: float, size: int) -> slice:
        start = min(max(int(low * self.scale), 0), size - 1)
        return slice(start, min(max(int(high * self.scale) + 1, start + 1), size))


class Canvas:
    """Premultiplied RGBA in float32, one plane per channel.

    Attributes
    ----------
    planes : float32 [4, h, w]
        Red, green, blue (each times alpha) and alpha, in [0, 1].
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.planes = np.zeros((4, *shape), np.float32)

    def paint(
        self, mask: Array, colour: Sequence[float] | Array, window: Window | None = None
    ) -> None:
        """Paint `colour` over the canvas with the opacity `mask`.

        Parameters
        ----------
        mask : float32 [h, w]
            Opacity within the window.
        colour : three floats or float32 [3, h, w]
            Colour to paint.
        window : two slices, optional
            Part of the canvas; by default the whole canvas.
        """
        view = self.planes if window is None else self.planes[:, window[0], window[1]]
        keep = np.float32(1.0) - mask
        for channel in range(3):
            plane = view[channel]
            plane *= keep
            plane += mask * np.float32(1.0) * colour[channel]
        view[3] *= keep
        view[3] += mask

    def shade(self, factor: Array, window: Window | None = None) -> None:
        """Multiply the colours (not alpha) by `factor`."""
        view = self.planes if window is None else self.planes[:, window[0], window[1]]
        view[:3] *= factor

    def to_bytes(self) -> NDArray[np.uint8]:
        """Return the canvas as uint8 [h, w, 4], premultiplied."""
        flat = np.clip(self.planes, 0.0, 1.0) * np.float32(255.0) + np.float32(0.5)
        return np.ascontiguousarray(flat.astype(np.uint8).transpose(1, 2, 0))
