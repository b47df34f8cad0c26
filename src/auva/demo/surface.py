"""The skin: outline of the face, height field, colour, and the lines of expressions.

Smooth fields are sums of products of a Gaussian in `u` and a Gaussian in `v`, so that a field is
one small matrix product.
"""

from collections.abc import Iterable

import numpy as np

from auva.demo.people import Person
from auva.demo.raster import Array, bell, ramp, smooth
from auva.demo.view import Moment, View

Bump = tuple[float, float, float, float, float]
"""Centre and width in u, centre and width in v, height."""

CROWN = -1.36
"""Top of the skull above the line of the eyes."""


def field_of(view: View, bumps: Iterable[Bump]) -> Array:
    """Return the sum of Gaussian bumps over the raster."""
    table = np.asarray(list(bumps), np.float32)
    across = (view.u[None, :] - table[:, :1]) / table[:, 1:2]
    down = (view.v[:, None] - table[:, 2]) / table[:, 3]
    half = np.float32(-0.5)
    return np.exp(half * down * down) @ (table[:, 4:] * np.exp(half * across * across))


def both(u: float, su: float, v: float, sv: float, height: float) -> list[Bump]:
    """Return one bump on either side of the midline."""
    return [(-u, su, v, sv, height), (u, su, v, sv, height)]


def chin_of(person: Person, moment: Moment) -> float:
    """Return the height of the chin: an open mouth lowers the jaw, AU15 pushes it up."""
    return person.chin + 0.075 * moment.au[25] - 0.02 * moment.au[15]


def half_width(y: Array, person: Person, chin: float, extra: float = 0.0) -> Array:
    """Return half the width of the face (grown by `extra`) at each height `y`."""
    middle = 0.12
    low = np.clip((y - middle) / (chin + extra - middle), 0.0, 1.0)
    high = np.clip((middle - y) / (middle - CROWN + extra), 0.0, 1.0)
    jaw = np.sqrt(np.maximum(1.0 - low**person.jaw, 0.0)) * (1.0 - 0.10 * smooth(low, 0.2, 0.8))
    skull = np.maximum(1.0 - high**2.5, 0.0) ** np.float32(0.5)
    return ((person.width + extra) * jaw * skull).astype(np.float32)


def inside(view: View, person: Person, chin: float, extra: float = 0.0) -> Array:
    """Return the distance to the outline of the face, positive within, in face units."""
    y = view.raster.y
    width = half_width(y, person, chin, extra)
    slope = np.gradient(width, view.raster.pixel)
    lean = np.float32(0.30 * view.turn) * smooth(y, 0.2, 1.4)
    gap = np.where(width > 0.0, width, -1.0)[:, None] - np.abs(
        view.raster.x[None, :] - lean[:, None]
    )
    return gap / np.sqrt(1.0 + np.minimum(slope * slope, 12.0))[:, None]


def relief(person: Person, moment: Moment) -> list[Bump]:
    """Return the bumps of the height field for one expression, without the nose."""
    au = moment.au
    old, d = person.age, person.eye_distance
    male = 1.0 if person.sex == "male" else 0.0
    brow = -person.brow_height - 0.06 * (au[1] + au[2]) / 2 + 0.06 * au[4]
    mouth = mouth_height(person, moment)
    smile, cheek = au[12], au[6]
    bumps: list[Bump] = [
        (0.0, 0.55, -0.65, 0.22, 0.05),
        (0.0, 0.15, brow + 0.05, 0.11, 0.035 + 0.03 * au[4]),
        (0.0, 0.11, mouth - 0.17, 0.07, 0.02),
        (0.0, 0.22, mouth + 0.21, 0.05, -0.05 - 0.02 * au[15]),
        (0.0, 0.20, person.chin - 0.19, 0.12, 0.10 + 0.06 * au[15]),
        (0.0, 0.30, mouth, 0.16, 0.05),
    ]
    bumps += both(d + 0.02, 0.22, brow + 0.04, 0.10, 0.035 + 0.02 * male + 0.03 * au[4])
    bumps += both(d, 0.19, 0.0, 0.13, -0.10)
    bumps += both(d, 0.14, -0.01, 0.09, 0.055)
    bumps += both(0.16, 0.08, 0.03, 0.14, -0.03)
    bumps += both(0.62, 0.20, 0.34 - 0.07 * cheek, 0.15, 0.07 + 0.06 * cheek)
    bumps += both(0.44, 0.15, 0.50 - 0.09 * cheek, 0.13, 0.02 + 0.09 * smile + 0.08 * cheek)
    bumps += both(d, 0.17, 0.17 - 0.02 * cheek, 0.05, -0.018 - 0.03 * old + 0.07 * cheek)
    bumps += both(0.56, 0.13, 0.80, 0.18, -0.05 + 0.02 * smile)
    bumps += both(0.50, 0.12, 1.00, 0.14, 0.03 * old + 0.03 * au[15])
    bumps += both(0.80, 0.12, -0.30, 0.2, -0.05)
    return bumps


