"""A video that shows what was predicted: the face's box, AU bars, and the affect plane."""

from collections.abc import Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from auva.files import atomic_path
from auva.records.detections import SIDES
from auva.records.predictions import decision, units_in
from auva.records.track import read_track
from auva.units import VA_NAMES

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

PANEL = 208
"""Width of the panel beside the picture, in pixels."""

_LEAST_HEIGHT = 420
_BACK, _TEXT, _TRACK = (24, 26, 30), (225, 228, 232), (58, 62, 70)
_ON, _OFF, _BOX = (255, 159, 67), (98, 138, 178), (255, 159, 67)
_BAR_TOP, _BAR_STEP, _BAR_LEFT, _BAR_WIDTH = 34, 23, 58, 132
_PLANE = (32, 238, 176, 382)
"""Of the affect plane below eight bars or less: left, top, right, bottom."""
_BARS_ABOVE = 8
ENCODING = {"crf": 20, "preset": "veryfast"}


def write_overlay(
    mp4: str | Path,
    track_csv: str | Path,
    table: pd.DataFrame,
    thresholds: NDArray[np.float64],
    out_mp4: str | Path,
    affect: bool = True,
    ffmpeg: str | None = None,
) -> None:
    """Write the overlay video of one converted video.

    Parameters
    ----------
    mp4, track_csv : path
        The converted video and its track.
    table : DataFrame
        Its predictions (`auva.prediction.table.prediction_table`).
    thresholds : float64 (u,)
        Of the Action Units of the table, marked on their bars.
    out_mp4 : path
        Written: H.264, same rate, small pictures enlarged, with a panel on the right.
    affect : bool
        Whether the run predicts valence and arousal.
    ffmpeg : str, optional
        The setting `video.ffmpeg`.
    """
    from auva.progress import progress
    from auva.video.encoder import encoder, encoder_command
    from auva.video.reader import FrameReader, iterate_frames

    track = read_track(track_csv, len(table), "table of predictions")
    with FrameReader(mp4) as reader:
        width, height, rate = reader.width, reader.height, reader.rate
    units = units_in(table.columns) if len(thresholds) else ()
    scale = -(-_least_height(units) // height)
    size = (width * scale + PANEL, height * scale)
    boxes = track[list(SIDES)].to_numpy(float) * scale
    panel = empty_panel(size[1], dict(zip(units, thresholds.tolist(), strict=True)), affect)
    rows = table.to_dict("records")
    frames = progress(
        iterate_frames(mp4, frames=len(rows)), len(rows), f"overlay {Path(mp4).stem}", "frame"
    )
    cfg = {"fps": rate, **ENCODING, "ffmpeg": ffmpeg}
    with atomic_path(out_mp4) as temporary:
        command = encoder_command(temporary, size, 2, cfg)
        with encoder(command, temporary, out_mp4) as pipe:
            for frame, picture in frames:
                image = compose(picture, scale, panel, boxes[frame - 1], rows[frame - 1])
                pipe.write(_planes(image))


def compose(
    picture: NDArray[np.uint8],
    scale: int,
    panel: "Image",
    box: NDArray[np.float64],
    row: dict[Any, Any],
) -> "Image":
    """Return one picture of the overlay.

    Parameters
    ----------
    picture : uint8 (h, w, 3)
    scale : int
        Factor by which it is enlarged.
    panel : Image
        What `empty_panel` returned.
    box : float64 (4,)
        left, top, right, bottom in enlarged pixels; NaN without a face.
    row : dict
        The frame's row of the predictions.
    """
    from PIL import Image, ImageDraw

    height, width = picture.shape[0] * scale, picture.shape[1] * scale
    image = Image.new("RGB", (width + PANEL, height), _BACK)
    image.paste(Image.fromarray(picture).resize((width, height), Image.Resampling.BILINEAR))
    image.paste(panel, (width, 0))
    draw = ImageDraw.Draw(image)
    draw.text((width + 14, 10), f"{row['time']:.2f} s   frame {row['frame']}", _TEXT, _font(13))
    if row["status"] != "face":
        draw.text((width + 14, height - 24), f"no face: {row['reason']}", _ON, _font(12))
        return image
    if not np.isnan(box).any():
        draw.rectangle(tuple(box), outline=_BOX, width=max(2, scale))
    _bars(draw, width, row)
    _affect(draw, width, row)
    return image


def empty_panel(height: int, thresholds: Mapping[str, float], affect: bool = True) -> "Image":
    """Return the panel without values: names, tracks of the bars, thresholds, the affect plane.

    Parts that the run does not predict are left out: the bars without Action Units in
    `thresholds`, the plane without `affect`.
    """
    from PIL import Image, ImageDraw

    panel = Image.new("RGB", (PANEL, height), _BACK)
    draw = ImageDraw.Draw(panel)
    for number, (name, threshold) in enumerate(thresholds.items()):
        top = _BAR_TOP + number * _BAR_STEP
        draw.text((14, top - 1), name, _TEXT, _font(13))
        draw.rectangle((_BAR_LEFT, top, _BAR_LEFT + _BAR_WIDTH, top + 14), _TRACK)
        if not np.isnan(threshold):
            x = _BAR_LEFT + round(threshold * _BAR_WIDTH)
            draw.line((x, top - 3, x, top + 17), _TEXT)
    if not affect:
        return panel
    left, top, right, bottom = _plane(thresholds)
    draw.rectangle((left, top, right, bottom), outline=_TRACK)
    draw.line(((left + right) / 2, top, (left + right) / 2, bottom), _TRACK)
    draw.line((left, (top + bottom) / 2, right, (top + bottom) / 2), _TRACK)
    draw.text((left, bottom + 4), "valence", _TEXT, _font(12))
    draw.text((left, top - 18), "arousal", _TEXT, _font(12))
    return panel


def _bars(draw: "ImageDraw", offset: int, row: dict[Any, Any]) -> None:
    for number, name in enumerate(units_in(row)):
        probability = row[name]
        if pd.isna(probability):
            continue
        top, left = _BAR_TOP + number * _BAR_STEP, offset + _BAR_LEFT
        colour = _ON if row[decision(name)] == 1 else _OFF
        draw.rectangle((left, top + 2, left + round(probability * _BAR_WIDTH), top + 12), colour)


def _affect(draw: "ImageDraw", offset: int, row: dict[Any, Any]) -> None:
    valence, arousal = (row[name] for name in VA_NAMES)
    if pd.isna(valence) or pd.isna(arousal):
        return
    left, top, right, bottom = _plane(units_in(row))
    x = offset + left + (valence + 1) / 2 * (right - left)
    y = bottom - (arousal + 1) / 2 * (bottom - top)
    draw.ellipse((x - 5, y - 5, x + 5, y + 5), _ON)
    text = f"{valence:+.2f}, {arousal:+.2f}"
    draw.text((offset + right, bottom + 4), text, _TEXT, _font(12), anchor="ra")


def _plane(units: Sized) -> tuple[int, int, int, int]:
    """Return the affect plane, below the bars of all Action Units."""
    left, top, right, bottom = _PLANE
    lower = _lowered(units)
    return left, top + lower, right, bottom + lower


def _least_height(units: Sized) -> int:
    return _LEAST_HEIGHT + _lowered(units)


def _lowered(units: Sized) -> int:
    return max(len(units) - _BARS_ABOVE, 0) * _BAR_STEP


def _font(size: int) -> Any:  # noqa: ANN401  Pillow returns one of two classes without a common one
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _planes(image: "Image") -> bytes:
    """Return a picture as raw yuv420p; its sides are even."""
    from av.video.frame import VideoFrame

    return VideoFrame.from_image(image).to_ndarray(format="yuv420p").tobytes()
