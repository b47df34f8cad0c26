"""Annotation and truth files of the synthetic corpus."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from auva.demo.scene import Box
from auva.files import write_text
from auva.units import THESIS_NAMES, VA_NAMES

PRESENT = 0.5
"""An Action Unit is present when its intensity is above this."""

TRUTH_COLUMNS = (
    "frame", "time", "face_present", "cx", "cy", "width", "height",
    "distractor_present", "d_cx", "d_cy", "d_width", "d_height", *THESIS_NAMES, *VA_NAMES,
)  # fmt: skip


def presences(intensities: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """Return presence 0 or 1, int [n, 8]; it is 0 in frames without a visible face."""
    return ((intensities > PRESENT) & visible[:, None]).astype(int)


def write_au(path: str | Path, present: np.ndarray) -> None:
    """Write an AU file as in the thesis: frame, then presence and intensity of each AU.

    Parameters
    ----------
    path : str or Path
        File to write; it has no header, frames count from 1 at 30 per second.
    present : int [n, 8]
        0 or 1; the intensity is always 1 where present, as in the thesis (section 3.1.2).
    """
    lines = [
        " ".join([str(frame), *(f"{value} {value}" for value in row)])
        for frame, row in enumerate(present.tolist(), start=1)
    ]
    write_text(path, "\n".join(lines) + "\n")


def write_va(path: str | Path, affect: np.ndarray) -> None:
    """Write a VA file: a header, then valence and arousal of every original frame."""
    lines = [",".join(VA_NAMES), *(f"{v:.3f},{a:.3f}" for v, a in affect.tolist())]
    write_text(path, "\n".join(lines) + "\n")


def write_truth(
    path: str | Path,
    times: Sequence[float],
    faces: Sequence[Box],
    visible: np.ndarray,
    distractors: Sequence[Box | None],
    present: np.ndarray,
    affect: np.ndarray,
) -> None:
    """Write the ground truth of each frame of the 30 fps video.

    Parameters
    ----------
    path : str or Path
        CSV file to write.
    times : sequence of float
        Seconds.
    faces, visible : sequence of Box, bool [n]
        The main face, and whether it is visible.
    distractors : sequence of Box or None
        The second face.
    present, affect : int [n, 8], float [n, 2]
        AUs; valence and arousal.
    """
    lines = [",".join(TRUTH_COLUMNS)]
    for i, time in enumerate(times):
        other = distractors[i]
        cells = [str(i + 1), f"{time:.4f}", str(int(visible[i])), *_cells(faces[i])]
        cells += [str(int(other is not None)), *(_cells(other) if other else [""] * 4)]
        cells += [str(value) for value in present[i].tolist()]
        cells += [f"{value:.3f}" for value in affect[i].tolist()]
        lines.append(",".join(cells))
    write_text(path, "\n".join(lines) + "\n")


def _cells(box: Box) -> list[str]:
    return [f"{value:.1f}" for value in (box.cx, box.cy, box.width, box.height)]