def mouth_height(person: Person, moment: Moment) -> float:
    """Return the height of the middle of the mouth."""
    lift = 0.025 * moment.au[12] + 0.03 * moment.au[15]
    return person.nose_length + 0.37 - lift + 0.015 * moment.au[25]


def dome(view: View) -> Array:
    """Return the head without features: an ellipsoid, in face units."""
    x, y = view.raster.x[None, :], view.raster.y[:, None]
    rest = 1.0 - (x / 1.12) ** 2 - ((y - 0.08) / 1.72) ** 2
    return (0.92 * np.sqrt(np.maximum(rest, 0.03))).astype(np.float32)


def add_nose(view: View, height: Array, person: Person) -> Array:
    """Add the nose to the height field and return the strength of its shadow on the skin."""
    tip = person.nose_length
    window = view.window(-0.55, -0.3, 0.55, tip + 0.32, 0.15)
    v = view.down(0.12)[window[0]][:, None]
    along = smooth(v, -0.24, tip) ** np.float32(1.5) * (1.0 - smooth(v, tip + 0.03, tip + 0.15))
    u = view.u[window[1]][None, :] - np.float32(0.26 * view.turn) * along
    wide = np.float32(0.050) + np.float32(0.30 * person.nose_width) * along
    part = height[window]
    ridge = np.exp(np.float32(-0.5) * (u / wide) ** 2)
    part += np.float32(0.205) * along * ridge
    ball = bell(u, 0.0, 0.105) * bell(v, tip - 0.01, 0.085)
    wing = bell(np.abs(u), person.nose_width * 0.80, 0.058) * bell(v, tip + 0.045, 0.062)
    part += np.float32(0.08) * ball + np.float32(0.070) * wing
    return np.asarray(along * (1.0 - ridge))


def nose_shadow(view: View, person: Person, light: tuple[float, float]) -> list[Bump]:
    """Return the dark patches under and beside the nose (heights are opacities)."""
    tip, shift = person.nose_length, 0.26 * view.turn
    side = -1.0 if light[0] > 0 else 1.0
    strength = min(abs(light[0]), 0.7)
    return [
        (shift * 0.8 + side * 0.10 * strength, 0.15, tip + 0.16, 0.045, 0.24),
        (shift * 0.5 + side * (person.nose_width * 0.75), 0.075, tip - 0.12, 0.16, 0.26 * strength),
        (shift * 0.9 + side * (person.nose_width + 0.05), 0.08, tip + 0.06, 0.09, 0.35 * strength),
    ]


def creases(view: View, person: Person, moment: Moment) -> Array:
    """Return the darkness of the skin's lines: wrinkles of age and of the expression."""
    au, old = moment.au, person.age
    dark = field_of(view, _soft_creases(person, moment))
    for v, bend in ((-0.50, 0.05), (-0.62, 0.06), (-0.74, 0.05)):
        _forehead_line(view, dark, v - 0.03 * (au[1] + au[2]), bend, person, moment)
    if old > 0.3 or au[6] > 0.05:
        _crow_feet(view, dark, person, 0.10 * old + 0.26 * au[6])
    _folds(view, dark, person, moment)
    return dark


