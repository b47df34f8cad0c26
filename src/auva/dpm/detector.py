"""The detector: finds faces in pictures with a model file and settings."""

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from auva.dpm.boxes import Detection, face_side, level_of
from auva.dpm.calibration import read_calibration, steps_for
from auva.dpm.levels import Levels
from auva.dpm.near import Area
from auva.dpm.picture import as_picture
from auva.dpm.pyramid import INTERVAL, last_level
from auva.dpm.search import Face, find_faces
from auva.dpm.settings import read_settings, smallest_side
from auva.dpm.weights import read_weights
from auva.errors import InputError


class Detector:
    """Finds faces in pictures.

    Parameters
    ----------
    model_path : str or Path
        The model file, see `fetch_model`.
    cfg : mapping, optional
        The `detector` section of the configuration; see `auva.dpm.settings.Settings`.

    Raises
    ------
    InputError
        If the model file, the calibration or a setting is wrong.
    """

    def __init__(self, model_path: str | Path, cfg: Mapping[str, Any] | None = None) -> None:
        self.settings = read_settings(cfg)
        self.weights = read_weights(model_path)
        self._local = threading.local()
        dense = self.settings.mode == "dense"
        calibration = {"thresholds": []} if dense else read_calibration(self.settings.calibration)
        self._steps_for = lru_cache(maxsize=256)(partial(steps_for, calibration))
        self.steps = self._steps_for(self.settings.threshold)

    def detect(self, image: np.ndarray) -> list[Detection]:
        """Return the faces in a picture, best first.

        Parameters
        ----------
        image : uint8 array [height, width, 3] (RGB) or [height, width]
            See `auva.dpm.picture.as_picture` for all that is accepted. No face is found where the
            shorter side is below 70 pixels.

        Returns
        -------
        list of Detection
            Score and box in pixels, with a score above the threshold, descending.

        Raises
        ------
        InputError
            For another shape or type, and if `smallest_face` is larger than every face that is
            searched in a picture of this size.
        """
        return self.detect_picture(as_picture(image, self.settings.greyscale))

    def detect_picture(self, picture: np.ndarray) -> list[Detection]:
        """Return the faces in a planar picture, uint8 [channels, height, width]."""
        return self.boxes(picture, self.search(self.levels(picture)))

    def boxes(self, picture: np.ndarray, faces: Sequence[Face]) -> list[Detection]:
        """Return the boxes of the faces that are at least as large as `smallest_face`."""
        first = self.first_level(*picture.shape[1:])
        return [face.box for face in faces if face.peak.level >= first]

    def first_level(self, height: int, width: int) -> int:
        """Return the finest level whose faces are at least as large as `smallest_face`."""
        smallest = self.settings.smallest_face
        first = level_of(smallest_side(smallest, height))
        last = last_level(height, width)
        if INTERVAL <= last < first:
            raise InputError(
                f"detector.smallest_face: {smallest} is more than {face_side(last)} pixels, the "
                f"largest face that is searched in {width} x {height} pixels"
            )
        return first

    def levels(self, picture: np.ndarray) -> Levels:
        """Return the levels of a planar picture; each thread reuses its own for one size."""
        height, width = picture.shape[1:]
        levels = getattr(self._local, "levels", None)
        if levels is None or (levels.height, levels.width) != (height, width):
            levels = self._local.levels = Levels(height, width, INTERVAL if self.steps else 0)
        levels.show(picture)
        return levels

    def search(
        self,
        levels: Levels,
        areas: Sequence[Area] | None = None,
        threshold: float | None = None,
        first: int | None = None,
    ) -> list[Face]:
        """Return the faces on level `first` and coarser ones, or in areas of root positions.

        If `threshold` is higher than that of the settings, only faces above it are returned.
        If `first` is given, a face on a finer level may replace a larger box; `boxes` removes such
        small faces.
        """
        lowest, overlap, steps = self.settings.threshold, self.settings.overlap, self.steps
        if threshold is not None and threshold > lowest:
            lowest, steps = threshold, steps and self._steps_for(threshold)
        if first is None:
            whole = areas is None
            first = self.first_level(levels.height, levels.width) if whole else INTERVAL
        return find_faces(self.weights, levels, lowest, overlap, steps, areas, first)
