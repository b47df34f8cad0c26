"""A person in a room: the position of the head, and the frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from auva.demo import body, head
from auva.demo.people import Person
from auva.demo.rooms import paint_room
from auva.demo.view import Moment

Frame = NDArray[np.uint8]

_NECK = 1.15
"""Height of the point around which the head rolls, below the eyes in face units."""

FOREHEAD = -0.80
"""Height of the upper edge of a face's box: the hairline."""


@dataclass(frozen=True)
class Box:
    """A face in the frame: hairline to chin, side to side, in pixels.

    Attributes
    ----------
    cx, cy, width, height : float
        Centre and size.
    """

    cx: float
    cy: float
    width: float
    height: float

    def visible(self, width: int, height: int) -> float:
        """Return the share of the box inside a frame of this size."""
        across = min(self.cx + self.width / 2, width) - max(self.cx - self.width / 2, 0.0)
        down = min(self.cy + self.height / 2, height) - max(self.cy - self.height / 2, 0.0)
        return max(across, 0.0) * max(down, 0.0) / (self.width * self.height)


@dataclass(frozen=True)
class Place:
    """Position of the head.

    Attributes
    ----------
    x, y : float
        Pixel of the point between the eyes of an upright head.
    unit : float
        Pixels per face unit.
    roll : float
        Rotation in radians, clockwise in the picture.
    """

    x: float
    y: float
    unit: float
    roll: float

    def to_frame(self, u: float, v: float) -> tuple[float, float]:
        """Return the pixel of a point of the head's raster."""
        c, s = float(np.cos(self.roll)), float(np.sin(self.roll))
        down = v - _NECK
        x = self.x + self.unit * (c * u - s * down)
        return x, self.y + self.unit * (s * u + c * down + _NECK)

    def face_box(self, person: Person) -> Box:
        """Return the box of the face."""
        cx, cy = self.to_frame(0.0, (FOREHEAD + person.chin) / 2)
        return Box(cx, cy, 2 * person.width * self.unit, (person.chin - FOREHEAD) * self.unit)


class Scene:
    """One person in front of one background.

    Parameters
    ----------
    person : Person
        The person.
    room : str
        Background (see `auva.demo.rooms`).
    width, height : int
        Frame size in pixels.
    scale : float
        Pixels per face unit of the rasters.
    light : two floats
        Direction of the light on the body, which is painted once.
    seed : int
        Seed of textures and objects.
    """

    def __init__(
        self,
        person: Person,
        room: str,
        width: int,
        height: int,
        scale: float,
        light: tuple[float, float],
        seed: int,
    ) -> None:
        self.person, self.width, self.height, self.scale = person, width, height, scale
        self._head = head.Head(person, scale, seed)
        sprite = body.paint_body(person, scale, light, seed)
        self._body = sprite_image(sprite)
        self.background = paint_room(room, width, height, np.random.default_rng([seed, 2]))

    def frame(self, moment: Moment, place: Place) -> Frame:
        """Return the picture of one moment, uint8 RGB [height, width, 3]."""
        gain = np.asarray(moment.gain, np.float32)
        picture = _multiplied(self.background, 0.35 + 0.65 * gain)
        upright = Place(place.x, place.y, place.unit, 0.25 * place.roll)
        body_at = (body.LEFT, body.TOP, body.RIGHT, body.BOTTOM)
        lay_over(picture, self._body, upright, body_at, self.scale, gain)
        sprite = sprite_image(self._head.paint(moment))
        head_at = (head.LEFT, head.TOP, head.RIGHT, head.BOTTOM)
        lay_over(picture, sprite, place, head_at, self.scale)
        return picture


def _multiplied(picture: Frame, gain: np.ndarray) -> Frame:
    table = np.clip(np.arange(256)[:, None] * gain[None, :], 0, 255).astype(np.uint8)
    return np.stack([table[:, c][picture[..., c]] for c in range(3)], axis=-1)


def sprite_image(premultiplied: np.ndarray) -> Image.Image:
    """Return uint8 RGBA [h, w, 4] as a Pillow image with premultiplied colours."""
    height, width = premultiplied.shape[:2]
    return Image.frombytes("RGBa", (width, height), premultiplied.tobytes())


def lay_over(
    picture: Frame,
    sprite: Image.Image,
    place: Place,
    extent: tuple[float, float, float, float],
    scale: float,
    gain: np.ndarray | None = None,
) -> None:
    """Paint a premultiplied sprite over the picture, in place.

    Parameters
    ----------
    picture : uint8 [h, w, 3]
        Changed in place.
    sprite : PIL image, RGBa
        Premultiplied (see `sprite_image`).
    place : Place
        Position of the head.
    extent : four floats
        Left, top, right, bottom of the sprite in face units.
    scale : float
        Pixels per face unit of the sprite.
    gain : float32 [3], optional
        Light on the sprite.
    """
    left, top, right, bottom = extent
    corners = [place.to_frame(u, v) for u in (left, right) for v in (top, bottom)]
    xs, ys = zip(*corners, strict=True)
    x0, x1 = max(int(min(xs)), 0), min(int(max(xs)) + 2, picture.shape[1])
    y0, y1 = max(int(min(ys)), 0), min(int(max(ys)) + 2, picture.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    c, s = float(np.cos(place.roll)), float(np.sin(place.roll))
    k = scale / place.unit
    dx, dy = x0 - place.x, y0 - place.y - _NECK * place.unit
    data = (
        k * c, k * s, k * (c * dx + s * dy) - left * scale,
        -k * s, k * c, k * (-s * dx + c * dy) + (_NECK - top) * scale,
    )  # fmt: skip
    size = (x1 - x0, y1 - y0)
    warped = sprite.transform(
        size, Image.Transform.AFFINE, data, resample=Image.Resampling.BILINEAR
    )
    layer = np.asarray(warped)
    colour = layer[..., :3]
    if gain is not None:
        colour = _multiplied(colour, gain)
    part = picture[y0:y1, x0:x1]
    keep = (255 - layer[..., 3:]).astype(np.uint16)
    under = (part * keep + 127) // 255
    part[...] = np.minimum(under + colour, 255).astype(np.uint8)
