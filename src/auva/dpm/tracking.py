"""Video mode: near the faces of the frame before, and everywhere when a new face is possible.

The pyramid lies on the frame's own coordinates, so a face has the same score whether it is found
near its last place or by a search of the whole frame. A new face changes the picture: where nothing
has changed since the whole frame was searched, beside the faces that are known, nobody new is
looked for.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from auva.dpm.boxes import covered
from auva.dpm.change import block_means, may_hold_new_face
from auva.dpm.detector import Detector
from auva.dpm.levels import Levels
from auva.dpm.near import areas_near, merged
from auva.dpm.search import Face

FULL = "full"
"""The whole frame was searched, because it was due."""

TRACKED = "tracked"
"""Only the surroundings of the last faces were searched."""

RESCAN = "rescan"
"""The whole frame was searched, because it had changed or a face was lost."""


def track(detector: Detector, pictures: Iterable[np.ndarray]) -> Iterator[tuple[str, list[Face]]]:
    """Yield the search and the faces of consecutive frames; the first one is searched whole.

    Parameters
    ----------
    detector : Detector
    pictures : iterable of uint8 [channels, height, width]
    """
    settings = detector.settings
    faces: list[Face] = []
    searched = np.empty(0)  # what the frame looked like when it was searched whole
    size: tuple[int, ...] = ()
    age = 0
    for number, picture in enumerate(pictures):
        levels, means = detector.levels(picture), block_means(picture)
        near, age = None, age + 1
        if number and picture.shape == size:
            boxes = [face.box for face in faces]
            due = age >= settings.rescan_pause
            if not due or not may_hold_new_face(searched, means, boxes, settings.rescan_change):
                near = _near(detector, levels, faces)
        if near is None:
            yield (RESCAN if number else FULL), (faces := detector.search(levels))
            searched, age = means, 0
        else:
            yield TRACKED, (faces := near)
        size = picture.shape


def _near(detector: Detector, levels: Levels, before: list[Face]) -> list[Face] | None:
    """Return the faces near those of the last frame, None if one is lost or much worse."""
    window = detector.settings.window
    areas = [area for face in before for area in areas_near(levels, face.peak, window)]
    lowest = [face.box.score - detector.settings.rescan_drop for face in before]
    # Nothing that would count as lost anyway is worth the search.
    found = detector.search(levels, merged(areas), min(lowest, default=None))
    for face, least in zip(before, lowest, strict=True):
        if not any(now.box.score >= least and covered(now.box, face.box) > 0 for now in found):
            return None
    return found if len(found) >= len(before) else None
