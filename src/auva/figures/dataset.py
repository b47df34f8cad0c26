"""Figures of the dataset: Action Units and affect of each set (thesis, Figures 3.2 to 3.11)."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from auva import wording
from auva.figures.drawing import COLOURS, figure
from auva.records.labels import read_labels
from auva.records.split import read_split
from auva.sheet import Recording
from auva.statistics.counts import VA_BINS, VideoCounts, count_labels
from auva.statistics.published import SETS_OF_THESIS, Published, read_published
from auva.tables.corpus import Groups, sets, shares
from auva.units import VA_NAMES, describe, is_thesis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLANE_BINS = 40
"""Bins of each axis of the valence-arousal plane over [-1, 1]: 0.05 each."""

_PLANES = 4
"""Number of planes in a row."""

SHOWN = ("all", "training", "test")
"""Sets in the order of the thesis' figures."""

LABELS = {"all": "all", "training": "training and validation", "test": "test"}
"""Names of the sets in figures. The thesis has no validation set; its training set corresponds to
training and validation together."""

Pictures = Sequence[str | Path]
"""A PNG and an SVG."""


def draw_dataset(
    samples: Sequence[Recording],
    labels: Mapping[str, str | Path],
    split_csv: str | Path,
    published_yaml: str | Path,
    unit_shares: Pictures,
    histograms: Pictures,
    plane: Pictures,
) -> None:
    """Draw the contents of the sets of the dataset.

    Parameters
    ----------
    samples : sequence of Recording
        The videos with their people.
    labels : mapping of str to path
        Video id -> its label table.
    split_csv, published_yaml : path
        The split and the thesis' numbers.
    unit_shares : (png, svg)
        Share of each Action Unit in all sets (Figures 3.2 to 3.4, there as pies).
    histograms : (png, svg)
        Valence and arousal in all sets (Figures 3.5 to 3.10).
    plane : (png, svg)
        Distribution of each Action Unit in the valence-arousal plane (Figure 3.11).

    Raises
    ------
    InputError
        For a file that cannot be read, or a video without a label table or a set.
    """
    counts = count_labels(samples, labels)
    split = read_split(split_csv, counts.video)
    every = sets(counts, {video: row.set for video, row in split.items()})
    groups = {name: every[name] for name in SHOWN}
    draw_unit_shares(counts, groups, read_published(published_yaml), *unit_shares)
    draw_histograms(counts, groups, *histograms)
    density = plane_density((labels[video] for video in counts.video), len(counts.au_names))
    draw_plane(counts.au_names, density, *plane)


def draw_unit_shares(
    counts: VideoCounts, groups: Groups, published: Published, png: str | Path, svg: str | Path
) -> None:
    """Draw the share of each Action Unit in the sets, with marks for the thesis' shares."""
    units, width = counts.au_names, 0.8 / len(groups)
    with figure(png, svg, max(9, 9 * len(units) / 8), 4.4) as (drawn, (axes,)):
        for number, (name, videos) in enumerate(groups.items()):
            place = np.arange(len(units)) + (number - (len(groups) - 1) / 2) * width
            values = [percent for _, _, percent in shares(units, counts.au[videos].sum(0))]
            shown = len({p for p, inside in zip(counts.identity, videos, strict=True) if inside})
            frames = counts.kept[videos].sum()
            label = f"{LABELS[name]}: {frames:,} frames of {wording.people(shown)}"
            axes.bar(place, values, 0.92 * width, color=COLOURS[name], label=label)
            if not is_thesis(units):
                continue
            column = SETS_OF_THESIS.index(name)
            printed = [published["split"]["au_percent"][au][column] for au in units]
            axes.hlines(
                printed,
                place - 0.46 * width,
                place + 0.46 * width,
                color="black",
                linewidth=1.6,
                label="the same set of the thesis" if number == len(groups) - 1 else "_",
            )
        names = [f"{au}\n{describe(au)}" for au in units]
        axes.set_xticks(range(len(names)), [name.replace(" ", "\n") for name in names], fontsize=9)
        axes.set_ylabel("share of all Action Units of the set (%)")
        axes.grid(False, axis="x")
        axes.set_title("Action Units of each set (thesis, Figures 3.2 to 3.4)")
        drawn.legend(loc="outside lower center", ncols=2, fontsize=9)


