"""A picture of all people with various expressions, for visual inspection."""

from pathlib import Path

import numpy as np
from PIL import Image

from auva.demo.film import appearance_seed
from auva.demo.people import PEOPLE
from auva.demo.scene import Place, Scene
from auva.demo.view import Moment
from auva.files import atomic_path
from auva.units import THESIS_UNITS

_TILE = (212, 212)
_EXPRESSIONS: tuple[tuple[int, ...], ...] = (
    (6, 12, 25), (4,), (1, 2, 25), (12,), (), (1, 2), (6, 12), (1, 4, 15), (20, 25),
)  # fmt: skip
_ROOMS = ("window", "office", "shelf", "kitchen", "plain")


def contact_sheet(path: str | Path, seed: int, columns: int = 5) -> None:
    """Write a PNG that shows each person once.

    Parameters
    ----------
    path : str or Path
        Picture to write.
    seed : int
        Seed of the corpus.
    columns : int
        People in a row.
    """
    tiles = [_tile(index, seed) for index in range(len(PEOPLE))]
    rows = [np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)]
    with atomic_path(path) as temporary:
        Image.fromarray(np.vstack(rows)).save(temporary, optimize=True)


def _tile(index: int, seed: int) -> np.ndarray:
    one, units = PEOPLE[index], _EXPRESSIONS[index % len(_EXPRESSIONS)]
    side = -1.0 if index % 2 else 1.0
    moment = Moment(
        au={unit: 0.9 * (unit in units) for unit in THESIS_UNITS},
        yaw=0.14 * side,
        light=(0.38 * side, 0.38),
        gaze=(-0.012 * side, 0.0),
    )
    width, height = _TILE
    room = _ROOMS[index % len(_ROOMS)]
    look = appearance_seed(seed, one.identity)
    scene = Scene(one, room, width, height, 75.0, moment.light, look)
    return scene.frame(moment, Place(width * 0.5, height * 0.43, 0.25 * height, 0.05 * side))