def _soft_creases(person: Person, moment: Moment) -> list[Bump]:
    au, d = moment.au, person.eye_distance
    mouth = mouth_height(person, moment)
    corner = person.mouth_width * (1 + 0.24 * au[12] + 0.52 * au[20])
    bumps = both(0.06, 0.024, -0.24 + 0.04 * au[4], 0.10, 0.50 * au[4] + 0.06 * person.age)
    bumps += both(d, 0.15, 0.155, 0.022, 0.10 * person.age + 0.26 * au[6])
    bumps += both(d - 0.1, 0.10, 0.11, 0.03, 0.06 + 0.06 * person.age)
    bumps += both(corner + 0.03, 0.03, mouth - 0.08 * au[12] + 0.1 * au[15], 0.05, 0.22)
    bumps += both(corner + 0.10, 0.026, mouth + 0.02, 0.10, 0.42 * au[20])
    bumps += both(corner + 0.04, 0.045, mouth + 0.19, 0.07, 0.32 * au[15])
    bumps += [(0.0, 0.17, mouth + 0.205, 0.03, 0.10 + 0.26 * au[15])]
    return bumps


def _forehead_line(
    view: View, dark: Array, v: float, bend: float, person: Person, moment: Moment
) -> None:
    window = view.window(-0.75, v - 0.12, 0.75, v + 0.16)
    u = view.u[window[1]]
    inner, outer = bell(u, 0.0, 0.24), bell(np.abs(u), 0.47, 0.15)
    force = 0.5 * moment.au[1] * inner + 0.5 * moment.au[2] * outer
    force += np.float32(0.20 * max(person.age - 0.3, 0.0)) * bell(u, 0.0, 0.42)
    curve = v + bend * u * u * 3.0 - 0.04 * moment.au[1] * inner
    line = bell(view.v[window[0]][:, None] - curve[None, :], 0.0, 0.016)
    dark[window] += line * force[None, :]


def _crow_feet(view: View, dark: Array, person: Person, force: float) -> None:
    start = person.eye_distance + person.eye_width
    for side in (-1.0, 1.0):
        edges = sorted((side * (start + 0.02), side * (start + 0.26)))
        window = view.window(edges[0], -0.2, edges[1], 0.25)
        out = side * view.u[window[1]][None, :] - start
        v = view.v[window[0]][:, None]
        fade = smooth(out, 0.02, 0.08) * (1.0 - smooth(out, 0.16, 0.25))
        for slope in (-0.45, 0.05, 0.55):
            line = bell(v - 0.0 - slope * out, 0.0, 0.016)
            dark[window] += np.float32(force * 0.8) * line * fade


def _folds(view: View, dark: Array, person: Person, moment: Moment) -> None:
    """Add the nasolabial folds, which smiles deepen and push outwards."""
    smile = moment.au[12]
    force = 0.08 + 0.18 * person.age + 0.26 * smile + 0.10 * moment.au[6] + 0.1 * moment.au[20]
    top, bottom = person.nose_length - 0.02, person.nose_length + 0.44
    wide = person.mouth_width * (1 + 0.2 * smile + 0.25 * moment.au[20])
    for side in (-1.0, 1.0):
        edges = sorted((side * 0.15, side * (wide + 0.3)))
        window = view.window(edges[0], top - 0.05, edges[1], bottom + 0.05)
        v = view.v[window[0]][:, None]
        t = np.clip((v - top) / (bottom - top), 0.0, 1.0)
        curve = person.nose_width + 0.03 + (wide + 0.10 - person.nose_width) * t ** np.float32(0.8)
        curve = curve + np.float32(0.06 * smile) * np.sin(np.pi * t).astype(np.float32)
        line = bell(side * view.u[window[1]][None, :] - curve, 0.0, 0.030)
        dark[window] += np.float32(force) * line * smooth(t, 0.0, 0.12) * (1 - smooth(t, 0.6, 1.0))


def blush(view: View, person: Person, moment: Moment) -> Array:
    """Return the mask of redder skin: cheeks, nose, chin."""
    lift = 0.06 * moment.au[6]
    bumps = both(0.52, 0.20, 0.40 - lift, 0.15, 0.4 + 0.25 * person.makeup + 0.2 * moment.au[12])
    bumps += [(0.24 * view.turn, 0.12, person.nose_length, 0.10, 0.5), (0, 0.2, 1.15, 0.12, 0.25)]
    return field_of(view, bumps)


def edge_mask(distance: Array, pixel: float) -> Array:
    """Return the soft mask of the face from the distance to its outline."""
    return ramp(distance, 1.2 * pixel)
