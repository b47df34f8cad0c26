"""Square crops of the kept faces, streamed into one HDF5 file per video."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva.faces.contact_sheet import ContactSheet
from auva.faces.crop_settings import CropSettings
from auva.files import atomic_path
from auva.progress import progress
from auva.records.crops import write_crops
from auva.records.detections import SIDES
from auva.records.track import FACE, read_track
from auva.video.reader import FrameReader, iterate_frames

if TYPE_CHECKING:
    import pandas as pd


def crop_faces(
    mp4: str | Path,
    track_csv: str | Path,
    out_h5: str | Path,
    sheet_png: str | Path,
    cfg: Mapping[str, Any],
) -> None:
    """Cut the kept faces out of a video and draw its contact sheet.

    Each crop is a square (`square`) resized to `size` pixels with antialiasing. The file holds
    `image` uint8 [n, size, size, 3] RGB, `frame` int64 [n] and `box` int32 [n, 4], the square in
    pixels of the converted video; attributes `size`, `video` and `margin`. Pictures are read, cut
    and written one after the other, so memory does not grow with the video.

    Parameters
    ----------
    mp4, track_csv : path
        The converted video and the track of `select_faces`.
    out_h5, sheet_png : path
        The files to write.
    cfg : mapping
        The `crops` section, see `CropSettings`.

    Raises
    ------
    InputError
        If the track does not fit the video, or a file cannot be read.
    """
    settings = CropSettings.read(cfg)
    with FrameReader(mp4) as reader:
        track = read_track(track_csv, len(reader))
        width, height = reader.width, reader.height
    kept = track[track["status"] == FACE]
    squares = np.array(
        [square(box, width, height, settings.margin) for box in kept[list(SIDES)].to_numpy(float)],
        np.int32,
    ).reshape(-1, 4)
    video = Path(mp4).stem
    sheet = ContactSheet(video, track)
    crops = _crops(mp4, track, squares, settings.size, sheet)
    frames = kept["frame"].to_numpy()
    write_crops(out_h5, video, settings.size, frames, squares, settings.margin, crops)
    with atomic_path(sheet_png) as picture:
        sheet.save(picture)


def square(box: np.ndarray, width: int, height: int, margin: float = 0.0) -> tuple[int, ...]:
    """Return the square that is cut for a box: left, top, right, bottom.

    Its side is the box's longer side, so that a box cut by the picture's border keeps its scale,
    plus `margin` of it on each side. It is centred on the box and shifted into the picture. If it
    is larger than the picture, it extends beyond it evenly, and the picture's edge is repeated.

    Parameters
    ----------
    box : array [4]
        left, top, right, bottom.
    width, height : int
        Size of the picture.
    margin : float
        Share of the side, 0 or more.
    """
    left, top, right, bottom = (float(side) for side in box)
    side = max(1, round(max(right - left, bottom - top) * (1 + 2 * margin)))
    x = _inside(round((left + right - side) / 2), side, width)
    y = _inside(round((top + bottom - side) / 2), side, height)
    return x, y, x + side, y + side


def _inside(start: int, side: int, length: int) -> int:
    if side > length:
        return (length - side) // 2
    return min(max(start, 0), length - side)


def cut(picture: np.ndarray, box: np.ndarray, size: int) -> np.ndarray:
    """Cut a square out of a picture and resize it: uint8 [size, size, 3].

    Parameters
    ----------
    picture : uint8 array [height, width, 3]
    box : int array [4]
        left, top, right, bottom; pixels outside the picture repeat its edge.
    size : int
        Side of the result in pixels. Shrinking averages over all pixels (bicubic with antialias).
    """
    from PIL import Image

    left, top, right, bottom = (int(side) for side in box)
    height, width = picture.shape[:2]
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    columns = np.clip(np.arange(left, right), 0, width - 1)
    if rows[-1] - rows[0] == bottom - top - 1 and columns[-1] - columns[0] == right - left - 1:
        region = picture[top:bottom, left:right]
    else:
        region = picture[rows[:, None], columns]
    image = Image.fromarray(np.ascontiguousarray(region))
    return np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))


def _crops(
    mp4: str | Path, track: "pd.DataFrame", squares: np.ndarray, size: int, sheet: ContactSheet
) -> Iterator[np.ndarray]:
    """Yield the crops in the order of frames, and add those that the sheet shows to it."""
    is_face = (track["status"] == FACE).to_numpy()
    frames = iterate_frames(mp4, frames=len(track))
    number = 0
    for frame, picture in progress(frames, len(track), Path(mp4).stem, "frame"):
        if is_face[frame - 1]:
            crop = cut(picture, squares[number], size)
            number += 1
            sheet.see(frame, crop)
            yield crop
        elif sheet.wants(frame):
            sheet.see(frame, picture)
