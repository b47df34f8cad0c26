"""Video mode: search near the faces of the previous frame, and where a new face may have appeared.

The pyramid does not depend on the searched area, so a face has the same score in a search near its
last position and in a search of the whole frame. A new face changes the picture. New faces are
therefore searched only where the picture has changed since the last search, away from the known
faces. If every frame changes, only some frames are searched for new faces, and a new face is
tracked backwards through the frames in between.
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
"""A regular search of the whole frame."""

TRACKED = "tracked"
"""Only the surroundings of the last faces were searched."""

CHANGED = "changed"
"""The area where the picture had changed was searched too."""

RESCAN = "rescan"
"""The whole frame was searched, because a face was lost."""

TRACED = "traced"
"""A face that was first found in a later frame was tracked back to this one."""

FrameFaces = tuple[str, list[Face]]
"""The kind of search (one label for all faces of a frame), and the faces, best first."""


def track(detector: Detector, pictures: Sequence[np.ndarray]) -> list[FrameFaces]:
    """Return the kind of search and the faces of each frame; the first frame is searched whole.

    Parameters
    ----------
    detector : Detector
    pictures : sequence of uint8 [channels, height, width]
    """
    settings = detector.settings
    found: list[FrameFaces] = []
    searched = np.empty(0)  # mean of each square at the last search for new faces there
    looked = 0  # the last frame that was searched for new faces
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

    None if a face is lost or its score has dropped by more than `rescan_drop`.
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
    """Return the faces found; each new face is moved uphill to the best position near it.

    A search of a region finds only boxes that overlap it; a better box may lie next to them.
    """
    faces: dict[Detection, Face] = {}
    for face in found:
        new = not any(covered(face.box, known.box) > 0 for known in before)
        while new and (better := _follow(detector, levels, face, face.box.score)):
            face = better
        faces[face.box] = face
    return [faces[box] for box in suppress(faces, detector.settings.overlap)]


def _follow(detector: Detector, levels: Levels, face: Face, least: float) -> Face | None:
    """Return the best face above score `least` near a face of another frame, None without one.

    Most faces stay on their level. The neighbouring levels are searched only for a better face,
    which prunes most of the work.
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
    """Track the new faces of the last frame backwards, down to the frame after `looked`."""
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
