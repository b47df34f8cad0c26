"""Video mode: near the faces of the frame before, and everywhere from time to time.

The pyramid lies on the frame's own coordinates, so a face has the same score whether it is found
near its last place or by a search of the whole frame. What may be missed is a face that appears
between two searches of the whole frame.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from auva.dpm.boxes import Peak, covered
from auva.dpm.detector import Detector
from auva.dpm.exact import clip, valid_positions
from auva.dpm.levels import Levels, Rectangle
from auva.dpm.model import ROOT
from auva.dpm.pyramid import INTERVAL, PADDING
from auva.dpm.search import Face

FULL = "full"
"""The whole frame was searched, because it was due."""

TRACKED = "tracked"
"""Only the surroundings of the last faces were searched."""

RESCAN = "rescan"
"""The whole frame was searched, because there was no face to track or it was lost."""


def track(detector: Detector, pictures: Iterable[np.ndarray]) -> Iterator[tuple[str, list[Face]]]:
    """Yield the search and the faces of consecutive frames; the first one is searched whole.

    Parameters
    ----------
    detector : Detector
    pictures : iterable of uint8 [channels, height, width]
    """
    faces: list[Face] = []
    size: tuple[int, ...] = ()
    for number, picture in enumerate(pictures):
        levels = detector.levels(picture)
        near = _near(detector, levels, faces) if faces and picture.shape == size else None
        if near is None:
            yield (RESCAN if number else FULL), (faces := detector.search(levels))
        else:
            yield TRACKED, (faces := near)
        size = picture.shape


def _near(detector: Detector, levels: Levels, before: list[Face]) -> list[Face] | None:
    """Return the faces near those of the last frame, None if one is lost or much worse."""
    window = detector.settings.window
    areas = [area for face in before for area in areas_near(levels, face.peak, window)]
    found = detector.search(levels, areas)
    for face in before:
        lowest = face.box.score - detector.settings.rescan_drop
        if not any(now.box.score >= lowest and covered(now.box, face.box) > 0 for now in found):
            return None
    return found if len(found) >= len(before) else None


def areas_near(levels: Levels, peak: Peak, window: int) -> list[tuple[int, Rectangle]]:
    """Return the root positions within `window` cells of a peak on its level and the next ones.

    The areas hold these positions' neighbours too, which tell whether they are local maxima.
    """
    areas = []
    reach = window + 1
    half = ROOT / 2 - PADDING
    for level in range(max(peak.level - 1, INTERVAL), min(peak.level + 2, levels.count)):
        ratio = 2 ** ((peak.level - level) / INTERVAL)
        row, column = (round((side + half) * ratio - half) for side in (peak.row, peak.column))
        area = Rectangle(row - reach, column - reach, 2 * reach + 1, 2 * reach + 1)
        areas.append((level, clip(area, valid_positions(levels, level))))
    return areas
