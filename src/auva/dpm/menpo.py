"""The detector for menpo: it attaches faces to images as landmarks."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva.dpm.detector import Detector
from auva.dpm.picture import as_bytes, without_alpha

if TYPE_CHECKING:
    from menpo.image import Image
    from menpo.shape import PointDirectedGraph


class DPMDetector:
    """The deformable part model as a menpodetect detector.

    Parameters
    ----------
    model_path : str or Path
        The model file, see `auva.dpm.fetch_model`.
    cfg : mapping, optional
        The `detector` section of the configuration, except `greyscale`, an argument of each call.

    Examples
    --------
    >>> detect = DPMDetector("headhunter_dpm_baseline.txt")  # doctest: +SKIP
    >>> boxes = detect(image)  # doctest: +SKIP
    >>> image.landmarks["dpm_0"]  # doctest: +SKIP
    """

    def __init__(self, model_path: str | Path, cfg: Mapping[str, Any] | None = None) -> None:
        self._detector = Detector(model_path, dict(cfg or {}) | {"greyscale": False})

    def __call__(
        self,
        image: "Image",
        greyscale: bool = True,
        image_diagonal: int | None = None,
        group_prefix: str = "dpm",
    ) -> "list[PointDirectedGraph]":
        """Detect the faces of an image and attach them as landmarks.

        Parameters
        ----------
        image : menpo.image.Image
            Floating point pixels in [0, 1], or 8-bit pixels; alpha, the last of 2 or 4 channels,
            is ignored.
        greyscale : bool
            Convert a colour image to greyscale (menpo's luminosity) first.
        image_diagonal : int, optional
            Diagonal in pixels to which the image is resized for the detection.
        group_prefix : str
            The faces are attached as `{group_prefix}_0`, `{group_prefix}_1`, …, best first.

        Returns
        -------
        list of menpo.shape.PointDirectedGraph
            The boxes, best first, in menpo's order of axes: (y, x).
        """
        from menpodetect.detect import detect

        copy = _eight_bit(image)
        boxes: list = detect(
            self._boxes,
            copy,
            greyscale=greyscale,
            image_diagonal=image_diagonal,
            group_prefix=group_prefix,
        )
        for name in copy.landmarks.group_labels:
            image.landmarks[name] = copy.landmarks[name]
        return boxes

    def _boxes(self, pixels: np.ndarray) -> "list[PointDirectedGraph]":
        from menpo.shape import bounding_box

        return [
            bounding_box((face.top, face.left), (face.bottom, face.right))
            for face in self._detector.detect(pixels)
        ]


def _eight_bit(image: "Image") -> "Image":
    """Return an image's pixels, rounded to 8 bits, as an image without landmarks or alpha.

    menpo would average alpha into the grey value. Its own conversion from floating point calls a
    function that NumPy 2 has removed.
    """
    from menpo.image import Image

    pixels = without_alpha(np.moveaxis(image.pixels, 0, -1))
    return Image(np.ascontiguousarray(np.moveaxis(as_bytes(pixels), -1, 0)))


def load_dpm_frontal_face_detector(
    model_path: str | Path, cfg: Mapping[str, Any] | None = None
) -> DPMDetector:
    """Return the detector; the name follows menpodetect."""
    return DPMDetector(model_path, cfg)
