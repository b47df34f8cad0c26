"""Neck, shoulders and clothes: a sprite that is drawn once per video."""

import numpy as np

from auva.demo.hair import STYLES
from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Raster, bell, ramp, smooth

LEFT, TOP, RIGHT, BOTTOM = -3.4, 0.5, 3.4, 5.6
"""Extent of the body's raster in face units, large enough to reach below the frame."""


def paint_body(person: Person, scale: float, light: tuple[float, float], seed: int) -> np.ndarray:
    """Return neck and shoulders, premultiplied uint8 RGBA [h, w, 4]."""
    rng = np.random.default_rng([seed, person.texture, 1])
    raster = Raster.cover(scale, LEFT, TOP, RIGHT, BOTTOM)
    canvas = Canvas(raster.shape)
    style = STYLES[person.hair_style]
    if style.end > 1.0:
        _paint_hair(canvas, raster, person, style.end)
    _paint_neck(canvas, raster, person, light)
    _paint_clothes(canvas, raster, person, light, rng)
    return canvas.to_bytes()


def _paint_hair(canvas: Canvas, raster: Raster, person: Person, end: float) -> None:
    x, y = raster.x[None, :], raster.y[:, None]
    mask = ramp(0.92 - np.abs(x), 0.05) * ramp(end - 0.05 - y, 0.08)
    canvas.paint(mask, [0.30 * c for c in person.hair])


def _neck_width(y: Array, person: Person) -> Array:
    base = 0.54 if person.sex == "female" else 0.62
    return (base + 0.10 * smooth(y, 1.5, 0.9) + 0.22 * smooth(y, 1.45, 2.0) ** 2).astype(np.float32)


def _paint_neck(canvas: Canvas, raster: Raster, person: Person, light: tuple[float, float]) -> None:
    x, y = raster.x[None, :], raster.y[:, None]
    width = _neck_width(raster.y, person)[:, None]
    mask = ramp(width - np.abs(x), 1.3 * raster.pixel) * ramp(2.75 - y, 0.05)
    chest = ramp(y - _shoulder(x) - 0.02, 0.06) * ramp(1.35 - np.abs(x), 0.1) * ramp(2.75 - y, 0.05)
    mask = np.maximum(mask, chest)
    across = np.clip(x / width, -1.0, 1.0)
    lit = np.sqrt(np.maximum(1.0 - across * across, 0.0)) + 0.75 * light[0] * across
    tone = 0.50 + 0.42 * np.clip(lit, 0.0, 1.1)
    open_ = smooth(y, 1.60, 2.05)
    tone = tone * (1.0 - open_) + np.maximum(tone, 0.80) * open_
    shadow = ramp(person.chin + 0.30 - 0.30 * x * x - y, 0.10)
    tone = tone * (1.0 - 0.42 * shadow)
    tendon = bell(np.abs(x) - 0.44 + 0.30 * (y - 1.4), 0.0, 0.035) * smooth(y, 1.5, 1.9)
    bone = bell(y - 2.20 - 0.05 * np.abs(x), 0.0, 0.035) * smooth(np.abs(x), 0.08, 0.2)
    tone = tone * (1.0 - 0.10 * tendon - 0.12 * bone)
    tints = (1.0, 0.95, 0.93)
    canvas.paint(mask, np.stack([c * k * tone for c, k in zip(person.skin, tints, strict=True)]))


def _shoulder(x: Array) -> Array:
    """Return the height of the shoulders' line."""
    reach = np.abs(x)
    return (
        1.72 + 0.22 * np.maximum(reach - 0.6, 0) + 0.9 * np.maximum(reach - 1.75, 0) ** 2
    ).astype(np.float32)


def _neckline(x: Array, person: Person) -> Array:
    """Return the upper edge of the clothes: round for some, a V for others."""
    reach = np.abs(x)
    if person.texture % 3 == 0:
        return (2.72 - 1.15 * reach).astype(np.float32)
    return (2.12 - 0.75 * reach**3).astype(np.float32)


def _paint_clothes(
    canvas: Canvas,
    raster: Raster,
    person: Person,
    light: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    x, y = raster.x[None, :], raster.y[:, None]
    top = np.maximum(_shoulder(x) - 0.03, _neckline(x, person))
    mask = ramp(y - top, 1.5 * raster.pixel)
    arms = ramp(2.45 + 0.12 * (y - 2.0) - np.abs(x), 2.0 * raster.pixel)
    mask = mask * arms
    tone = 0.62 + 0.30 * np.clip(1.0 - ((np.abs(x) - 0.9) / 1.6) ** 2, 0.0, 1.0)
    tone = tone + 0.16 * light[0] * x / 2.0 - 0.05 * np.clip(y - 2.5, 0, 2)
    folds = np.zeros(raster.shape)
    for _ in range(5):
        slope, start = rng.normal(0.0, 0.5), rng.uniform(-2.2, 2.2)
        folds += rng.uniform(-0.10, 0.10) * bell(
            x - start - slope * (y - 2.5) + 0.1 * np.sin(2.0 * y), 0.0, rng.uniform(0.06, 0.16)
        )
    weave = rng.normal(0.0, 0.018, raster.shape)
    edge = bell(y - top, 0.085, 0.012) * (np.abs(x) < 1.3)
    shadow = ramp(top + 0.03 - y, 0.05)
    tone = tone + folds * smooth(y, 2.1, 2.8) + weave - 0.10 * edge - 0.12 * shadow
    if person.texture % 4 == 2:
        tone = tone * (0.86 + 0.14 * np.sign(np.sin(y * 14.0)))
    shade = np.asarray(tone, np.float32)
    canvas.paint(mask.astype(np.float32), np.stack([c * shade * 1.15 for c in person.clothes]))
