"""A head from its parts: colour, height field, light, hair and glasses."""

import numpy as np

from auva.demo import extras, eyes, mouth, surface
from auva.demo.hair import Hair
from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Raster, smooth
from auva.demo.view import Moment, View

LEFT, TOP, RIGHT, BOTTOM = -1.62, -1.86, 1.62, 1.98
"""Extent of the head's raster in face units."""


class Head:
    """Paints one person's head.

    Parameters
    ----------
    person : Person
        The person.
    scale : float
        Pixels per face unit.
    seed : int
        Seed of skin texture and hair strands.
    """

    def __init__(self, person: Person, scale: float, seed: int) -> None:
        rng = np.random.default_rng([seed, person.texture])
        self.person = person
        self.raster = Raster.cover(scale, LEFT, TOP, RIGHT, BOTTOM)
        self.hair = Hair(self.raster, person, rng)
        self._strokes = rng.random(256).astype(np.float32)
        self._grain = rng.random(self.raster.shape).astype(np.float32)
        self._spots = extras.freckles(self.raster, person, rng)
        self._mottle = _mottle(self.raster, rng)
        self._still = View(self.raster, Moment())
        self._dome = surface.dome(self._still)

    def paint(self, moment: Moment) -> np.ndarray:
        """Return the head at one moment, premultiplied uint8 RGBA [h, w, 4]."""
        person, pixel = self.person, self.raster.pixel
        view = View(self.raster, moment)
        chin = surface.chin_of(person, moment)
        distance = surface.inside(view, person, chin)
        face = surface.edge_mask(distance, pixel)
        skin, height, lips = self._skin(view, moment, distance)
        self._light(skin, height, moment, distance)
        level = float(np.mean(moment.gain)) * (0.92 + 0.1 * moment.light[1])
        for side in (-1.0, 1.0):
            eye = eyes.eye_of(view, person, moment, side)
            eyes.paint_eye(skin, eye, person, moment, min(level, 1.05), pixel)
        mouth.paint_opening(skin, lips, min(level, 1.05), pixel)
        front = self.hair.front(view)
        self.hair.paint_shadow(skin, front, self.raster)
        canvas = Canvas(self.raster.shape)
        hair = self.hair.colours(moment)
        canvas.paint(self.hair.outer, 0.62 * hair)
        extras.paint_ears(canvas, view, person, level * 0.95)
        canvas.paint(face, skin.planes[:3])
        extras.paint_glasses(canvas, view, person, moment, pixel)
        canvas.paint(front, hair)
        return canvas.to_bytes()

    def _skin(
        self, view: View, moment: Moment, distance: Array
    ) -> tuple[Canvas, Array, mouth.Mouth]:
        """Return the unlit colours, the height field and the mouth."""
        person, pixel = self.person, self.raster.pixel
        skin = Canvas(self.raster.shape)
        for channel, value in enumerate(person.skin):
            skin.planes[channel] = value
        skin.planes[3] = 1.0
        red = surface.blush(view, person, moment) * np.float32(0.16)
        skin.planes[1] *= 1.0 - red
        skin.planes[2] *= 1.0 - red * np.float32(0.9)
        skin.shade(1.0 + self._mottle - self._spots)
        height = self._dome + surface.field_of(view, surface.relief(person, moment))
        height += np.float32(0.16) * _rounded(distance, 0.30)
        surface.add_nose(view, height, person)
        extras.paint_beard(skin, view, person, moment, self._grain)
        lips = mouth.mouth_of(view, person, moment)
        mouth.colour_lips(skin, height, lips, person, pixel)
        for side in (-1.0, 1.0):
            eyes.paint_lids(skin, eyes.eye_of(view, person, moment, side), person, pixel)
            eyes.paint_brow(skin, view, person, moment, side, self._strokes)
        self._shadows(skin, view, moment)
        return skin, height, lips

    def _shadows(self, skin: Canvas, view: View, moment: Moment) -> None:
        person, d, tip = self.person, self.person.eye_distance, self.person.nose_length
        bumps = surface.nose_shadow(view, person, moment.light)
        bumps += surface.both(d - 0.10, 0.16, -0.07, 0.07, 0.13)
        bumps += surface.both(0.17, 0.06, 0.0, 0.10, 0.08)
        bumps += surface.both(d, 0.20, 0.13, 0.05, 0.05 + 0.05 * person.age)
        bumps += [(0.0, 0.22, surface.mouth_height(person, moment) + 0.21, 0.05, 0.16)]
        dark = surface.field_of(view, bumps) + surface.creases(view, person, moment)
        shift = 0.27 * view.turn
        nostrils = [
            (shift + side * person.nose_width * 0.42, 0.042, tip + 0.098, 0.024, 0.85)
            for side in (-1.0, 1.0)
        ]
        wings = [
            (shift * 0.6 + side * (person.nose_width + 0.015), 0.022, tip + 0.04, 0.055, 0.30)
            for side in (-1.0, 1.0)
        ]
        holes = surface.field_of(view, nostrils + wings)
        dark = np.minimum(dark + holes, 0.85)
        for channel, weight in enumerate((0.72, 1.0, 1.02)):
            skin.planes[channel] *= 1.0 - np.float32(weight) * np.minimum(dark, 0.9)

    def _light(self, skin: Canvas, height: Array, moment: Moment, distance: Array) -> None:
        """Multiply the colours by wrapped Lambertian light and add a soft gloss."""
        hy, hx = np.gradient(height, self.raster.pixel)
        lx, ly = (np.float32(value) for value in moment.light)
        steep = np.sqrt(1.0 + hx * hx + hy * hy)
        length = np.float32(np.sqrt(lx * lx + ly * ly + 1.0))
        lit = (1.0 - hx * lx + hy * ly) / (steep * length)
        half = np.array([lx, -ly, 1.0 + length], np.float32)
        half /= np.linalg.norm(half)
        gloss = np.maximum((half[2] - hx * half[0] - hy * half[1]) / steep, 0.0)
        gloss = gloss * gloss
        gloss = gloss * gloss
        gloss = gloss * gloss
        gloss = gloss * gloss * (gloss * np.float32(0.10) + np.float32(0.03))
        rim = np.float32(0.55) + np.float32(0.45) * smooth(distance, -0.02, 0.20)
        for channel, wrap in enumerate((0.34, 0.24, 0.20)):
            shade = np.maximum((lit + np.float32(wrap)) * np.float32(1 / (1 + wrap)), 0.0)
            shade = (np.float32(0.25) + np.float32(0.89) * shade) * rim
            plane = skin.planes[channel]
            plane *= shade
            plane += gloss
            plane *= np.float32(moment.gain[channel])


def _rounded(distance: Array, reach: float) -> Array:
    """Return a quarter circle over the distance to the outline: 0 at the edge, 1 at `reach`."""
    t = np.float32(1.0) - np.clip(distance * np.float32(1.0 / reach), 0.0, 1.0)
    return np.sqrt(np.maximum(np.float32(1.0) - t * t, 0.0))


def _mottle(raster: Raster, rng: np.random.Generator) -> Array:
    """Return slight unevenness of the skin: a few long waves and fine grain."""
    x, y = raster.x[None, :], raster.y[:, None]
    total = np.zeros(raster.shape)
    for _ in range(10):
        kx, ky = rng.normal(0.0, 7.0, 2)
        total += np.sin(kx * x + ky * y + 6.3 * rng.random())
    grain = rng.normal(0.0, 0.012, raster.shape)
    return (0.006 * total + grain).astype(np.float32)
