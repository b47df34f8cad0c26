"""The effect of identity leakage: scores of the same run on both splits, and their difference."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from auva import wording
from auva.errors import InputError
from auva.tables.build import BEST_ON_TEST, HELD_OUT
from auva.tables.layouts import LAYOUTS, Column, thesis_family
from auva.tables.page import Cell, Page, Row, write_page
from auva.tables.render import bracket, number, signed
from auva.tables.results import Best, Paths, Result, results
from auva.units import THESIS_NAMES

COLUMNS = (
    "experiment",
    "run",
    "protocol",
    "metric",
    "target",
    "identity",
    "identity_low",
    "identity_high",
    "random_frames",
    "random_frames_low",
    "random_frames_high",
    "difference",
    "note",
)
_EXTRA = (Column("auc_mean", "auc_mean", "all", "", "mean AUC"),)


def write_leakage(
    runs: Sequence[Mapping[str, Any]],
    identity: tuple[Paths, Paths, Paths],
    random_frames: tuple[Paths, Paths, Paths],
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write the effect of identity leakage on the scores.

    Parameters
    ----------
    runs : sequence of mapping
        Settings of runs that were trained twice.
    identity, random_frames : tuple of three sequences of path
        Their scores.csv, chosen.json and held_out.csv on the identity split and on the random
        split of frames, in the same order.
    csv, markdown, html : path
        Written.
    """
    honest = results(runs, *identity)
    leaking = results(runs, *random_frames)
    table = leakage_table(honest, leaking)
    write_page(table, leakage_page(table, honest), csv, markdown, html)


def leakage_table(identity: Sequence[Result], random_frames: Sequence[Result]) -> pd.DataFrame:
    """Return the scores of the same runs on both splits.

    Parameters
    ----------
    identity : sequence of Result
        Runs trained and scored on different people.
    random_frames : sequence of Result
        The same runs, in the same order, trained and scored with frames drawn at random regardless
        of the person, as in the base code of the thesis.

    Returns
    -------
    DataFrame
        `COLUMNS`; `difference` is random_frames minus identity, with the opposite sign for MSE:
        a positive value means that leakage improves the score.

    Raises
    ------
    InputError
        If the two lists do not contain the same runs.
    """
    rows = []
    for honest, leaking in zip(identity, random_frames, strict=True):
        names = [(r.run.experiment, r.run.name) for r in (honest, leaking)]
        if names[0] != names[1]:
            raise InputError(
                f"run {'/'.join(names[1])} cannot be compared with {'/'.join(names[0])}",
                leaking.scores_csv,
            )
        for column in _columns(honest):
            for protocol in (BEST_ON_TEST, HELD_OUT):
                pair = [_score(result, column, protocol) for result in (honest, leaking)]
                rows.append(_row(*names[0], protocol, column, *pair))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def leakage_page(table: pd.DataFrame, identity: Sequence[Result]) -> Page:
    """Return the table as a page."""
    rows = [
        Row(
            (
                f"{row['experiment']} {row['run']}",
                row["protocol"],
                f"{row['metric']} {row['target']}",
            ),
            [
                Cell(
                    number(row[split]),
                    tuple(filter(None, [bracket(row[f"{split}_low"], row[f"{split}_high"])])),
                )
                for split in ("identity", "random_frames")
            ]
            + [Cell(signed(row["difference"]), best=True)],
            str(row["protocol"]),
        )
        for _, row in table.iterrows()
    ]
    people = identity[0].chosen.counts.people if identity else float("nan")
    caption = (
        "The effect of identity leakage: the same run, trained and scored with each person in one "
        f"set only (identity; {wording.people(people)} in the test set) and with frames drawn at "
        "random, so that neighbouring frames of one person are in both sets (random_frames). "
        "difference: what the leakage adds to the score (opposite sign for MSE). best_on_test: "
        "best over all checkpoints on the test set; held_out: checkpoint and thresholds chosen on "
        "the validation set of that split. In brackets: interval by bootstrap over people."
    )
    said = table[table["note"] != ""]
    notes = [
        f"{row['protocol']} {row['metric']} {row['target']}: {row['note']}"
        for _, row in said.iterrows()
    ]
    heads = ("identity", "random_frames", "difference")
    return Page(
        "Effect of identity leakage", caption, ("run", "protocol", "score"), heads, rows, notes
    )


def _columns(result: Result) -> list[Column]:
    """Return the scores of a run with these outputs, each once."""
    family = thesis_family(result.run)
    units = result.run.action_units or THESIS_NAMES
    layouts = [layout for layout in LAYOUTS.values() if layout.experiment == family]
    listed = [layout.with_units(units) for layout in layouts]
    by_name = {column.name: column for layout in listed for column in layout.columns}
    known = set(zip(result.scores["metric"], result.scores["target"], strict=True))
    return [
        column for column in (*by_name.values(), *_EXTRA) if (column.metric, column.target) in known
    ]


def _score(result: Result, column: Column, protocol: str) -> Best:
    if protocol == HELD_OUT:
        return result.held_out_score(column.metric, column.target)
    return result.best_on_test(column)


def _row(
    experiment: str, run: str, protocol: str, column: Column, honest: Best, leaking: Best
) -> tuple[object, ...]:
    difference = leaking.value - honest.value
    note = ""
    if pd.isna(difference):
        note = honest.note or leaking.note or "undefined on one of the test sets"
    elif honest.note != leaking.note:
        sides = (("identity", honest), ("random_frames", leaking))
        note = "; ".join(f"{name}: {best.note}" for name, best in sides if best.note)
    return (
        experiment,
        run,
        protocol,
        column.metric,
        column.target,
        *honest[:1],
        honest.low,
        honest.high,
        leaking.value,
        leaking.low,
        leaking.high,
        0.0 - difference if column.lowest else difference,
        note,
    )
