"""Backgrounds: blurred rooms, drawn once per video."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

_Draw = ImageDraw.ImageDraw
_Colour = tuple[int, int, int]


def paint_room(name: str, width: int, height: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a room out of focus, uint8 RGB [height, width, 3].

    Parameters
    ----------
    name : str
        shelf, window, office, kitchen or plain.
    width, height : int
        Size in pixels.
    rng : numpy.random.Generator
        Random source of the objects' positions.
    """
    wall = np.array(_WALLS[name], float) + rng.normal(0.0, 4.0, 3)
    rows = np.linspace(1.06, 0.86, height)[:, None, None]
    columns = np.linspace(0.94, 1.05, width)[None, :, None]
    base = np.clip(wall * rows * columns, 0, 255).astype(np.uint8)
    picture = Image.fromarray(base, "RGB")
    _PAINTERS[name](ImageDraw.Draw(picture), width, height, rng)
    blurred = picture.filter(ImageFilter.GaussianBlur(height / 75.0))
    return np.asarray(blurred, np.uint8).copy()


_WALLS = {
    "shelf": (186, 176, 160),
    "window": (176, 182, 186),
    "office": (198, 200, 196),
    "kitchen": (206, 204, 190),
    "plain": (150, 160, 158),
}

_BOOKS: tuple[_Colour, ...] = (
    (120, 54, 46), (58, 84, 108), (196, 168, 112), (70, 96, 72), (214, 206, 190),
    (92, 66, 84), (160, 104, 60), (44, 50, 62), (178, 84, 60), (120, 140, 150),
)  # fmt: skip


def _box(draw: _Draw, x: float, y: float, w: float, h: float, colour: _Colour) -> None:
    draw.rectangle((x, y, x + w, y + h), fill=colour)


def _shelf(draw: _Draw, width: int, height: int, rng: np.random.Generator) -> None:
    step = height * 0.30
    for board in range(4):
        bottom = height * 0.18 + board * step
        x = -5.0
        while x < width:
            w, h = rng.uniform(0.018, 0.05) * width, rng.uniform(0.13, 0.22) * height
            if rng.random() < 0.82:
                book = _BOOKS[int(rng.integers(len(_BOOKS)))]
                _box(draw, x, bottom - h, w - 1, h, book)
            x += w
        _box(draw, 0, bottom, width, height * 0.022, (112, 84, 60))


def _window(draw: _Draw, width: int, height: int, rng: np.random.Generator) -> None:
    x, w = width * rng.uniform(0.02, 0.10), width * 0.34
    _box(draw, x - 8, -5, w + 16, height * 0.72, (226, 224, 218))
    _box(draw, x, 0, w, height * 0.68, (196, 214, 230))
    for _ in range(24):
        cx, cy = x + rng.uniform(0, w), height * rng.uniform(0.30, 0.68)
        r = height * rng.uniform(0.03, 0.08)
        green = int(rng.integers(110, 160))
        box = (max(cx - r, x), cy - r, min(cx + r, x + w), min(cy + r, height * 0.68))
        draw.ellipse(box, fill=(90, green, 84))
    _box(draw, x + w / 2 - 3, 0, 6, height * 0.68, (226, 224, 218))
    _box(draw, x, height * 0.33, w, 5, (226, 224, 218))
    for k in range(7):
        tone = 176 + 14 * (k % 2)
        _box(
            draw,
            x + w + 12 + k * width * 0.018,
            0,
            width * 0.018,
            height,
            (tone, tone - 26, tone - 50),
        )
    _box(draw, width * 0.80, height * 0.42, width * 0.12, height * 0.10, (236, 214, 160))
    _box(draw, width * 0.855, height * 0.52, width * 0.01, height * 0.5, (90, 76, 60))


def _office(draw: _Draw, width: int, height: int, rng: np.random.Generator) -> None:
    for x, w in ((0.05, 0.22), (0.72, 0.20)):
        y, h = rng.uniform(0.06, 0.14) * height, rng.uniform(0.26, 0.34) * height
        _box(draw, x * width, y, w * width, h, (70, 62, 56))
        _box(draw, x * width + 5, y + 5, w * width - 10, h - 10, (222, 216, 204))
        for _ in range(6):
            shade = _BOOKS[int(rng.integers(len(_BOOKS)))]
            px, py = (
                x * width + 8 + rng.random() * (w * width - 40),
                y + 8 + rng.random() * (h - 40),
            )
            _box(draw, px, py, rng.uniform(10, 30), rng.uniform(8, 26), shade)
    _box(draw, 0, height * 0.66, width, height * 0.34, (150, 130, 108))
    _plant(draw, width * 0.90, height * 0.66, height * 0.20, rng)


def _plant(draw: _Draw, x: float, y: float, size: float, rng: np.random.Generator) -> None:
    for _ in range(26):
        angle, length = rng.uniform(-1.3, 1.3), size * rng.uniform(0.5, 1.2)
        end = (x + length * np.sin(angle), y - length * np.cos(angle) * 0.9)
        green = int(rng.integers(84, 140))
        draw.line((x, y, *end), fill=(56, green, 60), width=max(int(size * 0.09), 2))
    _box(draw, x - size * 0.25, y - 4, size * 0.5, size * 0.5, (168, 96, 66))


def _kitchen(draw: _Draw, width: int, height: int, rng: np.random.Generator) -> None:
    tile = height * 0.085
    for row in range(int(height * 0.75 / tile) + 1):
        for column in range(int(width / tile) + 2):
            tone = int(rng.integers(-7, 8))
            x = column * tile - (row % 2) * tile / 2
            _box(draw, x, row * tile, tile - 2, tile - 2, (208 + tone, 212 + tone, 206 + tone))
    for x in (0.0, 0.70):
        _box(draw, x * width, -5, width * 0.28, height * 0.26, (120, 138, 132))
        _box(draw, x * width + width * 0.135, 0, 3, height * 0.26, (92, 108, 104))
    _box(draw, 0, height * 0.72, width, height * 0.30, (104, 84, 68))
    for _ in range(5):
        x, h = rng.uniform(0, 1) * width, rng.uniform(0.08, 0.16) * height
        jar = _BOOKS[int(rng.integers(len(_BOOKS)))]
        _box(draw, x, height * 0.72 - h, width * rng.uniform(0.03, 0.06), h, jar)


def _plain(draw: _Draw, width: int, height: int, rng: np.random.Generator) -> None:
    x = 0.0
    while x < width:
        w, tone = rng.uniform(0.02, 0.05) * width, int(rng.integers(-16, 17))
        _box(draw, x, 0, w, height, (116 + tone, 134 + tone, 140 + tone))
        x += w
    _box(draw, width * 0.04, height * 0.70, width * 0.26, height * 0.4, (140, 92, 70))
    _box(draw, width * 0.74, height * 0.62, width * 0.3, height * 0.5, (150, 104, 80))


_PAINTERS: dict[str, Callable[[_Draw, int, int, np.random.Generator], None]] = {
    "shelf": _shelf,
    "window": _window,
    "office": _office,
    "kitchen": _kitchen,
    "plain": _plain,
}
