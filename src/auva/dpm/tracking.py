"""Video mode: near the faces of the frame before, and where a new face is possible.

The pyramid lies on the frame's own coordinates, so a face has the same score whether it is found
near its last place or by a search of the whole frame. A new face changes the picture: where nothing
has changed since the whole frame was searched, beside the faces that are known, nobody new is
looked for.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from auva.dpm.boxes import covered
from auva.dpm.change import Region, block_means, region_of_new_face, updated
from auva.dpm.detector import Detector
from auva.dpm.levels import Levels
from auva.dpm.near import areas_near, areas_over, merged
from auva.dpm.search import Face

FULL = "full"
"""The whole frame was searched, because it was due."""

TRACKED = "tracked"
"""Only the surroundings of the last faces were searched."""

CHANGED = "changed"
"""Where the picture had changed was searched too."""

RESCAN = "rescan"
"""The whole frame was searched, because a face was lost."""


def track(detector: Detector, pictures: Iterable[np.ndarray]) -> Iterator[tuple[str, list[Face]]]:
    """Yield the search and the faces of consecutive frames; the first one is searched whole.

    Parameters
    ----------
    detector : Detector
    pictures : iterable of uint8 [channels, height, width]
    """
    settings = detector.settings
    faces: list[Face] = []
    searched = np.empty(0)  # each square of the picture when a new face was looked for there
    size: tuple[int, ...] = ()
    age = 0
    for number, picture in enumerate(pictures):
        levels, means = detector.levels(picture), block_means(picture)
        near, region, age = None, None, age + 1
        if number and picture.shape == size:
            if age >= settings.rescan_pause:
                boxes = [face.box for face in faces]
                region = region_of_new_face(searched, means, boxes, settings.rescan_change)
            near = _near(detector, levels, faces, region)
        if near is None:
            yield (RESCAN if number else FULL), (faces := detector.search(levels))
            searched, age = means, 0
        elif region is None:
            yield TRACKED, (faces := near)
        else:
            yield CHANGED, (faces := near)
            searched, age = updated(searched, means, region), 0
        size = picture.shape


def _near(
    detector: Detector, levels: Levels, before: list[Face], region: Region | None
) -> list[Face] | None:
    """Return the faces near those of the last frame and in a region.

    None if one is lost or much worse.
    """
    window = detector.settings.window
    lowest = [face.box.score - detector.settings.rescan_drop for face in before]
    areas = merged([area for face in before for area in areas_near(levels, face.peak, window)])
    if region is None:
        # Nothing that would count as lost anyway is worth the search.
        found = detector.search(levels, areas, min(lowest, default=None))
    else:
        found = detector.search(levels, areas + areas_over(levels, region))
    for face, least in zip(before, lowest, strict=True):
        if not any(now.box.score >= least and covered(now.box, face.box) > 0 for now in found):
            return None
    return found if len(found) >= len(before) else None
