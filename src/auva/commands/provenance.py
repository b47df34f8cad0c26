"""`auva provenance FILE`: what a result was made from, back to the videos."""

import argparse
import json
import os
from pathlib import Path

from auva.errors import InputError, suggest
from auva.workflow.provenance import Record, chain, folder_of, records, state

_SHORT = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `auva provenance`."""
    parser.add_argument("file", help="a result, such as results/tables/au_f1.csv")
    parser.add_argument("--json", action="store_true", help="print the records as JSON lines")
    parser.add_argument("--check", action="store_true", help="compare the files with the records")


def run(args: argparse.Namespace) -> int:
    """Print the chain; with --check, exit 1 when a file is not what its record tells."""
    file = os.path.normpath(args.file)
    if not Path(file).exists():
        raise InputError("no such file", file)
    makers = records(folder_of(file))
    if file not in makers:
        near = suggest(file, makers)
        raise InputError(f"no job recorded this file{near}; run auva where the workflow ran", file)
    sources = {
        name: digest
        for record in makers.values()
        for name, digest in record["inputs"].items()
        if digest is not None
    }
    wrong = False
    for depth, name, record in chain(file, makers):
        recorded = record["outputs"][name] if record else sources.get(name)
        told = state(name, recorded) if args.check else ""
        wrong |= told in ("changed", "gone")
        if args.json:
            entry = {"file": name, "sha256": recorded, "depth": depth, "made_by": record}
            print(json.dumps({**entry, **({"state": told} if told else {})}))
        else:
            print("  " * depth + _line(name, recorded, record, told))
    return 1 if wrong else 0


def _line(name: str, recorded: str | None, record: Record | None, told: str) -> str:
    digest = recorded[:_SHORT] if recorded else "-" * _SHORT
    maker = "source" if record is None else _maker(record)
    return f"{name}  {digest}  {maker}{f'  [{told}]' if told else ''}"


def _maker(record: Record) -> str:
    versions = record["versions"]
    code = record["params"].get("code")
    return f"{record['rule']}, auva {versions.get('auva', '?')}{f', code {code}' if code else ''}"
