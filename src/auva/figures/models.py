"""Comparison of all models: each score with its interval, and the floor as a line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auva.figures.drawing import COLOURS, figure
from auva.tables.entries import entries_of
from auva.tables.models import MEANS, level_of, models_table

if TYPE_CHECKING:
    import pandas as pd

_ROW = 0.32
"""Height of a row in inches."""


def draw_models(
    runs: Sequence[Mapping[str, Any]],
    folders: Sequence[str | Path],
    peers: Sequence[tuple[str, str, str]],
    baseline: str | None,
    png: str | Path,
    svg: str | Path | None = None,
) -> None:
    """Draw mean F1, AUC and CCC of every model and tool.

    Parameters
    ----------
    runs, folders, peers, baseline
        As for `auva.tables.models.write_models`.
    png, svg : path
        Written.
    """
    entries, choices = entries_of(runs, folders, peers)
    table = models_table(entries, baseline, level_of(choices))
    rows, floors = table.iloc[:-1], table.iloc[-1:]
    shown = [score for score in MEANS if rows[score.name].notna().any()]
    panels = max(len(shown), 1)
    height = 1.3 + _ROW * max(len(rows), 1)
    with figure(png, svg, 3.2 + 2.6 * panels, height, columns=panels) as (_, axes):
        for panel, score in zip(axes, shown, strict=False):
            for place, (_, row) in enumerate(rows.iterrows()):
                base = row["baseline"] == f"{row['experiment']}/{row['run']}"
                colour = COLOURS["baseline"] if base else COLOURS["held_out"]
                low, high = row[f"{score.name}_low"], row[f"{score.name}_high"]
                panel.plot([low, high], [place, place], color=colour, linewidth=1.4)
                panel.plot([row[score.name]], [place], "o", color=colour, markersize=5)
            panel.axvline(float(floors[score.name].iloc[0]), color=COLOURS["floor"], linestyle=":")
            panel.set_title(score.heading)
            panel.set_ylim(len(rows) - 0.5, -0.5)
            panel.set_yticks(range(len(rows)), [""] * len(rows))
            panel.grid(False, axis="y")
        axes[0].set_yticks(range(len(rows)), [_label(row) for _, row in rows.iterrows()])
        axes[0].set_xlabel(
            "dot: held out; line: interval over people; dotted: floor; grey: baseline", loc="left"
        )


def _label(row: "pd.Series") -> str:
    how = f", {row['thresholds']}" if row["experiment"] == "peer" else ""
    return f"{row['experiment']} {row['run']}{how}"
