"""Scores as bars: Action Units with their floors, affect beside published work (Figure 3.56)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from auva import wording
from auva.errors import InputError
from auva.figures.drawing import COLOURS, LABELS, figure
from auva.records.table import read_table, real, text
from auva.tables.layouts import LAYOUTS, Column, thesis_family
from auva.tables.results import NOTHING, Best, Result, published, results
from auva.units import THESIS_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Paths = Sequence[str | Path]
_WIDTH = 0.27
_OTHER_WORK = {
    "work": text(),
    "metric": text(),
    "target": text(),
    "value": real(),
    "source": text(),
}
"""Columns of `resources/published/other_work.csv`."""


def action_unit_bars(
    experiment: str,
    runs: "Sequence[Mapping[str, Any]]",
    scores: Paths,
    chosen: Paths,
    held_out: Paths,
    published_csv: str | Path,
    png: str | Path,
    svg: str | Path | None = None,
) -> None:
    """Draw the F1 of each Action Unit: the thesis, best on test, held out with interval and floor.

    The figure shows the run of the experiment with the best score on the validation people, and for
    each AU the best run of the thesis.

    Parameters
    ----------
    experiment : str
        Name of the experiment, for the title.
    runs, scores, chosen, held_out, published_csv
        As for `auva.tables.write_table`.
    png, svg : path
        Written.
    """
    shown = best_run(results(runs, scores, chosen, held_out))
    family = thesis_family(shown.run)
    units = shown.run.action_units
    layout = LAYOUTS["au_f1"].with_units(units)
    columns = layout.columns
    thesis = _thesis_best(published_csv, family, columns)
    with figure(png, svg, 9, 4.4) as (drawn, (axes,)):
        if family and layout.has_thesis(units):
            there = [place for place, au in enumerate(units) if au in THESIS_NAMES]
            values = [thesis[columns[place].name] for place in there]
            _bars(axes, -1, values, "thesis", at=there)
        _bars(axes, 0, [shown.best_on_test(c) for c in columns], "best_on_test")
        held = [shown.held_out_score(c.metric, c.target) for c in columns]
        _bars(axes, 1, held, "held_out")
        floors = [shown.held_out_score("floor", c.target).value for c in columns]
        for place, floor in enumerate(floors):
            axes.plot(
                [place - 0.5 * _WIDTH, place + 1.5 * _WIDTH],
                [floor, floor],
                color=COLOURS["floor"],
                linewidth=2.2,
                label="floor: always 'present'" if place == 0 else None,
            )
        rates = [shown.held_out_score("base_rate", c.target).value for c in columns]
        axes.set_xticks(
            range(len(columns)),
            [f"{au}\n{_percent(rate)}" for au, rate in zip(units, rates, strict=True)],
        )
        axes.set_ylim(0, 1.02)
        axes.set_ylabel("F1")
        axes.set_xlabel("Action Unit and its share of positive test faces")
        axes.grid(False, axis="x")
        people = shown.chosen.counts.people
        axes.set_title(
            f"{experiment}: {shown.run.name}, {wording.people(people)} in the test set",
            fontsize=10,
        )
        _legend(drawn, axes)


def affect_bars(
    runs: "Sequence[Mapping[str, Any]]",
    scores: Paths,
    chosen: Paths,
    held_out: Paths,
    published_csv: str | Path,
    png: str | Path,
    svg: str | Path | None = None,
    others_csv: str | Path | None = None,
) -> None:
    """Draw CCC and MSE of valence and arousal beside published work (thesis, Figure 3.56).

    Parameters
    ----------
    runs, scores, chosen, held_out, published_csv
        As for `auva.tables.write_table`, of the kind "va".
    png, svg : path
        Written.
    others_csv : path, optional
        Scores of other work: `work, metric, target, value, source`.
    """
    shown = best_run(results(runs, scores, chosen, held_out))
    families = ("va_mse", "va_ccc")
    columns = [c for c in LAYOUTS["va_mse"].columns if c.metric in ("ccc", "mse")]
    thesis = {
        c.name: _best([_thesis_best(published_csv, f, [c])[c.name] for f in families], c)
        for c in columns
    }
    others = _other_works(others_csv)
    with figure(png, svg, 8.6, 4.2, columns=2) as (drawn, panels):
        for axes, metric in zip(panels, ("ccc", "mse"), strict=True):
            cells = [c for c in columns if c.metric == metric]
            groups = [
                *((name, [found.get(c.name, NOTHING) for c in cells]) for name, found in others),
                ("thesis", [thesis[c.name] for c in cells]),
                ("best_on_test", [shown.best_on_test(c) for c in cells]),
                ("held_out", [shown.held_out_score(c.metric, c.target) for c in cells]),
            ]
            width = 0.8 / len(groups)
            for number, (name, values) in enumerate(groups):
                _bars(axes, number - (len(groups) - 1) / 2, values, name, width)
            for place, c in enumerate(cells):
                floor = shown.held_out_score(f"{metric}_video_mean", c.target).value
                axes.plot(
                    [place - 0.42, place + 0.42],
                    [floor, floor],
                    color=COLOURS["floor"],
                    linewidth=2,
                    label="each video's mean (uses the labels)" if place == 0 else None,
                )
            axes.set_xticks(range(len(cells)), [c.target for c in cells])
            axes.set_title(
                f"{metric.upper()} ({'higher' if metric == 'ccc' else 'lower'} is better)"
            )
            axes.axhline(0, color="#333", linewidth=0.8)
            axes.grid(False, axis="x")
        _legend(drawn, panels[0])
        drawn.suptitle(
            f"Our run: {shown.run.experiment} {shown.run.name}; the thesis and "
            "other work on their own data",
            x=0.02,
            ha="left",
            fontsize=10,
        )


def best_run(candidates: Sequence[Result]) -> Result:
    """Return the run with the best validation score, the first one if there are no such scores."""
    if not candidates:
        raise InputError("no evaluated run to draw")
    rated = [run.chosen.criterion for run in candidates]
    order = [-np.inf if value is None else value for value in rated]
    return candidates[int(np.argmax(order))]


def _thesis_best(
    published_csv: str | Path, experiment: str, columns: Sequence[Column]
) -> dict[str, Best]:
    runs = published(published_csv, experiment).values()
    return {
        c.name: _best([run[c.published] for run in runs if c.published in run], c) for c in columns
    }


def _best(values: Sequence[Best], column: Column) -> Best:
    known = [value for value in values if not np.isnan(value.value)]
    if not known:
        return NOTHING
    choose = min if column.lowest else max
    return choose(known, key=lambda best: best.value)


def _other_works(path: str | Path | None) -> list[tuple[str, dict[str, Best]]]:
    if path is None:
        return []
    table = read_table(path, "table of other work", _OTHER_WORK)
    works: dict[str, dict[str, Best]] = {}
    for row in table.to_dict("records"):
        found = works.setdefault(str(row["work"]), {})
        found[f"{row['metric']}_{row['target']}"] = Best(float(row["value"]), np.nan)
    return list(works.items())


def _bars(
    axes: "Axes",
    place: float,
    values: Sequence[Best],
    name: str,
    width: float = _WIDTH,
    at: Sequence[int] | None = None,
) -> None:
    """Draw one group of bars with intervals; an undefined value and a zero are shown as text.

    The positions of the bars are `at`, by default 0, 1, ….
    """
    x = np.asarray(range(len(values)) if at is None else at) + place * width
    heights = np.array([best.value for best in values])
    axes.bar(
        x,
        np.nan_to_num(heights),
        width * 0.92,
        color=COLOURS.get(name, "#c9c9c9"),
        label=LABELS.get(name, name),
    )
    for middle, best in zip(x, values, strict=True):
        if np.isnan(best.value):
            axes.text(middle, 0.01, "undefined", rotation=90, ha="center", va="bottom", fontsize=8)
            continue
        if round(best.value, 3) == 0:
            axes.text(middle, 0.01, "0", ha="center", va="bottom", fontsize=8)
        if not np.isnan(best.low):
            axes.plot([middle, middle], [best.low, best.high], color="#111", linewidth=1.3)


def _legend(drawn: "Figure", axes: "Axes") -> None:
    """Draw one legend below the figure, bars first and the floor last."""
    handles, labels = axes.get_legend_handles_labels()
    order = sorted(range(len(labels)), key=lambda place: handles[place] in axes.lines)
    drawn.legend(
        [handles[place] for place in order],
        [labels[place] for place in order],
        loc="outside lower center",
        ncols=min(3, len(labels)) if len(labels) > 4 else len(labels),
        fontsize=9,
    )


def _percent(rate: float) -> str:
    return "" if np.isnan(rate) else f"{rate:.0%}"
