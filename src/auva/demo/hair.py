"""Hair styles: silhouette, hairline, strands and their light."""

from dataclasses import dataclass

import numpy as np

from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Raster, bell, ramp, smooth
from auva.demo.surface import CROWN
from auva.demo.view import Moment, View


@dataclass(frozen=True)
class Style:
    """Shape of a hair style in face units.

    Attributes
    ----------
    top, side : float
        Volume above the crown and beside the temples.
    end : float
        Height where the hair beside the face ends.
    hairline : float
        Height of the hairline on the midline.
    oval : float
        Half width of the opening for the face, as a share of the face's.
    curl : float
        0 for straight strands, 1 for curls.
    flare : float
        Increase of the width of the hair towards its end.
    """

    top: float
    side: float
    end: float
    hairline: float
    oval: float
    curl: float = 0.0
    flare: float = 0.0


STYLES = {
    "crop": Style(0.09, 0.035, 0.10, -0.84, 0.93, curl=0.8),
    "side": Style(0.20, 0.06, 0.12, -0.84, 0.92),
    "curls": Style(0.27, 0.12, 0.16, -0.80, 0.90, curl=1.0),
    "bob": Style(0.18, 0.16, 1.12, -0.80, 0.84, flare=0.04),
    "long": Style(0.17, 0.13, 1.90, -0.84, 0.88, flare=0.10),
    "bun": Style(0.10, 0.03, 0.10, -0.86, 0.95),
    "receding": Style(0.04, 0.05, 0.12, -1.10, 0.93),
    "fringe": Style(0.17, 0.13, 1.62, -0.80, 0.85, flare=0.02),
    "afro": Style(0.40, 0.46, 0.75, -0.80, 0.90, curl=1.0),
}


