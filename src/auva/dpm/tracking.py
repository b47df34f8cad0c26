"""Video mode: near the faces of the frame before, and where a new face is possible.

The pyramid lies on the frame's own coordinates, so a face has the same score whether it is found
near its last place or by a search of the whole frame. A new face changes the picture: where nothing
has changed since the whole frame was searched, beside the faces that are known, nobody new is
looked for. Where pictures are restless, only some of them are searched for new faces, and who is
found is followed back through the others.
"""

from collections.abc import Sequence

import numpy as np

from auva.dpm.boxes import Detection, covered, suppress
from auva.dpm.change import Region, block_means, change_level, region_of_new_face, updated
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

TRACED = "traced"
"""A face that a later frame showed first was followed back to this one."""

FrameFaces = tuple[str, list[Face]]
"""How a frame was searched (one label for all its faces), and its faces, best first."""


def track(detector: Detector, pictures: Sequence[np.ndarray]) -> list[FrameFaces]:
    """Return the search and the faces of consecutive frames; the first one is searched whole.

    Parameters
    ----------
    detector : Detector
    pictures : sequence of uint8 [channels, height, width]
    """
    settings = detector.settings
    found: list[FrameFaces] = []
    searched = np.empty(0)  # each square of the picture when a new face was looked for there
    looked = 0  # the last frame in which a new face was looked for
    for number, picture in enumerate(pictures):
        levels, means = detector.levels(picture), block_means(picture)
        near, region = None, None
        if number and picture.shape == pictures[number - 1].shape:
            faces = found[-1][1]
            if number - looked >= settings.rescan_pause or number == len(pictures) - 1:
                boxes = [face.box for face in faces]
                level = change_level(means, settings.rescan_change)
                region = region_of_new_face(searched, means, boxes, level)
            near = _near(detector, levels, faces, region)
        if near is None:
            found.append((RESCAN if number else FULL, detector.search(levels)))
            searched = means
        elif region is None:
            found.append((TRACKED, near))
            continue
        else:
            found.append((CHANGED, near))
            searched = updated(searched, means, region)
        _trace_back(detector, pictures, found, looked)
        looked = number
    return found


def _near(
    detector: Detector, levels: Levels, before: list[Face], region: Region | None
) -> list[Face] | None:
    """Return the faces near those of the last frame and in a region.

    None if one is lost or much worse.
    """
    drop = detector.settings.rescan_drop
    if region is None:
        near = [_follow(detector, levels, face, face.box.score - drop) for face in before]
        boxes = suppress((face.box for face in near if face), detector.settings.overlap)
        found = sorted((face for face in near if face), key=lambda face: -face.box.score)
        return found if len(boxes) == len(before) else None
    window = detector.settings.window
    areas = merged([area for face in before for area in areas_near(levels, face.peak, window)])
    first = detector.first_level(levels.height, levels.width)
    found = detector.search(levels, areas + areas_over(levels, region, first), first=first)
    found = _settled(detector, levels, found, before)
    for face in before:
        least = face.box.score - drop
        if not any(now.box.score >= least and covered(now.box, face.box) > 0 for now in found):
            return None
    return found if len(found) >= len(before) else None


def _settled(
    detector: Detector, levels: Levels, found: list[Face], before: list[Face]
) -> list[Face]:
    """Return the faces found, each new one moved to the best place that is reached from it.

    A search of a region knows only the boxes over a part of it: a better one may lie beside them.
    """
    faces: dict[Detection, Face] = {}
    for face in found:
        new = not any(covered(face.box, known.box) > 0 for known in before)
        while new and (better := _follow(detector, levels, face, face.box.score)):
            face = better
        faces[face.box] = face
    return [faces[box] for box in suppress(faces, detector.settings.overlap)]


def _follow(detector: Detector, levels: Levels, face: Face, least: float) -> Face | None:
    """Return the best face above a score near one of an earlier frame, None if there is none.

    Most faces stay on their level. The levels beside it are searched for a better face only: much
    less of them need be looked at.
    """
    areas = areas_near(levels, face.peak, detector.settings.window)
    own = [area for area in areas if area[0] == face.peak.level]
    best = next(iter(detector.search(levels, own, least)), None)
    beside = [area for area in areas if area[0] != face.peak.level]
    better = detector.search(levels, beside, best.box.score if best else least)
    return better[0] if better else best


def _trace_back(
    detector: Detector, pictures: Sequence[np.ndarray], found: list[FrameFaces], looked: int
) -> None:
    """Follow the new faces of the last frame found back through those after frame `looked`."""
    settings = detector.settings
    last = len(found) - 1
    for face in found[last][1] if last > looked + 1 else []:
        if any(covered(face.box, f.box) >= settings.overlap for f in found[last - 1][1]):
            continue
        for number in range(last - 1, looked, -1):
            if pictures[number].shape != pictures[last].shape:
                break
            faces = found[number][1]
            there = _follow(detector, detector.levels(pictures[number]), face, settings.threshold)
            boxes = [f.box for f in faces]
            if not there or len(suppress([*boxes, there.box], settings.overlap)) <= len(boxes):
                break
            face = there
            found[number] = TRACED, sorted([*faces, face], key=lambda f: -f.box.score)
