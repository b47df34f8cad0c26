"""Additional features of people: ears, beard, stubble, freckles, glasses."""

import numpy as np

from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Raster, bell, ramp, smooth
from auva.demo.surface import mouth_height
from auva.demo.view import Moment, View


def paint_ears(canvas: Canvas, view: View, person: Person, light: float) -> None:
    """Paint both ears; a rotation of the head uncovers one of them."""
    for side in (-1.0, 1.0):
        x0 = side * (person.width + 0.015 - 0.05 * side * view.turn)
        wide = 0.105 * (1.0 - 0.7 * side * view.turn)
        y0 = 0.20 + 0.35 * view.nod
        window = view.raster.window(x0 - 0.2, y0 - 0.36, x0 + 0.2, y0 + 0.36)
        x = (view.raster.x[window[1]][None, :] - x0 - 0.0) * side / wide
        y = (view.raster.y[window[0]][:, None] - y0) / 0.29
        r = np.sqrt((x - 0.25 * np.maximum(-y, 0)) ** 2 + y * y)
        mask = ramp(1.0 - r, 0.10)
        ring = bell(r, 0.62, 0.13) * smooth(x, -0.6, 0.2)
        tone = np.float32(light) * (0.92 - 0.25 * smooth(-x, -0.4, 0.9) - 0.22 * ring)
        tint = (1.0, 0.90, 0.88)
        colour = np.stack([c * k * tone for c, k in zip(person.skin, tint, strict=True)])
        canvas.paint(mask, colour, window)


def paint_beard(canvas: Canvas, view: View, person: Person, moment: Moment, grain: Array) -> None:
    """Paint beard or stubble into the colour of the skin."""
    strength = max(person.beard * 0.86, person.stubble * 0.34)
    if strength <= 0.0:
        return
    mouth = mouth_height(person, moment)
    window = view.window(-2.0, person.nose_length + 0.02, 2.0, 1.75)
    u = view.u[window[1]][None, :]
    v = view.v[window[0]][:, None]
    cheek = person.nose_length + 0.42 - 0.30 * smooth(np.abs(u), 0.50, 1.05)
    region = smooth(v - cheek, -0.04, 0.14)
    upper = bell(v, mouth - 0.145, 0.06) * (1.0 - smooth(np.abs(u), 0.34, 0.46))
    side = bell(np.abs(u), 0.47, 0.09) * smooth(v, mouth - 0.16, mouth - 0.02)
    region = np.maximum(region, np.maximum(upper * 1.05, side))
    half = person.mouth_width * (1.06 + 0.2 * moment.au[12] + 0.56 * moment.au[20])
    opened = 0.10 * moment.au[25]
    lips = (u / half) ** 2 + ((v - mouth - 0.015 - 0.6 * opened) / (0.135 + opened)) ** 2
    region = np.clip(region * smooth(lips, 0.8, 1.15), 0.0, 1.0)
    mask = region * np.float32(strength) * (0.72 + 0.28 * grain[window])
    tone = 0.8 if person.beard else 0.9
    pairs = zip(person.hair, person.skin, strict=True)
    colour = [tone * (0.75 * hair + 0.10 * skin + 0.03) for hair, skin in pairs]
    canvas.paint(mask, colour, window)


def freckles(raster: Raster, person: Person, rng: np.random.Generator) -> Array:
    """Return the darkness of freckles and pores of the skin, float32 [h, w]."""
    x, y = raster.x[None, :], raster.y[:, None]
    dark = np.zeros(raster.shape, np.float32)
    for _ in range(round(150 * person.freckles)):
        u, v = rng.normal(0.0, 0.42), rng.normal(0.30, 0.17)
        size = rng.uniform(0.008, 0.015)
        window = raster.window(u - 0.08, v - 0.08, u + 0.08, v + 0.08)
        r = ((x[:, window[1]] - u) ** 2 + (y[window[0]] - v) ** 2) / (size * size)
        dark[window] += np.float32(rng.uniform(0.08, 0.24)) * np.exp(-0.5 * r)
    return dark


def paint_glasses(canvas: Canvas, view: View, person: Person, moment: Moment, pixel: float) -> None:
    """Paint the frame, a faint tint and a reflection."""
    if not person.glasses:
        return
    d = person.eye_distance
    rim = (0.16, 0.13, 0.13) if person.glasses == "square" else (0.45, 0.28, 0.16)
    rx, ry = (0.30, 0.225) if person.glasses == "square" else (0.275, 0.255)
    power = 4.0 if person.glasses == "square" else 2.0
    thick = 0.020 if person.glasses == "square" else 0.013
    gain = moment.gain
    lit = [c * (0.8 + 0.2 * g) for c, g in zip(rim, gain, strict=True)]
    for side in (-1.0, 1.0):
        centre = side * (d + 0.015)
        window = view.window(centre - 0.42, -0.42, centre + 0.42, 0.45, 0.12)
        u = (view.across(0.12)[window[1]][None, :] - centre) / rx
        v = (view.down(0.12)[window[0]][:, None] - 0.045) / ry
        shape = np.abs(u) ** np.float32(power) + np.abs(v) ** np.float32(power)
        r = (shape ** np.float32(1.0 / power) - 1.0) * np.float32(min(rx, ry))
        glare = ramp(-r, pixel) * bell(u * 0.7 + v - 0.9 * moment.light[0] + 0.55, 0.0, 0.13)
        canvas.paint(glare * np.float32(0.15), (1.0, 1.0, 1.0), window)
        canvas.paint(ramp(thick - np.abs(r), 1.0 * pixel) * np.float32(0.95), lit, window)
        _paint_temple(canvas, view, side, d + rx, lit, pixel)
    window = view.window(-0.2, -0.2, 0.2, 0.2, 0.2)
    u = view.across(0.2)[window[1]][None, :]
    v = view.down(0.2)[window[0]][:, None]
    arch = -0.03 + 1.2 * u * u
    bridge = ramp(thick * 0.9 - np.abs(v - arch), pixel) * ramp(d + 0.03 - rx - np.abs(u), pixel)
    canvas.paint(bridge * np.float32(0.95), lit, window)


def _paint_temple(
    canvas: Canvas, view: View, side: float, start: float, colour: list[float], pixel: float
) -> None:
    edges = sorted((side * start, side * 1.1))
    window = view.window(edges[0], -0.15, edges[1], 0.15, 0.06)
    u = side * view.across(0.06)[window[1]][None, :]
    v = view.down(0.06)[window[0]][:, None]
    bar = ramp(0.018 - np.abs(v + 0.02), pixel) * ramp(u - start, pixel)
    canvas.paint(bar * np.float32(0.8), colour, window)
