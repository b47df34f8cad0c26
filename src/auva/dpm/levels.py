"""The features of a picture's levels, computed on demand in tiles."""

from typing import NamedTuple

import numpy as np

from auva.dpm.cascade import mark_tiles
from auva.dpm.hog import fill_tiles, hog_rectangle, padded_level
from auva.dpm.pyramid import (
    PADDING,
    Level,
    cell_count,
    halve,
    last_level,
    level_source,
    rescale,
    scaled_size,
)
from auva.dpm.weights import Weights

TILE = 5
"""Side of the squares of cells in which features are computed."""

_MOST = 0.4  # above this share of needed tiles, computing the whole level is faster


class Rectangle(NamedTuple):
    """Rows and columns of padded cells or positions: first row and column, and how many."""

    row: int
    column: int
    rows: int
    columns: int


class Levels:
    """The features of a picture's levels.

    The arrays are reused for the next picture of the same size.

    Parameters
    ----------
    height, width : int
        Size of the pictures that will be shown.
    mirrored : int
        First level for which the cells' mirror images are computed too, for whole-level responses.

    Attributes
    ----------
    count : int
        Number of levels, 0 if the pictures are too small to be searched.
    """

    def __init__(self, height: int, width: int, mirrored: int = 0) -> None:
        self.height, self.width, self.mirrored = height, width, mirrored
        self.count = last_level(height, width) + 1
        self._shapes = [self._shape(level) for level in range(self.count)]
        self._pictures: dict[tuple[int, int], np.ndarray] = {}
        self._levels: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def show(self, picture: np.ndarray) -> None:
        """Replace the current picture by `picture`, uint8 [channels, height, width]."""
        self._pictures = {(0, 0): picture}
        for _, done in self._levels.values():
            done[:] = False

    def shape(self, level: int) -> tuple[int, int]:
        """Return how many rows and columns of cells a padded level has."""
        return self._shapes[level]

    def _shape(self, level: int) -> tuple[int, int]:
        source = level_source(level)
        sides = scaled_size(self.height, self.width, source.scale, source.halvings)
        rows, columns = (cell_count(side, source.cell) for side in sides)
        return rows + 2 * PADDING, columns + 2 * PADDING

    def whole(self, level: int) -> np.ndarray:
        """Return the padded features of a level: float32 [1 or 2, rows, columns, 32]."""
        features, done = self._level(level)
        if not done.all():
            done[:] = True
            source, picture = self._source(level)
            content = features[:, PADDING:-PADDING, PADDING:-PADDING]
            height, width = picture.shape[1:]
            hog_rectangle(picture, 0, 0, height, width, source.cell, 0, 0, content)
        return features

    def rectangle(self, level: int, area: Rectangle) -> np.ndarray:
        """Return padded features that are valid at least in a rectangle of padded cells."""
        features, done = self._level(level)
        if done.all():
            return features
        top, left = max(area.row - PADDING, 0), max(area.column - PADDING, 0)
        bottom, right = area.row + area.rows - PADDING, area.column + area.columns - PADDING
        needed = np.zeros(done.shape, np.bool_)
        needed[top // TILE : -(-bottom // TILE), left // TILE : -(-right // TILE)] = True
        return self._tiles(level, needed)

    def around(
        self,
        level: int,
        weights: Weights,
        hypotheses: np.ndarray,
        steps: tuple[int, int],
        reach: int,
    ) -> np.ndarray:
        """Return padded features that are valid at least where hypotheses place parts.

        Parameters
        ----------
        level : int
            The level of the parts, one octave finer than that of the roots.
        weights : Weights
        hypotheses : int32 [n, 3]
            Mixture, root row and root column.
        steps : (int, int)
            First step and end of the steps whose parts are placed.
        reach : int
            Largest displacement of a part in cells.
        """
        features, done = self._level(level)
        if done.all():
            return features
        rows, columns = (side - 2 * PADDING for side in features.shape[1:3])
        needed = np.zeros(done.shape, np.bool_)
        mark_tiles(
            hypotheses, *steps, weights.anchors, weights.order, reach, TILE, rows, columns, needed
        )
        return self._tiles(level, needed)

    def _tiles(self, level: int, needed: np.ndarray) -> np.ndarray:
        features, done = self._level(level)
        missing = np.count_nonzero(needed & ~done)
        if missing > _MOST * done.size:
            return self.whole(level)
        if not missing:
            return features
        source, picture = self._source(level)
        fill_tiles(
            picture,
            source.cell,
            TILE,
            needed,
            done,
            features[:, PADDING:-PADDING, PADDING:-PADDING],
        )
        return features

    def _source(self, level: int) -> tuple[Level, np.ndarray]:
        source = level_source(level)
        return source, self._picture(source.scale, source.halvings)

    def _level(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the features of a level and which of its tiles are computed."""
        if level not in self._levels:
            rows, columns = (side - 2 * PADDING for side in self.shape(level))
            done = np.zeros((-(-rows // TILE), -(-columns // TILE)), np.bool_)
            images = 2 if level >= self.mirrored else 1
            self._levels[level] = padded_level(rows, columns, images), done
        return self._levels[level]

    def _picture(self, scale: int, halvings: int) -> np.ndarray:
        key = scale, halvings
        if key not in self._pictures:
            if halvings:
                self._pictures[key] = halve(self._picture(scale, halvings - 1))
            else:
                self._pictures[key] = rescale(self._pictures[0, 0], scale)
        return self._pictures[key]
