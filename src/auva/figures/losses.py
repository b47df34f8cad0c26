"""Losses over the training, as Figures 3.21 and 3.22 of the thesis, and scores over checkpoints."""

from pathlib import Path

import pandas as pd

from auva.errors import InputError
from auva.figures.drawing import COLOURS, figure
from auva.records.history import read_history
from auva.records.scores import read_held_out, read_scores

_DISCRIMINATOR = {
    "d_loss": "loss",
    "d_loss_real": "on real images",
    "d_loss_fake": "on generated images",
}
_GENERATOR = {"g_loss": "loss", "adversarial": "adversarial term"}


def loss_curves(
    history_csv: str | Path, png: str | Path, svg: str | Path | None = None, title: str = ""
) -> None:
    """Draw the losses of discriminator and generator over the iterations of one run.

    Parameters
    ----------
    history_csv : path
        The run's history.csv: iteration, d_loss, d_loss_real, d_loss_fake, g_loss, …; a cell is
        empty where no step of its interval has the term.
    png, svg : path
        Written.
    title : str
        Such as the run's name.
    """
    table = read_history(history_csv)
    if table.empty:
        raise InputError("holds no losses", history_csv)
    with figure(png, svg, 8, 4.2, columns=2) as (drawn, (left, right)):
        iteration = table["iteration"]
        for axes, terms, who in (
            (left, _DISCRIMINATOR, "discriminator"),
            (right, _GENERATOR, "generator"),
        ):
            for (name, label), style in zip(terms.items(), ("-", "--", ":"), strict=False):
                if name in table.columns:
                    known = table[name].notna()
                    axes.plot(
                        iteration[known],
                        table.loc[known, name],
                        style,
                        color=COLOURS[who],
                        linewidth=1.8 if style == "-" else 1.1,
                        marker="o" if known.sum() < 3 else None,
                        label=label,
                    )
            axes.set_title(who)
            axes.set_xlabel("iteration")
            axes.set_ylabel("loss")
            axes.margins(x=0.02)
            axes.legend(fontsize=9)
        drawn.suptitle(title, x=0.02, ha="left", fontsize=11)


def score_curves(
    scores_csv: str | Path,
    held_out_csv: str | Path,
    png: str | Path,
    svg: str | Path | None = None,
    title: str = "",
) -> None:
    """Draw the mean scores of a run over its checkpoints, on validation and test people.

    The chosen checkpoint is marked; the distance between the test curve's top and its height there
    is what choosing on the test set adds.
    """
    scores = read_scores(scores_csv)
    chosen = read_held_out(held_out_csv)["iteration"].iloc[0]
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
        drawn.suptitle(title, x=0.02, ha="left", fontsize=11)


def _panels(scores: pd.DataFrame) -> list[tuple[str, str, str]]:
    known = set(zip(scores["metric"], scores["target"], strict=True))
    wanted = [
        ("mean F1 at fixed thresholds", "f1_mean", "all"),
        ("CCC valence", "ccc", "valence"),
        ("CCC arousal", "ccc", "arousal"),
        ("real as real", "real_as_real", "all"),
    ]
    return [panel for panel in wanted if panel[1:] in known] or [wanted[-1]]
