"""Comparison of all models on the same test people: `models.csv`."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from auva import wording
from auva.errors import InputError, suggest
from auva.evaluation.settings import Settings
from auva.evaluation.speed import faces_per_second
from auva.metrics.bootstrap import interval
from auva.records.chosen import Chosen
from auva.tables.entries import Entry, check_same_faces, entries_of
from auva.tables.page import Cell, Page, Row, write_page
from auva.tables.render import bracket, number, signed
from auva.tables.results import Best
from auva.units import VA_NAMES, number_of


class Score(NamedTuple):
    """A score of the table: its column, its place in held_out.csv, its floor, its heading."""

    name: str
    metric: str
    target: str
    floor: tuple[str, str] | None
    heading: str


MEANS = (
    Score("f1_mean", "f1_mean", "all", ("floor_mean", "all"), "mean F1"),
    Score("auc_mean", "auc_mean", "all", None, "mean AUC"),
    *(Score(f"ccc_{va}", "ccc", va, ("ccc_video_mean", va), f"CCC {va}") for va in VA_NAMES),
)
"""Scores with a difference to the baseline."""


FACTS = (
    "seed",
    "image_size",
    "after",
    "thresholds",
    "parameters",
    "training_cpu_seconds",
    "faces_per_second",
)
MEASURED = ("training_cpu_seconds", "faces_per_second")
"""Columns that differ from one computation of the table to the next."""

FLOOR = "floor"
_INTERVAL = ("", "_low", "_high")
_DIFFERENCE = ("_difference", "_difference_low", "_difference_high")


def unit_scores(names: Iterable[str]) -> tuple[Score, ...]:
    """Return the scores of Action Units by the names of their columns."""
    return tuple(Score(f"f1_{au}", "f1", au, ("floor", au), f"F1 {au}") for au in names)


def columns_of(units: Sequence[Score]) -> list[str]:
    """Return the columns of the table; `units` are those of `unit_scores`."""
    return [
        "experiment",
        "run",
        "model",
        *(f"{score.name}{part}" for score in MEANS for part in (*_INTERVAL, *_DIFFERENCE)),
        *(f"{score.name}{part}" for score in units for part in _INTERVAL),
        *FACTS,
        "baseline",
        "note",
    ]


def write_models(
    runs: Sequence[Mapping[str, Any]],
    folders: Sequence[str | Path],
    datasets: Sequence[str | Path],
    peers: Sequence[tuple[str, str, str]],
    baseline: str | None,
    csv: str | Path,
    markdown: str | Path | None = None,
    html: str | Path | None = None,
) -> None:
    """Write the table of all models.

    Parameters
    ----------
    runs, folders, peers
        As for `auva.tables.entries.entries_of`.
    datasets : sequence of path
        For each run, the packed faces on which it was scored.
    baseline : str or None
        `EXPERIMENT/RUN` that the others are compared with; None: no comparison.
    csv, markdown, html : path
        Written. `MEASURED` columns differ between two computations, all others do not.

    Raises
    ------
    InputError
        A missing or damaged file, runs that were scored on different faces, an unknown baseline.
    """
    entries, choices = entries_of(runs, folders, peers)
    table = models_table(entries, baseline, level_of(choices))
    for place, (folder, chosen, faces) in enumerate(zip(folders, choices, datasets, strict=True)):
        table.loc[place, "faces_per_second"] = faces_per_second(folder, chosen, faces)
    write_page(table, models_page(table, choices), csv, markdown, html)


def level_of(choices: Sequence[Chosen]) -> float:
    """Return the level of the intervals, the default one if no run has intervals."""
    return choices[0].confidence if choices else Settings().confidence


def models_table(entries: Sequence[Entry], baseline: str | None, level: float) -> pd.DataFrame:
    """Return the table: a row for each entry, and a last row with the floors of the test set.

    Parameters
    ----------
    entries : sequence of Entry
    baseline : str or None
        Name of the entry that is subtracted from the others.
    level : float
        Level of the intervals of the differences.

    Returns
    -------
    DataFrame
        The columns of `columns_of`. A difference is a score minus that of the baseline; its
        interval comes from the differences in the bootstrap samples, which have the same people
        for both.
    """
    check_same_faces(entries)
    base = _named(entries, baseline)
    targets = [target for each in entries for metric, target in each.held_out if metric == "f1"]
    units = unit_scores(dict.fromkeys(targets))
    rows = [_row(entry, base, level, units) for entry in entries]
    if entries:
        rows.append(_floors(entries, units))
    table = pd.DataFrame(rows, columns=columns_of(units))
    whole = ("seed", "image_size", "parameters")
    return table.astype({**dict.fromkeys(whole, "Int64"), **dict.fromkeys(MEASURED, float)})


def _named(entries: Sequence[Entry], name: str | None) -> Entry | None:
    if name is None:
        return None
    known = {entry.name: entry for entry in entries}
    if name not in known:
        raise InputError(f"models_table.baseline: no run '{name}'{suggest(name, known)}")
    return known[name]


def _row(entry: Entry, base: Entry | None, level: float, units: Sequence[Score]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "experiment": entry.experiment,
        "run": entry.run,
        "model": entry.model,
        "baseline": "" if base is None else base.name,
        **entry.facts,
    }
    notes: dict[str, list[str]] = {}
    for score in (*MEANS, *units):
        best = entry.score(score.metric, score.target)
        row |= dict(zip((f"{score.name}{part}" for part in _INTERVAL), _values(best), strict=True))
        if best.note:
            notes.setdefault(best.note, []).append(score.name)
    if base is not None and entry is not base:
        for score in MEANS:
            found = _difference(entry, base, score, level)
            row |= dict(
                zip((f"{score.name}{part}" for part in _DIFFERENCE), found[:3], strict=True)
            )
            if found.note:
                notes.setdefault(found.note, []).append(f"{score.name}_difference")
    told = [f"{', '.join(names)}: {why}" for why, names in notes.items()]
    row["note"] = "; ".join([*entry.notes, *told])
    return row


def _values(best: Best) -> tuple[float, float, float]:
    return best.value, best.low, best.high


class _Found(NamedTuple):
    value: float
    low: float = np.nan
    high: float = np.nan
    note: str = ""


def _difference(entry: Entry, base: Entry, score: Score, level: float) -> _Found:
    """Return a score minus the baseline's, with its interval over the same resampled people."""
    own, other = (one.score(score.metric, score.target) for one in (entry, base))
    if own.note != other.note and not np.isnan(own.value - other.value):
        return _Found(np.nan, note="means over other Action Units than the baseline's")
    difference = own.value - other.value
    if np.isnan(difference) or np.isnan(own.low) or np.isnan(other.low):
        return _Found(difference)
    sampled = entry.samples.scores[score.name] - base.samples.scores[score.name]
    low, high = interval(sampled, level)
    return _Found(difference, float(low), float(high))


