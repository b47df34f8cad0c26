"""Losses during the training (thesis, Figures 3.21 and 3.22), and scores over checkpoints."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from auva.errors import InputError
from auva.figures.drawing import COLOURS, figure
from auva.models.registry import get_model
from auva.models.run import Run, as_run
from auva.records.chosen import read_chosen
from auva.records.history import read_history
from auva.records.scores import read_scores

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def loss_curves(
    run: Run | Mapping[str, Any],
    history_csv: str | Path,
    png: str | Path,
    svg: str | Path | None = None,
) -> None:
    """Draw the losses of one run over its iterations, in the panels that its model names.

    Parameters
    ----------
    run : Run or mapping
        A run, or the result of `Run.as_dict`.
    history_csv : path
        The run's history.csv: iteration, and a column for each loss; a cell is empty if no step of
        its interval has the loss.
    png, svg : path
        Written.
    """
    run = as_run(run)
    panels = get_model(run.model, str(history_csv)).losses
    table = read_history(history_csv)
    if table.empty:
        raise InputError("holds no losses", history_csv)
    with figure(png, svg, 4 * max(len(panels), 1.3), 4.2, columns=len(panels)) as (drawn, places):
        for axes, (title, terms) in zip(places, panels.items(), strict=True):
            _draw_losses(axes, table, terms, COLOURS.get(title, COLOURS["training"]))
            axes.set_title(title)
        drawn.suptitle(title_of(run), x=0.02, ha="left", fontsize=11)


def _draw_losses(axes: "Axes", table: pd.DataFrame, terms: Mapping[str, str], colour: str) -> None:
    for (name, label), style in zip(terms.items(), ("-", "--", ":"), strict=False):
        if name not in table.columns:
            continue
        known = table[name].notna()
        axes.plot(
            table.loc[known, "iteration"],
            table.loc[known, name],
            style,
            color=colour,
            linewidth=1.8 if style == "-" else 1.1,
            marker="o" if known.sum() < 3 else None,
            label=label,
        )
    axes.set_xlabel("iteration")
    axes.set_ylabel("loss")
    axes.margins(x=0.02)
    axes.legend(fontsize=9)


def title_of(run: Run) -> str:
    """Return the title of a figure about one run."""
    return f"{run.experiment}, {run.name}"


def score_curves(
    run: Run | Mapping[str, Any],
    scores_csv: str | Path,
    chosen_json: str | Path,
    png: str | Path,
    svg: str | Path | None = None,
) -> None:
    """Draw the mean scores of a run over its checkpoints, on validation and test people.

    The chosen checkpoint is marked. The difference between the maximum of the test curve and its
    value at the chosen checkpoint is the selection bias of choosing on the test set.
    """
    scores = read_scores(scores_csv)
    chosen = read_chosen(chosen_json).iteration
    panels = _panels(scores)
    with figure(png, svg, 4.4 * len(panels), 3.8, columns=len(panels)) as (drawn, axes):
        for place, (name, metric, target) in zip(axes, panels, strict=True):
            for part, colour in (("validation", "validation"), ("test", "test")):
                rows = scores[
                    (scores["set"] == part)
                    & (scores["metric"] == metric)
                    & (scores["target"] == target)
                ].sort_values("iteration")
                place.plot(
                    rows["iteration"],
                    rows["value"],
                    color=COLOURS[colour],
                    marker="o",
                    markersize=3,
                    linewidth=1.4,
                    label=part,
                )
            place.axvline(chosen, color="#555", linestyle=":", label="held-out checkpoint")
            place.set_title(name)
            place.set_xlabel("iteration")
        axes[0].legend(fontsize=9)
        drawn.suptitle(title_of(as_run(run)), x=0.02, ha="left", fontsize=11)


def _panels(scores: pd.DataFrame) -> list[tuple[str, str, str]]:
    known = set(zip(scores["metric"], scores["target"], strict=True))
    wanted = [
        ("mean F1 at fixed thresholds", "f1_mean", "all"),
        ("CCC valence", "ccc", "valence"),
        ("CCC arousal", "ccc", "arousal"),
        ("real as real", "real_as_real", "all"),
    ]
    return [panel for panel in wanted if panel[1:] in known] or [wanted[-1]]
