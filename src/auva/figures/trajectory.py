"""Trajectory of a video in the valence-arousal plane, with frames (thesis, Figures 3.17, 3.18)."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auva.figures.drawing import figure
from auva.records.labels import Labels, read_labels
from auva.units import VA_NAMES
from auva.video.reader import FrameReader

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTERS = "abcdef"
"""Letters of the shown frames, as in Tables 3.5 to 3.8."""

_MOSAIC = (
    ("plane", "plane", "a", "b", "c"),
    ("plane", "plane", "d", "e", "f"),
    ("time", "time", "time", "time", "time"),
    ("units", "units", "units", "units", "units"),
)
_PICTURE = 320
"""Longest side of the pictures in pixels; the SVG contains them too."""


def draw_trajectory(
    mp4: str | Path, labels_csv: str | Path, png: str | Path, svg: str | Path, fps: float
) -> None:
    """Draw valence and arousal of one video, six of its frames and its Action Units over time.

    The frames are selected frames that are far from each other in the plane.

    Parameters
    ----------
    mp4 : path
        The converted video.
    labels_csv : path
        Its label table.
    png, svg : path
        Written.
    fps : float
        Frames per second of the converted video.
    """
    labels = read_labels(labels_csv)
    chosen = shown_frames(labels)
    seconds = (labels.frame - 1) / fps
    with figure(png, svg, 11, 8.2, mosaic=_MOSAIC, height_ratios=(2, 2, 1.5, 1.6)) as (drawn, axes):
        plane, time, units = axes[0], axes[7], axes[8]
        pictures = [axes[1], axes[2], axes[3], axes[4], axes[5], axes[6]]
        _plane(plane, labels, seconds, chosen)
        _over_time(time, labels, seconds, chosen)
        _units(units, labels, seconds)
        time.sharex(units)
        _pictures(pictures, mp4, labels, chosen)
        drawn.suptitle(
            f"{Path(labels_csv).stem}: {len(labels.frame):,} frames, "
            f"{int(labels.selected.sum()):,} selected (thesis, Figures 3.17 and 3.18)",
            x=0.02,
            ha="left",
            fontsize=11,
        )


def shown_frames(labels: Labels) -> NDArray[np.int64]:
    """Return the rows of at most six selected frames, in order, far from each other in the plane.

    The first is the one nearest to the median; each next one is farthest from those before
    (frames without valence and arousal count as neutral).
    """
    rows = np.flatnonzero(labels.selected)
    if len(rows) == 0:
        return rows
    points = labels.va[rows].astype(float)
    # Time has a small weight, so that a constant video shows frames of different times.
    points = np.column_stack([points, np.linspace(0, 0.3, len(rows))])
    distance = np.hypot(*(points[:, :2] - np.median(points[:, :2], axis=0)).T)
    chosen = [int(distance.argmin())]
    nearest = np.full(len(rows), np.inf)
    while len(chosen) < min(len(LETTERS), len(rows)):
        nearest = np.minimum(nearest, np.linalg.norm(points - points[chosen[-1]], axis=1))
        nearest[chosen] = -1
        chosen.append(int(nearest.argmax()))
    return np.sort(rows[chosen])


def _plane(
    axes: "Axes", labels: Labels, seconds: NDArray[np.float64], chosen: NDArray[np.int64]
) -> None:
    known = np.asarray(labels.va_mask.all(axis=1))
    values = np.where(known[:, None], labels.va, np.nan)
    axes.plot(*values.T, color="#bbb", linewidth=0.8, zorder=1)
    dots = axes.scatter(*values.T, c=seconds, s=7, cmap="viridis", zorder=2)
    for letter, row in zip(LETTERS, chosen.tolist(), strict=False):
        if known[row]:
            valence, arousal = labels.va[row].tolist()
            axes.annotate(
                letter,
                (valence, arousal),
                xytext=(5, 5),
                textcoords="offset points",
                fontweight="bold",
                bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "#555", "lw": 0.6},
            )
            axes.plot(valence, arousal, "o", color="none", markeredgecolor="#c2410c", zorder=3)
    axes.axhline(0, color="#999", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#999", linewidth=0.8, zorder=0)
    axes.set(xlim=(-1.02, 1.02), ylim=(-1.02, 1.02), aspect="equal")
    axes.set_xlabel("valence")
    axes.set_ylabel("arousal")
    if known.any():
        axes.figure.colorbar(dots, ax=axes, location="bottom", shrink=0.7, label="time (s)")
    else:
        axes.text(0, 0, "not labelled", ha="center", va="center", color="#555")


def _over_time(
    axes: "Axes", labels: Labels, seconds: NDArray[np.float64], chosen: NDArray[np.int64]
) -> None:
    for place, (name, colour) in enumerate(zip(VA_NAMES, ("#1f5fa8", "#c2410c"), strict=True)):
        values = np.where(labels.va_mask[:, place], labels.va[:, place], np.nan)
        axes.plot(seconds, values, color=colour, linewidth=1.4, label=name)
    for letter, second in zip(LETTERS, seconds[chosen].tolist(), strict=False):
        axes.axvline(second, color="#999", linewidth=0.8, linestyle=":")
        axes.text(second, 1.04, letter, ha="center", va="bottom", fontsize=9)
    axes.set_ylim(-1, 1)
    axes.tick_params(labelbottom=False)
    axes.legend(fontsize=8, loc="lower right", ncols=2)


def _units(axes: "Axes", labels: Labels, seconds: NDArray[np.float64]) -> None:
    """Draw a row per Action Unit: where it is present, and where it is not labelled."""
    step = float(seconds[1] - seconds[0]) if len(seconds) > 1 else 1.0
    names = labels.au_names
    for place in range(len(names)):
        for shown, colour in (
            (labels.au[:, place] > 0, "#1f5fa8"),
            (~labels.au_mask[:, place], "#dddddd"),
        ):
            axes.broken_barh(
                [(seconds[a], (b - a) * step) for a, b in _runs(shown)],
                (place - 0.4, 0.8),
                color=colour,
            )
    axes.set_yticks(range(len(names)), list(names), fontsize=8 if len(names) < 11 else 6)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, max(float(seconds[-1]) + step, step))
    axes.set_xlabel("time (s); blue: present, grey: not labelled")
    axes.grid(False, axis="y")


def _runs(shown: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first row of each run of True and the row after it."""
    edge = np.flatnonzero(np.diff(np.concatenate([[False], shown, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edge.reshape(-1, 2)]


def _pictures(
    places: list["Axes"], mp4: str | Path, labels: Labels, chosen: NDArray[np.int64]
) -> None:
    from PIL import Image

    for axes in places:
        axes.set_axis_off()
    if len(chosen) == 0:
        places[0].text(0.5, 0.5, "no frame is selected", ha="center", color="#555")
        return
    with FrameReader(mp4) as reader:
        for axes, letter, row in zip(places, LETTERS, chosen, strict=False):
            picture = Image.fromarray(reader.read(int(labels.frame[row])))
            picture.thumbnail((_PICTURE, _PICTURE))
            axes.imshow(np.asarray(picture))
            units = [name for name, on in zip(labels.au_names, labels.au[row], strict=True) if on]
            said = ", ".join(name.removeprefix("AU") for name in units)
            value = [
                f"{name[0].upper()} {v:+.2f}" if known else f"{name[0].upper()} not labelled"
                for name, v, known in zip(
                    VA_NAMES, labels.va[row], labels.va_mask[row], strict=True
                )
            ]
            text = f"{letter}: frame {labels.frame[row]}\n{', '.join(value)}\nAU {said or 'none'}"
            axes.set_title(text, fontsize=8)