def _floors(entries: Sequence[Entry], units: Sequence[Score]) -> dict[str, Any]:
    """Return the chance levels on the test set."""
    row: dict[str, Any] = {"experiment": FLOOR, "run": "", "model": "", "note": "", "baseline": ""}
    for score in (*MEANS, *units):
        if score.floor is None:
            row[score.name] = 0.5  # a random order of the faces
            continue
        values = [entry.score(*score.floor).value for entry in entries]
        row[score.name] = next((value for value in values if not np.isnan(value)), np.nan)
    return row


def models_page(table: pd.DataFrame, choices: Sequence[Chosen]) -> Page:
    """Return the table as a page, with the best value of each score in bold.

    A mean over fewer Action Units than in another row is not comparable and never bold.
    """
    found = [str(name).removeprefix("f1_") for name in table.columns]
    units = unit_scores(name for name in found if number_of(name) is not None)
    shown = [s for s in (*MEANS, *units) if table[s.name].notna().any()]
    ours = table["experiment"] != FLOOR
    known = table[[unit.name for unit in units]].notna().sum(axis=1)
    over_all = ours & (known == known[ours].max())
    rivals = {s.name: over_all if s.target == "all" else ours for s in shown}
    values = {s.name: table[s.name].astype(float).round(3).where(rivals[s.name]) for s in shown}
    best = {name: value == value.max() for name, value in values.items()}
    rows = [
        Row(
            (_title(row), str(row["model"])),
            [
                *(_cell(row, score, bool(best[score.name].iloc[place])) for score in shown),
                *(_fact(row, name) for name in FACTS),
            ],
            FLOOR if row["experiment"] == FLOOR else "",
        )
        for place, (_, row) in enumerate(table.iterrows())
    ]
    said = table[table["note"] != ""]
    notes = [f"{_title(row)}: {row['note']}" for _, row in said.iterrows()]
    heads = [*(score.heading for score in shown), *_HEADS.values()]
    return Page("Models", _caption(table, choices), ("run", "model"), heads, rows, notes)


_HEADS = {
    "seed": "seed",
    "image_size": "pixels",
    "after": "after the model",
    "thresholds": "thresholds",
    "parameters": "parameters",
    "training_cpu_seconds": "training, CPU s",
    "faces_per_second": "faces per s of one core",
}


def _title(row: pd.Series) -> str:
    if row["experiment"] == FLOOR:
        return "floor of the test set"
    return f"{row['experiment']} {row['run']}"


def _cell(row: pd.Series, score: Score, best: bool) -> Cell:
    value = row[score.name]
    small = [bracket(row.get(f"{score.name}_low", np.nan), row.get(f"{score.name}_high", np.nan))]
    difference = row.get(f"{score.name}_difference", np.nan)
    if not pd.isna(difference):
        low, high = (row[f"{score.name}_difference_{end}"] for end in ("low", "high"))
        small.append(f"{signed(difference)} {bracket(low, high)}".strip())
    return Cell(number(value), tuple(filter(None, small)), best)


def _fact(row: pd.Series, name: str) -> Cell:
    value = row[name]
    if pd.isna(value):
        return Cell("")
    if name in MEASURED:
        return Cell(f"{value:,.0f}" if value >= 10 else f"{value:.1f}")
    return Cell(f"{value:,}" if name == "parameters" else str(value))


def _caption(table: pd.DataFrame, choices: Sequence[Chosen]) -> str:
    parts = [
        "Every model on the same test people, by the held-out protocol: checkpoint, thresholds and "
        "what is done after the model were chosen on the validation people, then the test set was "
        "read once."
    ]
    if choices:
        counts = choices[0].counts
        parts.append(
            f"{counts.faces:,} faces of {wording.people(counts.people)}. In brackets: "
            f"{choices[0].confidence:.0%} interval by bootstrap over these people."
        )
    named = [str(name) for name in dict.fromkeys(table["baseline"]) if name]
    if named:
        parts.append(
            f"With a sign: the difference to the baseline {named[0]}, and its interval over the "
            "same resampled people; if it does not contain 0, the two differ on such people."
        )
    parts.append(
        "floor: always 'present' (F1), any order (AUC), each video's mean (CCC), which uses the "
        "labels. The last two columns are measurements and differ between computations."
    )
    return " ".join(parts)
