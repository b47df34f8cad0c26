"""The crops file: the kept faces of one video at the largest size, with their frame numbers."""

import math
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auva.errors import InputError
from auva.records import hdf5

_CHUNK = 32


def write_crops(
    path: str | Path,
    video: str,
    size: int,
    frames: NDArray[np.int64],
    squares: NDArray[np.int32],
    margin: float,
    faces: Iterable[NDArray[np.uint8]],
) -> None:
    """Write the faces of one video as they come, whole or not at all.

    Parameters
    ----------
    path : path
        `faces/{video}.crops.h5`.
    video : str
        Its id.
    size : int
        Side of the faces in pixels.
    frames : int64 array [n]
        Their 1-based frames, rising.
    squares : int32 array [n, 4]
        What was cut out, in pixels of the converted video: left, top, right, bottom.
    margin : float
        `crops.margin`.
    faces : iterable of uint8 array [size, size, 3]
        n faces, RGB; `_CHUNK` of them wait in memory.
    """
    with hdf5.create(path) as store:
        hdf5.set_attribute(store, "video", video)
        hdf5.set_attribute(store, "size", size)
        hdf5.set_margin(store, margin)
        store.create_dataset("frame", data=frames, track_times=False)
        store.create_dataset("box", data=squares, track_times=False)
        images = store.create_dataset(
            "image",
            (len(frames), size, size, 3),
            np.uint8,
            maxshape=(None, size, size, 3),  # chunks of a video without faces need it
            chunks=(min(_CHUNK, max(1, len(frames))), size, size, 3),
            compression="gzip",
            compression_opts=1,
            shuffle=False,
            track_times=False,
        )
        start = 0
        for block in _blocks(faces):
            images[start : start + len(block)] = block
            start += len(block)
            store.check()
        if start != len(frames):
            raise ValueError(f"{len(frames)} faces were announced, {start} came")


def _blocks(faces: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    waiting: list[NDArray[np.uint8]] = []
    for face in faces:
        waiting.append(face)
        if len(waiting) == _CHUNK:
            yield np.stack(waiting)
            waiting = []
    if waiting:
        yield np.stack(waiting)


class Crops(AbstractContextManager["Crops"]):
    """The faces of one video, read in parts.

    Parameters
    ----------
    path : path
        The crops file.
    frames : int, optional
        Number of frames of the video, from another file, which no face may be beyond.

    Attributes
    ----------
    video : str
        The video whose faces these are.
    size : int
        Side of the faces in pixels.
    frame : int64 array [n]
        1-based frames, rising.
    margin : float or None
        `crops.margin` of the faces, if the file contains it.

    Raises
    ------
    InputError
        If the file is missing, damaged, no crops file, or has a face beyond the video's frames.
    """

    def __init__(self, path: str | Path, frames: int | None = None) -> None:
        self.path = Path(path)
        self._file = hdf5.open_file(path)
        try:
            self.video: str = hdf5.attribute(self._file, "video", str, path)
            self.size: int = hdf5.attribute(self._file, "size", int, path)
            self.margin = hdf5.margin(self._file, path)
            self._image = hdf5.dataset(
                self._file, "image", "u1", (None, self.size, self.size, 3), path
            )
            count = len(self._image)
            frame = hdf5.dataset(self._file, "frame", "i8", (count,), path)
            box = hdf5.dataset(self._file, "box", "i4", (count, 4), path)
            self.frame: NDArray[np.int64] = hdf5.values(frame, slice(None), path)
            self._check(hdf5.values(box, slice(None), path), frames)
        except BaseException:
            self._file.close()
            raise

    def _check(self, box: NDArray[np.int32], frames: int | None) -> None:
        if (np.diff(self.frame) <= 0).any():
            raise InputError("its frames are not in ascending order", self.path)
        last = math.inf if frames is None else frames
        if len(self.frame) and not (self.frame[0] >= 1 and self.frame[-1] <= last):
            raise InputError(f"has faces beyond the {frames} frames of the video", self.path)
        if (box[:, 2:] <= box[:, :2]).any():
            raise InputError("holds a face without an area", self.path)

    def __len__(self) -> int:
        return len(self.frame)

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    def faces(self, start: int, stop: int) -> NDArray[np.uint8]:
        """Return the faces of some rows: uint8 [stop - start, size, size, 3]."""
        return hdf5.values(self._image, slice(start, stop), self.path)
