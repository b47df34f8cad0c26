"""Style and output of all figures, as PNG and SVG; the same numbers give the same bytes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.files import atomic_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "thesis": "#9a9a9a",
    "best_on_test": "#8fbbe0",
    "held_out": "#1f5fa8",
    "floor": "#c2410c",
    "generator": "#c2410c",
    "discriminator": "#1f5fa8",
    "validation": "#c2410c",
    "test": "#1f5fa8",
    "training": "#4f9a6a",
    "train": "#4f9a6a",
    "all": "#6b7280",
    "baseline": "#6b7280",
}
"""One meaning, one colour, in all figures."""

LABELS = {
    "thesis": "thesis (best on its test set)",
    "best_on_test": "best on test",
    "held_out": "held out",
}

_STYLE: dict[Any, Any] = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e5e5e5",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "svg.hashsalt": "auva",
    # SVG files contain text as text, so that it can be searched and read aloud.
    "svg.fonttype": "none",
    "figure.dpi": 100,
    "savefig.dpi": 160,
}


@contextmanager
def figure(
    png: str | Path,
    svg: str | Path | None,
    width: float,
    height: float,
    rows: int = 1,
    columns: int = 1,
    mosaic: Sequence[Sequence[str]] | None = None,
    height_ratios: Sequence[float] | None = None,
) -> Iterator[tuple["Figure", list["Axes"]]]:
    """Yield a new figure and its axes in reading order, and save it when the block ends.

    Parameters
    ----------
    png, svg : path
        Written whole or not at all, without dates or versions.
    width, height : float
        Inches.
    rows, columns : int
        Grid of axes.
    mosaic : sequence of sequence of str, optional
        Named axes instead of a grid: axes fill all places with their name; "." is empty.
    height_ratios : sequence of float, optional
        Height ratios of the rows of `mosaic`.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        drawn = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(drawn)
        if mosaic is None:
            axes = list(drawn.subplots(rows, columns, squeeze=False).ravel())
        else:
            rows_of_names: Any = [list(row) for row in mosaic]
            named = drawn.subplot_mosaic(rows_of_names, height_ratios=height_ratios)
            names = dict.fromkeys(name for row in mosaic for name in row if name != ".")
            axes = [named[name] for name in names]
        yield drawn, axes
        with atomic_path(png) as temporary:
            drawn.savefig(temporary, format="png", metadata={"Software": None})
        if svg is not None:
            with atomic_path(svg) as temporary:
                drawn.savefig(temporary, format="svg", metadata={"Date": None, "Creator": "auva"})
