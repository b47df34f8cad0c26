"""The contact sheet of a video: kept and uncertain faces, and frames without a face."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

_COLUMNS = 12
_MAX = 96
_THUMB = 88
_LABEL = 17
_GAP = 10
_MARGIN = 22
_HEAD = 66
_BACKGROUND = (250, 250, 248)
_INK = (34, 34, 38)
_FAINT = (110, 110, 118)
_COLOURS = {"kept": (46, 139, 87), "uncertain": (230, 149, 0), "dropped": (200, 48, 52)}
_NAMES = {"kept": "kept", "uncertain": "kept, uncertain", "dropped": "without a face"}
_EMPTY = (226, 226, 224)


class ContactSheet:
    """Collects at most 96 thumbnails of a video while its frames pass by, then draws them.

    A kept face shows its crop in a green frame, an uncertain one in an amber frame with the cause,
    a frame without a kept face the whole picture in a red frame with the reason. Half of the places
    go to uncertain and dropped frames if there are so many, the rest to kept ones, each kind evenly
    over the video.

    Parameters
    ----------
    video : str
        The title.
    track : pandas.DataFrame
        The track of `select_faces`.
    """

    def __init__(self, video: str, track: "pd.DataFrame") -> None:
        self._video = video
        kept = (track["status"] == "face").to_numpy()
        causes = track["doubt"].astype(str).to_numpy()
        # A second box only counts in the title; the sheet does not show it as uncertain.
        serious = np.array([bool(set(d.split("+")) & {"jump", "size", "score"}) for d in causes])
        self._kinds = np.where(kept, np.where(serious, "uncertain", "kept"), "dropped")
        self._notes = np.where(kept, causes, track["reason"].astype(str).to_numpy())
        self._chosen = _places(self._kinds)
        self._thumbs: dict[int, np.ndarray] = {}

    def wants(self, frame: int) -> bool:
        """Return whether this 1-based frame has a place on the sheet."""
        return frame in self._chosen

    def see(self, frame: int, picture: np.ndarray) -> None:
        """Keep a small copy of a crop or picture (uint8 [h, w, 3]) if the frame has a place."""
        if not self.wants(frame):
            return
        from PIL import Image

        image = Image.fromarray(np.ascontiguousarray(picture))
        image.thumbnail((_THUMB, _THUMB), Image.Resampling.BICUBIC)
        self._thumbs[frame] = np.asarray(image)

    def save(self, path: Path) -> None:
        """Draw the sheet as a PNG."""
        from PIL import Image, ImageDraw

        frames = sorted(self._thumbs)
        rows = max(1, -(-len(frames) // _COLUMNS))
        cell = (_THUMB + _GAP, _THUMB + 2 * _LABEL + _GAP)
        size = (2 * _MARGIN + _COLUMNS * cell[0] - _GAP, _HEAD + rows * cell[1] + _MARGIN)
        sheet = Image.new("RGB", size, _BACKGROUND)
        draw = ImageDraw.Draw(sheet)
        self._head(draw, size[0])
        for place, frame in enumerate(frames):
            x = _MARGIN + place % _COLUMNS * cell[0]
            y = _HEAD + place // _COLUMNS * cell[1]
            thumb = Image.fromarray(self._thumbs[frame])
            colour = _COLOURS[str(self._kinds[frame - 1])]
            draw.rectangle((x - 3, y - 3, x + _THUMB + 2, y + _THUMB + 2), fill=colour)
            draw.rectangle((x, y, x + _THUMB - 1, y + _THUMB - 1), fill=_EMPTY)
            sheet.paste(thumb, (x + (_THUMB - thumb.width) // 2, y + (_THUMB - thumb.height) // 2))
            draw.text((x, y + _THUMB + 4), str(frame), _INK, _font(12))
            note = _short(str(self._notes[frame - 1]))
            draw.text((x, y + _THUMB + 4 + _LABEL - 2), note, _FAINT, _font(10))
        # A third of the default's time for 2 % more bytes.
        sheet.save(path, format="PNG", compress_level=3)

    def _head(self, draw: "ImageDraw", width: int) -> None:
        draw.text((_MARGIN - 3, 12), self._video, _INK, _font(20))
        x = float(_MARGIN - 3)
        for kind, colour in _COLOURS.items():
            text = f"{int((self._kinds == kind).sum())} {_NAMES[kind]}"
            draw.rectangle((x, 44, x + 11, 55), fill=colour)
            draw.text((x + 17, 42), text, _INK, _font(13))
            x += 17 + draw.textlength(text, _font(13)) + 22
        shown = f"{len(self._thumbs)} of {len(self._kinds)} frames"
        length = draw.textlength(shown, _font(13))
        draw.text((width - _MARGIN - length, 42), shown, _FAINT, _font(13))


def _places(kinds: np.ndarray) -> frozenset[int]:
    """Return the 1-based frames that are shown, evenly over each kind."""
    frames = {kind: np.flatnonzero(kinds == kind) + 1 for kind in _COLOURS}
    left = _MAX
    chosen: list[int] = []
    for kind, share in (("dropped", _MAX // 4), ("uncertain", _MAX // 4), ("kept", _MAX)):
        picked = _spread(frames[kind], min(share, left))
        chosen += picked
        left -= len(picked)
    # Places that kept faces leave free go to the other kinds.
    for kind in ("uncertain", "dropped"):
        rest = np.setdiff1d(frames[kind], chosen)
        picked = _spread(rest, left)
        chosen += picked
        left -= len(picked)
    return frozenset(chosen)


def _spread(frames: np.ndarray, places: int) -> list[int]:
    if len(frames) <= places:
        return frames.tolist()
    return frames[np.linspace(0, len(frames) - 1, places).round().astype(int)].tolist()


def _short(note: str) -> str:
    note = note.replace("too far from previous", "too far away")
    note = note.replace("candidates", "2 boxes").replace("+", ", ")
    return note if len(note) <= 17 else note[:16] + "…"


@cache
def _font(size: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)
