"""`auva provenance FILE`: what a result was made from, back to the videos."""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auva.errors import InputError, suggest
from auva.workflow.provenance import Record, Step, chain, folder_of, records, state

_SHORT = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva provenance`."""
    parser.add_argument("file", metavar="FILE", help="a result, such as results/tables/au_f1.csv")
    parser.add_argument("--json", action="store_true", help="print the records as JSON lines")
    parser.add_argument("--check", action="store_true", help="compare the files with the records")


def run(args: argparse.Namespace) -> int:
    """Print the chain; exit 1 when a result was made from other bytes than lie there now.

    Without --check only the records are compared with each other, with it the files too.
    """
    file = os.path.relpath(args.file)
    if not Path(file).exists():
        raise InputError("no such file", file)
    makers = records(folder_of(file))
    wrong = False
    for step in chain(_recorded(file, makers), makers):
        told = state(step.name, step.used) if args.check else ""
        wrong |= step.stale or told in ("changed", "gone")
        if args.json:
            print(json.dumps(_entry(step, told)))
        else:
            print("  " * step.depth + _line(step, told))
    return 1 if wrong else 0


def _recorded(file: str, makers: Mapping[str, Record]) -> str:
    """Return the file of a record: the list of checkpoints for one of them."""
    listed = str(Path(file).parent.parent / "checkpoints.csv")
    if file not in makers and file.endswith(".safetensors") and listed in makers:
        return listed
    if file not in makers:
        near = suggest(file, makers)
        raise InputError(f"no job recorded this file{near}; run auva where the workflow ran", file)
    return file


def _entry(step: Step, told: str) -> dict[str, Any]:
    entry = {
        "file": step.name,
        "sha256": step.used,
        "depth": step.depth,
        "stale": step.stale,
        "made_by": step.record,
    }
    return {**entry, "state": told} if told else entry


def _line(step: Step, told: str) -> str:
    digest = step.used[:_SHORT] if step.used else "-" * _SHORT
    maker = "source" if step.record is None else _maker(step.record)
    if step.stale:
        maker += "; other bytes were read than it last wrote"
    return f"{step.name}  {digest}  {maker}{f'  [{told}]' if told else ''}"


def _maker(record: Record) -> str:
    versions = record["versions"]
    code = record["params"].get("code")
    return f"{record['rule']}, auva {versions.get('auva', '?')}{f', code {code}' if code else ''}"
