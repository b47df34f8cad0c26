"""Draw the detector's HOG pyramid and the placement of its parts on a face.

    .venv/bin/python benchmarks/detector/pictures.py VIDEO FRAME [--out docs/images]

Writes dpm_pyramid.png (the picture at some root levels as the detector sees it: orientations of the
contrast-insensitive features) and dpm_parts.png (root and parts of the best face).
"""

import argparse
import sys
from itertools import islice
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle

from auva.dpm.detector import Detector
from auva.dpm.explain import explain
from auva.dpm.model import PART, ROOT
from auva.dpm.picture import as_picture
from auva.dpm.pyramid import INTERVAL, PADDING
from auva.figures.drawing import figure
from auva.video.source import SourceVideo

MODEL = Path(__file__).resolve().parents[2] / "resources/dpm/headhunter_dpm_baseline.txt"
SHOWN_LEVELS = (9, 11, 13)
ORIENTATIONS = slice(18, 27)


def glyphs(axes: Axes, features: np.ndarray) -> None:
    """Draw nine line segments per cell, across the gradient, as light as their feature is large."""
    cells = features[PADDING:-PADDING, PADDING:-PADDING, ORIENTATIONS]
    rows, columns, bins = cells.shape
    row, column, orientation = np.meshgrid(
        np.arange(rows), np.arange(columns), np.arange(bins), indexing="ij"
    )
    angle = orientation * np.pi / bins + np.pi / 2
    along = 0.48 * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    middle = np.stack([column + 0.5, row + 0.5], axis=-1)
    segments = np.stack([middle - along, middle + along], axis=-2).reshape(-1, 2, 2)
    strength = np.clip(cells / 0.4, 0, 1).ravel() ** 1.5
    colours = np.column_stack([np.ones((len(strength), 3)), strength])
    axes.add_collection(LineCollection(list(segments), colors=colours, linewidths=0.9))
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[], aspect="equal")
    axes.set_facecolor("black")
    bare(axes)


def bare(axes: Axes) -> None:
    """Leave out grid and spines."""
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def draw_pyramid(detector: Detector, image: np.ndarray, out: Path) -> None:
    """Draw the picture and some of its root levels."""
    levels = detector.levels(as_picture(image))
    with figure(out, None, 8, 4.9, 2, 2) as (_, (first, *others)):
        first.imshow(image)
        first.set(
            xticks=[], yticks=[], title=f"the picture, {image.shape[1]} x {image.shape[0]} pixels"
        )
        bare(first)
        for axes, level in zip(others, SHOWN_LEVELS, strict=True):
            glyphs(axes, levels.whole(level)[0])
            cell = 4 * 2 ** (level / INTERVAL)
            axes.set_title(f"level {level}: a cell is {cell:.1f} pixels")


def draw_parts(detector: Detector, image: np.ndarray, out: Path) -> None:
    """Draw the root and the parts of the best face."""
    levels = detector.levels(as_picture(image))
    face = detector.search(levels)[0]
    found = explain(detector.weights, levels, face.peak)
    cell = 4 * 2 ** (face.peak.level / INTERVAL)
    with figure(out, None, 5, 5) as (_, (axes,)):
        axes.imshow(image)
        bare(axes)
        corner = [(face.peak.column - PADDING) * cell, (face.peak.row - PADDING) * cell]
        axes.add_patch(
            Rectangle(corner, ROOT * cell, ROOT * cell, fill=False, ec="#ffd166", lw=2.5)
        )
        for (row, column), value in zip(found.places, found.parts, strict=True):
            place = [(column - PADDING) * cell / 2, (row - PADDING) * cell / 2]
            side = PART * cell / 2
            axes.add_patch(Rectangle(place, side, side, fill=False, ec="#4cc9f0", lw=1.5))
            label = {"color": "white", "fontsize": 8, "ha": "center", "va": "center"}
            axes.text(place[0] + side / 2, place[1] + side / 2, f"{value:.2f}", label)
        margin = 2 * cell
        axes.set(
            xlim=(max(corner[0] - margin, 0), corner[0] + ROOT * cell + margin),
            ylim=(corner[1] + ROOT * cell + margin, max(corner[1] - margin, 0)),
            xticks=[],
            yticks=[],
            title=f"score {found.score:.2f} = root {found.root:.2f} + eight parts + bias",
        )


def main() -> None:
    """Draw both pictures from one frame of a video."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("frame", type=int)
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    args = parser.parse_args()
    image = next(
        islice((p for n, p in SourceVideo(args.video).pictures() if n >= args.frame), 1), None
    )
    if image is None:
        sys.exit(f"{args.video}: has no frame {args.frame}")
    detector = Detector(MODEL, {"mode": "dense"})
    args.out.mkdir(parents=True, exist_ok=True)
    draw_pyramid(detector, image, args.out / "dpm_pyramid.png")
    draw_parts(detector, image, args.out / "dpm_parts.png")


if __name__ == "__main__":
    main()
