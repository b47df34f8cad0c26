"""Packed faces as a torch dataset."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from auva.dataset.read import Faces, FaceSet, load


class TorchFaces(Dataset):
    """One set as a map-style torch dataset of dicts of tensors.

    Items have `image` (float32 [3, size, size] in [-1, 1]), `au`, `va`, `intensity`, their masks
    (`au_mask`, …) and `index`, the row in the set.

    Parameters
    ----------
    path : path
        The packed file.
    set : str
        "train", "validation" or "test".
    in_memory : bool
        Read the whole set at once. Otherwise each worker opens the file and reads frames on demand.
    """

    def __init__(self, path: str | Path, set: str, in_memory: bool = True) -> None:
        self.path = Path(path)
        self.set = set
        self._loaded = load(path, set) if in_memory else None
        self._file: Faces | None = None
        with Faces(path, set) as faces:
            self._length = len(faces)

    def __len__(self) -> int:
        return self._length

    def __getstate__(self) -> dict[str, Any]:
        """Drop the open file: HDF5 handles cannot be pickled."""
        return {**self.__dict__, "_file": None}

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        """Return one face."""
        return self.__getitems__([index])[0]

    def __getitems__(self, indices: list[int]) -> list[dict[str, torch.Tensor]]:
        """Return several faces at once, which torch's DataLoader uses for whole batches."""
        batch = self.batch(indices)
        return [{name: value[i] for name, value in batch.items()} for i in range(len(indices))]

    def batch(self, indices: list[int]) -> dict[str, torch.Tensor]:
        """Return the faces of the given rows stacked along the first axis."""
        rows = np.asarray(indices, np.int64)
        part = self._rows(rows)
        image = torch.from_numpy(part.image).permute(0, 3, 1, 2)
        return {
            "image": image.to(torch.float32).div_(127.5).sub_(1),
            "au": torch.from_numpy(part.au).to(torch.float32),
            "au_mask": torch.from_numpy(part.au_mask),
            "va": torch.from_numpy(part.va),
            "va_mask": torch.from_numpy(part.va_mask),
            "intensity": torch.from_numpy(part.intensity),
            "intensity_mask": torch.from_numpy(part.intensity_mask),
            "index": torch.from_numpy(rows),
        }

    def _rows(self, rows: np.ndarray) -> FaceSet:
        if self._loaded is not None:
            return self._loaded.take(rows)
        if self._file is None:
            self._file = Faces(self.path, self.set)
        return self._file.read(rows)
