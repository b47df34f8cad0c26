"""The mouth: lips, opening, teeth."""

from dataclasses import dataclass

import numpy as np

from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Window, bell, ramp, smooth
from auva.demo.surface import mouth_height
from auva.demo.view import Moment, View

_DEPTH = 0.10
_TEETH = (0.92, 0.89, 0.84)
_INSIDE = (0.22, 0.06, 0.06)
_TONGUE = (0.62, 0.28, 0.27)


@dataclass(frozen=True)
class Mouth:
    """Curves of the mouth over the columns of a window.

    Attributes
    ----------
    window : two slices
        Part of the raster.
    m : float32 [1, w]
        Position between the corners, -1 to 1.
    v : float32 [h, 1]
        Height of the rows.
    top, upper, lower, bottom : float32 [1, w]
        Outline of the upper lip, upper and lower edge of the opening, outline of the lower lip.
    """

    window: Window
    m: Array
    v: Array
    top: Array
    upper: Array
    lower: Array
    bottom: Array

    def lips(self, pixel: float) -> tuple[Array, Array]:
        """Return the masks of the upper and of the lower lip."""
        ends = ramp(1.0 - np.abs(self.m), 2.5 * pixel)
        soft = 1.3 * pixel
        above = ramp(self.v - self.top, soft) * ramp(self.upper - self.v, soft) * ends
        below = ramp(self.v - self.lower, soft) * ramp(self.bottom - self.v, soft) * ends
        return above, below

    def opening(self, pixel: float) -> Array:
        """Return the mask between the lips."""
        soft = 1.0 * pixel
        gap = smooth(self.lower - self.upper, 0.004, 0.02)
        return ramp(self.v - self.upper, soft) * ramp(self.lower - self.v, soft) * gap


def mouth_of(view: View, person: Person, moment: Moment) -> Mouth:
    """Return the mouth of one expression."""
    au = moment.au
    centre = mouth_height(person, moment)
    half = person.mouth_width * (1 + 0.26 * au[12] + 0.58 * au[20] - 0.10 * au[15])
    window = view.window(-half - 0.06, centre - 0.34, half + 0.06, centre + 0.46, _DEPTH)
    m = (view.across(_DEPTH)[window[1]] / np.float32(half))[None, :]
    v = view.down(_DEPTH)[window[0]][:, None]
    round_ = np.maximum(1.0 - m * m, 0.0)
    bend = -0.20 * au[12] + 0.22 * au[15] + 0.015 * au[20]
    middle = centre + bend * (np.abs(m) ** np.float32(2.0) - np.float32(0.25))
    bow = 0.012 * bell(m, 0.0, 0.16) - 0.010 * bell(np.abs(m), 0.30, 0.16)
    middle = middle + bow * (1 - au[20])
    gap = au[25] * (0.25 - 0.03 * au[12] - 0.03 * au[20])
    upper, lower = middle - 0.25 * gap * round_, middle + 0.75 * gap * round_ ** np.float32(0.7)
    thin = 1 - 0.50 * au[20] - 0.22 * au[12]
    arch = 1 - 0.20 * bell(m, 0.0, 0.14) + 0.12 * bell(np.abs(m), 0.27, 0.14)
    top = upper - person.upper_lip * thin * round_ ** np.float32(0.75) * arch
    full = 1 - 0.50 * au[20] - 0.15 * au[12] + 0.20 * au[15]
    bottom = lower + person.lower_lip * full * round_ ** np.float32(0.62)
    return Mouth(window, m, v, top, upper, lower, bottom)


def colour_lips(canvas: Canvas, height: Array, mouth: Mouth, person: Person, pixel: float) -> None:
    """Paint the lips into the skin's colour and raise them in the height field."""
    above, below = mouth.lips(pixel)
    strength = 0.72 + 0.28 * person.makeup
    dark = [0.86 * c for c in person.lips]
    canvas.paint(above * np.float32(strength), dark, mouth.window)
    canvas.paint(below * np.float32(strength), person.lips, mouth.window)
    part = height[mouth.window]
    part += np.float32(0.032) * above * _hump(mouth.v, mouth.top, mouth.upper)
    part += np.float32(0.048) * below * _hump(mouth.v, mouth.lower, mouth.bottom)
    seam = bell(mouth.v - 0.5 * (mouth.upper + mouth.lower), 0.0, max(0.012, 0.7 * pixel))
    seam *= ramp(1.03 - np.abs(mouth.m), 3 * pixel)
    canvas.paint(seam * np.float32(0.75), [0.45 * c for c in person.lips], mouth.window)


def _hump(v: Array, top: Array, bottom: Array) -> Array:
    thick = np.maximum(bottom - top, 0.02)
    place = (v - 0.5 * (top + bottom)) / (0.5 * thick)
    return np.maximum(1.0 - place * place, 0.0)


def paint_opening(canvas: Canvas, mouth: Mouth, light: float, pixel: float) -> None:
    """Paint the inside of an open mouth: dark, teeth above, tongue below."""
    hole = mouth.opening(pixel)
    if float(hole.max()) <= 0.02:
        return
    canvas.paint(hole, [c * light for c in _INSIDE], mouth.window)
    depth = mouth.v - mouth.upper
    room = np.maximum(mouth.lower - mouth.upper, 0.01)
    tongue = hole * smooth(depth / room, 0.62, 0.95) * bell(mouth.m, 0.0, 0.42)
    canvas.paint(tongue * np.float32(0.8), [c * light for c in _TONGUE], mouth.window)
    teeth = hole * ramp(0.062 - depth, 0.012) * (1 - smooth(np.abs(mouth.m), 0.55, 0.92))
    gaps = 0.90 + 0.10 * np.cos(np.pi * mouth.m * 7.0) ** 2
    lit = light * gaps * (0.72 + 0.28 * smooth(depth, -0.01, 0.04)) * (1 - 0.3 * mouth.m**2)
    canvas.paint(teeth, np.stack([c * lit for c in _TEETH]), mouth.window)
