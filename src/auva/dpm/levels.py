"""The features of a picture's levels, computed when and where they are needed."""

from typing import NamedTuple

import numpy as np

from auva.dpm.cascade import mark_tiles
from auva.dpm.hog import hog_rectangle, padded_level
from auva.dpm.pyramid import (
    PADDING,
    cell_count,
    halve,
    last_level,
    level_source,
    rescale,
    scaled_size,
)
from auva.dpm.weights import Weights

TILE = 8
"""Side of the squares of cells in which features are computed."""


class Rectangle(NamedTuple):
    """Rows and columns of padded cells or positions: first row and column, and how many."""

    row: int
    column: int
    rows: int
    columns: int


class Levels:
    """The features of a picture's levels.

    Parameters
    ----------
    picture : uint8 [channels, height, width]

    Attributes
    ----------
    count : int
        Number of levels, 0 if the picture is too small to be searched.
    """

    def __init__(self, picture: np.ndarray) -> None:
        self.height, self.width = picture.shape[1:]
        self.count = last_level(self.height, self.width) + 1
        self._pictures = {(0, 0): picture}
        self._levels: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def shape(self, level: int) -> tuple[int, int]:
        """Return how many rows and columns of cells a padded level has."""
        source = level_source(level)
        sides = scaled_size(self.height, self.width, source.scale, source.halvings)
        rows, columns = (cell_count(side, source.cell) for side in sides)
        return rows + 2 * PADDING, columns + 2 * PADDING

    def whole(self, level: int) -> np.ndarray:
        """Return the padded features of a level: float32 [rows, columns, 64]."""
        features, done = self._level(level)
        if not done.all():
            rows, columns = self.shape(level)
            self._fill(level, Rectangle(0, 0, rows - 2 * PADDING, columns - 2 * PADDING))
            done[:] = True
        return features

    def rectangle(self, level: int, area: Rectangle) -> np.ndarray:
        """Return padded features that are valid at least in a rectangle of padded cells."""
        _, done = self._level(level)
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
        rows, columns = features.shape[0] - 2 * PADDING, features.shape[1] - 2 * PADDING
        needed = np.zeros(done.shape, np.bool_)
        mark_tiles(
            hypotheses, *steps, weights.anchors, weights.order, reach, TILE, rows, columns, needed
        )
        return self._tiles(level, needed)

    def _tiles(self, level: int, needed: np.ndarray) -> np.ndarray:
        features, done = self._level(level)
        needed &= ~done
        for v, u, end in _runs(needed):
            self._fill(level, Rectangle(TILE * v, TILE * u, TILE, TILE * (end - u)))
        done |= needed
        return features

    def _fill(self, level: int, area: Rectangle) -> None:
        """Compute the features of a rectangle of content cells (cut at the level's edge)."""
        features, _ = self._level(level)
        content = features[PADDING:-PADDING, PADDING:-PADDING]
        inner = content[area.row : area.row + area.rows, area.column : area.column + area.columns]
        source = level_source(level)
        picture = self._picture(source.scale, source.halvings)
        height, width = picture.shape[1:]
        hog_rectangle(picture, 0, 0, height, width, source.cell, area.row, area.column, inner)

    def _level(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the features of a level and which of its tiles are computed."""
        if level not in self._levels:
            rows, columns = (side - 2 * PADDING for side in self.shape(level))
            done = np.zeros((-(-rows // TILE), -(-columns // TILE)), np.bool_)
            self._levels[level] = padded_level(rows, columns), done
        return self._levels[level]

    def _picture(self, scale: int, halvings: int) -> np.ndarray:
        key = scale, halvings
        if key not in self._pictures:
            if halvings:
                self._pictures[key] = halve(self._picture(scale, halvings - 1))
            else:
                self._pictures[key] = rescale(self._pictures[0, 0], scale)
        return self._pictures[key]


def _runs(needed: np.ndarray) -> list[tuple[int, int, int]]:
    """Return row, first column and end of each horizontal run of needed tiles."""
    runs = []
    for v in np.flatnonzero(needed.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], needed[v].view(np.int8), [0]])))
        runs.extend(
            (int(v), int(u), int(end)) for u, end in zip(edges[::2], edges[1::2], strict=True)
        )
    return runs
