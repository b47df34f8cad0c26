"""The packed dataset: one HDF5 file per image size, written as a stream and read back.

>>> import auva.dataset
>>> faces = auva.dataset.load("results/dataset/faces_28.h5", "train")  # doctest: +SKIP

`load` gives arrays in memory, `open` reads frames on demand, `TorchFaces` wraps either for torch.
"""

from typing import TYPE_CHECKING, Any

from auva.dataset.pack import pack
from auva.dataset.read import Faces, FaceSet, load, open, sizes
from auva.dataset.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from auva.dataset.pytorch import TorchFaces

__all__ = ["SCHEMA_VERSION", "FaceSet", "Faces", "TorchFaces", "load", "open", "pack", "sizes"]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import what needs torch only when it is asked for."""
    if name == "TorchFaces":
        from auva.dataset.pytorch import TorchFaces

        return TorchFaces
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
