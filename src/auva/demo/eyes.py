"""Eyes with lids, iris and lashes, and the brows above them."""

from dataclasses import dataclass

import numpy as np

from auva.demo.people import Person
from auva.demo.raster import Array, Canvas, Window, bell, ramp, smooth
from auva.demo.view import Moment, View

_SCLERA = (0.93, 0.91, 0.89)
_DEPTH = -0.03
_IRIS = 0.088


@dataclass(frozen=True)
class Eye:
    """One eye over a window of the raster.

    Attributes
    ----------
    side : float
        -1 for the left of the picture, 1 for the right.
    window : two slices
        Part of the raster.
    u, v : float32 [1, w], [h, 1]
        Position from the centre of the eye in face units, `u` to the right.
    e : float32 [1, w]
        Position between the corners: -1 inner, 1 outer.
    upper, lower : float32 [1, w]
        Edges of the lids.
    opened : float
        Opening of the eye, 0 to about 1.3.
    """

    side: float
    window: Window
    u: Array
    v: Array
    e: Array
    upper: Array
    lower: Array
    opened: float


def eye_of(view: View, person: Person, moment: Moment, side: float) -> Eye:
    """Return one eye of the expression; AU1 and AU2 widen it, AU4, AU6 and blinks narrow it."""
    au = moment.au
    d, w = person.eye_distance, person.eye_width
    edges = sorted((side * (d - w - 0.1), side * (d + w + 0.14)))
    window = view.window(edges[0], -0.27, edges[1], 0.22, _DEPTH)
    u = (view.across(_DEPTH)[window[1]] - np.float32(side * d))[None, :]
    v = view.down(_DEPTH)[window[0]][:, None]
    e = side * u / np.float32(w)
    round_ = np.maximum(1.0 - np.abs(e) ** np.float32(2.1), 0.0)
    wide = 1 + 0.18 * au[1] + 0.22 * au[2] - 0.20 * au[4] - 0.42 * au[6]
    tilt = -person.eye_tilt * e
    low = 0.46 * person.eye_height * (1 - 0.70 * au[6])
    high = 1.05 * person.eye_height * wide * (1 - moment.blink) - low * 0.85 * moment.blink
    upper = tilt - high * round_ ** np.float32(0.72) * (1 - 0.10 * e)
    lower = tilt + low * round_ ** np.float32(0.85) * (1 + 0.12 * e)
    return Eye(side, window, u, v, e, upper, lower, wide * (1 - moment.blink))


def paint_lids(canvas: Canvas, eye: Eye, person: Person, pixel: float) -> None:
    """Paint the crease, the eyelid and its shadow into the colour of the skin."""
    within = smooth(1.22 - np.abs(eye.e), 0.0, 0.35)
    rise = 0.042 + 0.02 * (1.0 - min(eye.opened, 1.0))
    crease = eye.upper - rise * np.sqrt(np.maximum(1.1 - eye.e * eye.e, 0.0))
    line = bell(eye.v - crease, 0.0, max(0.013, 0.6 * pixel)) * within
    skin = [0.55 * c for c in person.skin]
    canvas.paint(line * np.float32(0.55), skin, eye.window)
    lid = ramp(eye.v - crease, 0.02) * ramp(eye.upper - eye.v, 0.01) * within
    tint = [c * k for c, k in zip(person.skin, (0.80, 0.72, 0.74), strict=True)]
    canvas.paint(lid * np.float32(0.35 + 0.4 * person.makeup), tint, eye.window)
    bag = bell(eye.v - eye.lower, 0.03, 0.022) * within
    canvas.paint(bag * np.float32(0.22), skin, eye.window)


def paint_eye(
    canvas: Canvas, eye: Eye, person: Person, moment: Moment, light: float, pixel: float
) -> None:
    """Paint eyeball and lashes over the lit skin."""
    soft = 0.9 * pixel
    hole = ramp(eye.v - eye.upper, soft) * ramp(eye.lower - eye.v, soft)
    hole *= ramp(1.0 - np.abs(eye.e), 2 * pixel / person.eye_width)
    shade = light * (0.62 + 0.38 * smooth(eye.v - eye.upper, -0.005, 0.07))
    shade = shade * (1.0 - 0.22 * eye.e * eye.e)
    canvas.paint(hole, np.stack([c * shade for c in _SCLERA]), eye.window)
    corner = hole * smooth(-eye.e, 0.72, 1.0)
    canvas.paint(corner * np.float32(0.6), (0.72 * light, 0.42 * light, 0.40 * light), eye.window)
    _paint_iris(canvas, eye, hole, shade, person, moment, pixel)
    _paint_lashes(canvas, eye, person, pixel)


