"""The detector: a model file and settings, made into a function of pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from auva.dpm.boxes import Detection, boxes_of_peaks
from auva.dpm.dense import dense_search
from auva.dpm.picture import as_picture
from auva.dpm.pyramid import last_level
from auva.dpm.settings import read_settings
from auva.dpm.weights import read_weights


class Detector:
    """Finds faces in pictures.

    Parameters
    ----------
    model_path : str or Path
        The model file, see `fetch_model`.
    cfg : mapping, optional
        The `detector` section of the configuration; see `auva.dpm.settings.Settings`.
    threads : int
        Cores to use.

    Raises
    ------
    InputError
        If the model file or a setting is wrong.
    """

    def __init__(
        self, model_path: str | Path, cfg: Mapping[str, Any] | None = None, threads: int = 1
    ) -> None:
        self.settings = read_settings(cfg)
        self.weights = read_weights(model_path)
        self.threads = threads

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
        """
        return self.detect_picture(as_picture(image, self.settings.greyscale))

    def detect_picture(self, picture: np.ndarray) -> list[Detection]:
        """Return the faces in a planar picture, uint8 [channels, height, width]."""
        _, height, width = picture.shape
        if last_level(height, width) < 0:
            return []
        peaks = dense_search(self.weights, picture, self.settings.threshold)
        return boxes_of_peaks(peaks, height, width, self.settings.overlap)
