"""Following faces from frame to frame, and finding the tracks of the filmed person.

The thesis (section 3.1.3) keeps, of two candidates, the one whose centre is nearest to the centre
kept in the previous frame. That alone needs a first face, and it moves on to anybody who is there
when the person leaves. So every face is followed by that rule, and then the faces are compared over
the whole video: who is seen at the same time as the filmed person is somebody else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from auva.records.detections import Boxes

_SEEDS = 20
"""How many tracks, the best supported first, are tried as the filmed person's first one."""


@dataclass
class Track:
    """One face followed over the frames: rows of the table of boxes, one per frame at most."""

    rows: list[int] = field(default_factory=list)
    centre: np.ndarray = field(default_factory=lambda: np.zeros(2))
    size: float = 0.0
    last: int = 0

    def add(self, row: int, boxes: Boxes, centre: np.ndarray, size: np.ndarray) -> None:
        """Append a box."""
        self.rows.append(row)
        self.centre, self.size = centre[row], float(size[row])
        self.last = int(boxes.frame[row])


def follow(boxes: Boxes, frames: int, cfg: Mapping[str, Any]) -> list[Track]:
    """Join boxes to tracks by the nearest centre.

    In each frame the pairs of track and box are joined in the order of their distance, each track
    and each box once. A track takes no box farther from its last centre than `max_jump` of its
    box's side, nor one whose side differs by more than the factor `max_size_ratio`, and it ends
    when it found none for `memory_frames`. Equal distances: the higher score first, then the box
    farther left, then higher up. A box that no track takes starts one.

    Parameters
    ----------
    boxes : Boxes
        All boxes, in the order of frames and falling scores.
    frames : int
        Frames of the video.
    cfg : mapping
        The `selection` section.
    """
    centre, size = boxes.centre, boxes.size
    done: list[Track] = []
    live: list[Track] = []
    for frame, rows in enumerate(boxes.rows(frames), start=1):
        if not rows:
            continue
        done += [t for t in live if frame - t.last > cfg["memory_frames"]]
        live = [t for t in live if frame - t.last <= cfg["memory_frames"]]
        taken: set[int] = set()
        joined: set[int] = set()
        for _, row, number in sorted(_pairs(live, rows, centre, size, cfg)):
            if row not in taken and number not in joined:
                live[number].add(row, boxes, centre, size)
                taken.add(row)
                joined.add(number)
        for row in rows:
            if row not in taken:
                track = Track()
                track.add(row, boxes, centre, size)
                live.append(track)
    return done + live


def _pairs(
    live: list[Track], rows: range, centre: np.ndarray, size: np.ndarray, cfg: Mapping[str, Any]
) -> list[tuple[float, int, int]]:
    """Return the possible joints as (distance, row, track); rows are ordered by falling score."""
    pairs = []
    for number, track in enumerate(live):
        for row in rows:
            distance = float(np.hypot(*(centre[row] - track.centre)))
            near = distance <= cfg["max_jump"] * max(track.size, size[row])
            if near and _alike(track.size, float(size[row]), cfg):
                pairs.append((distance, row, number))
    return pairs


def _alike(one: float, other: float, cfg: Mapping[str, Any]) -> bool:
    return max(one, other) <= cfg["max_size_ratio"] * min(one, other)


def person(tracks: list[Track], boxes: Boxes, cfg: Mapping[str, Any]) -> list[Track]:
    """Return the tracks of the filmed person.

    The support of a track is the sum of its boxes' areas: the filmed person is seen long and large.
    The best supported track is the person; the others join in the order of their support if they
    last at least `min_track_frames` frames, share fewer frames than that with the tracks that
    joined before, and have a similar size (`max_size_ratio`). Because two short
    appearances can outweigh one long stay of somebody else, each of the best supported tracks is
    tried as the first one and the set with the largest support wins.
    """
    if not tracks:
        return []
    size = boxes.size
    support = [float((size[t.rows] ** 2).sum()) for t in tracks]
    typical = [float(np.median(size[t.rows])) for t in tracks]
    seen = [frozenset(boxes.frame[t.rows].tolist()) for t in tracks]
    order = sorted(range(len(tracks)), key=lambda n: (-support[n], tracks[n].rows[0]))
    enough = [n for n in order if len(tracks[n].rows) >= cfg["min_track_frames"]]
    best: list[int] = []
    for seed in (enough or order)[:_SEEDS]:
        chosen, frames = [seed], seen[seed]
        for n in enough:
            alike = _alike(typical[n], typical[seed], cfg)
            together = len(frames & seen[n])
            if n != seed and alike and together < cfg["min_track_frames"]:
                chosen.append(n)
                frames |= seen[n]
        if sum(support[n] for n in chosen) > sum(support[n] for n in best):
            best = chosen
    return [tracks[n] for n in sorted(best)]
