"""Networks in the format of LiteRT, and the one that finds the landmarks of a face."""

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError

POINTS = 478
"""Landmarks of a face; the last ten are those of the irises."""

SURROUNDINGS = 0.25
"""Share of a face's side that is added on each side of it, because MediaPipe shows the network a
square of 1.5 times the box of a face. The added pixels repeat the edge: a crop has no others."""

PRESENT = 0.5
"""Probability of a face from which its landmarks count, as in MediaPipe."""

_KEPT = 40_000
"""Faces whose landmarks stay in memory, so that each checkpoint does not ask anew: 230 MB."""

Float = NDArray[np.float32]


class Network:
    """A network in the format of LiteRT. It computes on one thread, so that its bytes are the same.

    Parameters
    ----------
    data : bytes
        The network.

    Raises
    ------
    InputError
        The runtime is not installed, or it cannot read the network.
    """

    def __init__(self, data: bytes) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            raise InputError(
                "landmarks need ai-edge-litert: pip install '/path/to/auva[landmarks]'"
            ) from None
        try:
            self._interpreter = Interpreter(model_content=data, num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            cause = str(error).strip().partition("\n")[0]
            raise InputError(f"the landmark network cannot be read ({cause})") from None
        (entry, *_) = self._interpreter.get_input_details()
        self._input = entry["index"]
        self._outputs = [each["index"] for each in self._interpreter.get_output_details()]
        self.input_shape = tuple(int(side) for side in entry["shape"])

    def __call__(self, values: Float) -> list[Float]:
        """Return the outputs for one input of `input_shape`."""
        self._interpreter.set_tensor(self._input, values)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]


class Landmarker:
    """The landmarks of faces that are cut out along the box of a face.

    MediaPipe's own detector is not asked: a crop is a face already.

    Parameters
    ----------
    data : bytes
        The network `auva.landmarks.task.LANDMARKS`.

    Raises
    ------
    InputError
        As `Network`, or another network.
    """

    def __init__(self, data: bytes) -> None:
        self._network = Network(data)
        shape = self._network.input_shape
        if len(shape) != 4 or shape[0] != 1 or shape[1] != shape[2] or shape[3] != 3:
            raise InputError(
                f"the landmark network takes inputs of {shape}, not one square picture"
            )
        self.side = shape[1]
        sizes = [each.size for each in self._network(np.zeros(shape, np.float32))]
        if sizes[:2] != [3 * POINTS, 1]:
            raise InputError(f"the landmark network gives {sizes[:2]} numbers, not {3 * POINTS}, 1")
        self._known: dict[bytes, Float] = {}

    def __call__(self, images: NDArray[np.uint8]) -> Float:
        """Return the landmarks of faces.

        Parameters
        ----------
        images : uint8 array [n, side, side, 3]
            RGB.

        Returns
        -------
        float32 array [n, 478, 3]
            x (right), y (down) and depth in sides of the image, x and y from its left upper
            corner. NaN where the network sees no face.
        """
        found = np.empty((len(images), POINTS, 3), np.float32)
        for number, image in enumerate(images):
            found[number] = self._remembered(image)
        return found

    def _remembered(self, image: NDArray[np.uint8]) -> Float:
        key = hashlib.blake2b(np.ascontiguousarray(image).tobytes(), digest_size=16).digest()
        if key in self._known:
            return self._known[key]
        points = self._points(image)
        if len(self._known) < _KEPT:
            self._known[key] = points
        return points

    def _points(self, image: NDArray[np.uint8]) -> Float:
        side = len(image)
        added = round(side * SURROUNDINGS)
        wide = np.pad(image, ((added, added), (added, added), (0, 0)), mode="edge")
        points = self.in_surroundings(wide) * np.float32(len(wide))
        points[:, :2] -= added
        return points / np.float32(side)

    def in_surroundings(self, picture: NDArray[np.uint8]) -> Float:
        """Return the landmarks of a face with its surroundings, a square of 1.5 times its box.

        Parameters
        ----------
        picture : uint8 array [side, side, 3]

        Returns
        -------
        float32 array [478, 3]
            In sides of the picture; NaN where the network sees no face.
        """
        from PIL import Image

        size = (self.side, self.side)
        shown = Image.fromarray(picture).resize(size, Image.Resampling.BILINEAR)
        values, presence, *_ = self._network(np.asarray(shown, np.float32)[None] / np.float32(255))
        # The network gives the logarithm of the odds.
        if presence.item() < np.log(PRESENT / (1 - PRESENT)):
            return np.full((POINTS, 3), np.nan, np.float32)
        return values.reshape(POINTS, 3) / np.float32(self.side)


@lru_cache(maxsize=1)
def landmarker(data: bytes) -> Landmarker:
    """Return a `Landmarker`, the same one for the same network, with the landmarks it has found."""
    return Landmarker(data)