class Hair:
    """The hair of one person on one raster: its parts that are equal in all frames.

    Parameters
    ----------
    raster : Raster
        The head's raster.
    person : Person
        The person.
    rng : numpy.random.Generator
        Random source of the strands.
    """

    def __init__(self, raster: Raster, person: Person, rng: np.random.Generator) -> None:
        self.person = person
        self.style = STYLES[person.hair_style]
        x, y = raster.x[None, :], raster.y[:, None]
        width = self._half_width(raster.y)
        slope = np.gradient(width, raster.pixel)
        norm = np.sqrt(1.0 + np.minimum(slope * slope, 12.0))[:, None]
        self.strands = self._texture(raster, width, rng)
        edge = (width[:, None] - np.abs(x)) / norm
        edge += np.float32(0.03 + 0.05 * self.style.curl) * (self.strands - 0.5)
        self.outer = ramp(edge, 1.4 * raster.pixel + 0.008) * (width > 0.02)[:, None]
        if self.style.end < 0.5:
            self.outer *= 1.0 - smooth(y, self.style.end - 0.12, self.style.end - 0.02)
        if self.style.end > 0.5 and not self.style.curl:
            self.outer *= self._locks(raster)
        if person.hair_style == "bun":
            self.outer = np.maximum(self.outer, self._bun(raster))
        safe = np.maximum(width, 0.3)[:, None]
        across = np.clip(x / safe, -1.0, 1.0)
        self._nx = (0.85 * across).astype(np.float32)
        self._ny = (0.75 * np.clip((y + 0.35) / 1.2, -1.0, 0.6)).astype(np.float32)
        rest = np.maximum(1.0 - self._nx**2 - self._ny**2, 0.02)
        self._nz = np.sqrt(rest).astype(np.float32)
        self._ends = (0.03 * (self.strands - 0.5)).astype(np.float32)

    def _half_width(self, y: Array) -> Array:
        style, wide = self.style, self.person.width + self.style.side
        top = CROWN - style.top
        high = np.clip((0.1 - y) / (0.1 - top), 0.0, 1.0)
        skull = np.maximum(1.0 - high**2.35, 0.0) ** np.float32(0.5)
        low = np.clip((y - 0.1) / max(style.end - 0.1, 0.05), 0.0, 1.0)
        if style.end < 0.5:
            return (wide * skull * (1.0 - 0.5 * low * low) * (low < 1.0)).astype(np.float32)
        hang = (1.0 + style.flare * smooth(low, 0.0, 0.7)) * np.maximum(
            1.0 - low**8.0, 0.0
        ) ** np.float32(0.4)
        if self.person.hair_style == "afro":
            hang = np.maximum(1.0 - low**2.0, 0.0) ** np.float32(0.5)
        return (wide * skull * hang).astype(np.float32)

    def _locks(self, raster: Raster) -> Array:
        """Return the mask that keeps the neck free and makes the ends uneven."""
        x, y = raster.x[None, :], raster.y[:, None]
        ragged = 0.5 * (self.strands - 0.5)
        free = np.abs(x) - 0.56 + 0.10 * smooth(y, 1.3, 1.9) + 0.25 * ragged
        beside = np.maximum(ramp(free, 0.05), 1.0 - smooth(y, 1.05, 1.2))
        return beside * ramp(self.style.end - 0.10 - y + 0.5 * ragged, 0.05)

    def _bun(self, raster: Raster) -> Array:
        x, y = raster.x[None, :], raster.y[:, None]
        r = np.sqrt((x / 1.15) ** 2 + (y + 1.55) ** 2)
        return ramp(0.25 + 0.03 * (self.strands - 0.5) - r, 1.5 * raster.pixel)

    def _texture(self, raster: Raster, width: Array, rng: np.random.Generator) -> Array:
        """Return strands in [0, 1]: meridians of the head, broken up along their length."""
        x, y = raster.x[None, :], raster.y[:, None]
        fine, coarse = rng.random(512), rng.random(512)
        along = np.sin(y * 5.0 + 3.0 * rng.random()) * 1.2 + y * 1.5
        if self.person.hair_style == "side":
            across = x * 0.75 + (y + 1.0) * 0.9 + 0.25 * x * x
        else:
            across = x / np.maximum(width, 0.35)[:, None]
        straight = 0.55 * _noise(across * 46.0 + along, fine)
        straight = straight + 0.45 * _noise(across * 17.0 + 0.6 * along + 50.0, coarse)
        crowd = smooth(width, 0.2, 0.75)[:, None] * (1.0 - 0.35 * float(np.mean(self.person.hair)))
        straight = 0.5 + (straight - 0.5) * crowd
        if self.style.curl == 0.0:
            return straight.astype(np.float32)
        phase = rng.random(4) * 6.3
        k = 13.0 if self.person.hair_style != "curls" else 9.0
        wave = np.sin(k * x + 2.2 * np.sin(k * 0.8 * y + phase[0]) + phase[1])
        wave = wave * np.sin(k * 1.1 * y + 2.0 * np.sin(k * 0.9 * x + phase[2]) + phase[3])
        grain = rng.random(raster.shape)
        curls = 0.5 + 0.38 * wave + 0.35 * (grain - 0.5)
        mix = self.style.curl
        return np.clip((1 - mix) * straight + mix * curls, 0.0, 1.0).astype(np.float32)

    def colours(self, moment: Moment) -> Array:
        """Return the lit hair, float32 [3, h, w]."""
        lx, ly = moment.light
        length = float(np.sqrt(lx * lx + ly * ly + 1.0))
        lit = (self._nx * np.float32(lx) - self._ny * np.float32(ly) + self._nz) / length
        lit = np.maximum(lit, 0.0)
        glow = np.float32(1.0 - 0.6 * self.style.curl)
        shine = np.maximum(lit - np.float32(0.80), 0.0) * self.strands * np.float32(2.0) * glow
        tone = (0.34 + 0.80 * lit) * (0.55 + 0.80 * self.strands)
        hair, gain = self.person.hair, moment.gain
        tint = (0.26, 0.22, 0.19)
        parts = zip(hair, tint, gain, strict=True)
        return np.stack([g * (c * tone + s * shine) for c, s, g in parts])

    def front(self, view: View) -> Array:
        """Return the mask of the hair in front of the face."""
        style, person = self.style, self.person
        u, v = view.u[None, :], view.v[:, None]
        a = style.oval * person.width + 0.22 * smooth(v, -0.40, 0.14) * (style.end < 0.5)
        if style.end > 0.5:
            a = a * (1.0 - 0.16 * smooth(v, 0.9, 1.8))
        line = self._hairline(u)
        up = np.minimum(v - 0.25, 0.0) / (0.25 - line)
        oval = np.sqrt((u / a) ** 2 + np.abs(up) ** np.float32(2.3)) - 1.0
        soft = 0.035 + view.raster.pixel
        mask = ramp(oval * a + self._ends * 2.0, soft)
        end = style.end if style.end > 0.5 else style.end + 0.12
        mask = mask * ramp(end - v + 3.0 * self._ends, 0.06)
        if person.hair_style == "fringe":
            mask = np.maximum(mask, self._fringe(view))
        return mask * self.outer

    def _hairline(self, u: Array) -> Array:
        line = np.full_like(u, self.style.hairline)
        if self.person.hair_style == "receding":
            line = line - 0.10 * bell(np.abs(u), 0.48, 0.16) + 0.06 * bell(u, 0.0, 0.2)
        elif self.person.hair_style in ("side", "long"):
            line = line + 0.10 * bell(u, -0.45, 0.30) - 0.05 * bell(u, 0.22, 0.12)
        else:
            line = line + 0.03 * bell(u, 0.0, 0.16)
        return line.astype(np.float32)

    def _fringe(self, view: View) -> Array:
        u, v = view.u[None, :], view.v[:, None]
        lower = -0.58 + 0.10 * u * u
        side = ramp(0.88 - np.abs(u), 0.06)
        return ramp(lower - v + 4.0 * self._ends, 0.03) * side

    def paint_shadow(self, canvas: Canvas, front: Array, raster: Raster) -> None:
        """Darken the skin just below the hair."""
        shift = max(int(0.05 * raster.scale), 1)
        below = np.zeros_like(front)
        below[shift:] = front[:-shift]
        canvas.shade(1.0 - np.float32(0.22) * below)


def _noise(position: Array, table: np.ndarray) -> np.ndarray:
    """Return smooth periodic noise: `table` interpolated at `position`."""
    floor = np.floor(position)
    t = position - floor
    t = t * t * (3.0 - 2.0 * t)
    index = floor.astype(np.int64) % len(table)
    return table[index] * (1 - t) + table[(index + 1) % len(table)] * t
