"""The picture of the agreement: a bar per coefficient for all videos, a dot for each."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from auva.agreement.table import ALL, read_agreement
from auva.units import THESIS_NAMES, VA_NAMES, number_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_UNITS = {"cohen_kappa": "Cohen", "fleiss_kappa": "Fleiss", "pabak": "prevalence-adjusted"}
_AFFECT = {"ccc": "CCC", "icc_2k": "ICC(2,k)"}
_COLOURS = ("#1f5fa8", "#8fbbe0", "#c9c9c9")
_ALL_BARS = 0.84


def draw_agreement(csv: str | Path, png: str | Path, svg: str | Path | None = None) -> None:
    """Draw an agreement table that was written by `auva.agreement.measure`."""
    plot_agreement(read_agreement(csv), png, svg)


def plot_agreement(table: "pd.DataFrame", png: str | Path, svg: str | Path | None = None) -> None:
    """Draw the agreement per Action Unit and dimension.

    A bar is the coefficient over the frames of all videos (their mean, where videos have different
    numbers of annotators), a dot that of one video. A table without a row gives a picture that
    says so.
    """
    from auva.figures.drawing import figure

    units = [name for name in dict.fromkeys(table["target"]) if number_of(name)] or THESIS_NAMES
    with figure(png, svg, max(10, 1.25 * len(units)), 4.2, columns=2) as (_, (left, right)):
        grid = left.get_gridspec()
        assert grid is not None
        grid.set_width_ratios([len(units), 2 * len(VA_NAMES)])
        _draw(left, table, units, _UNITS)
        _draw(right, table, VA_NAMES, _AFFECT)
        left.set_ylabel("agreement")
        left.set_title("Action Units: kappa")
        right.set_title("Valence and arousal")


def _draw(
    axes: "Axes", table: "pd.DataFrame", names: Sequence[str], columns: dict[str, str]
) -> None:
    shown = table[table["target"].isin(names)]
    axes.grid(visible=False, axis="x")
    if shown.empty:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, "no video has\nseveral annotators", transform=axes.transAxes,
                  ha="center", va="center")  # fmt: skip
        return
    width = _ALL_BARS / len(columns)
    everywhere = shown["video"] == ALL
    for place, (column, label) in enumerate(columns.items()):
        at = np.arange(len(names)) + (place - (len(columns) - 1) / 2) * width
        means = shown[everywhere].groupby("target")[column].mean().reindex(list(names))
        axes.bar(at, means.to_numpy(float), width * 0.94, color=_COLOURS[place], label=label)
        for x, name in zip(at, names, strict=True):
            dots = shown.loc[~everywhere & (shown["target"] == name), column].to_numpy(float)
            axes.plot(np.full(len(dots), x), dots, "o", color="#222222", ms=2.5, alpha=0.7)
    lowest = np.nanmin([0.0, *shown[list(columns)].to_numpy(float).ravel()])
    axes.set_ylim(min(0.0, lowest * 1.05), 1.02)
    axes.axhline(0, color="#888888", lw=0.8)
    axes.set_xticks(range(len(names)), names)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=len(columns))
