"""The model file: six mixtures of one root filter and eight part filters each.

The weights are the 'HeadHunter DPM baseline' of Mathias et al., 'Face detection without bells and
whistles' (ECCV 2014), in the plain text format of the FFLD2 engine.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from auva.errors import InputError
from auva.files import sha256

MODEL_SHA256 = "110d7c368e4cee6b21fbc4f0a499cd8e65040cb7b386cfc4c739f91849392928"
"""SHA-256 of `headhunter_dpm_baseline.txt`."""

FEATURES = 32
"""HOG features per cell."""

ROOT = 9
"""Side of a root filter in cells of 8 pixels."""

PART = 6
"""Side of a part filter in cells of 4 pixels."""

MIXTURES = 6
PARTS = 8

# The header of a filter: rows, columns, features, offset (x, y, z), deformation (6 numbers).
_HEADER = 12


@dataclass(frozen=True)
class Model:
    """The weights of the detector.

    Attributes
    ----------
    roots : float32 [6, 9, 9, 32]
        Root filters: mixture, row, column, feature.
    parts : float32 [6, 8, 6, 6, 32]
        Part filters: mixture, part, row, column, feature.
    anchors : int64 [6, 8, 2]
        Row and column of each part's anchor, in part cells from the root's top-left corner.
    deformations : float32 [6, 8, 4]
        Weights of dx^2, dx, dy^2, dy (anchor minus placement), added to the score.
    biases : float32 [6]
        Added to the score of each mixture.
    """

    roots: np.ndarray
    parts: np.ndarray
    anchors: np.ndarray
    deformations: np.ndarray
    biases: np.ndarray


def read_model(path: str | Path) -> Model:
    """Read and check the model file.

    Parameters
    ----------
    path : str or Path
        `headhunter_dpm_baseline.txt`.

    Raises
    ------
    InputError
        If the file is missing, truncated or not this model (its SHA-256 is compared).
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("the detector's model is missing (see docs/explanation/detector.md)", path)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _modified: int) -> Model:
    # The shape is checked first, to distinguish a truncated file from another model.
    model = parse_model(path.read_bytes(), path)
    digest = sha256(path)
    if digest != MODEL_SHA256:
        raise InputError(f"not the expected model: its SHA-256 is {digest}", path)
    return model


def parse_model(content: bytes, path: Path) -> Model:
    """Return the model in the bytes of a file (`path` is named in errors)."""
    try:
        numbers = np.array(content.split(), dtype=np.float64)
    except ValueError:
        raise InputError("not a model file: it does not contain only numbers", path) from None
    reader = _Reader(numbers, path)
    if reader.take(1)[0] != MIXTURES:
        raise InputError(f"not a model of {MIXTURES} mixtures", path)
    model = Model(
        roots=np.empty((MIXTURES, ROOT, ROOT, FEATURES), np.float32),
        parts=np.empty((MIXTURES, PARTS, PART, PART, FEATURES), np.float32),
        anchors=np.empty((MIXTURES, PARTS, 2), np.int64),
        deformations=np.empty((MIXTURES, PARTS, 4), np.float32),
        biases=np.empty(MIXTURES, np.float32),
    )
    for mixture in range(MIXTURES):
        count, model.biases[mixture] = reader.take(2)
        if count != PARTS + 1:
            raise InputError(f"mixture {mixture} has {count:g} filters, not {PARTS + 1}", path)
        _, model.roots[mixture] = reader.filter(ROOT)
        for part in range(PARTS):
            header, model.parts[mixture, part] = reader.filter(PART)
            model.anchors[mixture, part] = header[4], header[3]
            model.deformations[mixture, part] = header[6:10]
    reader.end()
    return model


class _Reader:
    """The numbers of a model file, read in order."""

    def __init__(self, numbers: np.ndarray, path: Path) -> None:
        self._numbers = numbers
        self._path = path
        self._place = 0

    def take(self, count: int) -> np.ndarray:
        taken = self._numbers[self._place : self._place + count]
        if len(taken) < count:
            raise InputError(
                f"the model is truncated: it ends after {len(self._numbers)} numbers", self._path
            )
        self._place += count
        return taken

    def filter(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        header = self.take(_HEADER)
        if tuple(header[:3]) != (side, side, FEATURES):
            shape = " x ".join(f"{number:g}" for number in header[:3])
            raise InputError(
                f"a filter of {shape}, expected {side} x {side} x {FEATURES}", self._path
            )
        return header, self.take(side * side * FEATURES).reshape(side, side, FEATURES)

    def end(self) -> None:
        if self._place != len(self._numbers):
            raise InputError("unexpected numbers after the last filter of the model", self._path)