def _paint_iris(
    canvas: Canvas,
    eye: Eye,
    hole: Array,
    shade: Array,
    person: Person,
    moment: Moment,
    pixel: float,
) -> None:
    x = eye.u - np.float32(moment.gaze[0])
    y = eye.v - np.float32(moment.gaze[1] - 0.012)
    r = np.sqrt(x * x + y * y)
    iris = hole * ramp(_IRIS - r, 1.1 * pixel)
    tone = shade * (0.70 + 0.5 * smooth(y, -0.05, 0.07)) * (1.0 - 0.55 * smooth(r, 0.062, 0.09))
    canvas.paint(iris, np.stack([c * tone for c in person.iris]), eye.window)
    canvas.paint(hole * ramp(0.040 - r, 1.1 * pixel), (0.03, 0.025, 0.03), eye.window)
    spot_x = x - np.float32(0.03 * np.sign(moment.light[0]) + 0.01 * moment.light[0])
    spot = np.sqrt(spot_x * spot_x + (y + np.float32(0.034)) ** 2)
    glint = hole * ramp(0.017 - spot, max(0.008, pixel))
    canvas.paint(glint * np.float32(0.9), (0.97, 0.97, 0.97), eye.window)


def _paint_lashes(canvas: Canvas, eye: Eye, person: Person, pixel: float) -> None:
    female = 1.0 if person.sex == "female" else 0.0
    along = smooth(1.10 - np.abs(eye.e), 0.0, 0.12)
    thick = (0.013 + 0.006 * female) * (1.0 + 0.35 * eye.e) + 0.25 * pixel
    upper = bell((eye.v - eye.upper + 0.004) / thick, 0.0, 1.0) * along
    canvas.paint(upper * np.float32(0.88), (0.10, 0.07, 0.06), eye.window)
    if person.makeup > 0.2:
        out = eye.e - 1.0
        flick = bell(eye.v - eye.upper + 0.16 * np.maximum(out, 0) * person.eye_width, 0.0, 0.013)
        flick *= smooth(eye.e, 0.85, 1.0) * (1.0 - smooth(eye.e, 1.1, 1.28))
        canvas.paint(flick * np.float32(0.6), (0.10, 0.07, 0.06), eye.window)
    lower = bell(eye.v - eye.lower, 0.004, 0.010 + 0.3 * pixel) * along
    dark = [0.42 * c for c in person.skin]
    canvas.paint(lower * np.float32(0.45 + 0.2 * person.makeup), dark, eye.window)


def paint_brow(
    canvas: Canvas, view: View, person: Person, moment: Moment, side: float, strokes: Array
) -> None:
    """Paint one brow: AU1 lifts its inner, AU2 its outer end, AU4 lowers and draws it inwards.

    Parameters
    ----------
    canvas, view, person, moment
        Canvas, pose, person and expression.
    side : float
        -1 or 1.
    strokes : float32 [256]
        Random strength of the hairs.
    """
    au = moment.au
    start = person.eye_distance - 0.235 - 0.055 * au[4]
    edges = sorted((side * (start - 0.08), side * (start + 0.62)))
    window = view.window(edges[0], -person.brow_height - 0.36, edges[1], 0.0, 0.02)
    b = ((side * view.across(0.02)[window[1]] - np.float32(start)) / np.float32(0.52))[None, :]
    v = view.down(0.02)[window[0]][:, None]
    t = np.clip(b, 0.0, 1.0)
    lift = 0.215 * au[1] * (1 - smooth(t, 0.10, 0.65)) + 0.205 * au[2] * smooth(t, 0.35, 0.85)
    lift = lift + 0.115 * au[1] * au[2] * bell(t, 0.45, 0.15)
    lift = lift - 0.165 * au[4] * (1 - 0.80 * t)
    arch = person.brow_arch * bell(t, 0.66, 0.26) - 0.065 * smooth(t, 0.72, 1.05)
    middle = -person.brow_height - arch - lift
    thick = (
        person.brow_thickness
        * (1.0 - 0.72 * smooth(t, 0.5, 1.02))
        * (0.75 + 0.25 * smooth(t, 0, 0.2))
    )
    body = np.clip(1.25 - ((v - middle) / thick) ** 2, 0.0, 1.0)
    body *= smooth(b, -0.05, 0.10) * (1.0 - smooth(b, 0.93, 1.05))
    index = ((b * 60.0 + (v - middle) * (120.0 + 60.0 * b)).astype(np.int32)) % len(strokes)
    density = 0.62 + 0.38 * strokes[index]
    grey = 0.25 * person.age
    colour = [min(0.8, 0.72 * c + grey * 0.15) for c in person.hair]
    canvas.paint(body * density * np.float32(0.92), colour, window)
