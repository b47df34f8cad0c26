"""`auva runs [RESULTS]`: every run with its progress, newest losses and last scores."""

import argparse
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError
from auva.models.registry import get_model
from auva.records.history import exploded, read_history
from auva.records.run import read_run
from auva.records.scores import read_scores

SHOWN = (
    ("f1_mean", "all", "F1"),
    ("ccc", "valence", "CCC V"),
    ("ccc", "arousal", "CCC A"),
    ("class_accuracy", "all", "accuracy"),
    ("real_as_real", "all", "real as real"),
)
"""Metric, target and heading of the scores that are listed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva runs`."""
    parser.add_argument(
        "results",
        nargs="?",
        default="results",
        metavar="FOLDER",
        help="folder of the results (default: results)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per run")


def run(args: argparse.Namespace) -> int:
    """Print the list; scores are those of the last checkpoint on the test set."""
    folder = Path(args.results) / "runs"
    found = [describe(path.parent) for path in sorted(folder.glob("*/*/config.json"))]
    if not found:
        raise InputError("this folder has no runs; training creates them", folder)
    if args.json:
        print("\n".join(json.dumps(entry) for entry in found))
    else:
        print(_table(found))
    return 0


def describe(folder: Path) -> dict[str, Any]:
    """Return one run: its name, state, iterations done and planned, newest losses, last scores.

    Raises
    ------
    InputError
        A config.json, history.csv or scores.csv that cannot be read.
    """
    planned_run = read_run(folder)
    model = get_model(planned_run.model, str(folder))
    planned = model.iterations(planned_run)
    history = folder / "history.csv"
    table = read_history(history) if history.is_file() else None
    newest = [] if table is None else table.tail(1).to_dict("records")
    finished = (folder / "checkpoints.csv").is_file()
    losses = newest[0] if newest else {}
    scores = _last_scores(folder / "scores.csv")
    return {
        "run": f"{folder.parent.name}/{folder.name}",
        "state": "scored" if scores else "trained" if finished else "unfinished",
        "iteration": planned if finished and planned else int(losses.get("iteration", 0)),
        "iterations": planned,
        "losses": {name: _number(losses.get(name)) for name in map(_first, model.losses.values())},
        "note": "" if table is None else exploded(table),
        **scores,
    }


def _first(terms: Mapping[str, str]) -> str:
    return next(iter(terms))


def _last_scores(path: Path) -> dict[str, float | None]:
    """Return the test scores of the last checkpoint, those of `SHOWN` that there are."""
    if not path.is_file():
        return {}
    table = read_scores(path)
    last = table[(table["set"] == "test") & (table["iteration"] == table["iteration"].max())]
    known = {
        (row["metric"], row["target"]): _number(row["value"]) for row in last.to_dict("records")
    }
    return {label: known[metric, of] for metric, of, label in SHOWN if (metric, of) in known}


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _table(found: list[dict[str, Any]]) -> str:
    labels = [label for *_, label in SHOWN if any(label in entry for entry in found)]
    losses = list(dict.fromkeys(name for entry in found for name in entry["losses"]))
    lines = [["run", "state", "iteration", *losses, *labels]]
    for entry in found:
        numbers = [entry["losses"].get(name) for name in losses]
        numbers += [entry.get(label) for label in labels]
        cells = ["-" if number is None else f"{number:.3f}" for number in numbers]
        done = f"{entry['iteration']}/{entry['iterations'] or '?'}"
        lines.append([entry["run"], entry["state"], done, *cells])
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    notes = [f"{entry['run']}: {entry['note']}" for entry in found if entry["note"]]
    rows = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*rows, *notes])
