"""The packed dataset: one HDF5 file per image size.

>>> import auva.dataset
>>> faces = auva.dataset.load("results/dataset/faces_28.h5", "train")  # doctest: +SKIP

`load` gives arrays in memory, `open` reads frames on demand; `auva.dataset.pytorch.TorchFaces`
wraps either for torch, `auva.dataset.pack.pack` writes the file.
"""

from auva.dataset.read import Faces, FaceSet, load, open, sizes
from auva.dataset.schema import SCHEMA_VERSION

__all__ = ["SCHEMA_VERSION", "FaceSet", "Faces", "load", "open", "sizes"]