def draw_histograms(counts: VideoCounts, groups: Groups, png: str | Path, svg: str | Path) -> None:
    """Draw the histograms of valence (upper row) and arousal (lower row) of the sets."""
    edges = np.linspace(-1, 1, VA_BINS + 1)
    columns = len(groups)
    with figure(png, svg, 3.4 * columns, 5.4, 2, columns) as (drawn, axes):
        for number, (name, videos) in enumerate(groups.items()):
            for dimension, word in enumerate(VA_NAMES):
                place = axes[dimension * columns + number]
                found = counts.va[videos, dimension].sum(0)
                share = 100 * found / max(found.sum(), 1)
                place.bar(
                    edges[:-1],
                    share,
                    2 / VA_BINS,
                    align="edge",
                    color=COLOURS[name],
                    edgecolor="white",
                    linewidth=0.5,
                )
                place.axvline(0, color="#333", linewidth=0.8)
                place.set_xlim(-1, 1)
                place.set_title(f"{LABELS[name]}: {found.sum():,} frames" if dimension == 0 else "")
                place.set_xlabel(word)
                place.set_ylabel("frames (%)" if number == 0 else "")
        _same_height([axes[:columns], axes[columns:]])
        drawn.suptitle(
            "Valence and arousal of each set (thesis, Figures 3.5 to 3.10)",
            x=0.02,
            ha="left",
            fontsize=11,
        )


def plane_density(paths: Iterable[str | Path], units: int) -> NDArray[np.int64]:
    """Count the selected frames with each Action Unit in bins of the valence-arousal plane.

    Returns
    -------
    int64 array [units, PLANE_BINS, PLANE_BINS]
        Axes: Action Unit, arousal, valence; both from -1 to 1.
    """
    density = np.zeros((units, PLANE_BINS, PLANE_BINS), np.int64)
    for path in paths:
        labels = read_labels(path)
        rows = labels.selected & labels.va_mask.all(1)
        bins = np.clip((labels.va[rows] + 1) * (PLANE_BINS / 2), 0, PLANE_BINS - 1).astype(int)
        for unit in range(units):
            shown = labels.au[rows, unit] > 0
            np.add.at(density[unit], (bins[shown, 1], bins[shown, 0]), 1)
    return density


def draw_plane(
    units: Sequence[str], density: NDArray[np.int64], png: str | Path, svg: str | Path
) -> None:
    """Draw the density of each Action Unit in the valence-arousal plane, on a common scale."""
    from matplotlib.colors import LogNorm

    scale = LogNorm(1, max(int(density.max()), 2))
    rows = -(-len(units) // _PLANES)
    with figure(png, svg, 11, 2.65 * rows, rows, _PLANES) as (drawn, axes):
        images = []
        for place in axes[len(units) :]:
            place.set_axis_off()
        for number, (name, found) in enumerate(zip(units, density, strict=True)):
            place = axes[number]
            image = place.imshow(
                np.ma.masked_equal(found, 0),
                origin="lower",
                extent=(-1, 1, -1, 1),
                norm=scale,
                cmap="viridis_r",
                interpolation="nearest",
            )
            images.append(image)
            _cross(place)
            place.set_title(f"{name}, {describe(name)}", fontsize=10)
            place.set_xlabel("valence" if number + _PLANES >= len(units) else "")
            place.set_ylabel("arousal" if number % _PLANES == 0 else "")
            place.text(-0.95, -0.93, f"{found.sum():,} frames", fontsize=8, color="#555")
        drawn.colorbar(images[0], ax=axes, shrink=0.8, label="frames per 0.05 x 0.05")
        drawn.suptitle(
            "Each Action Unit in the valence-arousal plane (thesis, Figure 3.11)",
            x=0.02,
            ha="left",
            fontsize=11,
        )


def _cross(axes: "Axes") -> None:
    """Draw the axes of the plane."""
    axes.axhline(0, color="#999", linewidth=0.8, zorder=0)
    axes.axvline(0, color="#999", linewidth=0.8, zorder=0)
    axes.set_xlim(-1, 1)
    axes.set_ylim(-1, 1)
    axes.set_aspect("equal")
    axes.grid(False)


def _same_height(rows: Iterable[Sequence["Axes"]]) -> None:
    """Give the axes of each row the same range of heights."""
    for row in rows:
        top = max(axes.get_ylim()[1] for axes in row)
        for axes in row:
            axes.set_ylim(0, top)
